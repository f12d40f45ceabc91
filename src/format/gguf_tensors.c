/* Tensors of GGUF: their sizes, and whether their bytes lie where they say. See format/gguf.c. */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "format/gguf.h"
#include "format/regions.h"

#include <stdlib.h>

#define DIMENSIONS 4	    /* GGML_MAX_DIMS */
#define TENSOR_NAME 255	    /* GGML_MAX_NAME is 64; some builds raise it */
#define TENSORS_MAX 4000000 /* the largest mixtures of experts have a few ten thousand */
#define ALIGNMENT_MAX 65536 /* a page of the largest kind; real files use 32 */

/* How many values share a block of how many bytes, by ggml_type (ggml.h); 0: removed. */
static const struct {
	uint16_t values, bytes;
} types[] = {
	[0] = { 1, 4 },	     /* F32 */
	[1] = { 1, 2 },	     /* F16 */
	[2] = { 32, 18 },    /* Q4_0 */
	[3] = { 32, 20 },    /* Q4_1 */
	[6] = { 32, 22 },    /* Q5_0 */
	[7] = { 32, 24 },    /* Q5_1 */
	[8] = { 32, 34 },    /* Q8_0 */
	[9] = { 32, 36 },    /* Q8_1 */
	[10] = { 256, 84 },  /* Q2_K */
	[11] = { 256, 110 }, /* Q3_K */
	[12] = { 256, 144 }, /* Q4_K */
	[13] = { 256, 176 }, /* Q5_K */
	[14] = { 256, 210 }, /* Q6_K */
	[15] = { 256, 292 }, /* Q8_K */
	[16] = { 256, 66 },  /* IQ2_XXS */
	[17] = { 256, 74 },  /* IQ2_XS */
	[18] = { 256, 98 },  /* IQ3_XXS */
	[19] = { 256, 50 },  /* IQ1_S */
	[20] = { 32, 18 },   /* IQ4_NL */
	[21] = { 256, 110 }, /* IQ3_S */
	[22] = { 256, 82 },  /* IQ2_S */
	[23] = { 256, 136 }, /* IQ4_XS */
	[24] = { 1, 1 },     /* I8 */
	[25] = { 1, 2 },     /* I16 */
	[26] = { 1, 4 },     /* I32 */
	[27] = { 1, 8 },     /* I64 */
	[28] = { 1, 8 },     /* F64 */
	[29] = { 256, 56 },  /* IQ1_M */
	[30] = { 1, 2 },     /* BF16 */
	[34] = { 256, 54 },  /* TQ1_0 */
	[35] = { 256, 66 },  /* TQ2_0 */
	[39] = { 32, 17 },   /* MXFP4 */
};

/* The bytes of a tensor of TYPE and sizes NE. */
static bool
tensor_bytes(struct gguf *gguf, const uint64_t ne[DIMENSIONS], uint32_t type, uint64_t *ret,
    uint64_t *ret_values)
{
	uint64_t values = 1;

	if (type >= ARRAY_LEN(types) || types[type].values == 0)
		return gguf_fail(
		    gguf, "gguf/unknown-type", "a tensor of a type that is unknown or was removed");
	for (unsigned i = 0; i < DIMENSIONS; i++) {
		if (ne[i] > INT64_MAX)
			return gguf_fail(gguf, "gguf/malformed", "a tensor with a negative size");
		if (ne[i] != 0 && values > (uint64_t)INT64_MAX / 512 / ne[i])
			return gguf_fail(gguf, "gguf/malformed",
			    "a tensor whose sizes multiply to more than 64 bits");
		values *= ne[i];
	}
	if (ne[0] % types[type].values != 0)
		return gguf_fail(gguf, "gguf/malformed", "a tensor whose rows are no whole blocks");
	*ret = values / types[type].values * types[type].bytes;
	*ret_values = values;
	return true;
}

