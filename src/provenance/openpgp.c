/*
 * OpenPGP signatures (RFC 4880) are recognized, and not judged: parsing them is gpgv's business.
 * Found in a bundle they are nobody's whom the user named; named by --signature, they could not be
 * judged, which is no pass.
 */
#include "config.h"

#include "provenance/detached.h"

static int
probe(const struct member *member)
{
	return bytes_starts(member->bytes, "-----BEGIN PGP SIGNATURE-----") ? 80 : 0;
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct detached detached = { claim, tree, trust, sink, ret };

	if (claim->is_explicit)
		detached_unjudged(&detached,
		    "OpenPGP signatures are not verified here: use `gpgv --keyring KEYS SIGNATURE "
		    "FILE`");
	else
		detached_untrusted(&detached,
		    "it is an OpenPGP signature, which assay does not verify; gpgv does");
}

const struct verifier verifier_openpgp = {
	.name = "openpgp",
	.probe = probe,
	.verify = verify,
};
