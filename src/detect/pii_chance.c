/*
 * Check digits hold by chance: one of ten numbers, or of a hundred, has the right ones. Where a
 * member is full of numbers of one form, how many of them hold tells whether that form is theirs.
 * Therefore what no context explains is held back until the member is read.
 */
#include "config.h"

#include "detect/pii_scan.h"

#define CHANCE 3  /* where the form is theirs, one in so many is valid at least */
#define NUMBERS 3 /* in structures bare numbers are mostly ids: it takes so many different ones */

static struct pii_tally *
tally_of(struct pii_pass *pass, unsigned entity, size_t len)
{
	return &pass->tallies[entity][len < PII_TALLIES ? len : 0];
}

void
pii_note_try(struct pii_pass *pass, unsigned entity, size_t len, bool is_valid)
{
	struct pii_tally *tally = tally_of(pass, entity, len);

	tally->tried++;
	tally->valid += is_valid;
}

bool
pii_hold_back(struct pii_pass *pass, const struct pii_held *finding)
{
	struct pii_tally *tally = tally_of(pass, finding->entity, finding->value.len);

	if (tally->tried == 0)
		return false;
	tally->held++;
	if (pass->nheld < PII_HELD && tally->held <= PII_LISTED)
		pass->held[pass->nheld++] = *finding;
	return true;
}

static bool
is_chance(const struct pii_tally *tally, bool is_number)
{
	return tally->valid * CHANCE < tally->tried || (is_number && tally->held < NUMBERS);
}

void
pii_tell_held(struct pii_pass *pass)
{
	for (size_t i = 0; i < pass->nheld; i++) {
		const struct pii_held *finding = &pass->held[i];
		struct pii_tally *tally = tally_of(pass, finding->entity, finding->value.len);

		if (is_chance(tally, finding->is_number))
			continue;
		/* All of one form are counted with the first of them. */
		if (!tally->is_counted)
			pass->counts[finding->entity] += tally->held;
		tally->is_counted = true;
		pii_tell(pass, finding);
	}
}
