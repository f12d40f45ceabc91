/*
 * usage: tlog FOLDER: replays the public vectors of transparency logs in FOLDER, whose EXPECTED.tsv
 * has a row "file TAB kind TAB pass or fail TAB note" for each: proofs of inclusion and consistency
 * (transparency-dev/merkle), checkpoints of a real log, C2SP tlog-proofs, and the roots of RFC
 * 6962. TAP. Proofs about subtrees are of no kind that assay makes or reads, and are left out.
 */
#include "config.h"

#include "core/json.h"
#include "core/reader.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/note.h"
#include "tests/tap.h"

#include <stdlib.h>

#define MAX_FILE (1 << 20)
#define MAX_LEAVES 16

static struct arena *arena;

static struct bytes
read_file(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *data = arena_alloc(arena, MAX_FILE);
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file != NULL) {
		len = fread(data, 1, MAX_FILE, file);
		fclose(file);
	}
	return bytes_of(data, len);
}

static bool
decode_hash(struct bytes text, struct merkle_hash *ret)
{
	struct bytes raw;

	if (!base64_decode(arena, text, &raw) || raw.len != MERKLE_LEN)
		return false;
	memcpy(ret->data, raw.data, MERKLE_LEN);
	return true;
}

static bool
get_hash(struct json_object *object, const char *key, struct merkle_hash *ret)
{
	const char *text;

	return json_get_string(object, key, &text) && decode_hash(bytes_of_string(text), ret);
}

/* Vectors in which the roots do not matter have shorter ones. */
static bool
get_root(struct json_object *object, const char *key, struct merkle_hash *ret)
{
	struct bytes raw;
	const char *text;

	*ret = (struct merkle_hash){ { 0 } };
	if (!json_get_string(object, key, &text) ||
	    !base64_decode(arena, bytes_of_string(text), &raw) || raw.len > MERKLE_LEN)
		return false;
	if (raw.len > 0)
		memcpy(ret->data, raw.data, raw.len);
	return true;
}

/* False where one of them is no hash: such a proof proves nothing. */
static bool
get_proof(struct json_object *object, struct merkle_hash *proof, size_t *ret_n)
{
	struct json_object *list;

	*ret_n = 0;
	if (!json_get(object, "proof", json_type_array, &list))
		return true;
	if (json_object_array_length(list) > MERKLE_MAX_PROOF)
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(list, i));

		if (text == NULL || !decode_hash(bytes_of_string(text), &proof[(*ret_n)++]))
			return false;
	}
	return true;
}

static bool
judge_inclusion(struct json_object *vector)
{
	struct merkle_hash proof[MERKLE_MAX_PROOF], leaf, root;
	int64_t index, size;
	size_t n;

	return json_get_int64(vector, "leafIdx", &index) && index >= 0 &&
	    json_get_int64(vector, "treeSize", &size) && size >= 0 &&
	    get_hash(vector, "leafHash", &leaf) && get_hash(vector, "root", &root) &&
	    get_proof(vector, proof, &n) &&
	    merkle_verify_inclusion((uint64_t)index, (uint64_t)size, &leaf, proof, n, &root);
}

static bool
judge_consistency(struct json_object *vector)
{
	struct merkle_hash proof[MERKLE_MAX_PROOF], before, after;
	int64_t old, new;
	size_t n;

	return json_get_int64(vector, "size1", &old) && old >= 0 &&
	    json_get_int64(vector, "size2", &new) && new >= 0 &&
	    get_root(vector, "root1", &before) && get_root(vector, "root2", &after) &&
	    get_proof(vector, proof, &n) &&
	    merkle_verify_consistency((uint64_t)old, (uint64_t) new, &before, &after, proof, n);
}

static bool
judge_vector(struct bytes text, bool (*judge)(struct json_object *))
{
	struct status ignored = { 0 };
	struct json_object *vector = json_parse(text, &ignored);
	bool good = vector != NULL && judge(vector);

	json_object_put(vector);
	return good;
}

/* What stands behind KEY in the row's note, up to a space. */
static struct bytes
noted(const char *note, const char *key)
{
	const char *at = strstr(note, key);

	return at == NULL ? bytes_of(NULL, 0)
			  : bytes_of(at + strlen(key), strcspn(at + strlen(key), " \n"));
}

static bool
open_checkpoint(struct bytes note, const char *row_note, struct checkpoint *ret)
{
	struct status ignored = { 0 };
	struct key *key = NULL;
	struct note_key trusted = { 0 };
	struct bytes text;
	size_t by;
	bool good = note_parse_vkey(arena, noted(row_note, "vkey="), &trusted.name, &key, &ignored);

	trusted.key = key;
	good = good && note_key_id(trusted.name, key, &trusted.id) &&
	    note_open(note, &trusted, 1, &text, &by, &ignored) && checkpoint_parse(text, ret);
	key_free(key);
	return good;
}

