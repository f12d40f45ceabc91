/* The audit log, made and appended to: see audit/log.h. */
#include "config.h"

#include "audit/log_private.h"

#include "core/json.h"
#include "crypto/base64.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Signs SIZE and ROOT and puts the checkpoint in its place. */
static bool
write_checkpoint(int folder, const char *origin, const struct key *key, uint64_t size,
    const struct merkle_hash *root, struct status *status)
{
	struct checkpoint checkpoint = { bytes_of_string(origin), size, *root };
	struct buffer text = buffer_up_to(LOG_MAX_FILE), note = buffer_up_to(LOG_MAX_FILE);
	bool done;

	checkpoint_add(&text, &checkpoint);
	done = buffer_ok(&text) && note_sign(&note, buffer_bytes(&text), origin, key, status) &&
	    tiles_write_file(folder, LOG_CHECKPOINT, 0644, buffer_bytes(&note), status);
	buffer_free(&text);
	buffer_free(&note);
	return done;
}

/* The log as Sigstore's trusted_root.json (protobuf-specs, trustroot.proto) describes one. */
static bool
write_trusted_root(int folder, const char *origin, const struct key *key, struct status *status)
{
	struct buffer text = buffer_up_to(LOG_MAX_FILE), spki = buffer_up_to(1024),
		      url = buffer_up_to(LOG_MAX_FILE);
	uint8_t id[32];
	bool done = key_add_public_der(key, &spki) && note_key_hash(origin, key, id);

	buffer_add_format(&url, "https://%s", origin);
	if (done && buffer_ok(&url)) {
		buffer_add_string(&text,
		    "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\","
		    "\"tlogs\":[{\"baseUrl\":");
		json_add_string(&text, buffer_bytes(&url));
		buffer_add_string(
		    &text, ",\"hashAlgorithm\":\"SHA2_256\",\"publicKey\":{\"rawBytes\":\"");
		base64_add(&text, buffer_bytes(&spki));
		buffer_add_string(&text,
		    "\",\"keyDetails\":\"PKIX_ED25519\",\"validFor\":{\"start\":"
		    "\"1970-01-01T00:00:00Z\"}},\"logId\":{\"keyId\":\"");
		base64_add(&text, bytes_of(id, sizeof(id)));
		buffer_add_string(&text,
		    "\"}}],\"certificateAuthorities\":[],\"ctlogs\":[],"
		    "\"timestampAuthorities\":[]}\n");
		done = buffer_ok(&text) &&
		    tiles_write_file(folder, LOG_ROOT, 0644, buffer_bytes(&text), status);
	}
	buffer_free(&text);
	buffer_free(&spki);
	buffer_free(&url);
	return done;
}

/* Key, verifier key and trusted root of a new log. */
static bool
write_identity(int folder, const char *origin, const struct key *key, struct status *status)
{
	struct buffer pem = buffer_up_to(LOG_MAX_FILE), vkey = buffer_up_to(LOG_MAX_FILE);
	bool done = key_add_private_pem(key, &pem) && note_add_vkey(&vkey, origin, key);

	buffer_add_u8(&vkey, '\n');
	done = done && buffer_ok(&vkey) &&
	    tiles_write_file(folder, LOG_KEY, 0600, buffer_bytes(&pem), status) &&
	    tiles_write_file(folder, LOG_VKEY, 0644, buffer_bytes(&vkey), status) &&
	    write_trusted_root(folder, origin, key, status);
	if (pem.data != NULL)
		OPENSSL_cleanse(pem.data, pem.len);
	buffer_free(&pem);
	buffer_free(&vkey);
	return done;
}

/* C2SP tlog-checkpoint: an origin is a name without spaces, plus signs or a scheme. */
static bool
check_origin(const char *origin, struct status *status)
{
	bool fits = *origin != '\0' && strlen(origin) <= 200 && strstr(origin, "://") == NULL;

	for (const char *c = origin; *c != '\0'; c++)
		fits = fits && *c > ' ' && *c < 0x7f && *c != '+' && *c != '"' && *c != '\\';
	return fits ||
	    status_set(status, STATUS_USAGE,
		"\"%.60s\" cannot name a log; take a name like example.com/models: ASCII, no "
		"spaces, no +, no scheme",
		origin);
}

bool
log_create(const char *path, const char *origin, struct status *status)
{
	struct key *key = NULL;
	struct merkle_hash root;
	struct merkle_source none = { NULL, NULL };
	char fingerprint[65], made[64];
	int folder = -1;
	bool done = false;

	if (log_exists(path))
		return status_set(
		    status, STATUS_USAGE, "%s holds a log already; nothing was changed", path);
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return status_set(
		    status, STATUS_IO, "the folder %s cannot be made: %s", path, strerror(errno));
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return status_set(
		    status, STATUS_IO, "%s cannot be opened: %s", path, strerror(errno));
	key = key_generate(KEY_ED25519, status);
	if (key != NULL && key_fingerprint(key, fingerprint)) {
		if (origin == NULL) {
			snprintf(made, sizeof(made), "assay.local/%.16s", fingerprint);
			origin = made;
		}
		done = check_origin(origin, status) && merkle_root(&none, 0, &root) &&
		    write_identity(folder, origin, key, status) &&
		    write_checkpoint(folder, origin, key, 0, &root, status);
	}
	key_free(key);
	close(folder);
	return done;
}

