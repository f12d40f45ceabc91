/*
 * Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint): a text, an empty line,
 * and lines of "— NAME BASE64(key id || signature)".
 */
#ifndef CRYPTO_NOTE_H
#define CRYPTO_NOTE_H

#include "core/arena.h"
#include "crypto/key.h"
#include "crypto/merkle.h"

enum note_type {
	NOTE_ED25519 = 1,
	NOTE_ECDSA = 2, /* key id: SHA-256 of the SPKI; as Rekor signs */
};

/* Who may sign a note. The key is borrowed. */
struct note_key {
	const char *name;
	uint32_t id;
	const struct key *key;
};

/*
 * SHA-256 over NAME and KEY by the rule of the key's kind: what a key id is the start of, and the
 * log id of Sigstore's clients for an Ed25519 key. False: OpenSSL failed.
 */
MUST_USE bool note_key_hash(const char *name, const struct key *, uint8_t ret[32]);
/* The id that NAME and KEY make by their rule. False: OpenSSL failed. */
MUST_USE bool note_key_id(const char *name, const struct key *, uint32_t *ret);
/* Appends "NAME+hex id+base64(type || key)": the form in which verifiers are published. */
MUST_USE bool note_add_vkey(struct buffer *, const char *name, const struct key *);
/* Reads one; the name is put in the arena, the caller frees *ret_key. */
MUST_USE bool note_parse_vkey(struct arena *, struct bytes text, const char **ret_name,
    struct key **ret_key, struct status *);

/* Appends the signed note of TEXT, which ends with a newline. */
MUST_USE bool note_sign(
    struct buffer *, struct bytes text, const char *name, const struct key *, struct status *);
/*
 * Opens NOTE: *ret_text is what the first of KEYS (N of them) that signed it signed; *ret_by says
 * which. Signatures of unknown keys are passed over; a wrong one of a known key fails.
 */
MUST_USE bool note_open(struct bytes note, const struct note_key *keys, size_t n,
    struct bytes *ret_text, size_t *ret_by, struct status *);

struct checkpoint {
	struct bytes origin;
	uint64_t size;
	struct merkle_hash root;
};

MUST_USE bool checkpoint_parse(struct bytes text, struct checkpoint *ret);
void checkpoint_add(struct buffer *, const struct checkpoint *);

#endif
