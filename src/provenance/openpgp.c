/*
 * OpenPGP signatures (RFC 4880): gpgv judged them with the user's keyring (scan/gpgv.h); here its
 * status lines are read (GnuPG, doc/DETAILS). Good is only what it calls good in so many words.
 */
#include "config.h"

#include "core/reader.h"
#include "provenance/detached.h"

static int
probe(const struct member *member)
{
	return bytes_starts(member->bytes, "-----BEGIN PGP SIGNATURE-----") ? 80 : 0;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	detached_want(claim, wants);
}

struct opinion {
	unsigned ngood, nvalid, nsignatures;
	bool is_bad, is_expired, is_revoked, is_unknown, failed;
	struct bytes fingerprint;
};

static struct opinion
read_opinion(struct bytes lines)
{
	struct opinion opinion = { 0 };
	struct reader r = reader_over(lines);
	struct bytes line;

	while (reader_line(&r, &line)) {
		if (!bytes_starts(line, "[GNUPG:] "))
			continue;
		line = bytes_slice(line, 9, SIZE_MAX);
		opinion.nsignatures += bytes_starts(line, "NEWSIG");
		opinion.ngood += bytes_starts(line, "GOODSIG ");
		opinion.is_bad = opinion.is_bad || bytes_starts(line, "BADSIG ");
		opinion.is_expired = opinion.is_expired || bytes_starts(line, "EXPKEYSIG ") ||
		    bytes_starts(line, "EXPSIG ");
		opinion.is_revoked = opinion.is_revoked || bytes_starts(line, "REVKEYSIG ");
		opinion.is_unknown = opinion.is_unknown || bytes_starts(line, "NO_PUBKEY ");
		opinion.failed = opinion.failed || bytes_starts(line, "FAILURE ");
		if (bytes_starts(line, "VALIDSIG ")) {
			opinion.nvalid++;
			opinion.fingerprint = bytes_slice(line, 9, 40);
		}
	}
	return opinion;
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct detached detached = { claim, tree, trust, sink, ret };
	struct opinion opinion = read_opinion(claim->gpgv);

	if (!detached_has_content(&detached))
		return;
	if (claim->gpgv_trouble != NULL)
		detached_unjudged(&detached, claim->gpgv_trouble);
	else if (claim->gpgv.len == 0 && claim->is_explicit)
		detached_unjudged(&detached, "no OpenPGP key is trusted: give --keyring FILE");
	else if (claim->gpgv.len == 0)
		detached_untrusted(&detached, "no OpenPGP key is trusted: give --keyring FILE");
	else if (opinion.ngood == 1 && opinion.nvalid == 1 && opinion.nsignatures == 1 &&
	    !opinion.is_bad && !opinion.failed)
		detached_verified(&detached,
		    arena_format(sink_arena(sink), "openpgp:%.*s", (int)opinion.fingerprint.len,
			(const char *)opinion.fingerprint.data),
		    "gpgv finds it good, by a key of the keyring");
	else if (opinion.is_unknown && !opinion.is_bad && !claim->is_explicit)
		detached_untrusted(&detached, "its key is not in the keyring");
	else
		detached_invalid(&detached,
		    opinion.is_revoked	     ? "its key was revoked"
			: opinion.is_expired ? "it, or its key, has expired"
			: opinion.is_unknown ? "its key is not in the keyring"
			: opinion.nsignatures > 1
			? "it holds several signatures; one is expected"
			: "the signature does not hold: the file was changed, or "
			  "it is no signature");
}

const struct verifier verifier_openpgp = {
	.name = "openpgp",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
