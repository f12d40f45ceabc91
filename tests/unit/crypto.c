/* Keys, envelopes, Merkle trees and notes: round trips, published vectors, and what must not hold.
 */
#include "config.h"

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/dsse.h"
#include "crypto/note.h"
#include "tests/tap.h"

#include <stdlib.h>

static bool
decodes(const char *text, const char *want)
{
	struct arena *arena = arena_new(65536);
	struct bytes got = bytes_of(NULL, 0);
	bool same = base64_decode(arena, bytes_of_string(text), &got) &&
	    (want == NULL || bytes_equal_string(got, want));

	arena_free(arena);
	return same;
}

static void
test_base64(void)
{
	struct buffer out = buffer_up_to(100);
	struct arena *arena = arena_new(65536);
	struct bytes got;
	uint8_t raw[2];

	ok(decodes("Zm9vYmFy", "foobar") && decodes("Zm9vYg==", "foob") && decodes("", ""),
	    "the vectors of RFC 4648");
	ok(!decodes("Zm9vYg", NULL) && !decodes("Zm9vYh==", NULL) && !decodes("Zm9v\n", NULL) &&
		!decodes("Zm-v", NULL) && !decodes("=", NULL) && !decodes("Zg=a", NULL),
	    "no padding, stray bits, white space, the other alphabet");
	ok(base64_decode_any(arena, bytes_of_string("_-8"), &got) && got.len == 2,
	    "the URL-safe alphabet without padding, where it may be");
	base64_add(&out, bytes_of("foob", 4));
	ok(bytes_equal_string(buffer_bytes(&out), "Zm9vYg=="), "base64 is written with padding");
	ok(hex_decode(bytes_of_string("0aFf"), raw, 2) && raw[0] == 10 && raw[1] == 255 &&
		!hex_decode(bytes_of_string("0g"), raw, 1) &&
		!hex_decode(bytes_of_string("000"), raw, 1),
	    "hexadecimal");
	buffer_free(&out);
	arena_free(arena);
}

/* The leaves and roots of the test tree that implementations of RFC 6962 share. */
static const char *const leaves[] = { "", "00", "10", "2021", "3031", "40414243",
	"5051525354555657", "606162636465666768696a6b6c6d6e6f" };
static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static bool
leaf_at(uint64_t index, struct merkle_hash *ret)
{
	uint8_t raw[16];
	size_t len = strlen(leaves[index % 8]) / 2;

	if (index >= 8) /* further leaves: their index */
		return merkle_leaf(bytes_of(&index, sizeof(index)), ret);
	return hex_decode(bytes_of_string(leaves[index]), raw, len) &&
	    merkle_leaf(bytes_of(raw, len), ret);
}

static bool
node_at(void *context, unsigned level, uint64_t index, struct merkle_hash *ret)
{
	struct merkle_hash left, right;

	if (level == 0)
		return leaf_at(index, ret);
	return node_at(context, level - 1, 2 * index, &left) &&
	    node_at(context, level - 1, 2 * index + 1, &right) && merkle_node(&left, &right, ret);
}

static const struct merkle_source source = { node_at, NULL };

static void
test_roots(void)
{
	struct merkle_hash root;
	char hex[65];

	for (uint64_t size = 0; size <= 8; size++) {
		if (!merkle_root(&source, size, &root))
			abort();
		hex_encode(bytes_of(root.data, MERKLE_LEN), hex);
		eq_str(hex, roots[size], "the roots that implementations of RFC 6962 share");
	}
}

static void
test_inclusion(void)
{
	struct merkle_hash proof[MERKLE_MAX_PROOF], root, leaf, other;
	unsigned wrong = 0, accepted = 0;
	size_t n;

	for (uint64_t size = 1; size <= 33; size++)
		for (uint64_t index = 0; index < size; index++) {
			if (!merkle_root(&source, size, &root) || !leaf_at(index, &leaf) ||
			    !leaf_at(index + 1, &other) ||
			    !merkle_prove_inclusion(&source, index, size, proof, &n))
				abort();
			wrong += !merkle_verify_inclusion(index, size, &leaf, proof, n, &root);
			accepted += merkle_verify_inclusion(index, size, &other, proof, n, &root);
			accepted +=
			    merkle_verify_inclusion(index, size, &leaf, proof, n + 1, &root);
			accepted += n > 0 &&
			    merkle_verify_inclusion(index, size, &leaf, proof, n - 1, &root);
			for (size_t i = 0; i < n; i++) {
				proof[i].data[i] ^= 1;
				accepted +=
				    merkle_verify_inclusion(index, size, &leaf, proof, n, &root);
				proof[i].data[i] ^= 1;
			}
		}
	eq_u64(wrong, 0, "every leaf of every tree up to 33 is proven");
	eq_u64(accepted, 0, "no changed, cut or lengthened proof holds");
	ok(!merkle_verify_inclusion(5, 5, &leaf, proof, 0, &root), "an index past the end");
}

