/*
 * Puts a result together from what a collector holds: sorts, merges, folds and counts, so that the
 * order in which workers answered leaves no trace.
 */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "scan/collector.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

static int
compare_members(const void *a, const void *b)
{
	const struct member_record *x = a, *y = b;
	int order = strcmp(x->member.path, y->member.path);

	/* The entry itself before what its workers said. */
	return order != 0 ? order : (int)y->is_entry - (int)x->is_entry;
}

static int
compare_digests(const void *a, const void *b)
{
	const struct digest_record *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (order == 0)
		order = strcmp(x->algorithm, y->algorithm);
	if (order == 0 && x->start != y->start)
		order = x->start < y->start ? -1 : 1;
	if (order == 0 && x->end != y->end)
		order = x->end < y->end ? -1 : 1;
	return order;
}

/* The digests of PATH; they are sorted. */
static const struct digest_record *
digests_of(const struct collector *collector, const char *path, size_t *ret_n)
{
	const struct digest_record *digests = collector->digests.items;
	size_t low = 0, high = collector->digests.n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(digests[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < collector->digests.n && strcmp(digests[end].path, path) == 0; end++)
		;
	*ret_n = end - low;
	return low == end ? NULL : digests + low;
}

static const char *
sha256_of(const struct collector *collector, const struct result_member *member)
{
	size_t n;
	const struct digest_record *digests = digests_of(collector, member->path, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(digests[i].algorithm, "sha256") == 0 && digests[i].start == 0 &&
		    digests[i].end == member->bytes)
			return digests[i].hex;
	return member->sha256;
}

/* Sorts members and merges what workers said about an entry into it. */
static void
merge_members(struct collector *collector)
{
	struct member_record *records = collector->members.items;
	size_t kept = 0;

	if (collector->digests.n > 1)
		qsort(collector->digests.items, collector->digests.n, sizeof(struct digest_record),
		    compare_digests);
	if (collector->members.n > 1)
		qsort(records, collector->members.n, sizeof(*records), compare_members);
	for (size_t i = 0; i < collector->members.n; i++) {
		struct member_record *last = kept > 0 ? &records[kept - 1] : NULL;

		if (last != NULL && last->is_entry && !last->is_described &&
		    records[i].is_described &&
		    strcmp(last->member.path, records[i].member.path) == 0) {
			enum tree_kind kind = last->member.kind;
			const char *name = last->member.name;

			last->member = records[i].member;
			last->member.kind = kind;
			last->member.name = name;
			last->flags = records[i].flags;
			last->is_described = true;
		} else {
			records[kept++] = records[i];
		}
	}
	collector->members.n = kept;
	for (size_t i = 0; i < kept; i++)
		if (*records[i].member.sha256 == '\0')
			records[i].member.sha256 = sha256_of(collector, &records[i].member);
}

static int
compare_tree(const void *a, const void *b)
{
	return strcmp(((const struct tree_entry *)a)->path, ((const struct tree_entry *)b)->path);
}

/* Digests of a record for the tree; with the SHA-256 that a nested member's worker sent along. */
static bool
fill_digests(
    struct collector *collector, const struct member_record *record, struct tree_entry *entry)
{
	size_t n;
	const struct digest_record *digests = digests_of(collector, record->member.path, &n);

	entry->digests = arena_array(collector->arena, n + 1, sizeof(*entry->digests));
	if (entry->digests == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		entry->digests[entry->ndigests++] = (struct tree_digest){ digests[i].algorithm,
			digests[i].start, digests[i].end, digests[i].hex };
	if (n == 0 && *record->member.sha256 != '\0')
		entry->digests[entry->ndigests++] = (struct tree_digest){ "sha256", 0,
			record->member.bytes, record->member.sha256 };
	return true;
}

static int
compare_tensors(const void *a, const void *b)
{
	return strcmp(
	    ((const struct tensors_record *)a)->path, ((const struct tensors_record *)b)->path);
}

static void
fill_tensors(struct collector *collector, const char *path, struct tree_entry *entry)
{
	struct tensors_record key = { .path = path };
	const struct tensors_record *found = collector->tensors.n == 0
	    ? NULL
	    : bsearch(&key, collector->tensors.items, collector->tensors.n, sizeof(key),
		  compare_tensors);

	entry->has_tensors = found != NULL;
	if (found != NULL)
		entry->tensors = found->names;
}

struct tree *
collector_tree(struct collector *collector, const struct target *targets, size_t n)
{
	struct tree *tree = arena_alloc(collector->arena, sizeof(*tree));
	const struct member_record *records;

	merge_members(collector);
	if (collector->tensors.n > 1)
		qsort(collector->tensors.items, collector->tensors.n, sizeof(struct tensors_record),
		    compare_tensors);
	records = collector->members.items;
	if (tree == NULL)
		return NULL;
	tree->name = targets[0].name;
	tree->is_file =
	    n == 1 && (targets[0].kind == TARGET_FILE || targets[0].kind == TARGET_STDIN);
	tree->entries = arena_array(collector->arena, collector->members.n, sizeof(*tree->entries));
	if (tree->entries == NULL)
		return NULL;
	for (size_t i = 0; i < collector->members.n; i++) {
		struct tree_entry *entry = &tree->entries[tree->n++];

		entry->path =
		    n == 1 && records[i].is_entry ? records[i].entry->name : records[i].member.path;
		entry->target = records[i].is_entry ? records[i].entry->leads : NULL;
		entry->modified = records[i].is_entry ? records[i].entry->modified : 0;
		entry->kind = records[i].member.kind;
		entry->size = records[i].member.bytes;
		if (!fill_digests(collector, &records[i], entry))
			return NULL;
		fill_tensors(collector, records[i].member.path, entry);
	}
	if (tree->n > 1)
		qsort(tree->entries, tree->n, sizeof(*tree->entries), compare_tree);
	return tree;
}

static int
compare_findings(const void *a, const void *b)
{
	const struct result_finding *x = a, *y = b;
	int order = strcmp(x->member, y->member);

	if (order == 0 && x->offset != y->offset)
		order = x->offset < y->offset ? -1 : 1;
	if (order == 0)
		order = strcmp(x->check->id, y->check->id);
	if (order == 0)
		order = strcmp(x->evidence, y->evidence);
	return order != 0 ? order : strcmp(x->message, y->message);
}

void
result_sort_findings(struct result *result)
{
	if (result->nfindings > 1)
		qsort(result->findings, result->nfindings, sizeof(*result->findings),
		    compare_findings);
}

/* Findings that say the same of the same member are one, with a count. */
static size_t
fold_findings(struct result_finding *findings, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct result_finding *last = kept > 0 ? &findings[kept - 1] : NULL;

		if (last != NULL && last->check == findings[i].check &&
		    strcmp(last->member, findings[i].member) == 0 &&
		    strcmp(last->evidence, findings[i].evidence) == 0 &&
		    strcmp(last->message, findings[i].message) == 0)
			last->more++;
		else
			findings[kept++] = findings[i];
	}
	return kept;
}

static int
compare_skips(const void *a, const void *b)
{
	const struct result_skip *x = a, *y = b;
	int order = strcmp(x->member, y->member);

	return order != 0 ? order : strcmp(x->reason, y->reason);
}

static int
compare_provenance(const void *a, const void *b)
{
	const struct provenance *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order != 0 ? order : strcmp(x->kind, y->kind);
}

/*
 * The digest of a folder: SHA-256 over the SHA-256 of its files in path order, which is the root
 * digest of OpenSSF Model Signing v1.0. "" where a file could not be read.
 */
static const char *
root_digest(struct collector *collector, const struct target *target)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buffer all = buffer_up_to(64 * (size_t)LIMIT_MEMBERS), hex = buffer_up_to(80);
	const char *result = "";

	for (size_t i = 0; i < target->nentries; i++) {
		size_t n;
		const struct digest_record *found =
		    digests_of(collector, target->entries[i].path, &n);
		long len = 0;
		unsigned char *raw;

		if (target->entries[i].kind != ENTRY_FILE &&
		    target->entries[i].kind != ENTRY_LINK_FILE)
			continue;
		while (n > 0 &&
		    (strcmp(found->algorithm, "sha256") != 0 || found->start != 0 ||
			found->end != target->entries[i].size)) {
			found++;
			n--;
		}
		raw = n == 0 ? NULL : OPENSSL_hexstr2buf(found->hex, &len);
		if (raw == NULL)
			all.failed = true;
		else
			buffer_add(&all, bytes_of(raw, (size_t)len));
		OPENSSL_free(raw);
	}
	if (buffer_ok(&all) &&
	    EVP_Digest(all.data == NULL ? (const uint8_t *)"" : all.data, all.len, digest, NULL,
		EVP_sha256(), NULL) == 1) {
		for (int i = 0; i < 32; i++)
			buffer_add_format(&hex, "%02x", digest[i]);
		result = arena_string_of(collector->arena, buffer_bytes(&hex));
	}
	buffer_free(&all);
	buffer_free(&hex);
	return result == NULL ? "" : result;
}

