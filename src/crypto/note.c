/* Signed notes: see crypto/note.h. */
#include "config.h"

#include "crypto/note.h"

#include "core/reader.h"
#include "core/text.h"
#include "crypto/base64.h"
#include "crypto/digest.h"

#define DASH "\xe2\x80\x94 " /* U+2014 and a space */
#define MAX_NOTE 65536
#define MAX_SIGNATURES 100
#define ED25519_LEN 32

/* The 32 bytes of an Ed25519 public key. */
static bool
raw_public(const struct key *key, uint8_t raw[ED25519_LEN])
{
	size_t len = ED25519_LEN;

	return EVP_PKEY_get_raw_public_key(key_evp(key), raw, &len) == 1 && len == ED25519_LEN;
}

static uint32_t
first_four(const uint8_t digest[SHA256_LEN])
{
	return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
	    digest[3];
}

bool
note_key_hash(const char *name, const struct key *key, uint8_t ret[SHA256_LEN])
{
	struct buffer text = buffer_up_to(MAX_NOTE);
	uint8_t raw[ED25519_LEN];
	bool done;

	if (key_kind_of(key) == KEY_ED25519) {
		buffer_add_string(&text, name);
		buffer_add_u8(&text, '\n');
		buffer_add_u8(&text, NOTE_ED25519);
		done = raw_public(key, raw);
		buffer_add(&text, bytes_of(raw, done ? sizeof(raw) : 0));
	} else {
		done = key_add_public_der(key, &text);
	}
	done = done && buffer_ok(&text) && digest_sha256(buffer_bytes(&text), ret);
	buffer_free(&text);
	return done;
}

bool
note_key_id(const char *name, const struct key *key, uint32_t *ret)
{
	uint8_t digest[SHA256_LEN];

	if (!note_key_hash(name, key, digest))
		return false;
	*ret = first_four(digest);
	return true;
}

bool
note_add_vkey(struct buffer *out, const char *name, const struct key *key)
{
	struct buffer body = buffer_up_to(MAX_NOTE);
	uint8_t raw[ED25519_LEN];
	uint32_t id;
	bool done = note_key_id(name, key, &id);

	if (key_kind_of(key) == KEY_ED25519) {
		buffer_add_u8(&body, NOTE_ED25519);
		done = done && raw_public(key, raw);
		buffer_add(&body, bytes_of(raw, done ? sizeof(raw) : 0));
	} else {
		buffer_add_u8(&body, NOTE_ECDSA);
		done = done && key_add_public_der(key, &body);
	}
	if (done) {
		buffer_add_format(out, "%s+%08x+", name, id);
		base64_add(out, buffer_bytes(&body));
	}
	buffer_free(&body);
	return done && buffer_ok(out);
}

/* The key of a vkey's last part: a type and the key. */
static struct key *
key_of_body(struct bytes body, struct status *status)
{
	EVP_PKEY *pkey;

	if (body.len == 1 + ED25519_LEN && body.data[0] == NOTE_ED25519) {
		pkey =
		    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, body.data + 1, ED25519_LEN);
		if (pkey != NULL)
			return key_take(pkey, status);
	}
	if (body.len > 1 && body.data[0] == NOTE_ECDSA)
		return key_public_from_der(bytes_slice(body, 1, body.len), status);
	status_set(status, STATUS_UNSUPPORTED, "the verifier key is of a kind that is not known");
	return NULL;
}

bool
note_parse_vkey(struct arena *arena, struct bytes text, const char **ret_name, struct key **ret_key,
    struct status *status)
{
	int64_t first = bytes_find(text, bytes_of_string("+"), 0), second;
	struct bytes body;
	struct key *key;
	uint8_t id[4];
	uint32_t computed;
	const char *name;

	second = first < 1 ? -1 : bytes_find(text, bytes_of_string("+"), (size_t)first + 1);
	if (second < 0 ||
	    !hex_decode(bytes_slice(text, (uint64_t)first + 1, (uint64_t)(second - first - 1)), id,
		sizeof(id)) ||
	    !base64_decode(arena, bytes_slice(text, (uint64_t)second + 1, text.len), &body))
		return status_set(status, STATUS_MALFORMED,
		    "not a verifier key: NAME+ID+KEY is needed, as in log.vkey");
	name = arena_string_of(arena, bytes_slice(text, 0, (uint64_t)first));
	key = key_of_body(body, status);
	if (name == NULL || key == NULL) {
		key_free(key);
		return false;
	}
	if (!note_key_id(name, key, &computed) ||
	    computed !=
		((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3])) {
		key_free(key);
		return status_set(status, STATUS_MALFORMED,
		    "the verifier key's id does not fit its name and key");
	}
	*ret_name = name;
	*ret_key = key;
	return true;
}

bool
note_sign(struct buffer *out, struct bytes text, const char *name, const struct key *key,
    struct status *status)
{
	struct buffer signature = buffer_up_to(4096);
	uint32_t id = 0;
	bool done;