/* One entry; its offset counts from the start of the data, which is not known yet. */
static bool
read_tensor(struct gguf *gguf, struct region *region, uint64_t *parameters)
{
	uint64_t ne[DIMENSIONS] = { 1, 1, 1, 1 }, len, values, at = gguf->r.pos;
	uint32_t ndims, type;

	if (!gguf_string(gguf, &region->name) || !gguf_u32(gguf, &ndims))
		return false;
	if (region->name.len > TENSOR_NAME)
		return gguf_fail(gguf, "gguf/malformed", "a tensor's name of more than 255 bytes");
	gguf_check_name(gguf, region->name, at);
	if (ndims > DIMENSIONS)
		return gguf_fail(gguf, "gguf/malformed", "a tensor of more than 4 dimensions");
	for (uint32_t i = 0; i < ndims; i++)
		if (!gguf_size(gguf, &ne[i]))
			return false;
	if (!gguf_u32(gguf, &type) || !gguf_u64(gguf, &region->start))
		return false;
	if (!tensor_bytes(gguf, ne, type, &len, &values))
		return false;
	if (region->start % gguf->alignment != 0)
		return gguf_fail(
		    gguf, "gguf/malformed", "a tensor that does not start at the alignment");
	if (region->start > UINT64_MAX - len)
		return gguf_fail(gguf, "gguf/malformed", "a tensor past any end");
	region->end = region->start + len;
	*parameters += values;
	return true;
}

static void
check_data(struct gguf *gguf, struct region *regions, size_t n)
{
	uint64_t start = (gguf->r.pos + gguf->alignment - 1) / gguf->alignment * gguf->alignment;
	struct bytes data = bytes_slice(gguf->r.in, start, gguf->r.in.len);
	struct region_checks checks = { .format = "gguf",
		.overlap = "gguf/overlap",
		.gap = "gguf/gap",
		.slack = gguf->alignment,
		.base = start };
	uint64_t end;

	for (size_t i = 0; i < n; i++)
		if (regions[i].end > data.len) {
			gguf_fail(gguf, "gguf/truncated", "a tensor that runs past the end");
			return;
		}
	end = regions_check(regions, n, &checks, gguf->sink);
	end = (end + gguf->alignment - 1) / gguf->alignment * gguf->alignment;
	if (end >= data.len || n == 0)
		return;
	sink_finding(gguf->sink, "gguf/trailing-data", start + end, data.len - end, NULL,
	    "%ju bytes follow the last tensor", (uintmax_t)(data.len - end));
	sink_piece(gguf->sink,
	    &(struct piece){ .name = "trailing",
		.codec = CODEC_NONE,
		.packed = bytes_slice(data, end, data.len),
		.size = data.len - end });
}

static bool
check_alignment(struct gguf *gguf)
{
	uint64_t a = gguf->alignment;

	if (gguf->alignment_type != 4 || a == 0 || (a & (a - 1)) != 0 || a > ALIGNMENT_MAX)
		return gguf_fail(
		    gguf, "gguf/malformed", "general.alignment is no power of two up to 65,536");
	return true;
}

void
gguf_read_tensors(struct gguf *gguf)
{
	struct region *regions = NULL;
	struct bytes *names = NULL;
	uint64_t parameters = 0;
	size_t n = 0;

	if (!check_alignment(gguf))
		return;
	if (!reader_count(&gguf->r, gguf->ntensors, gguf->version > 1 ? 24 : 20)) {
		gguf_fail(gguf, "gguf/truncated", "more tensors than the file has room for");
		return;
	}
	if (gguf->ntensors <= TENSORS_MAX) {
		regions = calloc((size_t)gguf->ntensors + 1, sizeof(*regions));
		names = calloc((size_t)gguf->ntensors + 1, sizeof(*names));
	}
	if (regions == NULL || names == NULL) {
		gguf_fail(gguf, "gguf/limit", "too many tensors");
		goto out;
	}
	for (; n < gguf->ntensors; n++) {
		if (!read_tensor(gguf, &regions[n], &parameters)) {
			gguf_fail(gguf, "gguf/truncated", "it ends inside of its tensors");
			goto out;
		}
		names[n] = regions[n].name;
	}
	sink_fact(gguf->sink, "gguf.parameters", "%ju", (uintmax_t)parameters);
	gguf_check_duplicates(gguf, names, n, "tensor");
	check_data(gguf, regions, n);
out:
	free(regions);
	free(names);
}
