/* What the verifiers of lists share: see provenance/listing.h. */
#include "config.h"

#include "provenance/listing.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

bool
listing_open(struct listing *listing, const struct claim *claim, const struct tree *tree,
    struct sink *sink, struct provenance *ret)
{
	*listing = (struct listing){ .claim = claim, .tree = tree, .sink = sink, .ret = ret };
	listing->seen = arena_array(sink_arena(sink), tree->n + 1, sizeof(*listing->seen));
	ret->signer = ret->time = "";
	ret->why = "";
	if (listing->seen != NULL)
		return true;
	ret->status = PROVENANCE_INCOMPLETE;
	ret->why = "no memory to verify it";
	return false;
}

const char *
listing_folder(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder =
	    slash == NULL ? "" : arena_string_of(arena, bytes_of(path, (size_t)(slash - path)));

	return folder == NULL ? "" : folder;
}

const char *
listing_path(struct arena *arena, const char *root, struct bytes name)
{
	const char *text;

	while (bytes_starts(name, "./"))
		name = bytes_slice(name, 2, SIZE_MAX);
	if (name.len == 0 || name.len > LIMIT_NAME || memchr(name.data, 0, name.len) != NULL)
		return NULL;
	for (size_t at = 0; at <= name.len;) {
		const uint8_t *slash =
		    at == name.len ? NULL : memchr(name.data + at, '/', name.len - at);
		size_t end = slash == NULL ? name.len : (size_t)(slash - name.data);
		struct bytes part = bytes_slice(name, at, end - at);

		if (part.len == 0 || bytes_equal_string(part, ".") ||
		    bytes_equal_string(part, ".."))
			return NULL;
		at = end + 1;
	}
	text = arena_string_of(arena, name);
	if (text == NULL || *root == '\0')
		return text;
	return arena_format(arena, "%s/%s", root, text);
}

void
listing_want(struct arena *arena, const struct claim *claim, const struct listed *listed,
    struct wants *wants)
{
	const char *path;

	if (listed->algorithm == NULL || strcmp(listed->algorithm, "sha256") == 0)
		return;
	path = listing_path(arena, claim->root, listed->name);
	if (path != NULL)
		wants_add(wants, path, listed->algorithm, 0, SIZE_UNKNOWN);
}

bool
listing_is_weak(const char *algorithm)
{
	return strcmp(algorithm, "md5") == 0 || strcmp(algorithm, "sha1") == 0;
}

