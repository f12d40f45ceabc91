/* The table of verifiers, and look-ups in the tree they verify against. */
#include "config.h"

#include "provenance/provenance.h"

#include <stdlib.h>

const struct verifier *const verifiers[] = {
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
tree_digest_of_range(const struct tree_entry *entry, const char *algorithm, uint64_t start,
		     uint64_t end)
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