static void
test_consistency(void)
{
	struct merkle_hash proof[MERKLE_MAX_PROOF + 1], a, b;
	unsigned wrong = 0, accepted = 0;
	size_t n;

	for (uint64_t new_size = 1; new_size <= 33; new_size++)
		for (uint64_t old_size = 1; old_size <= new_size; old_size++) {
			if (!merkle_root(&source, old_size, &a) ||
			    !merkle_root(&source, new_size, &b) ||
			    !merkle_prove_consistency(&source, old_size, new_size, proof, &n))
				abort();
			wrong += !merkle_verify_consistency(old_size, new_size, &a, &b, proof, n);
			accepted += old_size < new_size &&
			    merkle_verify_consistency(old_size, new_size, &b, &b, proof, n);
			accepted += n > 0 &&
			    merkle_verify_consistency(old_size, new_size, &a, &b, proof, n - 1);
			for (size_t i = 0; i < n; i++) {
				proof[i].data[i % 32] ^= 1;
				accepted +=
				    merkle_verify_consistency(old_size, new_size, &a, &b, proof, n);
				proof[i].data[i % 32] ^= 1;
			}
		}
	eq_u64(wrong, 0, "every earlier tree is a prefix of every later one up to 33");
	eq_u64(accepted, 0, "no changed or cut proof of consistency holds");
	ok(merkle_root(&source, 0, &a) && merkle_root(&source, 5, &b) &&
		merkle_verify_consistency(0, 5, &a, &b, proof, 0),
	    "the tree without leaves is a prefix of each");
	a.data[0] ^= 1;
	ok(!merkle_verify_consistency(0, 5, &a, &b, proof, 0) &&
		!merkle_verify_consistency(0, 0, &a, &a, proof, 0),
	    "but it has one root only");
}