bool
listing_is_hex(struct bytes b, size_t len)
{
	for (size_t i = 0; i < b.len; i++) {
		int c = text_lower(b.data[i]);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return b.len == len;
}

bool
listing_parse_digest(struct bytes digest, const char **ret_algorithm, struct bytes *ret_hex)
{
	static const struct {
		const char *name, *algorithm;
		size_t digits;
	} known[] = { { "sha256", "sha256", 64 }, { "sha384", "sha384", 96 },
		{ "sha512", "sha512", 128 }, { "sha1", "sha1", 40 }, { "md5", "md5", 32 },
		{ "blake3", "blake3", 64 } };
	const uint8_t *colon = digest.len == 0 ? NULL : memchr(digest.data, ':', digest.len);
	size_t at = colon == NULL ? 0 : (size_t)(colon - digest.data);

	for (size_t i = 0; colon != NULL && i < ARRAY_LEN(known); i++) {
		struct bytes hex = bytes_slice(digest, at + 1, SIZE_MAX);

		if (bytes_equal_string(bytes_slice(digest, 0, at), known[i].name) &&
		    listing_is_hex(hex, known[i].digits)) {
			*ret_algorithm = known[i].algorithm;
			*ret_hex = hex;
			return true;
		}
	}
	return false;
}

enum { SEEN_LISTED = 1, SEEN_COVERED = 2 };

static void
mark(struct listing *listing, const struct tree_entry *entry, uint8_t what)
{
	uint8_t *seen = &listing->seen[entry - listing->tree->entries];

	if (what == SEEN_COVERED && (*seen & SEEN_COVERED) == 0)
		provenance_covers(listing->sink, listing->ret, entry->path);
	*seen |= what;
}

static bool
is_readable(struct listing *listing, const struct tree_entry *entry, const char *path)
{
	if (entry->kind == TREE_FILE || entry->kind == TREE_NESTED || entry->ndigests > 0)
		return true;
	listing->nunknown++;
	sink_trouble(listing->sink, STATUS_UNSUPPORTED, "hash/not-verified", 0,
	    "%s is %s, whose content is not compared", path,
	    entry->kind == TREE_SYMLINK ? "a link" : "no file");
	return false;
}

/* The digest holds? Says so where not. */
static bool
check_digest(struct listing *listing, const struct tree_entry *entry, const struct listed *listed,
    const char *path)
{
	const char *got = tree_digest(entry, listed->algorithm);

	if (got == NULL) {
		listing->nunknown++;
		sink_trouble(listing->sink, STATUS_UNSUPPORTED, "hash/not-verified", 0,
		    "the %s of %s could not be computed", listed->algorithm, path);
		return false;
	}
	if (strlen(got) == listed->hex.len &&
	    strncasecmp(got, (const char *)listed->hex.data, listed->hex.len) == 0)
		return true;
	listing->nfailed++;
	sink_finding(listing->sink, "hash/mismatch", 0, 0, path,
	    "%s has not the %s that is listed: it was changed, or it is another file", path,
	    listed->algorithm);
	return false;
}

void
listing_check(struct listing *listing, const struct listed *listed)
{
	struct arena *arena = sink_arena(listing->sink);
	const char *path = listing_path(arena, listing->claim->root, listed->name);
	const char *safe =
	    text_safe(arena, path == NULL ? listed->name : bytes_of_string(path), LIMIT_NAME);
	const struct tree_entry *entry;

	listing->nlisted++;
	if (path == NULL) {
		listing->nfailed++;
		sink_finding(listing->sink, "hash/unsafe-name", 0, 0, safe,
		    "it lists %s, a name that leads out of its folder or is none", safe);
		return;
	}
	entry = tree_find(listing->tree, path);
	if (entry == NULL && listing->tree->is_file && listing->claim->is_explicit) {
		listing->nothers++; /* the user asked about one file of the list */
		return;
	}
	if (entry == NULL) {
		listing->nfailed++;
		sink_finding(listing->sink, "hash/missing-member", 0, 0, safe,
		    "it lists %s, which is not there", safe);
		return;
	}
	mark(listing, entry, SEEN_LISTED);
	if (!is_readable(listing, entry, safe))
		return;
	if (listed->size != SIZE_UNKNOWN && listed->size != entry->size) {
		listing->nfailed++;
		sink_finding(listing->sink, "hash/mismatch", 0, 0, safe,
		    "%s has %ju bytes, not the %ju that are listed", safe, (uintmax_t)entry->size,
		    (uintmax_t)listed->size);
		return;
	}
	if (listed->algorithm == NULL || !check_digest(listing, entry, listed, safe))
		return;
	if (listing_is_weak(listed->algorithm)) {
		listing->nweak++;
		sink_finding_once(listing->sink, "hash/weak-algorithm", 0, 0, listed->algorithm,
		    "it lists %s digests: they hold, but two files can be made to share one",
		    listed->algorithm);
	} else {
		mark(listing, entry, SEEN_COVERED);
	}
}

static bool
is_below(const char *root, const char *path)
{
	size_t n = strlen(root);

	return n == 0 || (strncmp(path, root, n) == 0 && path[n] == '/');
}

static bool
is_ignored(const struct trust *trust, const char *path)
{
	for (size_t i = 0; trust->ignore != NULL && trust->ignore[i] != NULL; i++)
		if (strcmp(trust->ignore[i], path) == 0 || is_below(trust->ignore[i], path))
			return true;
	return false;
}

/* Is ENTRY the claim itself? One that the user named has a path of the user's. */
static bool
is_claim(const struct claim *claim, const struct tree_entry *entry)
{
	struct bytes path = bytes_of_string(claim->path);

	if (!claim->is_explicit)
		return strcmp(entry->path, claim->path) == 0;
	return entry->size == claim->bytes.len && bytes_ends(path, entry->path);
}

void
listing_check_rest(struct listing *listing, const char *root, const struct trust *trust)
{
	bool must = listing->claim->is_explicit && !trust->ignore_unsigned;
	const char *first = NULL;
	uint64_t n = 0;

	if (listing->tree->is_file)
		return;
	for (size_t i = 0; i < listing->tree->n; i++) {
		const struct tree_entry *entry = &listing->tree->entries[i];

		if (listing->seen[i] != 0 || entry->kind != TREE_FILE ||
		    !is_below(root, entry->path) || is_claim(listing->claim, entry) ||
		    is_ignored(trust, entry->path))
			continue;
		if (first == NULL)
			first = entry->path;
		n++;
	}
	if (n > 0)
		sink_finding(listing->sink,
		    must ? "signature/unsigned-member" : "hash/uncovered-member", 0, 0, NULL,
		    "%ju file%s beside it %s not listed, the first is %s", (uintmax_t)n,
		    n == 1 ? "" : "s", n == 1 ? "is" : "are",
		    text_safe(sink_arena(listing->sink), bytes_of_string(first), 200));
}

void
listing_check_uncovered(const struct claim *claim, const struct tree *tree,
    const struct trust *trust, struct sink *sink, const uint8_t *seen, struct provenance *ret)
{
	struct provenance verified = *ret;
	struct listing listing;

	if (!claim->is_explicit || verified.status != PROVENANCE_VERIFIED ||
	    !listing_open(&listing, claim, tree, sink, ret))
		return;
	*ret = verified;
	memcpy(listing.seen, seen, tree->n);
	listing_check_rest(&listing, "", trust);
}

void
listing_close(struct listing *listing, const char *list)
{
	struct arena *arena = sink_arena(listing->sink);
	struct provenance *ret = listing->ret;
	const char *why;

	if (listing->nfailed > 0) {
		ret->status = PROVENANCE_FAILED;
		why = arena_format(arena, "%ju of the %ju entries of this %s do not hold",
		    (uintmax_t)listing->nfailed, (uintmax_t)listing->nlisted, list);
	} else if (listing->nunknown > 0) {
		ret->status = PROVENANCE_INCOMPLETE;
		why = arena_format(arena, "%ju of the %ju entries of this %s could not be compared",
		    (uintmax_t)listing->nunknown, (uintmax_t)listing->nlisted, list);
	} else if (ret->covers > 0) {
		ret->status = PROVENANCE_VERIFIED;
		why = arena_format(arena, "every digest of this %s holds", list);
	} else if (listing->nweak > 0) {
		ret->status = PROVENANCE_UNTRUSTED;
		why = arena_format(arena,
		    "every digest of this %s holds, but all are of a broken algorithm", list);
	} else if (listing->nothers > 0) {
		ret->status = PROVENANCE_FAILED;
		why = arena_format(arena, "this %s does not list the file", list);
		sink_finding(listing->sink, "hash/uncovered-member", 0, 0, NULL, "%s",
		    why == NULL ? "" : why);
	} else {
		ret->status = PROVENANCE_UNTRUSTED;
		why = arena_format(arena, "this %s binds no content", list);
	}
	ret->why = why == NULL ? "" : why;
}

void
listing_malformed(struct sink *sink, struct provenance *ret, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ret->signer = ret->time = "";
	ret->status = PROVENANCE_FAILED;
	ret->why = arena_string(sink_arena(sink), text);
	if (ret->why == NULL)
		ret->why = "it is malformed";
	sink_finding(sink, "hash/malformed", 0, 0, NULL, "%s", text);
}
