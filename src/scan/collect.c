/* Gathers what workers say: see scan/collect.h. */
#include "config.h"

#include "scan/collector.h"

#include "core/limits.h"
#include "core/text.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define RESULT_MAX (4 * GIB)
#define MAX_LIST 100000 /* formats of one member */

struct collector *
collector_new(struct catalog *catalog)
{
	struct collector *collector = calloc(1, sizeof(*collector));

	if (collector == NULL)
		return NULL;
	collector->catalog = catalog;
	collector->arena = arena_new(RESULT_MAX);
	if (collector->arena == NULL) {
		free(collector);
		return NULL;
	}
	return collector;
}

void
collector_free(struct collector *collector)
{
	if (collector == NULL)
		return;
	arena_free(collector->arena); /* NULL after the result was taken */
	free(collector);
}

struct arena *
collector_arena(struct collector *collector)
{
	return collector->arena;
}

void
collector_progress(struct collector *collector, void (*progress)(void *, uint64_t, uint64_t),
    void *context, uint64_t bytes_all)
{
	collector->progress = progress;
	collector->progress_context = context;
	collector->bytes_all = bytes_all;
}

static void *
list_add(struct collector *collector, struct list *list, size_t size)
{
	if (list->n == list->room) {
		size_t room = list->room == 0 ? 16 : list->room * 2;
		void *items = arena_array(collector->arena, room, size);

		if (items == NULL) {
			status_set(&collector->status, STATUS_MEMORY, "no memory for the results");
			return NULL;
		}
		if (list->n > 0)
			memcpy(items, list->items, list->n * size);
		list->items = items;
		list->room = room;
	}
	return (char *)list->items + size * list->n++;
}

/* ---- messages, read as hostile -------------------------------------------------------------- */

/* A string that is safe to print, whatever the worker sent. */
static bool
get_text(struct collector *collector, struct reader *r, const char **ret)
{
	struct bytes b;

	if (!wire_get_bytes(r, &b))
		return false;
	*ret = b.len == 0 ? "" : text_safe(collector->arena, b, LIMIT_MESSAGE);
	return true;
}

/* The path of a member: the job's own or one inside it. */
static bool
get_path(struct collector *collector, const struct job *job, struct reader *r, const char **ret)
{
	size_t n = strlen(job->path);

	if (!get_text(collector, r, ret))
		return false;
	if (job->type == JOB_VERIFY)
		return true; /* a claim speaks of other members */
	return strncmp(*ret, job->path, n) == 0 &&
	    ((*ret)[n] == '\0' || strncmp(*ret + n, "!/", 2) == 0);
}

static bool
get_hex(struct collector *collector, struct reader *r, const char **ret)
{
	if (!get_text(collector, r, ret) || strlen(*ret) > 128)
		return false;
	return (*ret)[strspn(*ret, "0123456789abcdef")] == '\0';
}

static bool
get_member(struct collector *collector, const struct job *job, struct reader *r)
{
	struct member_record *record = list_add(collector, &collector->members, sizeof(*record));
	struct result_member *member;
	const char **formats;
	struct fact *facts;
	uint64_t depth, nformats, nfacts;

	if (record == NULL)
		return true;
	member = &record->member;
	if (!get_path(collector, job, r, &member->path) || !wire_get_u64(r, &member->bytes) ||
	    !wire_get_u64(r, &depth) || !wire_get_u64(r, &record->flags) ||
	    !get_hex(collector, r, &member->sha256) || !wire_get_u64(r, &nformats) ||
	    nformats > MAX_LIST || !reader_count(r, nformats, 4))
		return false;
	member->depth = depth > LIMIT_DEPTH + 1 ? LIMIT_DEPTH + 1 : (unsigned)depth;
	member->kind = depth > 0 ? TREE_NESTED : TREE_FILE;
	record->is_described = true;
	formats = arena_array(collector->arena, nformats + 1, sizeof(*formats));
	for (uint64_t i = 0; i < nformats; i++)
		if (formats == NULL || !get_text(collector, r, &formats[i]))
			return false;
	member->formats = formats;
	if (!wire_get_u64(r, &nfacts) || nfacts > LIMIT_JSON_KEYS || !reader_count(r, nfacts, 8))
		return false;
	facts = arena_array(collector->arena, nfacts + 1, sizeof(*facts));
	for (uint64_t i = 0; i < nfacts; i++)
		if (facts == NULL || !get_text(collector, r, &facts[i].key) ||
		    !get_text(collector, r, &facts[i].value))
			return false;
	member->facts = facts;
	member->nfacts = nfacts;
	return true;
}

