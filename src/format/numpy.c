/*
 * NumPy arrays (numpy/lib/format.py, format versions 1.0, 2.0, 3.0) and archives of them (npz):
 *
 *   "\x93NUMPY" major minor, length of the header (2 bytes; 4 from version 2 on), the header: a
 *   Python literal { 'descr': TYPE, 'fortran_order': BOOL, 'shape': (N, ...), }, the items.
 *
 * Where a type holds objects, a pickle stands in place of the items (CVE-2019-6446).
 */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "format/format.h"
#include "format/literal.h"
#include "format/pickle.h"

#define HEADER_MAX                                                                             \
	(1 * MIB)	  /* NumPy itself refuses more than 10,000 bytes unless told otherwise \
			   */
#define DIMENSIONS_MAX 64 /* NPY_MAXDIMS of NumPy 2 */
#define DEPTHS 32	  /* containers in containers that are told apart */

static const char *const suffixes[] = { ".npy", NULL };
static const char *const npz_suffixes[] = { ".npz", NULL };

/* A header, as far as it has been read. */
struct npy {
	struct sink *sink;
	struct bytes header;
	uint64_t data; /* where the items begin */
	uint64_t items, item_size;
	bool has_objects, has_size, has_shape, has_order, has_descr, is_unknown;
	struct bytes descr;
	struct buffer shape;
	unsigned dimensions;
	unsigned index[DEPTHS]; /* of the next item in each container of the type */
};

static int
probe(const struct member *member)
{
	return bytes_starts(member->bytes, "\x93NUMPY") ? 95 : 0;
}

/* False where the preamble is not one that NumPy reads. */
static bool
read_preamble(const struct member *member, struct npy *npy)
{
	struct reader r = reader_over(member->bytes);
	uint8_t major, minor;
	uint16_t len16 = 0;
	uint32_t len = 0;
	bool done;

	if (!reader_skip(&r, 6) || !reader_u8(&r, &major) || !reader_u8(&r, &minor)) {
		sink_trouble(npy->sink, STATUS_MALFORMED, "numpy/malformed", 0, "it ends early");
		return false;
	}
	if (major < 1 || major > 3 || minor != 0) {
		sink_trouble(npy->sink, STATUS_UNSUPPORTED, "numpy/unsupported", 6,
		    "its format version is %u.%u, which is not known", major, minor);
		return false;
	}
	sink_fact(npy->sink, "numpy.version", "%u.%u", major, minor);
	done = major == 1 ? reader_u16le(&r, &len16) : reader_u32le(&r, &len);
	len = major == 1 ? len16 : len;
	if (!done || !reader_bytes(&r, len, &npy->header)) {
		sink_trouble(npy->sink, STATUS_MALFORMED, "numpy/malformed", 8,
		    "its header of %ju bytes runs past the end", (uintmax_t)len);
		return false;
	}
	if (len > HEADER_MAX) {
		sink_trouble(npy->sink, STATUS_LIMIT, "scan/limit", 8,
		    "its header of %ju bytes is larger than %ju", (uintmax_t)len,
		    (uintmax_t)HEADER_MAX);
		return false;
	}
	npy->data = r.pos;
	return true;
}

/* The bytes of one item of a type code such as "<f4", "|S10", "<U5", "|O", "<M8[ns]". */
static bool
item_size(struct bytes code, uint64_t *ret, bool *ret_objects)
{
	uint64_t size = 0;
	size_t i = 0;

	if (code.len > 0 && memchr("<>|=", code.data[0], 4) != NULL)
		code = bytes_slice(code, 1, SIZE_MAX);
	if (code.len == 0 || memchr("?bBhHiIlLqQpPefdgFDGSaUVOmMtuc", code.data[0], 30) == NULL)
		return false;
	for (i = 1; i < code.len && i < 12 && code.data[i] >= '0' && code.data[i] <= '9'; i++)
		size = size * 10 + (uint64_t)(code.data[i] - '0');
	if (i < code.len && code.data[i] != '[')
		return false;
	if (code.data[0] == 'U')
		size *= 4;
	if (code.data[0] == '?')
		size = 1;
	*ret_objects |= code.data[0] == 'O';
	*ret = size;
	return true;
}

/*
 * The code of a type, or of a part of one. NumPy writes codes only, but reads whatever makes a
 * type: names ("object"), lists in one string ("f8,O"), escapes. What is none of its own codes
 * could hold objects.
 */
static bool
take_code(struct npy *npy, struct bytes code, uint64_t *ret_size)
{
	if (item_size(code, ret_size, &npy->has_objects))
		return true;
	if (!npy->is_unknown)
		sink_trouble(npy->sink, STATUS_MALFORMED, "numpy/unknown-type", npy->data,
		    "its type \"%s\" is none that NumPy writes",
		    text_safe(sink_arena(npy->sink), code, 60));
	npy->is_unknown = true;
	return false;
}

/*
 * Part of a structured type: a list of (name, code) or (name, code, shape), where a code may be
 * such a list again. Only whether objects are in it matters.
 */
static void
take_type(struct npy *npy, const struct literal_token *token)
{
	unsigned depth = token->depth < DEPTHS - 1 ? token->depth : DEPTHS - 2, index;
	uint64_t size;

	npy->has_descr = true;
	if (token->kind == LITERAL_CLOSE)
		return;
	index = npy->index[depth]++;
	if (token->kind == LITERAL_OPEN)
		npy->index[depth + 1] = 0;
	else if (token->kind == LITERAL_TEXT && (index == 1 || depth == 2))
		(void)take_code(npy, token->text, &size);
}