static void
test_keys(enum key_kind kind)
{
	struct status status = { 0 };
	struct buffer pem = buffer_up_to(65536), public_pem = buffer_up_to(65536),
		      signature = buffer_up_to(4096);
	struct key *key = key_generate(kind, &status), *again, *public;
	struct bytes message = bytes_of_string("a message");
	unsigned accepted = 0;

	if (key == NULL || !key_add_private_pem(key, &pem) || !key_add_public_pem(key, &public_pem))
		abort();
	again = key_private_from_pem(buffer_bytes(&pem), &status);
	public = key_public_from_pem(buffer_bytes(&public_pem), &status);
	if (again == NULL || public == NULL)
		abort();
	ok(key_same(key, again) && key_same(key, public) && key_kind_of(public) == kind,
	    "a key survives PEM");
	ok(key_sign(again, message, &signature, &status) &&
		key_verify(public, message, buffer_bytes(&signature)),
	    "what the private key signs, the public one verifies");
	ok(!key_verify(public, bytes_of_string("a massage"), buffer_bytes(&signature)),
	    "another message does not verify");
	for (size_t i = 0; i < signature.len * 8; i++) {
		signature.data[i / 8] ^= (uint8_t)(1u << i % 8);
		accepted += key_verify(public, message, buffer_bytes(&signature));
		signature.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	eq_u64(accepted, 0, "no signature with a flipped bit verifies");
	ok(key_public_from_pem(buffer_bytes(&pem), &status) == NULL &&
		status.code == STATUS_MALFORMED,
	    "a private key is not taken for a public one");
	key_free(key);
	key_free(again);
	key_free(public);
	buffer_free(&pem);
	buffer_free(&public_pem);
	buffer_free(&signature);
}

static void
test_envelope(void)
{
	struct status status = { 0 };
	struct arena *arena = arena_new(1 << 20);
	struct buffer pae = buffer_up_to(200);
	struct key *key = key_generate(KEY_P256, &status), *other = key_generate(KEY_P256, &status);
	struct json_object *envelope =
	    dsse_sign("text/plain", bytes_of_string("hello"), key, NULL, &status);
	struct dsse dsse;

	dsse_add_pae(&pae, "http://example.com/HelloWorld", bytes_of_string("hello world"));
	ok(bytes_equal_string(
	       buffer_bytes(&pae), "DSSEv1 29 http://example.com/HelloWorld 11 hello world"),
	    "the encoding of the protocol's own example");
	ok(dsse_parse(envelope, arena, &dsse, &status) && dsse_verify(&dsse, key) &&
		!dsse_verify(&dsse, other),
	    "an envelope verifies with its key and no other");
	dsse.payload = bytes_of_string("hellO");
	ok(!dsse_verify(&dsse, key), "another payload does not verify");
	dsse.payload = bytes_of_string("hello");
	dsse.payload_type = "text/html";
	ok(!dsse_verify(&dsse, key), "another type does not verify");
	json_object_put(envelope);
	key_free(key);
	key_free(other);
	buffer_free(&pae);
	arena_free(arena);
}

/* The signature of the protocol's example (DSSE, protocol.md, "Test Vectors"), whose key is a point
 * there and whose signature is r and s side by side. */
static void
test_envelope_of_others(void)
{
	static const char
	    point[] = "3059301306072a8648ce3d020106082a8648ce3d03010703420004" /* SPKI of P-256 */
		      "67cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d238"
		      "0c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74",
	    pair[] = "3044022003726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b"
		     "022051eab0c06a369b64a7222537d4887a893dc200ae21060074d57825235b624864";
	struct status status = { 0 };
	uint8_t spki[sizeof(point) / 2], signature[sizeof(pair) / 2];
	struct dsse_signature one = { .signature = bytes_of(signature, sizeof(signature)) };
	struct dsse dsse = { .payload_type = "http://example.com/HelloWorld",
		.payload = bytes_of_string("hello world"),
		.nsignatures = 1,
		.signatures = &one };
	struct key *key;

	ok(hex_decode(bytes_of_string(point), spki, sizeof(spki)) &&
		hex_decode(bytes_of_string(pair), signature, sizeof(signature)),
	    "the vector is hexadecimal");
	key = key_public_from_der(bytes_of(spki, sizeof(spki)), &status);
	ok(key != NULL && dsse_verify(&dsse, key), "the signature of the protocol's example");
	dsse.payload = bytes_of_string("hello worlD");
	ok(key != NULL && !dsse_verify(&dsse, key), "and of nothing else");
	key_free(key);
}

static void
test_note(void)
{
	struct status status = { 0 };
	struct arena *arena = arena_new(1 << 20);
	struct buffer note = buffer_up_to(4096), vkey = buffer_up_to(4096),
		      text = buffer_up_to(400);
	struct key *key = key_generate(KEY_ED25519, &status), *parsed = NULL;
	struct checkpoint checkpoint = { .origin = bytes_of_string("example.com/log"), .size = 7 },
			  read;
	struct note_key trusted = { .name = "example.com/log" };
	const char *name = "";
	struct bytes opened;
	unsigned accepted = 0;
	size_t by;

	checkpoint_add(&text, &checkpoint);
	ok(note_sign(&note, buffer_bytes(&text), "example.com/log", key, &status) &&
		note_add_vkey(&vkey, "example.com/log", key) &&
		note_parse_vkey(arena, buffer_bytes(&vkey), &name, &parsed, &status) &&
		strcmp(name, "example.com/log") == 0 && key_same(parsed, key),
	    "a note is signed, its verifier key is written and read");
	trusted.key = parsed;
	ok(note_key_id(name, parsed, &trusted.id) &&
		note_open(buffer_bytes(&note), &trusted, 1, &opened, &by, &status) &&
		bytes_equal(opened, buffer_bytes(&text)) && checkpoint_parse(opened, &read) &&
		read.size == 7,
	    "the note opens and holds the checkpoint");
	for (size_t i = 0; i < note.len * 8; i++) {
		struct status ignored = { 0 };

		note.data[i / 8] ^= (uint8_t)(1u << i % 8);
		accepted += note_open(buffer_bytes(&note), &trusted, 1, &opened, &by, &ignored);
		note.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	eq_u64(accepted, 0, "no note with a flipped bit opens");
	ok(!checkpoint_parse(bytes_of_string("o\n07\nAAAA\n"), &read),
	    "a size with a zero in front");
	key_free(key);
	key_free(parsed);
	buffer_free(&note);
	buffer_free(&vkey);
	buffer_free(&text);
	arena_free(arena);
}

int
main(void)
{
	test_base64();
	test_roots();
	test_inclusion();
	test_consistency();
	test_keys(KEY_P256);
	test_keys(KEY_ED25519);
	test_envelope();
	test_envelope_of_others();
	test_note();
	return done_testing();
}
