/* Where reports go: see report/folder.h. */
#include "config.h"

#include "report/folder.h"

#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* One report that is asked for. */
struct wish {
	const struct report_format *format;
	const char *file; /* NULL: the folder, or standard output */
};

static bool
parse_wish(const char *text, struct wish *wish, struct status *status)
{
	const char *equals = strchr(text, '=');
	char name[32];

	snprintf(name, sizeof(name), "%.*s",
	    equals == NULL || equals - text > 31 ? 31 : (int)(equals - text), text);
	wish->format = report_format_by_name(name);
	wish->file = equals == NULL ? NULL : equals + 1;
	if (wish->format == NULL) {
		char all[200] = "";
		size_t len = 0;

		for (size_t i = 0; report_formats[i] != NULL && len < sizeof(all); i++)
			len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s",
			    i == 0 ? "" : ", ", report_formats[i]->name);
		return status_set(status, STATUS_USAGE,
		    "there is no report format \"%.40s\"; there are: %s", name, all);
	}
	if (wish->file != NULL && *wish->file == '\0')
		return status_set(
		    status, STATUS_USAGE, "--format %s= needs a file after the =", name);
	return true;
}

/* Can a file or folder be made at PATH? */
static bool
check_place(const char *option, const char *path, struct status *status)
{
	const char *slash = strrchr(path, '/');
	char folder[LIMIT_NAME] = ".";
	struct stat about;

	if (stat(path, &about) == 0)
		return true;
	if (slash != NULL && slash != path)
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	else if (slash == path)
		snprintf(folder, sizeof(folder), "/");
	if (access(folder, W_OK | X_OK) == 0)
		return true;
	return status_set(status, STATUS_USAGE, "%s %s: cannot write into %s: %s", option, path,
	    folder, strerror(errno));
}

bool
outputs_check(const struct outputs_request *request, struct status *status)
{
	struct stat about;
	size_t nstdout = 0;

	for (size_t i = 0; request->formats != NULL && request->formats[i] != NULL; i++) {
		struct wish wish;

		if (!parse_wish(request->formats[i], &wish, status))
			return false;
		nstdout += wish.file == NULL;
		if (wish.file != NULL && !check_place("--format", wish.file, status))
			return false;
	}
	if (request->folder == NULL && nstdout > 1)
		return status_set(status, STATUS_USAGE,
		    "only one report fits on standard output: give the others a file (--format "
		    "sarif=FILE), or a folder with --output DIR");
	if (request->folder != NULL && stat(request->folder, &about) == 0 &&
	    !S_ISDIR(about.st_mode))
		return status_set(status, STATUS_USAGE,
		    "--output %s: this is a file; name a folder", request->folder);
	return request->folder == NULL || check_place("--output", request->folder, status);
}

static bool
digest_file(FILE *file, char sha256[65])
{
	unsigned char raw[EVP_MAX_MD_SIZE], block[16384];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
	    fseek(file, 0, SEEK_SET) == 0;
	size_t n;

	while (done && (n = fread(block, 1, sizeof(block), file)) > 0)
		done = EVP_DigestUpdate(context, block, n) == 1;
	done = done && !ferror(file) && EVP_DigestFinal_ex(context, raw, NULL) == 1;
	for (size_t i = 0; done && i < 32; i++)
		snprintf(sha256 + 2 * i, 3, "%02x", raw[i]);
	EVP_MD_CTX_free(context);
	return done;
}

static bool
digest_bytes(const void *data, size_t len, char sha256[65])
{
	unsigned char raw[EVP_MAX_MD_SIZE];

	if (EVP_Digest(data, len, raw, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < 32; i++)
		snprintf(sha256 + 2 * i, 3, "%02x", raw[i]);
	return true;
}

static bool
trouble(const char *path, struct status *status)
{
	return status_set(status, STATUS_IO, "cannot write the report %s: %s", path,
	    strerror(errno == 0 ? EIO : errno));
}

/* A new file beside PATH that will be renamed to it; what a run that died left there is replaced.
 */
static FILE *
open_beside(const char *path, char *temporary, size_t size)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	FILE *file;
	int fd;

	if ((size_t)snprintf(temporary, size, "%s.%ld.part", path, (long)getpid()) >= size) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = open(temporary, flags, 0666);
	if (fd < 0 && errno == EEXIST && unlink(temporary) == 0)
		fd = open(temporary, flags, 0666);
	file = fd < 0 ? NULL : fdopen(fd, "w+b");
	if (file == NULL && fd >= 0) {
		close(fd);
		unlink(temporary);
	}
	return file;
}

/* What goes into one file: what a writer writes, or DATA where there is none. */
struct content {
	const struct report_format *format;
	const struct report_input *input;
	const void *data;
	size_t len;
};

static void
write_content(const struct content *content, FILE *file)
{
	if (content->format != NULL)
		content->format->write(content->input, file);
	else
		(void)fwrite(content->data, 1, content->len, file);
}

/* Devices and pipes (/dev/stderr, a fifo) are written to, never replaced. */
static bool
is_replaceable(const char *path)
{
	struct stat about;

	return stat(path, &about) != 0 || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode);
}