static bool
fill_targets(
    struct collector *collector, struct result *result, const struct target *targets, size_t n)
{
	result->targets = arena_array(collector->arena, n, sizeof(*result->targets));
	if (result->targets == NULL)
		return false;
	result->ntargets = n;
	for (size_t i = 0; i < n; i++) {
		struct result_target *target = &result->targets[i];

		*target = (struct result_target){ .kind = target_kind_name(targets[i].kind),
			.sha256 = "" };
		target->path =
		    text_safe(collector->arena, bytes_of_string(targets[i].path), LIMIT_NAME);
		target->name =
		    text_safe(collector->arena, bytes_of_string(targets[i].name), LIMIT_NAME);
		for (size_t e = 0; e < targets[i].nentries; e++)
			if (targets[i].entries[e].kind == ENTRY_FILE ||
			    targets[i].entries[e].kind == ENTRY_LINK_FILE)
				target->bytes += targets[i].entries[e].size;
		if (targets[i].kind == TARGET_FILE || targets[i].kind == TARGET_STDIN) {
			struct result_member member = { .path = targets[i].entries[0].path,
				.sha256 = "",
				.bytes = targets[i].entries[0].size };

			target->sha256 = sha256_of(collector, &member);
		} else {
			target->sha256 = root_digest(collector, &targets[i]);
		}
	}
	return true;
}