	if (!bytes_ends(text, "\n") || !note_key_id(name, key, &id))
		return status_set(status, STATUS_INTERNAL, "a note that cannot be signed");
	buffer_add_u32be(&signature, id);
	done = key_sign(key, text, &signature, status);
	if (done) {
		buffer_add(out, text);
		buffer_add_format(out, "\n%s%s ", DASH, name);
		base64_add(out, buffer_bytes(&signature));
		buffer_add_u8(out, '\n');
	}
	buffer_free(&signature);
	return done && buffer_ok(out);
}

/* One signature line behind its dash: NAME BASE64. */
static bool
parse_signature(struct arena *arena, struct bytes line, struct bytes *ret_name, uint32_t *ret_id,
    struct bytes *ret_signature)
{
	int64_t space = bytes_find(line, bytes_of_string(" "), 0);
	struct bytes decoded;
	struct reader r;

	if (space < 1 ||
	    !base64_decode(arena, bytes_slice(line, (uint64_t)space + 1, line.len), &decoded))
		return false;
	r = reader_over(decoded);
	if (!reader_u32be(&r, ret_id) || reader_left(&r) == 0)
		return false;
	*ret_name = bytes_slice(line, 0, (uint64_t)space);
	*ret_signature = bytes_slice(decoded, r.pos, decoded.len);
	return true;
}

/* Where the signatures start: behind the last empty line. 0 where there is none. */
static size_t
find_signatures(struct bytes note)
{
	int64_t at = -1, next = bytes_find(note, bytes_of_string("\n\n" DASH), 0);

	while (next >= 0) {
		at = next;
		next = bytes_find(note, bytes_of_string("\n\n" DASH), (size_t)next + 1);
	}
	return at < 0 ? 0 : (size_t)at + 2;
}

/* Looks at every signature line; *ret_by is the first known key that signed. */
static bool
check_lines(struct arena *arena, struct bytes lines, struct bytes text, const struct note_key *keys,
    size_t n, size_t *ret_by, struct status *status)
{
	struct reader r = reader_over(lines);
	unsigned count = 0;
	bool found = false;

	while (reader_left(&r) > 0) {
		struct bytes line, name, signature;
		uint32_t id;

		if (!reader_line(&r, &line) || !bytes_starts(line, DASH) ||
		    ++count > MAX_SIGNATURES ||
		    !parse_signature(
			arena, bytes_slice(line, strlen(DASH), line.len), &name, &id, &signature))
			return status_set(
			    status, STATUS_MALFORMED, "a signature line of the note is malformed");
		for (size_t i = 0; i < n; i++) {
			if (keys[i].id != id || !bytes_equal_string(name, keys[i].name))
				continue;
			if (!key_verify(keys[i].key, text, signature))
				return status_set(status, STATUS_MALFORMED,
				    "the note's signature by %s is wrong", keys[i].name);
			if (!found)
				*ret_by = i;
			found = true;
		}
	}
	return found ||
	    status_set(status, STATUS_MALFORMED, "the note is signed by none of the known keys");
}

bool
note_open(struct bytes note, const struct note_key *keys, size_t n, struct bytes *ret_text,
    size_t *ret_by, struct status *status)
{
	size_t start = note.len > MAX_NOTE ? 0 : find_signatures(note);
	struct bytes text;
	struct arena *arena;
	bool done;

	if (start == 0 || !text_is_utf8(note))
		return status_set(status, STATUS_MALFORMED, "not a signed note");
	arena = arena_new((size_t)4 * MAX_NOTE);
	if (arena == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for a note");
	text = bytes_slice(note, 0, start - 1);
	done =
	    check_lines(arena, bytes_slice(note, start, note.len), text, keys, n, ret_by, status);
	arena_free(arena);
	if (done)
		*ret_text = text;
	return done;
}

/* A decimal number without leading zeros. */
static bool
parse_size(struct bytes text, uint64_t *ret)
{
	uint64_t value = 0;

	if (text.len == 0 || (text.len > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || value > (UINT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (uint64_t)(text.data[i] - '0');
	}
	*ret = value;
	return true;
}

bool
checkpoint_parse(struct bytes text, struct checkpoint *ret)
{
	struct reader r = reader_over(text);
	struct bytes size, root, decoded;
	struct arena *arena = arena_new(MAX_NOTE);
	struct checkpoint checkpoint;
	bool done = arena != NULL && reader_line(&r, &checkpoint.origin) &&
	    checkpoint.origin.len > 0 && reader_line(&r, &size) &&
	    parse_size(size, &checkpoint.size) && reader_line(&r, &root) &&
	    base64_decode(arena, root, &decoded) && decoded.len == MERKLE_LEN;

	if (done) {
		memcpy(checkpoint.root.data, decoded.data, MERKLE_LEN);
		*ret = checkpoint;
	}
	arena_free(arena);
	return done;
}

void
checkpoint_add(struct buffer *out, const struct checkpoint *checkpoint)
{
	buffer_add(out, checkpoint->origin);
	buffer_add_format(out, "\n%ju\n", (uintmax_t)checkpoint->size);
	base64_add(out, bytes_of(checkpoint->root.data, MERKLE_LEN));
	buffer_add_u8(out, '\n');
}
