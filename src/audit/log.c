/* The audit log, read and extended: see audit/log.h. */
#include "config.h"

#include "audit/log.h"

#include "audit/log_private.h"
#include "core/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

bool
log_exists(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool exists = folder >= 0 && faccessat(folder, LOG_CHECKPOINT, F_OK, 0) == 0;

	if (folder >= 0)
		close(folder);
	return exists;
}

void
log_close(struct log *log)
{
	if (log == NULL)
		return;
	if (log->folder >= 0)
		close(log->folder);
	key_free(log->key);
	key_free(log->private_key);
	buffer_free(&log->note);
	buffer_free(&log->vkey);
	arena_free(log->arena);
	free(log);
}

/* The verifier key: the pinned one, which must be the log's own, or the log's own. */
static bool
read_vkey(struct log *log, struct bytes pinned, struct status *status)
{
	if (!tiles_read_file(log->folder, LOG_VKEY, LOG_MAX_FILE, &log->vkey, status))
		return false;
	while (log->vkey.len > 0 && log->vkey.data[log->vkey.len - 1] == '\n')
		log->vkey.len--;
	while (pinned.len > 0 && pinned.data[pinned.len - 1] == '\n')
		pinned.len--;
	if (pinned.len > 0 && !bytes_equal(pinned, buffer_bytes(&log->vkey)))
		return status_set(status, STATUS_MALFORMED,
		    "the log carries another verifier key than the one that was given: it is not "
		    "the log that is trusted");
	return note_parse_vkey(
	    log->arena, buffer_bytes(&log->vkey), &log->origin, &log->key, status);
}

static bool
open_checkpoint(
    const struct log *log, struct bytes note, struct checkpoint *ret, struct status *status)
{
	struct note_key trusted = { .name = log->origin, .key = log->key };
	struct bytes text;
	size_t by;

	if (!note_key_id(log->origin, log->key, &trusted.id) ||
	    !note_open(note, &trusted, 1, &text, &by, status))
		return status_set(status, STATUS_INTERNAL, "the checkpoint cannot be opened");
	if (!checkpoint_parse(text, ret) || !bytes_equal_string(ret->origin, log->origin))
		return status_set(status, STATUS_MALFORMED,
		    "the checkpoint is malformed, or of another log than %s", log->origin);
	return true;
}

bool
log_read_checkpoint(struct log *log, struct status *status)
{
	struct checkpoint checkpoint;

	if (!tiles_read_file(log->folder, LOG_CHECKPOINT, LOG_MAX_FILE, &log->note, status) ||
	    !open_checkpoint(log, buffer_bytes(&log->note), &checkpoint, status))
		return false;
	log->size = checkpoint.size;
	log->root = checkpoint.root;
	return true;
}

static bool
read_private_key(struct log *log, struct status *status)
{
	struct buffer pem = buffer_up_to(LOG_MAX_FILE);
	bool done = tiles_read_file(log->folder, LOG_KEY, LOG_MAX_FILE, &pem, status);

	if (done)
		log->private_key = key_private_from_pem(buffer_bytes(&pem), status);
	if (pem.data != NULL)
		OPENSSL_cleanse(pem.data, pem.len);
	buffer_free(&pem);
	if (log->private_key == NULL)
		return false;
	return key_same(log->private_key, log->key) ||
	    status_set(status, STATUS_MALFORMED,
		"the log's private key does not belong to its verifier key");
}

struct log *
log_open(const char *path, struct bytes vkey, bool writes, struct status *status)
{
	struct log *log = calloc(1, sizeof(*log));
	bool done;

	if (log == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for a log");
		return NULL;
	}
	log->note = buffer_up_to(LOG_MAX_FILE);
	log->vkey = buffer_up_to(LOG_MAX_FILE);
	log->arena = arena_new((size_t)1 << 20);
	log->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (log->folder < 0 || log->arena == NULL)
		status_set(
		    status, STATUS_IO, "the log %s cannot be opened: %s", path, strerror(errno));
	/* Two gates that append at once take turns. */
	else if (writes && flock(log->folder, LOCK_EX) != 0)
		status_set(
		    status, STATUS_IO, "the log %s cannot be locked: %s", path, strerror(errno));
	done = status->code == STATUS_OK && read_vkey(log, vkey, status) &&
	    log_read_checkpoint(log, status) && (!writes || read_private_key(log, status));
	if (done)
		return log;
	log_close(log);
	return NULL;
}

const char *
log_origin(const struct log *log)
{
	return log->origin;
}

uint64_t
log_size(const struct log *log)
{
	return log->size;
}

const struct key *
log_public_key(const struct log *log)
{
	return log->key;
}

struct bytes
log_checkpoint(const struct log *log)
{
	return buffer_bytes(&log->note);
}

struct bytes
log_vkey(const struct log *log)
{
	return buffer_bytes(&log->vkey);
}

