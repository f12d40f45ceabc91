/* What tests of verifiers share: a tree made of texts, and a claim held against it. */
#ifndef TESTS_UNIT_CLAIMS_H
#define TESTS_UNIT_CLAIMS_H

#include "core/limits.h"
#include "format/tensor_names.h"
#include "provenance/provenance.h"
#include "scan/hash.h"

#include <stdlib.h>

#define CLAIM_FILES 16

struct claim_test {
	struct arena *arena;
	struct sink *sink;
	struct tree tree;
	struct tree_entry entries[CLAIM_FILES];
	struct bytes contents[CLAIM_FILES];
	struct provenance result;
};

static inline void
claim_test_start(struct claim_test *test)
{
	*test = (struct claim_test){ .arena = arena_new(16 * MIB), .sink = sink_new(16 * MIB) };
	test->tree = (struct tree){ .name = "model", .entries = test->entries };
}

static inline void
claim_test_end(struct claim_test *test)
{
	arena_free(test->arena);
	sink_free(test->sink);
}

static inline void
claim_test_digest(struct claim_test *test, size_t i, const char *algorithm)
{
	struct tree_entry *entry = &test->entries[i];
	struct member member = { .bytes = test->contents[i] };
	struct buffer names = buffer_up_to(1 << 16);
	char hex[HASH_HEX_MAX];

	if (strcmp(algorithm, WANT_TENSORS) == 0 && tensor_names(&member, test->arena, &names)) {
		entry->has_tensors = true;
		entry->tensors =
		    bytes_of(arena_string_of(test->arena, buffer_bytes(&names)), names.len);
	}
	buffer_free(&names);
	if (tree_digest(entry, algorithm) == NULL &&
	    hash_range(&member, algorithm, 0, entry->size, hex))
		entry->digests[entry->ndigests++] =
		    (struct tree_digest){ arena_string(test->arena, algorithm), 0, entry->size,
			    arena_string(test->arena, hex) };
}

/* Files are added in the order of their paths. */
static inline void
claim_test_file_of(struct claim_test *test, const char *path, struct bytes content)
{
	size_t i = test->tree.n++;

	test->contents[i] = content;
	test->entries[i] = (struct tree_entry){ .path = path,
		.kind = TREE_FILE,
		.size = content.len,
		.digests = arena_array(test->arena, 16, sizeof(struct tree_digest)) };
	claim_test_digest(test, i, "sha256");
}

static inline void
claim_test_file(struct claim_test *test, const char *path, const char *content)
{
	claim_test_file_of(test, path, bytes_of_string(content));
}

/* Lets the verifier that claims PATH judge BYTES; its name, or NULL where none claims it. */
static inline const char *
claim_test_judge_bytes(
    struct claim_test *test, const char *path, struct bytes bytes, const struct trust *trust)
{
	struct member member = { .path = path, .name = path, .bytes = bytes };
	const struct verifier *best = NULL;
	struct claim claim = { .path = path, .bytes = bytes };
	const char *slash = strrchr(path, '/');
	struct wants *wants = wants_new(&test->tree);
	const struct want *list;
	int sure = 0;
	size_t n;

	claim.root = slash == NULL
	    ? ""
	    : arena_string_of(test->arena, bytes_of(path, (size_t)(slash - path)));
	for (size_t i = 0; verifiers[i] != NULL; i++)
		if (verifiers[i]->probe(&member) > sure) {
			sure = verifiers[i]->probe(&member);
			best = verifiers[i];
		}
	sink_reset(test->sink);
	test->result = (struct provenance){ .path = path };
	if (best != NULL && best->wants != NULL)
		best->wants(&claim, wants);
	list = wants_list(wants, &n);
	for (size_t w = 0; w < n; w++)
		for (size_t i = 0; i < test->tree.n; i++)
			if (strcmp(test->entries[i].path, list[w].path) == 0)
				claim_test_digest(test, i, list[w].algorithm);
	if (best != NULL)
		best->verify(&claim, &test->tree, trust, test->sink, &test->result);
	wants_free(wants);
	return best == NULL ? NULL : best->name;
}

static inline const char *
claim_test_judge(struct claim_test *test, const char *path, const char *text)
{
	static const struct trust nobody = { 0 };

	return claim_test_judge_bytes(test, path, bytes_of_string(text), &nobody);
}

#endif