/* C2SP tlog-proof: a header, "index N", hashes from the leaf up, an empty line, the checkpoint. */
static bool
judge_proof(struct bytes text, const char *note)
{
	struct merkle_hash proof[MERKLE_MAX_PROOF], leaf;
	struct reader r = reader_over(text);
	struct checkpoint checkpoint;
	struct bytes line;
	uint64_t index;
	size_t n = 0;

	if (!reader_line(&r, &line) || !bytes_equal_string(line, "c2sp.org/tlog-proof@v1") ||
	    !reader_line(&r, &line) || !bytes_starts(line, "index "))
		return false;
	index = strtoull((const char *)line.data + 6, NULL, 10);
	while (reader_line(&r, &line) && line.len > 0)
		if (n == MERKLE_MAX_PROOF || !decode_hash(line, &proof[n++]))
			return false;
	return open_checkpoint(bytes_slice(text, r.pos, SIZE_MAX), note, &checkpoint) &&
	    merkle_leaf(noted(note, "leaf="), &leaf) &&
	    merkle_verify_inclusion(index, checkpoint.size, &leaf, proof, n, &checkpoint.root);
}

/* ---- RFC 6962's own tree --------------------------------------------------------------------- */

struct leaves {
	struct merkle_hash hashes[MAX_LEAVES];
	size_t n;
};

static bool
node_of(void *context, unsigned level, uint64_t index, struct merkle_hash *ret)
{
	const struct leaves *leaves = context;
	struct merkle_hash left, right;

	if (level == 0) {
		*ret = leaves->hashes[index];
		return index < leaves->n;
	}
	return node_of(context, level - 1, 2 * index, &left) &&
	    node_of(context, level - 1, 2 * index + 1, &right) && merkle_node(&left, &right, ret);
}

static bool
is_root(const struct leaves *leaves, size_t size, const char *hex)
{
	const struct merkle_source source = { node_of, (void *)(uintptr_t)leaves };
	uint8_t expected[MERKLE_LEN];
	struct merkle_hash root;

	return merkle_root(&source, size, &root) &&
	    hex_decode(bytes_of_string(hex), expected, sizeof(expected)) &&
	    memcmp(root.data, expected, sizeof(expected)) == 0;
}

static void
replay_rfc(const char *folder)
{
	struct status ignored = { 0 };
	struct json_object *root =
			       json_parse(read_file(folder, "rfc6962-reference.json"), &ignored),
			   *inputs, *roots;
	struct leaves leaves = { 0 };
	bool good = root != NULL && json_get(root, "leafInputsHex", json_type_array, &inputs) &&
	    json_get(root, "rootHashesHex", json_type_array, &roots) &&
	    json_object_array_length(inputs) <= MAX_LEAVES;

	for (size_t i = 0; good && i < json_object_array_length(inputs); i++) {
		const char *hex = json_object_get_string(json_object_array_get_idx(inputs, i));
		uint8_t raw[64];
		size_t len = strlen(hex) / 2;

		good = len <= sizeof(raw) && hex_decode(bytes_of_string(hex), raw, len) &&
		    merkle_leaf(bytes_of(raw, len), &leaves.hashes[leaves.n++]);
	}
	for (size_t i = 0; good && i < json_object_array_length(roots); i++)
		good = is_root(
		    &leaves, i, json_object_get_string(json_object_array_get_idx(roots, i)));
	ok(good, "the roots of RFC 6962's reference tree");
	json_object_put(root);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void
replay_row(const char *folder, char *row)
{
	char *parts[4] = { row, NULL, NULL, NULL };
	bool good;

	for (size_t i = 1; i < ARRAY_LEN(parts); i++) {
		char *tab = parts[i - 1] == NULL ? NULL : strchr(parts[i - 1], '\t');

		if (tab != NULL) {
			*tab = '\0';
			parts[i] = tab + 1;
		}
	}
	if (parts[3] == NULL || strcmp(parts[2], "expected") == 0 ||
	    strncmp(parts[1], "subtree", 7) == 0)
		return;
	arena_reset(arena);
	if (strcmp(parts[1], "inclusion") == 0) {
		good = judge_vector(read_file(folder, parts[0]), judge_inclusion);
	} else if (strcmp(parts[1], "consistency") == 0) {
		good = judge_vector(read_file(folder, parts[0]), judge_consistency);
	} else if (strcmp(parts[1], "checkpoint") == 0) {
		struct checkpoint ignored;

		good = open_checkpoint(read_file(folder, parts[0]), parts[3], &ignored);
	} else if (strcmp(parts[1], "tlog-proof") == 0) {
		good = judge_proof(read_file(folder, parts[0]), parts[3]);
	} else {
		ok(false, parts[1]);
		return;
	}
	ok(good == (strcmp(parts[2], "pass") == 0), parts[0]);
}

int
main(int argc, char **argv)
{
	struct reader r;
	struct bytes table, line;

	arena = arena_new((size_t)64 << 20);
	if (argc != 2 || arena == NULL)
		return 2;
	replay_rfc(argv[1]);
	table = read_file(argv[1], "EXPECTED.tsv");
	table.data = (const uint8_t *)memcpy(malloc(table.len + 1), table.data, table.len);
	for (r = reader_over(table); reader_line(&r, &line);) {
		char row[1024];

		snprintf(row, sizeof(row), "%.*s", (int)line.len, (const char *)line.data);
		replay_row(argv[1], row);
	}
	free((void *)(uintptr_t)table.data);
	arena_free(arena);
	return done_testing();
}
