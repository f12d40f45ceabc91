/* Who signed, by key: see provenance/signer.h. */
#include "config.h"

#include "provenance/signer.h"

#include "crypto/base64.h"
#include "crypto/x509.h"
#include "provenance/keyless.h"

static void
say(struct provenance *ret, enum provenance_status status, const char *why)
{
	ret->status = status;
	ret->why = why;
}

static bool
verifies(const struct signed_text *text, const struct key *key, struct bytes signature)
{
	if (text->hash == NULL)
		return key_verify(key, text->bytes, signature);
	if (strcmp(text->hash, SIGNED_DIGEST) == 0)
		return key_verify_digest(key, text->bytes, signature);
	return key_verify_with(key, text->hash, false, text->bytes, signature);
}

bool
signer_key_fits(const struct signer_request *request, const struct key *key)
{
	for (size_t i = 0; i < request->ntexts; i++)
		if (verifies(&request->texts[i], key, bundle_signature(request->bundle)))
			return true;
	return false;
}

/* May KEY be the one that the bundle names? A bundle that names none may be any key's. */
static bool
fits_hint(const struct signer_request *request, const struct key *key)
{
	const struct bundle *bundle = request->bundle;
	struct status ignored = { 0 };
	char pem[65], spki[65];
	struct key *raw;
	bool same;

	if (bundle->raw_key.len > 0) {
		raw = bytes_starts(bundle->raw_key, "-----")
		    ? key_public_from_pem(bundle->raw_key, &ignored)
		    : key_public_from_der(bundle->raw_key, &ignored);
		same = raw != NULL && key_same(raw, key);
		key_free(raw);
		return same;
	}
	/* Other bundles carry hints of their signer's own making. */
	if (*bundle->hint == '\0' || !request->is_model_signature)
		return true;
	return key_pem_fingerprint(key, pem) && key_fingerprint(key, spki) &&
	    (strcmp(bundle->hint, pem) == 0 || strcmp(bundle->hint, spki) == 0);
}

/* The signature holds; what the bundle says of logs must hold too where the user can judge it. */
static void
accept_key(const struct signer_request *request, struct key *key, const char *fingerprint,
    struct provenance *ret)
{
	struct status status = { 0 };

	ret->signer = arena_format(request->arena, "sha256:%s", fingerprint);
	ret->algorithm = key_algorithm(key, request->arena);
	if (request->trust->trusted_root.len > 0 && !keyless_check_logs(request, key, &status))
		say(ret, PROVENANCE_FAILED, arena_string(request->arena, status.text));
	else
		say(ret, PROVENANCE_VERIFIED, "signed with a trusted key");
}

/*
 * Does an entry of a log say that the signature is Ed25519ph (RFC 8032, section 5.1), over a
 * SHA-512 instead of the content? OpenSSL knows it from 3.2 on. Nobody vouches for the entry here:
 * it only tells "cannot be judged" from "does not hold".
 */
static bool
is_prehashed(const struct signer_request *request)
{
	struct json_object *entries = request->bundle->entries;
	size_t n = entries == NULL ? 0 : json_object_array_length(entries);

	for (size_t i = 0; i < n && !request->bundle->has_envelope; i++) {
		const char *text;
		struct bytes body;

		if (json_get_string(
			json_object_array_get_idx(entries, i), "canonicalizedBody", &text) &&
		    base64_decode_any(request->arena, bytes_of_string(text), &body) &&
		    (bytes_find(body, bytes_of_string("PKIX_ED25519_PH"), 0) >= 0 ||
			bytes_find(body, bytes_of_string("\"sha512\""), 0) >= 0))
			return true;
	}
	return false;
}

static void
verify_key(const struct signer_request *request, struct provenance *ret)
{
	const struct trust *trust = request->trust;
	bool fits = false, is_ed25519 = false;

	if (trust->npublic_keys == 0) {
		say(ret, PROVENANCE_UNTRUSTED,
		    "it is signed with a key, and none is trusted: give --public-key PEM");
		return;
	}
	for (size_t i = 0; i < trust->npublic_keys; i++) {
		struct status status = { 0 };
		struct key *key = key_public_from_pem(trust->public_keys[i], &status);
		char fingerprint[65];

		if (key == NULL)
			continue;
		if (fits_hint(request, key)) {
			fits = true;
			is_ed25519 = is_ed25519 || key_kind_of(key) == KEY_ED25519;
			if (signer_key_fits(request, key) && key_fingerprint(key, fingerprint))
				accept_key(request, key, fingerprint, ret);
		}
		key_free(key);
		if (ret->signer != NULL)
			return;
	}
	if (is_ed25519 && is_prehashed(request))
		say(ret, PROVENANCE_INCOMPLETE,
		    "its log entry says that it is Ed25519ph, which assay cannot verify: sign with "
		    "ECDSA, or with Ed25519 over the content");
	else
		say(ret, PROVENANCE_FAILED,
		    fits ? "the signature does not fit: it was made over other content, or with "
			   "another key"
			 : "it names another key than the ones that are trusted");
}

static void
verify_chain(const struct signer_request *request, struct provenance *ret)
{
	const struct bundle *bundle = request->bundle;
	struct x509_request chain = { .certificates = bundle->certificates,
		.ncertificates = bundle->ncertificates,
		.roots = request->trust->certificates,
		.nroots = request->trust->ncertificates,
		.now = request->trust->now,
		.allow_expired = request->trust->allow_expired };
	struct status status = { 0 };
	struct key *key = NULL;

	if (request->trust->ncertificates == 0) {
		say(ret, PROVENANCE_UNTRUSTED,
		    "it is signed with a certificate, and no root is trusted: give "
		    "--certificate-chain PEM");
		return;
	}
	key = x509_verify(&chain, request->arena, &ret->signer, &status);
	if (key == NULL) {
		say(ret, PROVENANCE_FAILED, arena_string(request->arena, status.text));
		return;
	}
	ret->algorithm = key_algorithm(key, request->arena);
	if (signer_key_fits(request, key))
		say(ret, PROVENANCE_VERIFIED, "signed with a certificate under a trusted root");
	else
		say(ret, PROVENANCE_FAILED,
		    "the signature does not fit the certificate: it was made over other content, "
		    "or with another key");
	key_free(key);
}

void
signer_verify(const struct signer_request *request, struct provenance *ret)
{
	const struct bundle *bundle = request->bundle;

	ret->status = PROVENANCE_FAILED;
	if (bundle->material == BUNDLE_KEY)
		verify_key(request, ret);
	else if (bundle->material == BUNDLE_CHAIN &&
	    (request->trust->ncertificates > 0 || request->trust->trusted_root.len == 0))
		verify_chain(request, ret);
	else
		keyless_verify(request, ret);
	if (ret->signer == NULL)
		ret->signer = "";
	if (ret->time == NULL)
		ret->time = "";
	if (ret->why == NULL)
		say(ret, PROVENANCE_INCOMPLETE, "no memory to judge the signature");
}
