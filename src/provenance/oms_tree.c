/* The statement of a model signature against the tree: see provenance/oms.h. */
#include "config.h"

#include "provenance/oms.h"

#include "core/limits.h"
#include "core/text.h"
#include "crypto/digest.h"

#define MAX_STEPS 8 /* links that lead to links */

struct comparing {
	const struct oms_manifest *manifest;
	const struct claim *claim;
	const struct tree *tree;
	const struct trust *trust;
	struct sink *sink;
	struct arena *arena;
	struct provenance *ret;
	char own_sha256[65]; /* of the signature itself, which cannot sign itself */
};

static const char *
path_of(const struct claim *claim, const char *name, struct arena *arena)
{
	const char *path = *claim->root == '\0' ? arena_string(arena, name)
						: arena_format(arena, "%s/%s", claim->root, name);

	return path == NULL ? "" : path;
}

/* The name of a path of the tree below the claim's folder; NULL where it lies elsewhere. */
static const char *
name_below(const struct claim *claim, const char *path)
{
	size_t len = strlen(claim->root);

	if (len == 0)
		return path;
	return strncmp(path, claim->root, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

/* Is NAME the path LISTED or something below it? */
static bool
is_at_or_below(const char *name, const char *listed)
{
	size_t len;

	while (listed[0] == '.' && listed[1] == '/')
		listed += 2;
	len = strlen(listed);
	while (len > 0 && listed[len - 1] == '/')
		len--;
	return len > 0 && strncmp(name, listed, len) == 0 &&
	    (name[len] == '\0' || name[len] == '/');
}

/* What Model Signing leaves out by itself, at the top only (spec v1.0, section on ignored files).
 */
static bool
is_git(const char *name)
{
	static const char *const names[] = { ".git", ".gitignore", ".gitattributes", ".github" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (is_at_or_below(name, names[i]))
			return true;
	return false;
}

static bool
is_ignored_by_user(const struct trust *trust, const char *name)
{
	for (size_t i = 0; trust->ignore != NULL && trust->ignore[i] != NULL; i++)
		if (is_at_or_below(name, trust->ignore[i]))
			return true;
	return false;
}

static bool
is_ignored_by_signer(const struct oms_manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->nignored; i++)
		if (is_at_or_below(name, manifest->ignored[i]))
			return true;
	return false;
}

static void
fail(struct comparing *comparing, const char *why)
{
	if (comparing->ret->status != PROVENANCE_FAILED)
		comparing->ret->why = why;
	comparing->ret->status = PROVENANCE_FAILED;
}

static const char *
shown(struct comparing *comparing, const char *name)
{
	return text_safe(comparing->arena, bytes_of_string(name), 400);
}

/* Follows the link at PATH within the tree; NULL where it leads nowhere in it. */
static const struct tree_entry *
follow(struct comparing *comparing, const struct tree_entry *link)
{
	const struct tree_entry *entry = link;

	for (int steps = 0; entry != NULL && entry->kind == TREE_SYMLINK && steps < MAX_STEPS;
	     steps++) {
		const char *slash = strrchr(entry->path, '/');
		char path[2 * LIMIT_NAME] = "";
		size_t len = slash == NULL ? 0 : (size_t)(slash - entry->path);

		if (entry->target == NULL || *entry->target == '/' || len >= LIMIT_NAME)
			return NULL;
		memcpy(path, entry->path, len);
		/* Part by part, so that ".." takes one off and never leads out. */
		for (const char *part = entry->target; *part != '\0';) {
			size_t n = strcspn(part, "/");

			if (n == 2 && part[0] == '.' && part[1] == '.') {
				if (len == 0)
					return NULL;
				while (len > 0 && path[--len] != '/')
					;
			} else if (n > 0 && !(n == 1 && part[0] == '.')) {
				if (len + n + 2 > sizeof(path))
					return NULL;
				if (len > 0)
					path[len++] = '/';
				memcpy(path + len, part, n);
				len += n;
			}
			part += n + (part[n] == '/');
		}
		path[len] = '\0';
		entry = tree_find(comparing->tree, path);
	}
	return entry != NULL && entry->kind == TREE_FILE ? entry : NULL;
}

/* The entry whose content NAME stands for, or NULL; links only where the signer allowed them. */
static const struct tree_entry *
resolve(struct comparing *comparing, const char *name, const struct tree_entry **ret_named)
{
	const struct tree *tree = comparing->tree;
	const struct tree_entry *entry;

	if (tree->is_file && (strcmp(name, ".") == 0 || strcmp(name, tree->name) == 0))
		entry = tree_find(tree, tree->name);
	else
		entry = tree_find(tree, path_of(comparing->claim, name, comparing->arena));
	*ret_named = entry;
	if (entry == NULL || entry->kind == TREE_FILE)
		return entry;
	if (entry->kind == TREE_SYMLINK &&
	    (comparing->manifest->allows_symlinks || comparing->trust->allow_symlinks))
		return follow(comparing, entry);
	return NULL;
}

static void
report_missing(struct comparing *comparing, const char *name, const struct tree_entry *named)
{
	if (named == NULL) {
		sink_finding_once(comparing->sink, "signature/missing-member", 0, 0, name,
		    "%s is signed, but is not there", shown(comparing, name));
		fail(comparing, "a signed file is missing");
		return;
	}
	sink_finding_once(comparing->sink, "signature/link", 0, 0, name,
	    "%s is signed as a file, but is a link or a special file: what it leads to is not what "
	    "was signed",
	    shown(comparing, name));
	fail(comparing, "a signed file is a link or a special file");
}

/* Compares one resource. */
static void
compare(struct comparing *comparing, const struct oms_resource *resource)
{
	const struct tree_entry *named, *entry = resolve(comparing, resource->name, &named);
	const struct oms_manifest *manifest = comparing->manifest;
	const char *digest;

	if (entry == NULL) {
		report_missing(comparing, resource->name, named);
		return;
	}
	digest = manifest->is_sharded && !(resource->start == 0 && resource->end == entry->size)
	    ? tree_digest_of_range(entry, manifest->algorithm, resource->start, resource->end)
	    : tree_digest(entry, manifest->algorithm);
	if (manifest->is_sharded && resource->end > entry->size)
		digest = "";
	if (digest == NULL) {
		sink_trouble(comparing->sink, STATUS_IO, "signature/incomplete", 0,
		    "%s could not be hashed, so its signature was not checked",
		    shown(comparing, resource->name));
		if (comparing->ret->status != PROVENANCE_FAILED) {
			comparing->ret->status = PROVENANCE_INCOMPLETE;
			comparing->ret->why = "not all signed files could be hashed";
		}
	} else if (strcmp(digest, resource->digest) != 0) {
		sink_finding_once(comparing->sink, "signature/modified-member", 0, 0,
		    resource->name, "%s is not what was signed", shown(comparing, resource->name));
		fail(comparing, "a file was changed after it was signed");
	} else if (resource->start == 0) {
		provenance_covers(comparing->sink, comparing->ret, named->path);
	}
}

/* The shards of a file must reach its end. Resources of one file follow each other. */
static void
check_ends(struct comparing *comparing)
{
	const struct oms_manifest *manifest = comparing->manifest;

	for (size_t i = 0; i < manifest->nresources; i++) {
		const struct oms_resource *last = &manifest->resources[i];
		const struct tree_entry *named, *entry;

		if (i + 1 < manifest->nresources && strcmp(last[1].name, last->name) == 0)
			continue;
		entry = resolve(comparing, last->name, &named);
		if (entry == NULL || entry->size <= last->end)
			continue;
		sink_finding_once(comparing->sink, "signature/modified-member", 0, 0, last->name,
		    "%s is longer than what was signed", shown(comparing, last->name));
		fail(comparing, "a file was changed after it was signed");
	}
}

static bool
is_listed(const struct oms_manifest *manifest, const char *name)
{
	size_t low = 0, high = manifest->nresources;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(manifest->resources[middle].name, name);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* What is there and not signed. */
static void
check_unsigned(struct comparing *comparing, const struct tree_entry *entry)
{
	const struct oms_manifest *manifest = comparing->manifest;
	const char *name = name_below(comparing->claim, entry->path),
		   *sha256 = tree_digest(entry, "sha256");

	if (entry->kind == TREE_NESTED || name == NULL || is_listed(manifest, name) ||
	    (sha256 != NULL && strcmp(sha256, comparing->own_sha256) == 0) || is_git(name) ||
	    is_ignored_by_user(comparing->trust, name))
		return;
	if (is_ignored_by_signer(manifest, name)) {
		sink_finding_once(comparing->sink, "signature/hole", 0, 0, name,
		    "%s lies where the signer left everything out: it is not signed",
		    shown(comparing, name));
		return;
	}
	if (manifest->is_sharded && entry->kind == TREE_FILE && entry->size == 0) {
		sink_finding_once(comparing->sink, "signature/hole", 0, 0, name,
		    "%s is empty, and signatures over shards do not cover empty files",
		    shown(comparing, name));
		return;
	}
	if (comparing->trust->ignore_unsigned)
		return;
	sink_finding_once(comparing->sink, "signature/unsigned-member", 0, 0, name,
	    "%s is not signed: it was added after signing, or left out", shown(comparing, name));
	fail(comparing, "a file is there that is not signed");
}

void
oms_wants(const struct oms_manifest *manifest, const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(LIMIT_ARENA);

	if (arena == NULL)
		return; /* the digests will be missing, and oms_compare() says so */
	for (size_t i = 0; i < manifest->nresources; i++) {
		const struct oms_resource *resource = &manifest->resources[i];
		const char *path = path_of(claim, resource->name, arena);

		if (manifest->is_sharded)
			wants_add(wants, path, manifest->algorithm, resource->start, resource->end);
		else if (strcmp(manifest->algorithm, "sha256") != 0)
			wants_add(wants, path, manifest->algorithm, 0, SIZE_UNKNOWN);
	}
	arena_free(arena);
}

void
oms_compare(const struct oms_manifest *manifest, const struct claim *claim, const struct tree *tree,
    const struct trust *trust, struct sink *sink, struct provenance *ret)
{
	struct comparing comparing = { manifest, claim, tree, trust, sink, sink_arena(sink), ret,
		"" };
	uint8_t own[SHA256_LEN];

	if (digest_sha256(claim->bytes, own))
		hex_encode(bytes_of(own, sizeof(own)), comparing.own_sha256);
	for (size_t i = 0; i < manifest->nresources; i++)
		compare(&comparing, &manifest->resources[i]);
	if (manifest->is_sharded)
		check_ends(&comparing);
	if (!tree->is_file)
		for (size_t i = 0; i < tree->n; i++)
			check_unsigned(&comparing, &tree->entries[i]);
}
