/* assay_sign(): an OpenSSF model signature over a folder or a file. */
#include "config.h"

#include "api/session.h"
#include "core/limits.h"
#include "core/text.h"
#include "crypto/token.h"
#include "provenance/oms_write.h"
#include "scan/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CERTIFICATES 16
#define MAX_PATH 4096
#define LIMIT_KEY (4 * MIB)
#define SHARD_SIZE 1000000000 /* the specification, section 6.3.2 */

/* The specification, "Ignored paths": these lie in every checkout and belong to no model. */
static const char *const always_ignored[] = { ".git", ".gitattributes", ".github", ".gitignore" };

struct signing {
	const struct assay_sign_request *request;
	struct session session;
	struct result *result;
	struct key *key;
	struct token *token;
	size_t ncertificates;
	struct bytes certificates[MAX_CERTIFICATES];
	char output[MAX_PATH];
	const char *hash;
	uint64_t shard_size;  /* 0: whole files */
	const char **ignored; /* NULL-terminated, sorted */
	struct status status;
};

/* ---- who signs ------------------------------------------------------------------------------- */

static bool
read_key(struct signing *signing, struct assay_error *error)
{
	const struct assay_sign_request *request = signing->request;
	size_t len;
	uint8_t *pem;

	if ((request->key == NULL) == (request->pkcs11 == NULL))
		return status_set(&signing->status, STATUS_USAGE,
		    "`assay sign` needs either --key PEM or --token URI");
	if (request->pkcs11 != NULL) {
		signing->token = token_open(request->pkcs11, &signing->status);
		return signing->token != NULL;
	}
	pem = session_read_file(request->key, LIMIT_KEY, &len, error);
	if (pem == NULL)
		return false;
	signing->key = key_private_from_pem(bytes_of(pem, len), &signing->status);
	OPENSSL_cleanse(pem, len);
	free(pem);
	return signing->key != NULL;
}

static const struct key *
public_key(const struct signing *signing)
{
	return signing->token != NULL ? token_public_key(signing->token) : signing->key;
}

static bool
sign(void *context, struct bytes message, struct buffer *signature, struct status *status)
{
	struct signing *signing = context;

	if (signing->token != NULL)
		return token_sign(signing->token, message, signature, status);
	return key_sign(signing->key, message, signature, status);
}

/* The certificates of one PEM file are appended in their order. */
static bool
read_chain(struct signing *signing, const char *path, struct assay_error *error)
{
	size_t len;
	uint8_t *pem = session_read_file(path, LIMIT_KEY, &len, error);
	BIO *bio = pem == NULL ? NULL : BIO_new_mem_buf(pem, (int)len);
	X509 *certificate;

	while (bio != NULL && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		uint8_t *der = NULL;
		int n = i2d_X509(certificate, &der);

		X509_free(certificate);
		if (n <= 0 || signing->ncertificates == MAX_CERTIFICATES) {
			OPENSSL_free(der);
			status_set(&signing->status, STATUS_USAGE,
			    "%s holds more than %d certificates", path, MAX_CERTIFICATES);
			break;
		}
		signing->certificates[signing->ncertificates++] = bytes_of(der, (size_t)n);
	}
	BIO_free(bio);
	free(pem);
	if (pem != NULL && signing->ncertificates == 0)
		status_set(&signing->status, STATUS_USAGE, "%s holds no certificate", path);
	return pem != NULL && signing->status.code == STATUS_OK;
}

/* The first certificate must be the key's: any other signature would verify nowhere. */
static bool
check_leaf(struct signing *signing)
{
	const uint8_t *der = signing->certificates[0].data;
	X509 *leaf;
	bool same;

	if (signing->ncertificates == 0)
		return true;
	leaf = d2i_X509(NULL, &der, (long)signing->certificates[0].len);
	same =
	    leaf != NULL && EVP_PKEY_eq(X509_get0_pubkey(leaf), key_evp(public_key(signing))) == 1;
	X509_free(leaf);
	return same ||
	    status_set(&signing->status, STATUS_USAGE,
		"the first certificate of the chain is not the key's: give the leaf first");
}