static bool
fill_members(struct collector *collector, struct result *result)
{
	const struct member_record *records = collector->members.items;

	result->members =
	    arena_array(collector->arena, collector->members.n, sizeof(*result->members));
	if (result->members == NULL)
		return false;
	for (size_t i = 0; i < collector->members.n; i++) {
		result->members[result->nmembers++] = records[i].member;
		if (records[i].member.kind == TREE_SYMLINK)
			continue;
		result->bytes += records[i].member.bytes;
		result->analyzed += (records[i].flags & MEMBER_ANALYZED) != 0;
		result->unidentified +=
		    records[i].is_described && (records[i].flags & MEMBER_IDENTIFIED) == 0;
	}
	return true;
}

struct result *
collector_take_result(
    struct collector *collector, const struct target *targets, size_t n, struct status *status)
{
	struct result *result = arena_alloc(collector->arena, sizeof(*result));

	merge_members(collector);
	if (result == NULL || collector->status.code != STATUS_OK ||
	    !fill_members(collector, result) || !fill_targets(collector, result, targets, n)) {
		status_set(status,
		    collector->status.code == STATUS_OK ? STATUS_MEMORY : collector->status.code,
		    "%s",
		    collector->status.code == STATUS_OK ? "no memory for the results"
							: collector->status.text);
		return NULL;
	}
	result->findings = collector->findings.items;
	result->nfindings = collector->findings.n;
	result_sort_findings(result);
	result->nfindings = fold_findings(result->findings, result->nfindings);
	result->skipped = collector->skips.items;
	result->nskipped = collector->skips.n;
	if (result->nskipped > 1)
		qsort(result->skipped, result->nskipped, sizeof(*result->skipped), compare_skips);
	result->provenance = collector->provenance.items;
	result->nprovenance = collector->provenance.n;
	if (result->nprovenance > 1)
		qsort(result->provenance, result->nprovenance, sizeof(*result->provenance),
		    compare_provenance);
	result->arena = collector->arena;
	collector->arena = NULL;
	return result;
}

void
result_free(struct result *result)
{
	if (result != NULL)
		arena_free(result->arena); /* the result lives in it */
}
