/*
 * Waivers: findings that somebody accepted, with reason, owner and a day on which that ends.
 *
 *   waivers:
 *     - fingerprint: 0f3a...          # of a finding, as reports print it
 *       reason: upstream class, reviewed in SEC-12
 *       owner: ml-platform@example.com
 *       expires: 2027-01-31
 *     - sha256: 9b1c...               # or of a member's content, for one check or a pattern
 *       check: pickle/unlisted-global
 *       ...
 *
 * A waiver with both holds only for that finding in exactly that content. Expired waivers do not
 * count and are findings themselves. What is in the bundle is never read as a waiver. A signature
 * over the file would be checked in waivers_read(), before a line of it is believed.
 */
#ifndef POLICY_WAIVERS_H
#define POLICY_WAIVERS_H

#include "core/arena.h"
#include "core/status.h"
#include "scan/result.h"

struct waiver {
	const char *fingerprint, *sha256, *check; /* NULL where the waiver does not say */
	const char *reason, *owner, *expires;
	int64_t ends;	/* the first second after its last day, UTC */
	int64_t starts; /* `created`; 0 where it does not say */
	unsigned line;
	bool is_expired;
	size_t nused; /* findings it covered in the result that was decided last */
};

struct waivers {
	const char *source;
	char file_sha256[65];
	size_t n;
	struct waiver *items;
	struct arena *arena;
};

/* NULL and a status that names the line. LONGEST_DAYS: a waiver may run so long from NOW; 0: any.
 */
MUST_USE struct waivers *waivers_read(
    const char *path, int64_t now, uint64_t longest_days, struct status *);
void waivers_free(struct waivers *);
/* The waiver that covers FINDING, whose member has the digest SHA256 ("" where unknown), or NULL.
 */
struct waiver *waivers_find(
    const struct waivers *, const struct result_finding *finding, const char *sha256);

#endif