static bool
read_signer(struct signing *signing, struct assay_error *error)
{
	const char *const *chains = signing->request->certificate_chains;

	if (!read_key(signing, error))
		return false;
	for (size_t i = 0; chains != NULL && chains[i] != NULL; i++)
		if (!read_chain(signing, chains[i], error))
			return false;
	return check_leaf(signing);
}

/* ---- what is signed -------------------------------------------------------------------------- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How the files are listed and hashed. */
static bool
choose_form(struct signing *signing)
{
	static const char *const hashes[] = { "sha256", "blake2b", "blake3" };
	const struct assay_sign_request *request = signing->request;
	bool in_shards = request->method != NULL && strcmp(request->method, "shards") == 0;

	if (request->method != NULL && !in_shards && strcmp(request->method, "files") != 0)
		return status_set(&signing->status, STATUS_USAGE,
		    "the method is files or shards, not %s", request->method);
	if (request->shard_size > 0 && !in_shards)
		return status_set(
		    &signing->status, STATUS_USAGE, "a shard size goes with the method shards");
	if (in_shards)
		signing->shard_size = request->shard_size > 0 ? request->shard_size : SHARD_SIZE;
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		if (strcmp(request->hash == NULL ? "sha256" : request->hash, hashes[i]) == 0)
			signing->hash = hashes[i];
	return signing->hash != NULL ||
	    status_set(&signing->status, STATUS_USAGE,
		"the hash is sha256, blake2b or blake3, not %s", request->hash);
}

/* Where the signature goes: into a folder as model.sig, beside a file as FILE.sig. */
static bool
choose_output(struct signing *signing)
{
	const struct assay_sign_request *request = signing->request;
	size_t len = strlen(request->target);
	struct stat info;
	int n;

	while (len > 1 && request->target[len - 1] == '/')
		len--;
	if (stat(request->target, &info) != 0)
		return status_set(&signing->status, STATUS_USAGE, "%s cannot be read: %s",
		    request->target, strerror(errno));
	if (request->output != NULL)
		n = snprintf(signing->output, MAX_PATH, "%s", request->output);
	else
		n = snprintf(signing->output, MAX_PATH, "%.*s%s", (int)len, request->target,
		    S_ISDIR(info.st_mode) ? "/model.sig" : ".sig");
	if (n < 0 || n > MAX_PATH - 32)
		return status_set(&signing->status, STATUS_USAGE, "the output's path is too long");
	return true;
}

/* The output's path below the target, or NULL where it lies elsewhere. */
static const char *
output_below(struct signing *signing)
{
	char folder[MAX_PATH], *slash, *top = realpath(signing->request->target, NULL),
				       *real = NULL;
	const char *below = NULL;
	size_t len = top == NULL ? 0 : strlen(top);

	snprintf(folder, sizeof(folder), "%s", signing->output);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		slash[slash == folder] = '\0';
	real = realpath(folder, NULL);
	slash = strrchr(signing->output, '/');
	if (top != NULL && real != NULL && strncmp(real, top, len) == 0 &&
	    (real[len] == '/' || real[len] == '\0'))
		below = arena_format(signing->result->arena, "%s%s%s",
		    real[len] == '/' ? real + len + 1 : "", real[len] == '/' ? "/" : "",
		    slash == NULL ? signing->output : slash + 1);
	free(top);
	free(real);
	return below;
}

/* A path as the specification lets it be ignored (section 6.2.1): exact, relative, no pattern. */
static bool
is_ignorable(struct bytes path)
{
	for (size_t at = 0; at <= path.len;) {
		size_t end = at;

		while (end < path.len && path.data[end] != '/')
			if (strchr("*?[", path.data[end++]) != NULL)
				return false;
		if (end == at || bytes_equal_string(bytes_slice(path, at, end - at), ".") ||
		    bytes_equal_string(bytes_slice(path, at, end - at), ".."))
			return false;
		at = end + 1;
	}
	return true;
}