const char *
result_fingerprint(struct arena *arena, const char *check, const char *member, const char *evidence)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buffer text = buffer_up_to(LIMIT_MESSAGE);
	struct buffer hex = buffer_up_to(64);
	const char *result = "";

	buffer_add(&text, bytes_of(check, strlen(check) + 1));
	buffer_add(&text, bytes_of(member, strlen(member) + 1));
	buffer_add_string(&text, evidence);
	if (buffer_ok(&text) &&
	    EVP_Digest(text.data, text.len, digest, NULL, EVP_sha256(), NULL) == 1)
		for (int i = 0; i < 16; i++)
			buffer_add_format(&hex, "%02x", digest[i]);
	if (hex.len == 32)
		result = arena_string_of(arena, buffer_bytes(&hex));
	buffer_free(&text);
	buffer_free(&hex);
	return result == NULL ? "" : result;
}

static bool
add_finding(struct collector *collector, struct result_finding *finding, const char *id)
{
	struct status status = { 0 };
	struct result_finding *slot;

	finding->check = catalog_find(collector->catalog, id, &status);
	if (finding->check == NULL) {
		status_set(&collector->status, STATUS_INTERNAL,
		    "the check %s stands in no catalog: %s", id, status.text);
		return false;
	}
	finding->severity = finding->check->severity;
	finding->fingerprint =
	    result_fingerprint(collector->arena, id, finding->member, finding->evidence);
	finding->is_new = true;
	slot = list_add(collector, &collector->findings, sizeof(*slot));
	if (slot != NULL)
		*slot = *finding;
	return true;
}

static bool
get_finding(struct collector *collector, const struct job *job, struct reader *r)
{
	struct result_finding finding = { 0 };
	uint64_t confidence;
	const char *id;

	if (!get_text(collector, r, &id) || !get_path(collector, job, r, &finding.member) ||
	    !wire_get_u64(r, &finding.offset) || !wire_get_u64(r, &finding.len) ||
	    !wire_get_u64(r, &finding.line) || !wire_get_u64(r, &confidence) || confidence > 100 ||
	    !get_text(collector, r, &finding.message) || !get_text(collector, r, &finding.evidence))
		return false;
	finding.confidence = (unsigned)confidence;
	return add_finding(collector, &finding, id);
}

static bool
get_skip(struct collector *collector, const struct job *job, struct reader *r)
{
	struct result_skip skip, *slot;

	if (!get_path(collector, job, r, &skip.member) || !get_text(collector, r, &skip.reason))
		return false;
	slot = list_add(collector, &collector->skips, sizeof(*slot));
	if (slot != NULL)
		*slot = skip;
	return true;
}

static bool
get_claim(struct collector *collector, const struct job *job, struct reader *r)
{
	struct collected_claim claim, *slot;

	if (!get_text(collector, r, &claim.verifier) || !get_path(collector, job, r, &claim.path) ||
	    !wire_get_bytes(r, &claim.bytes))
		return false;
	claim.bytes.data = (const uint8_t *)arena_string_of(collector->arena, claim.bytes);
	slot = list_add(collector, &collector->claims, sizeof(*slot));
	if (slot != NULL)
		*slot = claim;
	return claim.bytes.data != NULL;
}

static bool
get_want(struct collector *collector, const struct job *job, struct reader *r)
{
	struct want want, *slot;
	struct bytes path, algorithm;

	/* Paths are as the file system has them, so they stay raw; they only ever look up entries.
	 */
	if (!wire_get_bytes(r, &path) || !wire_get_bytes(r, &algorithm) ||
	    !wire_get_u64(r, &want.start) || !wire_get_u64(r, &want.end) ||
	    collector->wants.n >= 4 * LIMIT_MEMBERS)
		return false;
	want.claim = job->claim;
	want.path = arena_string_of(collector->arena, path);
	want.algorithm = arena_string_of(collector->arena, algorithm);
	slot = list_add(collector, &collector->wants, sizeof(*slot));
	if (slot != NULL)
		*slot = want;
	return want.path != NULL && want.algorithm != NULL;
}

static bool
get_digest(struct collector *collector, const struct job *job, struct reader *r)
{
	struct digest_record digest, *slot;

	if (!get_path(collector, job, r, &digest.path) ||
	    !get_text(collector, r, &digest.algorithm) || !wire_get_u64(r, &digest.start) ||
	    !wire_get_u64(r, &digest.end) || !get_hex(collector, r, &digest.hex))
		return false;
	slot = list_add(collector, &collector->digests, sizeof(*slot));
	if (slot != NULL)
		*slot = digest;
	return true;
}

/* The names stay raw and packed; who reads them reads them as hostile. */
static bool
get_tensors(struct collector *collector, const struct job *job, struct reader *r)
{
	struct tensors_record tensors, *slot;

	if (!get_path(collector, job, r, &tensors.path) || !wire_get_bytes(r, &tensors.names))
		return false;
	tensors.names.data = (const uint8_t *)arena_string_of(collector->arena, tensors.names);
	slot = list_add(collector, &collector->tensors, sizeof(*slot));
	if (slot != NULL)
		*slot = tensors;
	return tensors.names.data != NULL;
}

