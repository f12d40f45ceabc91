/*
 * Leaves text alone that holds no license: blocks without any of the stems that licenses and
 * notices cannot do without, whatever the case of their letters; and marks where stems stand.
 */
#include "config.h"

#include "detect/license_filter.h"

/* Compiled several times where the compiler can choose by processor when the program starts. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(ASSAY_SANITIZED)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

#define SHORT_TEXT 4096 /* bytes of a text that may be a license of one sentence */
#define STEP 128	/* bytes: blocks at the end of a text are looked at in whole steps */
#define BEHIND 5	/* bytes behind a block in which a stem may end */

/* Five letters, of which LETTER_0 comes first. */
#define STEM(a, b, c, d, e) ((c0 == (a)) & (c1 == (b)) & (c2 == (c)) & (c3 == (d)) & (c4 == (e)))
#define WHERE(is_there, mark) ((uint8_t) - (is_there) & (mark))
#define IS_NO_LETTER(c) (((c) < 'a') | ((c) > 'z'))

/*
 * No branches and a length that is known beforehand, so that it becomes vector instructions: it
 * runs over all text there is. Every letter is made lower case by its bit 0x20.
 */
static inline __attribute__((always_inline)) unsigned
stems_in(const uint8_t *b, const size_t n)
{
	uint8_t strong = 0, grant = 0, warranty = 0, as_is = 0, free = 0, purpose = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c0 = b[i] | 0x20, c1 = b[i + 1] | 0x20, c2 = b[i + 2] | 0x20,
			c3 = b[i + 3] | 0x20, c4 = b[i + 4] | 0x20, c5 = b[i + 5] | 0x20;

		strong |= STEM('l', 'i', 'c', 'e', 'n'); /* license */
		strong |= STEM('l', 'i', 'z', 'e', 'n'); /* Lizenz */
		strong |= STEM('e', 'd', 'i', 's', 't'); /* redistribute */
		strong |= STEM('c', ' ', 'd', 'o', 'm'); /* public domain */
		strong |= STEM('c', 'd', 'o', 'm', 'a'); /* publicdomain */
		strong |= STEM('v', 'e', 'c', 'o', 'm'); /* creativecommons */
		strong |= STEM('m', 's', ' ', 'a', 's'); /* same terms as */
		strong |= (c0 == 'g') & (c1 == 'p') & (c2 == 'l') &
		    (IS_NO_LETTER(c3) | (c3 == 'v'));		      /* GPL, GPLv2 */
		grant |= STEM('e', 'r', 'm', 'i', 's');		      /* permission */
		grant |= STEM('e', 'r', 'm', 'i', 't') & (c5 == 't'); /* permitted */
		warranty |= STEM('a', 'r', 'r', 'a', 'n');
		as_is |= (STEM('a', 's', ' ', 'i', 's') | STEM('a', 's', '-', 'i', 's')) &
		    IS_NO_LETTER(c5);
		free |= STEM('f', 'r', 'e', 'e', 'w'); /* freeware */
		free |= STEM('f', 'r', 'e', 'e', 'l') & (c5 == 'y');
		purpose |= STEM('y', ' ', 'p', 'u', 'r'); /* any purpose */
	}
	return (strong ? LICENSE_SAYS : 0) | (grant ? LICENSE_GRANTS : 0) |
	    (warranty ? LICENSE_WARRANTS : 0) | (as_is ? LICENSE_AS_IS : 0) |
	    (free ? LICENSE_FREES : 0) | (purpose ? LICENSE_PURPOSE : 0);
}

FOR_EACH_PROCESSOR static unsigned
stems_of_block(const uint8_t *b)
{
	return stems_in(b, LICENSE_BLOCK);
}

FOR_EACH_PROCESSOR static unsigned
stems_of_step(const uint8_t *b)
{
	return stems_in(b, STEP);
}

/*
 * Where in a step the words stand that the words around them may turn into a notice or a part of a
 * license: a byte of MARKS for each of its bytes, all zero but where one begins.
 */
