/*
 * Keyless signatures: see provenance/keyless.h. The order is that of Sigstore's client
 * specification, section 4: times first, then the chain at those times, the logs that list the
 * certificate, the identity, the entries, the signature.
 */
#include "config.h"

#include "provenance/keyless.h"

#include "core/limits.h"
#include "crypto/digest.h"
#include "crypto/tsa.h"
#include "provenance/match.h"
#include "provenance/rekor.h"

#include <stdio.h>
#include <time.h>

#define MAX_TIMES 64
#define MAX_ENTRIES 32

/* One signature under judgment. */
struct judging {
	const struct signer_request *request;
	struct trusted_root root;
	struct arena *arena;
	struct status *status;
	struct bytes leaf;
	struct key *key; /* of the leaf */
	int64_t times[MAX_TIMES];
	size_t ntimes;
};

static bool
bad(struct judging *judging, const char *what)
{
	return status_set(judging->status, STATUS_MALFORMED, "%s", what);
}

static void
add_time(struct judging *judging, int64_t time)
{
	if (judging->ntimes < MAX_TIMES)
		judging->times[judging->ntimes++] = time;
}

/* Every time stamp must hold: one that does not is no accident. */
static bool
check_timestamps(struct judging *judging)
{
	const struct bundle *bundle = judging->request->bundle;

	for (size_t i = 0; i < bundle->ntimestamps; i++) {
		bool verified = false;
		int64_t time;

		if (!tsa_time(bundle->timestamps[i], &time))
			return bad(judging, "a time stamp is malformed");
		for (size_t a = 0; a < judging->root.ntsas && !verified; a++) {
			const struct root_authority *authority = &judging->root.tsas[a];
			struct tsa tsa = { authority->certificates, authority->n };

			verified = time <= INT64_MAX / 1000 && time * 1000 >= authority->start &&
			    time * 1000 <= authority->end &&
			    tsa_verify(bundle->timestamps[i], bundle_signature(bundle), &tsa);
		}
		if (!verified)
			return bad(judging,
			    "a time stamp is not of this signature, or not by a trusted authority");
		add_time(judging, time);
	}
	return true;
}

/* SHA-256 of what was signed, by its first reading. */
static bool
signed_sha256(const struct signer_request *request, uint8_t ret[SHA256_LEN])
{
	const struct signed_text *text = &request->texts[0];

	if (text->hash != NULL && strcmp(text->hash, SIGNED_DIGEST) == 0) {
		memcpy(ret, text->bytes.data, SHA256_LEN);
		return true;
	}
	return digest_sha256(text->bytes, ret);
}

static bool
check_entries(struct judging *judging)
{
	const struct bundle *bundle = judging->request->bundle;
	size_t n = bundle->entries == NULL ? 0 : json_object_array_length(bundle->entries);
	uint8_t sha256[SHA256_LEN];
	struct rekor_subject subject = { bundle, bytes_of(sha256, sizeof(sha256)), judging->leaf,
		judging->key };

	if (judging->leaf.len > 0 && n == 0)
		return bad(judging, "no transparency log has it: the bundle carries no entry");
	if (n > MAX_ENTRIES || !signed_sha256(judging->request, sha256))
		return bad(judging, "too many log entries");
	for (size_t i = 0; i < n; i++) {
		int64_t time;

		if (!rekor_verify(json_object_array_get_idx(bundle->entries, i), &subject,
			&judging->root, judging->arena, &time, judging->status))
			return false;
		if (time > 0)
			add_time(judging, time);
	}
	return true;
}

/* The authority under which the leaf was valid at TIME; NULL where there is none. */
static const struct root_authority *
authority_at(const struct judging *judging, int64_t time)
{
	for (size_t i = 0; i < judging->root.ncas; i++) {
		const struct root_authority *authority = &judging->root.cas[i];
		struct fulcio_authority chain = { authority->certificates, authority->n };

		if (time <= INT64_MAX / 1000 && time * 1000 >= authority->start &&
		    time * 1000 <= authority->end && fulcio_verify(judging->leaf, &chain, time))
			return authority;
	}
	return NULL;
}

static bool
check_listing(struct judging *judging, struct bytes issuer)
{
	struct ct_log *logs = arena_array(judging->arena, judging->root.nctlogs + 1, sizeof(*logs));

	if (logs == NULL)
		return status_set(judging->status, STATUS_MEMORY, "no memory for a certificate");
	for (size_t i = 0; i < judging->root.nctlogs; i++) {
		const struct root_log *log = &judging->root.ctlogs[i];

		logs[i] = (struct ct_log){ log->id, log->key, log->start, log->end };
	}
	return fulcio_is_listed(judging->leaf, issuer, logs, judging->root.nctlogs) ||
	    bad(judging, "no trusted log lists the certificate");
}