bool
log_prove(struct log *log, uint64_t index, struct log_proof *proof, struct status *status)
{
	struct tile_tree *tree = calloc(1, sizeof(*tree));
	struct merkle_source source = { tile_tree_node, tree };
	bool done;

	if (index >= log->size) {
		free(tree);
		return status_set(status, STATUS_USAGE,
		    "the log has %ju entries, none numbered %ju", (uintmax_t)log->size,
		    (uintmax_t)index);
	}
	if (tree == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for a proof");
	*tree = (struct tile_tree){ .folder = log->folder, .size = log->size, .status = status };
	proof->index = index;
	proof->size = log->size;
	proof->root = log->root;
	done = merkle_prove_inclusion(&source, index, log->size, proof->hashes, &proof->n);
	free(tree);
	return done || status_set(status, STATUS_MALFORMED, "the log's tiles are not complete");
}

/* Entries of one bundle, one after the other. */
static bool
walk_bundle(struct bytes data, uint64_t first, unsigned width,
    bool (*visit)(uint64_t, struct bytes, void *), void *context, bool *ret_stopped)
{
	struct reader r = reader_over(data);

	for (unsigned i = 0; i < width; i++) {
		struct bytes entry;
		uint16_t len;

		if (!reader_u16be(&r, &len) || !reader_bytes(&r, len, &entry))
			return false;
		if (!visit(first + i, entry, context)) {
			*ret_stopped = true;
			return true;
		}
	}
	return reader_left(&r) == 0;
}

bool
log_each(struct log *log, bool (*visit)(uint64_t, struct bytes, void *), void *context,
    struct status *status)
{
	struct buffer data = buffer_up_to(TILE_MAX_BYTES);
	bool done = true, stopped = false;

	for (uint64_t tile = 0; done && !stopped && tile * TILE_WIDTH < log->size; tile++) {
		unsigned width = tile_width(log->size, TILES_ENTRIES, tile);

		done = tile_read(log->folder, TILES_ENTRIES, tile, width, &data, status);
		if (done &&
		    !walk_bundle(
			buffer_bytes(&data), tile * TILE_WIDTH, width, visit, context, &stopped))
			done = status_set(status, STATUS_MALFORMED,
			    "the entries from number %ju on are cut or have bytes too many",
			    (uintmax_t)(tile * TILE_WIDTH));
	}
	buffer_free(&data);
	return done;
}

/* Compares each entry with the leaf hash in its tile. */
struct checking {
	struct tile_tree *tree;
	struct status *status;
};

static bool
check_leaf(uint64_t index, struct bytes entry, void *context)
{
	struct checking *checking = context;
	struct merkle_hash computed, kept;

	if (!merkle_leaf(entry, &computed) || !tile_tree_node(checking->tree, 0, index, &kept))
		return status_set(checking->status, STATUS_MALFORMED,
		    "the hash of entry %ju cannot be read", (uintmax_t)index);
	if (memcmp(computed.data, kept.data, MERKLE_LEN) != 0)
		return status_set(checking->status, STATUS_MALFORMED,
		    "entry %ju is not what its hash in the tree was made of: it was changed",
		    (uintmax_t)index);
	return true;
}

/* Every hash of the upper tiles must be the root of the full tile below it. */
static bool
check_upper(struct tile_tree *tree, struct status *status)
{
	for (unsigned level = 1; level < TILE_LEVELS && tree->size >> (TILE_HEIGHT * level) > 0;
	     level++)
		for (uint64_t i = 0; i < tree->size >> (TILE_HEIGHT * level); i++) {
			struct merkle_hash kept, left, right, computed;
			unsigned below = level * TILE_HEIGHT - 1;

			if (!tile_tree_node(tree, level * TILE_HEIGHT, i, &kept) ||
			    !tile_tree_node(tree, below, 2 * i, &left) ||
			    !tile_tree_node(tree, below, 2 * i + 1, &right) ||
			    !merkle_node(&left, &right, &computed))
				return status_set(status, STATUS_MALFORMED,
				    "a tile of level %u cannot be read", level);
			if (memcmp(computed.data, kept.data, MERKLE_LEN) != 0)
				return status_set(status, STATUS_MALFORMED,
				    "hash %ju of tile level %u does not fit the tile below it",
				    (uintmax_t)i, level);
		}
	return true;
}

static bool
check_earlier(const struct log *log, const struct merkle_source *source, struct bytes note,
    struct status *status)
{
	struct merkle_hash proof[MERKLE_MAX_PROOF + 1];
	struct checkpoint earlier;
	size_t n;

	if (!open_checkpoint(log, note, &earlier, status))
		return false;
	if (earlier.size > log->size)
		return status_set(status, STATUS_MALFORMED,
		    "the log was cut back: it has %ju entries and had %ju", (uintmax_t)log->size,
		    (uintmax_t)earlier.size);
	if (!merkle_prove_consistency(source, earlier.size, log->size, proof, &n) ||
	    !merkle_verify_consistency(
		earlier.size, log->size, &earlier.root, &log->root, proof, n))
		return status_set(status, STATUS_MALFORMED,
		    "the log was rewritten: its first %ju entries are not those of the earlier "
		    "checkpoint",
		    (uintmax_t)earlier.size);
	return true;
}

bool
log_verify(struct log *log, struct bytes earlier, struct status *status)
{
	struct tile_tree *tree = calloc(1, sizeof(*tree));
	struct merkle_source source = { tile_tree_node, tree };
	struct checking checking = { tree, status };
	struct merkle_hash root;
	bool done;

	if (tree == NULL)
		return status_set(status, STATUS_MEMORY, "no memory to verify the log");
	*tree = (struct tile_tree){ .folder = log->folder, .size = log->size, .status = status };
	done = log_each(log, check_leaf, &checking, status) && status->code == STATUS_OK &&
	    check_upper(tree, status);
	if (done && !merkle_root(&source, log->size, &root))
		done = status_set(
		    status, STATUS_MALFORMED, "the log's root cannot be computed from its tiles");
	if (done && memcmp(root.data, log->root.data, MERKLE_LEN) != 0)
		done = status_set(status, STATUS_MALFORMED,
		    "the tree has another root than the signed checkpoint");
	if (done && earlier.len > 0)
		done = check_earlier(log, &source, earlier, status);
	free(tree);
	return done;
}