/* Tile INDEX of LEVEL grows by DATA to WIDTH hashes or entries. */
static bool
extend_tile(int folder, unsigned level, uint64_t index, unsigned width, struct bytes data,
    struct status *status)
{
	struct buffer tile = buffer_up_to(TILE_MAX_BYTES);
	bool done = width == 1 || tile_read(folder, level, index, width - 1, &tile, status);

	if (done) {
		buffer_add(&tile, data);
		done = (buffer_ok(&tile) ||
			   status_set(status, STATUS_MEMORY, "no memory for a tile")) &&
		    tile_write(folder, level, index, width, buffer_bytes(&tile), status);
	}
	buffer_free(&tile);
	return done;
}

/* The leaf number OLD_SIZE goes in, and a hash into each level above whose tile below is full. */
static bool
extend_tree(struct log *log, struct tile_tree *tree, struct bytes entry, struct status *status)
{
	struct buffer framed = buffer_up_to(TILE_MAX_ENTRY + 2);
	uint64_t old_size = log->size;
	struct merkle_hash hash;
	bool done;

	buffer_add_u16be(&framed, (uint16_t)entry.len);
	buffer_add(&framed, entry);
	done = buffer_ok(&framed) && merkle_leaf(entry, &hash) &&
	    extend_tile(log->folder, TILES_ENTRIES, old_size / TILE_WIDTH,
		(unsigned)(old_size % TILE_WIDTH) + 1, buffer_bytes(&framed), status);
	buffer_free(&framed);
	for (unsigned level = 0; done && level < TILE_LEVELS; level++) {
		uint64_t at = (old_size + 1) >> (TILE_HEIGHT * level);

		if (at << (TILE_HEIGHT * level) != old_size + 1)
			break;
		at--; /* the hash's number in its level */
		if (level > 0)
			done = tile_tree_node(tree, level * TILE_HEIGHT - 1, 2 * at, &hash);
		if (done && level > 0) {
			struct merkle_hash right;

			done = tile_tree_node(tree, level * TILE_HEIGHT - 1, 2 * at + 1, &right) &&
			    merkle_node(&hash, &right, &hash);
		}
		done = done &&
		    extend_tile(log->folder, level, at / TILE_WIDTH,
			(unsigned)(at % TILE_WIDTH) + 1, bytes_of(hash.data, MERKLE_LEN), status);
	}
	return done;
}

/* What the new checkpoint no longer refers to. */
static void
remove_partial(const struct log *log, uint64_t old_size)
{
	for (unsigned level = 0; level <= TILES_ENTRIES; level++) {
		uint64_t hashes =
		    level == TILES_ENTRIES ? old_size : old_size >> (TILE_HEIGHT * level);
		unsigned width = (unsigned)(hashes % TILE_WIDTH);

		if (width > 0 && tile_width(log->size, level, hashes / TILE_WIDTH) != width)
			tile_remove(log->folder, level, hashes / TILE_WIDTH, width);
	}
}

/* Is the tree on disk the one of the checkpoint, as far as an append touches it? */
static bool
check_root(struct log *log, struct tile_tree *tree, struct status *status)
{
	struct merkle_source source = { tile_tree_node, tree };
	struct merkle_hash root;

	if (merkle_root(&source, log->size, &root) &&
	    memcmp(root.data, log->root.data, MERKLE_LEN) == 0)
		return true;
	return status_set(status, STATUS_MALFORMED,
	    "the log's tiles do not fit its checkpoint; nothing was appended (`assay log verify` "
	    "says where)");
}

bool
log_append(struct log *log, struct bytes entry, struct log_proof *proof, struct status *status)
{
	struct tile_tree *tree = calloc(1, sizeof(*tree));
	struct merkle_source source = { tile_tree_node, tree };
	uint64_t old_size = log->size;
	struct merkle_hash root;
	bool done;

	if (tree == NULL)
		return status_set(status, STATUS_MEMORY, "no memory to append to the log");
	if (entry.len == 0 || entry.len > TILE_MAX_ENTRY) {
		free(tree);
		return status_set(
		    status, STATUS_LIMIT, "an entry of a log has 1 to %d bytes", TILE_MAX_ENTRY);
	}
	*tree = (struct tile_tree){ .folder = log->folder, .size = log->size, .status = status };
	done = check_root(log, tree, status);
	*tree = (struct tile_tree){ .folder = log->folder, .size = old_size + 1, .status = status };
	done = done && extend_tree(log, tree, entry, status);
	*tree = (struct tile_tree){ .folder = log->folder, .size = old_size + 1, .status = status };
	done = done && merkle_root(&source, old_size + 1, &root) &&
	    write_checkpoint(
		log->folder, log->origin, log->private_key, old_size + 1, &root, status) &&
	    log_read_checkpoint(log, status);
	free(tree);
	if (!done)
		return status_set(status, STATUS_INTERNAL, "the log could not be extended");
	remove_partial(log, old_size);
	return log_prove(log, old_size, proof, status);
}