static bool
list_ignored(struct signing *signing)
{
	const char *const *asked = signing->request->ignore;
	size_t n = 0, nasked = 0;
	const char *output = output_below(signing);

	while (asked != NULL && asked[nasked] != NULL)
		nasked++;
	signing->ignored = arena_array(
	    signing->result->arena, nasked + ARRAY_LEN(always_ignored) + 2, sizeof(char *));
	if (signing->ignored == NULL)
		return status_set(&signing->status, STATUS_MEMORY, "no memory for the paths");
	for (size_t i = 0; i < ARRAY_LEN(always_ignored); i++)
		signing->ignored[n++] = always_ignored[i];
	if (output != NULL)
		signing->ignored[n++] = output;
	for (size_t i = 0; i < nasked; i++) {
		struct bytes path = bytes_of_string(asked[i]);

		while (bytes_ends(path, "/"))
			path.len--;
		if (bytes_starts(path, "./"))
			path = bytes_slice(path, 2, SIZE_MAX);
		if (!is_ignorable(path))
			return status_set(&signing->status, STATUS_USAGE,
			    "--ignore takes exact paths below the target, not %s", asked[i]);
		signing->ignored[n++] = arena_string_of(signing->result->arena, path);
	}
	qsort(signing->ignored, n, sizeof(*signing->ignored), compare_names);
	return true;
}

static bool
is_ignored(const struct signing *signing, const char *name)
{
	for (size_t i = 0; signing->ignored[i] != NULL; i++) {
		size_t n = strlen(signing->ignored[i]);

		if (strncmp(name, signing->ignored[i], n) == 0 &&
		    (name[n] == '\0' || name[n] == '/'))
			return true;
	}
	return false;
}

static int
compare_files(const void *a, const void *b)
{
	return strcmp(((const struct oms_file *)a)->name, ((const struct oms_file *)b)->name);
}

/* One file of the tree: a resource, or one for each shard. An empty file has no shards. */
static bool
add_file(struct signing *signing, const struct tree_entry *entry, const char *name,
    struct oms_file *files, size_t *n)
{
	struct arena *arena = signing->result->arena;
	uint64_t step = signing->shard_size == 0 ? entry->size : signing->shard_size, at = 0;

	if (signing->shard_size > 0 && entry->size == 0)
		return true;
	do {
		uint64_t left = entry->size - at, end = at + (left < step ? left : step);
		struct oms_file *file = &files[(*n)++];

		file->name = signing->shard_size == 0
		    ? name
		    : arena_format(arena, "%s:%ju:%ju", name, (uintmax_t)at, (uintmax_t)end);
		file->digest = tree_digest_of_range(entry, signing->hash, at, end);
		if (file->digest == NULL)
			return status_set(&signing->status, STATUS_USAGE, "%s %s",
			    text_safe(arena, bytes_of_string(entry->path), LIMIT_NAME),
			    entry->kind == TREE_SYMLINK
				? "is a link: replace it by a file, leave it out with --ignore, or "
				  "follow links inside the target with --allow-symlinks"
				: "cannot be hashed: remove it, or leave it out with --ignore");
		if (file->name == NULL)
			return status_set(&signing->status, STATUS_MEMORY, "no memory for a name");
		at = end;
	} while (at < entry->size);
	return true;
}

/* Every file of the target; a signature over less than that would say more than is true. */
static bool
list_files(struct signing *signing, struct oms_file **ret, size_t *ret_n)
{
	const struct tree *tree = signing->result->tree;
	uint64_t room = tree->n + 1;
	size_t n = 0;

	for (size_t i = 0; i < tree->n && signing->shard_size > 0; i++)
		room += tree->entries[i].size / signing->shard_size;
	*ret = arena_array(signing->result->arena, (size_t)room, sizeof(**ret));
	if (*ret == NULL)
		return status_set(&signing->status, STATUS_MEMORY, "no memory for the files");
	for (size_t i = 0; i < tree->n; i++) {
		const struct tree_entry *entry = &tree->entries[i];

		if ((tree->is_file || !is_ignored(signing, entry->path)) &&
		    !add_file(signing, entry, tree->is_file ? "." : entry->path, *ret, &n))
			return false;
	}
	if (n > 1)
		qsort(*ret, n, sizeof(**ret), compare_files);
	*ret_n = n;
	return true;
}