static bool
get_covered(struct collector *collector, struct reader *r, struct provenance *row)
{
	const char **covered;
	uint64_t n;

	if (!wire_get_u64(r, &n) || n > LIMIT_MEMBERS || !reader_count(r, n, 4))
		return false;
	covered = arena_array(collector->arena, (size_t)n + 1, sizeof(*covered));
	for (size_t i = 0; covered != NULL && i < n; i++)
		if (!get_text(collector, r, &covered[i]))
			return false;
	row->covered = covered;
	row->ncovered = covered == NULL ? 0 : (size_t)n;
	return true;
}

static bool
get_provenance(struct collector *collector, struct reader *r)
{
	struct provenance row = { 0 }, *slot;
	uint64_t status;

	if (!get_text(collector, r, &row.kind) || !get_text(collector, r, &row.path) ||
	    !wire_get_u64(r, &status) || status > PROVENANCE_INCOMPLETE ||
	    !get_text(collector, r, &row.signer) || !get_text(collector, r, &row.algorithm) ||
	    !get_text(collector, r, &row.time) || !wire_get_u64(r, &row.covers) ||
	    !get_text(collector, r, &row.why) || !get_covered(collector, r, &row))
		return false;
	row.status = (enum provenance_status)status;
	slot = list_add(collector, &collector->provenance, sizeof(*slot));
	if (slot != NULL)
		*slot = row;
	return true;
}

static bool
on_message(void *context, const struct job *job, enum message_type type, struct reader body)
{
	struct collector *collector = context;

	switch ((int)type) {
	case MESSAGE_MEMBER:
		return job->type == JOB_FILE && get_member(collector, job, &body);
	case MESSAGE_FINDING:
		return get_finding(collector, job, &body);
	case MESSAGE_SKIP:
		return get_skip(collector, job, &body);
	case MESSAGE_CLAIM:
		return job->type == JOB_FILE && get_claim(collector, job, &body);
	case MESSAGE_WANT:
		return job->type == JOB_WANTS && get_want(collector, job, &body);
	case MESSAGE_DIGEST:
		return (job->type == JOB_FILE || job->type == JOB_DIGEST) &&
		    get_digest(collector, job, &body);
	case MESSAGE_TENSORS:
		return job->type == JOB_DIGEST && get_tensors(collector, job, &body);
	case MESSAGE_PROVENANCE:
		return job->type == JOB_VERIFY && get_provenance(collector, &body);
	default:
		return false;
	}
}

static void
on_failed(void *context, const struct job *job, const char *check, const char *why)
{
	struct collector *collector = context;
	struct result_skip *slot;

	collector_finding(collector, check, job->path, "", why);
	slot = list_add(collector, &collector->skips, sizeof(*slot));
	if (slot != NULL)
		*slot = (struct result_skip){ job->path, arena_string(collector->arena, why) };
}

static void
on_done(void *context, const struct job *job)
{
	struct collector *collector = context;

	collector->bytes_done += job->bytes;
	if (collector->progress != NULL)
		collector->progress(
		    collector->progress_context, collector->bytes_done, collector->bytes_all);
}

struct pool_events
collector_events(struct collector *collector)
{
	return (struct pool_events){ on_message, on_failed, on_done, collector };
}

/* ---- what the supervisor adds ---------------------------------------------------------------- */

void
collector_entry(struct collector *collector, const struct entry *entry)
{
	static const char *const no_formats[] = { NULL };
	struct member_record *record = list_add(collector, &collector->members, sizeof(*record));

	if (record == NULL)
		return;
	*record = (struct member_record){ .is_entry = true, .entry = entry };
	record->member = (struct result_member){ .path = entry->path,
		.name = entry->name,
		.sha256 = "",
		.bytes = entry->size,
		.formats = no_formats };
	record->member.kind = entry->kind == ENTRY_SPECIAL		 ? TREE_SPECIAL
	    : entry->kind == ENTRY_LINK || entry->kind == ENTRY_LINK_OUT ? TREE_SYMLINK
									 : TREE_FILE;
}

void
collector_finding(struct collector *collector, const char *check, const char *path,
    const char *evidence, const char *message)
{
	struct result_finding finding = { .confidence = 100,
		.member = arena_string(collector->arena, path),
		.evidence = text_safe(collector->arena, bytes_of_string(evidence), LIMIT_NAME),
		.message = text_safe(collector->arena, bytes_of_string(message), LIMIT_NAME) };

	if (finding.member != NULL)
		(void)add_finding(
		    collector, &finding, check); /* a missing check is in the collector's status */
}

static int
compare_claims(const void *a, const void *b)
{
	const struct collected_claim *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order != 0 ? order : strcmp(x->verifier, y->verifier);
}

const struct collected_claim *
collector_claims(struct collector *collector, size_t *ret_n)
{
	*ret_n = collector->claims.n;
	if (collector->claims.n > 1)
		qsort(collector->claims.items, collector->claims.n, sizeof(struct collected_claim),
		    compare_claims);
	return collector->claims.items;
}

const struct want *
collector_wants(struct collector *collector, size_t *ret_n)
{
	*ret_n = collector->wants.n;
	return collector->wants.items;
}