static bool
write_through(
    const char *path, const struct content *content, char sha256[65], struct status *status)
{
	char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len), *file = fopen(path, "wbe");
	bool done = memory != NULL && file != NULL;

	if (done)
		write_content(content, memory);
	if (memory != NULL)
		done = !ferror(memory) && fclose(memory) == 0 && done;
	if (done)
		done = digest_bytes(text, len, sha256) && fwrite(text, 1, len, file) == len;
	if (file != NULL)
		done = fclose(file) == 0 && done;
	if (!done)
		trouble(path, status);
	free(text);
	return done;
}

static bool
write_file(const char *path, const struct content *content, char sha256[65], struct status *status)
{
	char temporary[LIMIT_NAME];
	FILE *file;
	bool done;

	errno = 0;
	if (!is_replaceable(path))
		return write_through(path, content, sha256, status);
	file = open_beside(path, temporary, sizeof(temporary));
	if (file == NULL)
		return trouble(path, status);
	write_content(content, file);
	done = fflush(file) == 0 && !ferror(file) && digest_file(file, sha256) &&
	    fsync(fileno(file)) == 0;
	done = fclose(file) == 0 && done;
	done = done && rename(temporary, path) == 0;
	if (!done) {
		trouble(path, status);
		unlink(temporary);
	}
	return done;
}

static bool
add_output(struct outputs *outputs, const char *name, const char *path, const char *media_type,
    const char *sha256, struct status *status)
{
	struct output *grown = arena_array(outputs->arena, outputs->n + 1, sizeof(*grown));
	struct output *slot;

	if (grown == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the list of reports");
	if (outputs->n > 0)
		memcpy(grown, outputs->items, outputs->n * sizeof(*grown));
	outputs->items = grown;
	slot = &grown[outputs->n];
	slot->name = arena_string(outputs->arena, name);
	slot->path = arena_string(outputs->arena, path);
	slot->media_type = media_type;
	memcpy(slot->sha256, sha256, sizeof(slot->sha256));
	if (slot->name == NULL || slot->path == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the list of reports");
	outputs->n++;
	return true;
}

bool
outputs_file(struct outputs *outputs, const char *folder, const char *name, const char *media_type,
    const void *data, size_t len, struct status *status)
{
	const struct content content = { .data = data, .len = len };
	char path[LIMIT_NAME], sha256[65];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return write_file(path, &content, sha256, status) &&
	    add_output(outputs, name, path, media_type, sha256, status);
}

static bool
write_report(struct outputs *outputs, const struct report_format *format, const char *folder,
    const char *file, const struct report_input *input, struct status *status)
{
	const struct content content = { .format = format, .input = input };
	char path[LIMIT_NAME], name[64], sha256[65];

	snprintf(name, sizeof(name), "report.%s", format->suffix);
	if (file == NULL)
		snprintf(path, sizeof(path), "%s/%s", folder, name);
	else
		snprintf(path, sizeof(path), "%s", file);
	return write_file(path, &content, sha256, status) &&
	    add_output(
		outputs, file == NULL ? name : file, path, format->media_type, sha256, status);
}

static bool
make_folder(const char *folder, struct status *status)
{
	if (mkdir(folder, 0777) == 0 || errno == EEXIST)
		return true;
	return status_set(
	    status, STATUS_IO, "cannot make the folder %s: %s", folder, strerror(errno));
}

/* Writes what the request names; says in *ret_shown whether standard output got something. */
static bool
write_wishes(struct outputs *outputs, const struct outputs_request *request,
    const struct report_input *input, FILE *out, bool *ret_shown, struct status *status)
{
	struct report_input plain = *input;

	/* Colors and widths are for a terminal. */
	plain.color = false;
	plain.width = 0;
	for (size_t i = 0; request->formats != NULL && request->formats[i] != NULL; i++) {
		struct wish wish;

		if (!parse_wish(request->formats[i], &wish, status))
			return false;
		if (wish.file == NULL && request->folder == NULL) {
			wish.format->write(input, out);
			*ret_shown = true;
		} else if (wish.file == NULL && strcmp(wish.format->name, "json") == 0) {
			continue; /* in the folder already */
		} else if (!write_report(
			       outputs, wish.format, request->folder, wish.file, &plain, status)) {
			return false;
		}
	}
	return true;
}

bool
outputs_write(const struct outputs_request *request, const struct report_input *input, FILE *out,
    struct outputs *ret, struct status *status)
{
	struct outputs outputs = { .arena = arena_new(64 * MIB) };
	bool is_shown = false;

	if (outputs.arena == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the list of reports");
	if ((request->folder != NULL &&
		(!make_folder(request->folder, status) ||
		    !write_report(&outputs, report_format_by_name("json"), request->folder, NULL,
			input, status))) ||
	    !write_wishes(&outputs, request, input, out, &is_shown, status)) {
		outputs_free(&outputs);
		return false;
	}
	if (!is_shown && !request->is_quiet) {
		struct report_input shown = *input;

		shown.folder = request->folder;
		report_format_by_name("text")->write(&shown, out);
	}
	*ret = outputs;
	return true;
}

void
outputs_free(struct outputs *outputs)
{
	arena_free(outputs->arena);
	*outputs = (struct outputs){ .n = 0 };
}