static bool
hash_target(struct signing *signing)
{
	static const char *const no_detectors[] = { NULL };
	const struct assay_sign_request *request = signing->request;
	struct scan_options options = { .targets = &request->target,
		.ntargets = 1,
		.rules = signing->session.rules,
		.catalog = signing->session.catalog,
		.hashes_only = true,
		.digest = signing->hash,
		.shard_size = signing->shard_size,
		.detectors = no_detectors,
		.trust = { .allow_symlinks = request->allow_symlinks },
		.jobs = request->jobs,
		.temporary = signing->session.settings->temporary_folder,
		.progress = request->progress,
		.progress_context = request->progress_context };

	if (!scan_run(&options, &signing->result, &signing->status))
		return false;
	for (size_t i = 0; i < signing->result->nfindings; i++)
		if (signing->result->findings[i].check->is_incomplete)
			return status_set(&signing->status, STATUS_IO, "%s: %s",
			    signing->result->findings[i].member,
			    signing->result->findings[i].message);
	return true;
}

/* ---- and written ----------------------------------------------------------------------------- */

static bool
write_output(struct signing *signing, struct bytes text)
{
	char beside[MAX_PATH + 32];
	bool done;
	int fd;

	snprintf(beside, sizeof(beside), "%s.%ld.tmp", signing->output, (long)getpid());
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	done = fd >= 0;
	for (size_t at = 0; done && at < text.len;) {
		ssize_t n = write(fd, text.data + at, text.len - at);

		done = n > 0 || (n < 0 && errno == EINTR);
		at += n > 0 ? (size_t)n : 0;
	}
	done = done && fsync(fd) == 0;
	if (fd >= 0)
		done = close(fd) == 0 && done;
	done = done && rename(beside, signing->output) == 0;
	if (done)
		return true;
	status_set(&signing->status, STATUS_IO, "%s cannot be written: %s", signing->output,
	    strerror(errno));
	if (fd >= 0)
		(void)unlink(beside);
	return false;
}

static bool
write_signature(struct signing *signing, FILE *out)
{
	struct buffer text = buffer_up_to(LIMIT_CLAIM); /* more would not be read */
	struct oms_signing oms = { .model = signing->result->targets[0].name,
		.allow_symlinks = signing->request->allow_symlinks,
		.hash = signing->hash,
		.shard_size = signing->shard_size,
		.ignored = signing->ignored,
		.public_key = public_key(signing),
		.certificates = signing->certificates,
		.ncertificates = signing->ncertificates,
		.sign = sign,
		.context = signing };
	struct oms_file *files = NULL;
	char fingerprint[65];
	bool done;

	done = list_files(signing, &files, &oms.nfiles);
	oms.files = files;
	done = done && oms_write(&oms, &text, &signing->status) &&
	    write_output(signing, buffer_bytes(&text));
	if (done && key_fingerprint(oms.public_key, fingerprint))
		fprintf(out, "%s  signs %zu %s%s\nfingerprint sha256:%s\n", signing->output,
		    oms.nfiles, signing->shard_size > 0 ? "shard" : "file",
		    oms.nfiles == 1 ? "" : "s", fingerprint);
	buffer_free(&text);
	return done;
}

enum assay_exit
assay_sign(const struct assay_settings *settings, const struct assay_sign_request *request,
    FILE *out, struct assay_error *error)
{
	struct signing signing = { .request = request };
	enum assay_exit code = ASSAY_PASS;

	if (!session_open(&signing.session, settings, NULL, error))
		return error->exit;
	if (!choose_form(&signing) || !choose_output(&signing) || !read_signer(&signing, error) ||
	    !hash_target(&signing) || !list_ignored(&signing) || !write_signature(&signing, out))
		code = signing.status.code == STATUS_OK ? error->exit
							: session_fail(error, &signing.status);
	for (size_t i = 0; i < signing.ncertificates; i++)
		OPENSSL_free((void *)(uintptr_t)signing.certificates[i].data);
	token_close(signing.token);
	key_free(signing.key);
	result_free(signing.result);
	session_close(&signing.session);
	return code;
}
