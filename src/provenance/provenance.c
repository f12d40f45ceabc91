/* The table of verifiers, and look-ups in the tree they verify against. */
#include "config.h"

#include "provenance/provenance.h"

#include "core/limits.h"

#include <stdlib.h>

extern const struct verifier verifier_addressed, verifier_cms, verifier_cosign, verifier_hf_local,
    verifier_intoto, verifier_lfs_pointer, verifier_minisign, verifier_mlflow, verifier_oci,
    verifier_openpgp, verifier_rawsig, verifier_record, verifier_shards, verifier_sigstore,
    verifier_sums;

const struct verifier *const verifiers[] = {
	&verifier_addressed,
	&verifier_cms,
	&verifier_cosign,
	&verifier_hf_local,
	&verifier_intoto,
	&verifier_lfs_pointer,
	&verifier_minisign,
	&verifier_mlflow,
	&verifier_oci,
	&verifier_openpgp,
	&verifier_rawsig,
	&verifier_record,
	&verifier_shards,
	&verifier_sigstore,
	&verifier_sums,
	NULL,
};

const struct verifier *
verifier_by_name(const char *name)
{
	for (size_t i = 0; verifiers[i] != NULL; i++)
		if (strcmp(verifiers[i]->name, name) == 0)
			return verifiers[i];
	return NULL;
}

const char *
provenance_status_name(enum provenance_status status)
{
	switch (status) {
	case PROVENANCE_VERIFIED:
		return "verified";
	case PROVENANCE_FAILED:
		return "failed";
	case PROVENANCE_UNTRUSTED:
		return "untrusted";
	case PROVENANCE_INCOMPLETE:
		return "incomplete";
	}
	return "incomplete";
}

static int
compare_entry(const void *path, const void *entry)
{
	return strcmp(path, ((const struct tree_entry *)entry)->path);
}

const struct tree_entry *
tree_find(const struct tree *tree, const char *path)
{
	if (tree->n == 0)
		return NULL;
	return bsearch(path, tree->entries, tree->n, sizeof(tree->entries[0]), compare_entry);
}

const char *
tree_digest_of_range(
    const struct tree_entry *entry, const char *algorithm, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < entry->ndigests; i++) {
		const struct tree_digest *digest = &entry->digests[i];

		if (digest->start == start && digest->end == end &&
		    strcmp(digest->algorithm, algorithm) == 0)
			return digest->hex;
	}
	return NULL;
}

const char *
tree_digest(const struct tree_entry *entry, const char *algorithm)
{
	return tree_digest_of_range(entry, algorithm, 0, entry->size);
}

struct wants {
	const struct tree *tree;
	struct arena *arena;
	struct want *list;
	size_t n, room;
};

struct wants *
wants_new(const struct tree *tree)
{
	struct wants *wants = calloc(1, sizeof(*wants));

	if (wants == NULL)
		return NULL;
	wants->arena = arena_new(LIMIT_ARENA);
	if (wants->arena == NULL) {
		free(wants);
		return NULL;
	}
	wants->tree = tree;
	return wants;
}

const struct tree *
wants_tree(const struct wants *wants)
{
	return wants->tree;
}

void
wants_free(struct wants *wants)
{
	if (wants == NULL)
		return;
	arena_free(wants->arena);
	free(wants);
}

void
wants_add(
    struct wants *wants, const char *path, const char *algorithm, uint64_t start, uint64_t end)
{
	struct want want = { .start = start, .end = end };

	if (wants->n == wants->room) {
		size_t room = wants->room == 0 ? 16 : wants->room * 2;
		struct want *list = room > 4 * LIMIT_MEMBERS
		    ? NULL
		    : arena_array(wants->arena, room, sizeof(*list));

		if (list == NULL)
			return; /* the digest will be missing, and verify() says so */
		if (wants->n > 0)
			memcpy(list, wants->list, wants->n * sizeof(*list));
		wants->list = list;
		wants->room = room;
	}
	want.path = arena_string(wants->arena, path);
	want.algorithm = arena_string(wants->arena, algorithm);
	if (want.path != NULL && want.algorithm != NULL)
		wants->list[wants->n++] = want;
}

const struct want *
wants_list(const struct wants *wants, size_t *ret_n)
{
	*ret_n = wants->n;
	return wants->list;
}

void
provenance_covers(struct sink *sink, struct provenance *ret, const char *path)
{
	sink_fact(sink, PROVENANCE_COVERS, "%s", path);
	ret->covers++;
}
