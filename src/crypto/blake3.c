/* BLAKE3: see crypto/blake3.h. Section numbers are those of the paper. */
#include "config.h"

#include "crypto/blake3.h"

/* Section 2.2, table 3: what a block is in the tree. */
enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };

/* Section 2.2: the initialization vector of SHA-256. */
static const uint32_t iv[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
	0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

/* Section 2.2, table 2, applied 0 to 6 times: the order of message words in each round. */
static const uint8_t schedule[7][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8 },
	{ 3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1 },
	{ 10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6 },
	{ 12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4 },
	{ 9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7 },
	{ 11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13 },
};

static inline uint32_t
rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static inline void
mix(uint32_t v[16], unsigned a, unsigned b, unsigned c, unsigned d, uint32_t x, uint32_t y)
{
	v[a] += v[b] + x;
	v[d] = rotate(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 12);
	v[a] += v[b] + y;
	v[d] = rotate(v[d] ^ v[a], 8);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 7);
}

/* The compression function, of which plain hashing keeps the first eight words. */
static void
compress(uint32_t chaining[8], const uint8_t block[BLAKE3_BLOCK], unsigned len, uint64_t counter,
    unsigned flags)
{
	uint32_t m[16], v[16];

	for (unsigned i = 0; i < 16; i++)
		m[i] = (uint32_t)block[4 * i] | (uint32_t)block[4 * i + 1] << 8 |
		    (uint32_t)block[4 * i + 2] << 16 | (uint32_t)block[4 * i + 3] << 24;
	memcpy(v, chaining, 32);
	memcpy(v + 8, iv, 16);
	v[12] = (uint32_t)counter;
	v[13] = (uint32_t)(counter >> 32);
	v[14] = len;
	v[15] = flags;
	for (unsigned r = 0; r < 7; r++) {
		const uint8_t *s = schedule[r];

		mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
		mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
		mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
		mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
		mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
		mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
		mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
		mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
	}
	for (unsigned i = 0; i < 8; i++)
		chaining[i] = v[i] ^ v[i + 8];
}

static void
put_words(const uint32_t words[8], uint8_t *out)
{
	for (unsigned i = 0; i < 32; i++)
		out[i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
}

/* Section 2.5: a parent's block is the chaining values of its children. */
static void
join(const uint32_t left[8], const uint32_t right[8], unsigned flags, uint32_t ret[8])
{
	uint8_t block[BLAKE3_BLOCK];

	put_words(left, block);
	put_words(right, block + 32);
	memcpy(ret, iv, 32);
	compress(ret, block, BLAKE3_BLOCK, 0, PARENT | flags);
}

void
blake3_start(struct blake3 *state)
{
	*state = (struct blake3){ .len = 0 };
	memcpy(state->chaining, iv, 32);
}

/* The last block of a chunk is compressed once it is known whether it ends the input. */
static void
finish_chunk(const struct blake3 *state, unsigned flags, uint32_t ret[8])
{
	uint8_t block[BLAKE3_BLOCK] = { 0 };

	memcpy(block, state->block, state->len);
	memcpy(ret, state->chaining, 32);
	compress(ret, block, state->len, state->chunk,
	    (state->nblocks == 0 ? CHUNK_START : 0u) | CHUNK_END | flags);
}

/* Section 5.1.2: as many subtrees are complete as the number of chunks has trailing zero bits. */
static void
push_chunk(struct blake3 *state)
{
	uint32_t chaining[8];

	finish_chunk(state, 0, chaining);
	state->chunk++;
	for (uint64_t n = state->chunk; (n & 1) == 0; n >>= 1)
		join(state->stack[--state->depth], chaining, 0, chaining);
	memcpy(state->stack[state->depth++], chaining, 32);
	memcpy(state->chaining, iv, 32);
	state->nblocks = state->len = 0;
}

void
blake3_add(struct blake3 *state, struct bytes b)
{
	while (b.len > 0) {
		size_t n;

		if (state->len == BLAKE3_BLOCK) {
			if (state->nblocks == BLAKE3_CHUNK / BLAKE3_BLOCK - 1) {
				push_chunk(state);
			} else {
				compress(state->chaining, state->block, BLAKE3_BLOCK, state->chunk,
				    state->nblocks == 0 ? CHUNK_START : 0);
				state->nblocks++;
				state->len = 0;
			}
		}
		n = BLAKE3_BLOCK - state->len < b.len ? BLAKE3_BLOCK - state->len : b.len;
		memcpy(state->block + state->len, b.data, n);
		state->len += (unsigned)n;
		b = bytes_slice(b, n, SIZE_MAX);
	}
}

void
blake3_digest(const struct blake3 *state, uint8_t ret[BLAKE3_LEN])
{
	uint32_t chaining[8];

	finish_chunk(state, state->depth == 0 ? ROOT : 0, chaining);
	for (unsigned i = state->depth; i > 0; i--)
		join(state->stack[i - 1], chaining, i == 1 ? ROOT : 0, chaining);
	put_words(chaining, ret);
}