static bool
check_certificate(struct judging *judging)
{
	const struct root_authority *authority = NULL;
	const struct bundle *bundle = judging->request->bundle;

	if (judging->ntimes == 0)
		return bad(judging,
		    "nobody trusted says when it was signed, and the certificate is short-lived");
	for (size_t i = 1; i < bundle->ncertificates; i++)
		if (fulcio_is_self_issued(bundle->certificates[i]))
			return bad(judging, "the bundle carries a root certificate of its own");
	for (size_t i = 0; i < judging->ntimes; i++) {
		authority = authority_at(judging, judging->times[i]);
		if (authority == NULL)
			return bad(judging,
			    "the certificate was not valid when it was used, or not by a trusted "
			    "authority");
	}
	if (!fulcio_may_sign(judging->leaf))
		return bad(judging, "the certificate was not issued for signing");
	return check_listing(judging, authority->certificates[0]);
}

/* The identity and its issuer against what the user expects. */
static bool
check_identity(struct judging *judging, struct provenance *ret)
{
	const struct trust *trust = judging->request->trust;
	const char *const *names = fulcio_identities(judging->leaf, judging->arena);
	const char *issuer = fulcio_issuer(judging->leaf, judging->arena);
	bool fits = false;

	if (names == NULL || issuer == NULL)
		return bad(judging, "the certificate names no identity or no issuer");
	ret->signer = names[0];
	for (size_t i = 0; names[i] != NULL && !fits; i++) {
		fits =
		    match_either(names[i], trust->identity, trust->identity_regex, judging->status);
		if (fits)
			ret->signer = names[i];
	}
	if (judging->status->code != STATUS_OK)
		return false;
	if (!fits)
		return status_set(judging->status, STATUS_MALFORMED,
		    "signed by %.200s, who is not the identity that is asked for", names[0]);
	if (match_either(issuer, trust->issuer, trust->issuer_regex, judging->status))
		return true;
	return status_set(judging->status, STATUS_MALFORMED,
	    "the identity was vouched for by %.200s, not by the issuer that is asked for", issuer);
}

/* The earliest trusted time, as RFC 3339. */
static const char *
time_text(const struct judging *judging)
{
	int64_t first = judging->times[0];
	char text[32] = "";
	struct tm tm;
	time_t at;

	for (size_t i = 1; i < judging->ntimes; i++)
		first = judging->times[i] < first ? judging->times[i] : first;
	at = (time_t)first;
	if (gmtime_r(&at, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_string(judging->arena, text);
}

static bool
judge(struct judging *judging, struct provenance *ret)
{
	judging->key = fulcio_key(judging->leaf, judging->status);
	if (judging->key == NULL || !check_timestamps(judging) || !check_entries(judging) ||
	    !check_certificate(judging) || !check_identity(judging, ret))
		return false;
	if (!signer_key_fits(judging->request, judging->key))
		return bad(judging, "the signature does not fit: it was made over other content");
	ret->algorithm = key_algorithm(judging->key, judging->arena);
	ret->time = time_text(judging);
	return true;
}

/* What the user did not say, and without which nobody is trusted. */
static const char *
missing(const struct trust *trust)
{
	if (trust->trusted_root.len == 0)
		return "it is signed with a short-lived certificate: give --trusted-root JSON, "
		       "--identity ID and --issuer URL";
	if (trust->identity == NULL && trust->identity_regex == NULL)
		return "anyone can get a certificate: say with --identity ID whose signature is "
		       "wanted";
	if (trust->issuer == NULL && trust->issuer_regex == NULL)
		return "say with --issuer URL who has to vouch for the identity";
	return NULL;
}

void
keyless_verify(const struct signer_request *request, struct provenance *ret)
{
	struct status status = { 0 };
	struct judging judging = { .request = request,
		.arena = request->arena,
		.status = &status,
		.leaf = request->bundle->certificates[0] };
	const char *why = missing(request->trust);

	if (why != NULL) {
		ret->status = PROVENANCE_UNTRUSTED;
		ret->why = why;
		return;
	}
	if (trusted_root_parse(
		request->trust->trusted_root, request->arena, &judging.root, &status) &&
	    judge(&judging, ret)) {
		ret->status = PROVENANCE_VERIFIED;
		ret->why = "signed by the identity that is asked for, and logged";
	} else {
		ret->status = PROVENANCE_FAILED;
		ret->why = arena_string(request->arena, status.text);
	}
	key_free(judging.key);
	trusted_root_close(&judging.root);
}

bool
keyless_check_logs(const struct signer_request *request, struct key *key, struct status *status)
{
	struct judging judging = {
		.request = request, .arena = request->arena, .status = status, .key = key
	};
	bool done = trusted_root_parse(
			request->trust->trusted_root, request->arena, &judging.root, status) &&
	    check_timestamps(&judging) && check_entries(&judging);

	trusted_root_close(&judging.root);
	return done;
}