FOR_EACH_PROCESSOR static void
mark_step(const uint8_t *b, uint8_t *restrict marks)
{
	for (size_t i = 0; i < STEP; i++) {
		uint8_t c0 = b[i] | 0x20, c1 = b[i + 1] | 0x20, c2 = b[i + 2] | 0x20,
			c3 = b[i + 3] | 0x20, c4 = b[i + 4] | 0x20;
		uint8_t mark = 0;

		mark |= WHERE(STEM('l', 'i', 'c', 'e', 'n'), MARK_LICENSE);
		mark |= WHERE(STEM('u', 'n', 'd', 'e', 'r'), MARK_NAMED);
		mark |= WHERE(STEM('g', 'r', 'e', 'e', 'm'), MARK_NAMED); /* agreement */
		mark |= WHERE(STEM('c', 'l', 'a', 'u', 's'), MARK_NAMED); /* 3-clause BSD */
		mark |= WHERE(STEM('o', 'm', 'm', 'o', 'n'), MARK_NAMED); /* Creative Commons */
		mark |= WHERE(STEM('l', 'i', 'z', 'e', 'n'), MARK_LIZENZ);
		mark |= WHERE(STEM('e', 'd', 'i', 's', 't'), MARK_REDISTRIBUTE);
		mark |= WHERE(STEM('c', ' ', 'd', 'o', 'm'), MARK_DOMAIN);
		mark |= WHERE(STEM('c', 'd', 'o', 'm', 'a'), MARK_DOMAIN);
		mark |= WHERE(STEM('v', 'e', 'c', 'o', 'm'), MARK_CREATIVE);
		mark |= WHERE(STEM('m', 's', ' ', 'a', 's'), MARK_SAME_TERMS);
		mark |= WHERE(
		    (c0 == 'g') & (c1 == 'p') & (c2 == 'l') & (IS_NO_LETTER(c3) | (c3 == 'v')),
		    MARK_GPL);
		marks[i] = mark;
	}
}

/* The bytes of a block with what stands BEHIND it, copied to LAST where the text ends before that;
 * *ret_n: whole steps that cover what there is. */
static const uint8_t *
block_at(struct bytes text, size_t pos, uint8_t last[LICENSE_BLOCK + BEHIND], size_t *ret_n)
{
	struct bytes block = bytes_slice(text, pos, LICENSE_BLOCK + BEHIND);

	*ret_n = LICENSE_BLOCK;
	if (block.len == LICENSE_BLOCK + BEHIND)
		return block.data;
	if (block.len < LICENSE_BLOCK)
		*ret_n = (block.len + STEP - 1) / STEP * STEP;
	if (block.len > 0)
		memcpy(last, block.data, block.len);
	memset(last + block.len, 0, *ret_n + BEHIND - block.len);
	return last;
}

unsigned
license_filter_stems(struct bytes text, size_t pos)
{
	uint8_t last[LICENSE_BLOCK + BEHIND];
	size_t n;
	const uint8_t *block = block_at(text, pos, last, &n);
	unsigned stems = 0;

	if (n == LICENSE_BLOCK)
		return stems_of_block(block);
	for (size_t i = 0; i < n; i += STEP)
		stems |= stems_of_step(block + i);
	return stems;
}

bool
license_filter_passes(unsigned stems, uint64_t len)
{
	/* In long texts "permission" or "as is" alone is no license. */
	return (stems & LICENSE_SAYS) != 0 || (stems & (stems - 1)) != 0 ||
	    (stems != 0 && len <= SHORT_TEXT);
}

bool
license_filter(struct bytes text)
{
	for (size_t pos = 0; pos < text.len; pos += LICENSE_BLOCK)
		if (license_filter_passes(license_filter_stems(text, pos), text.len))
			return true;
	return false;
}

size_t
license_filter_mark(struct bytes text, size_t pos, uint8_t marks[LICENSE_BLOCK])
{
	uint8_t last[LICENSE_BLOCK + BEHIND];
	size_t n;
	const uint8_t *block = block_at(text, pos, last, &n);

	for (size_t i = 0; i < n; i += STEP)
		mark_step(block + i, marks + i);
	return n;
}