static bool
take_shape(struct npy *npy, const struct literal_token *token)
{
	if (token->depth == 1 && token->kind == LITERAL_OPEN)
		npy->has_shape = true;
	if (token->depth != 2 || token->kind != LITERAL_INT)
		return true;
	buffer_add_format(
	    &npy->shape, "%s%ju", npy->shape.len == 0 ? "" : "x", (uintmax_t)token->number);
	return !__builtin_mul_overflow(npy->items, token->number, &npy->items) &&
	    ++npy->dimensions <= DIMENSIONS_MAX;
}

/* What one token of the header means. */
static bool
take(const struct literal_token *token, void *context)
{
	struct npy *npy = context;

	if (literal_key_is(token, "shape"))
		return take_shape(npy, token);
	if (literal_key_is(token, "fortran_order") && token->depth == 1)
		npy->has_order = token->kind == LITERAL_NAME;
	if (!literal_key_is(token, "descr"))
		return true;
	if (token->depth != 1 || token->kind != LITERAL_TEXT) {
		take_type(npy, token);
		return true;
	}
	npy->descr = token->text;
	npy->has_descr = true;
	npy->has_size = take_code(npy, token->text, &npy->item_size);
	return true;
}

static bool
read_header(struct npy *npy)
{
	struct literal_error error;

	if (!literal_walk(npy->header, take, npy, &error)) {
		sink_trouble(npy->sink, STATUS_MALFORMED, "numpy/malformed",
		    npy->data - npy->header.len + error.offset, "its header cannot be read: %s",
		    error.text);
		return false;
	}
	if (!npy->has_descr || !npy->has_shape || !npy->has_order) {
		sink_trouble(npy->sink, STATUS_MALFORMED, "numpy/malformed", 10,
		    "its header does not say type, order and shape");
		return false;
	}
	return true;
}

/* A pickle in place of the items. NumPy writes an array there; anything else is somebody's work. */
static void
check_objects(const struct member *member, const struct rules *rules, struct npy *npy)
{
	struct pickle_survey survey;

	sink_finding(npy->sink, "numpy/object-array", npy->data, 0, NULL,
	    "it holds Python objects: loading it unpickles them");
	if (pickle_analyze(member, npy->data, PICKLE_PLAIN, rules, npy->sink, &survey) &&
	    !survey.makes_array)
		sink_finding(npy->sink, "numpy/no-array", npy->data, 0, NULL,
		    "the pickle in it does not give an array, which NumPy never writes");
}

static void
check_items(const struct member *member, struct npy *npy)
{
	uint64_t left = member->bytes.len - npy->data, bytes;

	if (!npy->has_size)
		return; /* a structured type: its size is not worked out */
	if (__builtin_mul_overflow(npy->items, npy->item_size, &bytes) || bytes > left)
		sink_trouble(npy->sink, STATUS_MALFORMED, "numpy/truncated", npy->data,
		    "its shape needs more bytes than the %ju that follow the header",
		    (uintmax_t)left);
	else if (bytes < left) {
		struct piece rest = { .name = "(behind the array)",
			.codec = CODEC_NONE,
			.packed = bytes_slice(member->bytes, npy->data + bytes, SIZE_MAX),
			.size = SIZE_UNKNOWN };

		sink_piece(npy->sink, &rest);
		sink_finding(npy->sink, "numpy/trailing-data", npy->data + bytes, left - bytes,
		    NULL, "%ju bytes follow the array", (uintmax_t)(left - bytes));
	}
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct npy npy = { .sink = sink, .items = 1, .shape = buffer_up_to(2048) };

	if (read_preamble(member, &npy) && read_header(&npy)) {
		sink_fact(sink, "numpy.shape", "%.*s", (int)npy.shape.len,
		    npy.shape.len == 0 ? "" : (const char *)npy.shape.data);
		sink_fact(sink, "numpy.dtype", "%s",
		    npy.descr.len == 0 ? "structured" : text_safe(sink_arena(sink), npy.descr, 60));
		if (npy.has_objects ||
		    (npy.is_unknown &&
			pickle_probe(bytes_slice(member->bytes, npy.data, SIZE_MAX)) > 0))
			check_objects(member, rules, &npy);
		else
			check_items(member, &npy);
	}
	buffer_free(&npy.shape);
}

const struct format format_numpy = {
	.name = "numpy",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};

/* npz: a zip whose members are arrays. The zip analyzer hands them on; they need no second look. */
static int
npz_probe(const struct member *member)
{
	/* The first member's name and, where it is stored, its content. */
	struct bytes head = bytes_slice(member->bytes, 0, 512);

	if (!bytes_starts(head, "PK\3\4"))
		return 0;
	return bytes_find(head, bytes_of_string(".npy"), 30) >= 0 ? 70 : 0;
}

static void
npz_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)member;
	(void)rules;
	sink_fact(sink, "numpy.archive", "npz");
}

const struct format format_npz = {
	.name = "npz",
	.suffixes = npz_suffixes,
	.refines = "zip",
	.traits = FORMAT_MODEL | FORMAT_CONTAINER | FORMAT_WEAK,
	.probe = npz_probe,
	.analyze = npz_analyze,
};
