/*
 * Leaves text alone that holds no license: blocks without any of the stems that licenses and
 * notices cannot do without, whatever the case of their letters.
 */
#include "config.h"

#include "detect/license_scan.h"

/* Compiled several times where the compiler can choose by processor when the program starts. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(ASSAY_SANITIZED)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

#define SHORT_TEXT 4096 /* bytes of a text that may be a license of one sentence */

/* Five letters, of which LETTER_0 comes first. */
#define STEM(a, b, c, d, e) ((c0 == (a)) & (c1 == (b)) & (c2 == (c)) & (c3 == (d)) & (c4 == (e)))
#define IS_NO_LETTER(c) (((c) < 'a') | ((c) > 'z'))

/* What one block holds: SAYS_LICENSE, and a bit for each stem that alone says little. */
#define SAYS_LICENSE 1

/*
 * No branches and a length known beforehand, so that it becomes vector instructions: it runs over
 * all text there is. Every letter is made lower case by its bit 0x20.
 */
FOR_EACH_PROCESSOR static unsigned
stems_of(const uint8_t *b)
{
	uint8_t strong = 0, grant = 0, warranty = 0, as_is = 0, free = 0, purpose = 0;

	for (int i = 0; i < LICENSE_BLOCK; i++) {
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
	return strong | (unsigned)grant << 1 | (unsigned)warranty << 2 | (unsigned)as_is << 3 |
	    (unsigned)free << 4 | (unsigned)purpose << 5;
}

bool
license_filter_at(struct bytes text, size_t pos)
{
	uint8_t last[LICENSE_BLOCK + 8] = { 0 };
	struct bytes block = bytes_slice(text, pos, sizeof(last));
	unsigned stems;

	if (block.len < sizeof(last) && block.len > 0)
		memcpy(last, block.data, block.len);
	stems = stems_of(block.len == sizeof(last) ? block.data : last);
	/* In long texts "permission" or "as is" alone is no license. */
	return (stems & SAYS_LICENSE) != 0 || (stems & (stems - 1)) != 0 ||
	    (stems != 0 && text.len <= SHORT_TEXT);
}

bool
license_filter(struct bytes text)
{
	for (size_t pos = 0; pos < text.len; pos += LICENSE_BLOCK)
		if (license_filter_at(text, pos))
			return true;
	return false;
}
