/*
 * safetensors (https://github.com/huggingface/safetensors, format of version 0.4 and later):
 *
 *   u64le  length N of the header, 100 MB at most
 *   N      JSON, starting with '{', padded with spaces at its end:
 *          { "NAME": { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] }, ...
 *            "__metadata__": { "KEY": "VALUE", ... } }
 *   rest   the tensors, without holes and in the order of their offsets
 */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "format/format.h"
#include "format/json_text.h"
#include "format/regions.h"
#include "format/settings.h"

#include <stdlib.h>

#define HEADER_MAX 100000000 /* of the reference reader, MAX_HEADER_SIZE */
#define NAME_MAX_BYTES (64 * KIB)
#define DIMENSIONS 64
#define METADATA_FACTS 64
#define FACT_MAX 300

static const char *const suffixes[] = { ".safetensors", NULL };

static const struct dtype {
	const char *name;
	unsigned bits;
} dtypes[] = {
	{ "F32", 32 },
	{ "BF16", 16 },
	{ "F16", 16 },
	{ "I64", 64 },
	{ "I32", 32 },
	{ "U8", 8 },
	{ "I8", 8 },
	{ "BOOL", 8 },
	{ "F64", 64 },
	{ "I16", 16 },
	{ "U16", 16 },
	{ "U32", 32 },
	{ "U64", 64 },
	{ "C64", 64 },
	{ "F8_E4M3", 8 },
	{ "F8_E5M2", 8 },
	{ "F8_E8M0", 8 },
	{ "F8_E4M3FNUZ", 8 },
	{ "F8_E5M2FNUZ", 8 },
	{ "F6_E2M3", 6 },
	{ "F6_E3M2", 6 },
	{ "F4", 4 },
};

enum field { FIELD_NONE, FIELD_DTYPE, FIELD_SHAPE, FIELD_OFFSETS, FIELD_OTHER };

/* The tensor whose entry is being read. */
struct tensor {
	struct bytes name;
	uint64_t at; /* offset in the member of its name */
	const struct dtype *dtype;
	bool has_dtype, has_shape, has_offsets;
	uint64_t elements, offsets[2];
	unsigned ndims, noffsets;
};

struct header {
	struct sink *sink;
	uint64_t data_len; /* bytes behind the header */
	struct tensor tensor;
	enum field field;
	bool in_metadata;
	struct bytes key; /* of metadata */
	size_t nmetadata;
	struct region *regions;
	size_t n, room;
	uint64_t parameters;
	bool used[ARRAY_LEN(dtypes)];
	bool malformed, has_unknown_field, has_unknown_dtype, has_odd_name;
};

static int
probe(const struct member *member)
{
	struct reader r = reader_over(member->bytes);
	uint64_t len;
	uint8_t first, second;

	if (reader_u64le(&r, &len) && len >= 2 && len <= HEADER_MAX && reader_u8(&r, &first) &&
	    first == '{' && reader_u8(&r, &second) &&
	    (second == '"' || second == '}' || second == ' ' || second == '\n'))
		return 90;
	/* Whoever goes by the name must hear that it is none. */
	return member->bytes.len > 0 && member_has_suffix(member, ".safetensors") ? 10 : 0;
}

static bool
malformed(struct header *header, uint64_t offset, const char *what)
{
	struct arena *arena = sink_arena(header->sink);

	if (!header->malformed)
		sink_trouble(header->sink, STATUS_MALFORMED, "safetensors/malformed", offset + 8,
		    "%s%s%s", what, header->tensor.name.len > 0 ? ", at tensor " : "",
		    text_safe(arena, header->tensor.name, 100));
	header->malformed = true;
	return false;
}

/* A number of the header: digits only, below 2^63. */
static bool
get_number(struct bytes text, uint64_t *ret)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 18)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	*ret = value;
	return true;
}

static bool
begin_tensor(struct header *header, const struct json_token *token)
{
	struct bytes name;

	header->tensor = (struct tensor){ .elements = 1, .at = token->offset };
	header->field = FIELD_NONE;
	if (!json_unescape(sink_arena(header->sink), token, &name))
		return malformed(header, token->offset, "no memory for a name");
	header->tensor.name = name;
	header->in_metadata = bytes_equal_string(name, "__metadata__");
	if (name.len > NAME_MAX_BYTES) {
		header->tensor.name.len = 32;
		sink_trouble(header->sink, STATUS_LIMIT, "safetensors/limit", token->offset + 8,
		    "a tensor's name of %zu bytes", name.len);
		return false;
	}
	if (token->has_escapes && !header->has_odd_name)
		for (size_t i = 0; i < name.len; i++)
			if (name.data[i] < 0x20) {
				header->has_odd_name = true;
				sink_finding(header->sink, "safetensors/odd-name",
				    token->offset + 8, 0,
				    text_safe(sink_arena(header->sink), name, 100),
				    "a tensor's name holds control characters: %s",
				    text_safe(sink_arena(header->sink), name, 100));
				break;
			}
	return true;
}

/* A key inside an entry or inside the metadata. */
static void
begin_field(struct header *header, const struct json_token *token)
{
	if (header->in_metadata) {
		header->key = token->text;
		return;
	}
	header->field = bytes_equal_string(token->text, "dtype") ? FIELD_DTYPE
	    : bytes_equal_string(token->text, "shape")		 ? FIELD_SHAPE
	    : bytes_equal_string(token->text, "data_offsets")	 ? FIELD_OFFSETS
								 : FIELD_OTHER;
	if (header->field == FIELD_OTHER && !header->has_unknown_field) {
		header->has_unknown_field = true;
		sink_finding(header->sink, "safetensors/unknown-field", token->offset + 8, 0,
		    text_safe(sink_arena(header->sink), token->text, 100),
		    "the entry of a tensor holds \"%s\", which the format does not know",
		    text_safe(sink_arena(header->sink), token->text, 100));
	}
}

static void
take_metadata(struct header *header, const struct json_token *token)
{
	struct arena *arena = sink_arena(header->sink);
	const char *key = text_safe(arena, header->key, 100);
	const char *path = arena_format(arena, "__metadata__.%s", key);
	const char *fact = arena_format(arena, "safetensors.metadata.%s", key);
	struct bytes value;

	if (path == NULL || fact == NULL || !json_unescape(arena, token, &value))
		return;
	sink_text(header->sink, SPAN_VALUE, path, value, token->offset + 9);
	if (header->nmetadata++ < METADATA_FACTS)
		sink_fact(header->sink, fact, "%s", text_safe(arena, value, FACT_MAX));
}

static bool
take_string(struct header *header, const struct json_token *token)
{
	if (header->in_metadata && token->depth == 2) {
		take_metadata(header, token);
		return true;
	}
	if (header->field == FIELD_OTHER)
		return true;
	if (token->depth != 2 || header->field != FIELD_DTYPE)
		return malformed(header, token->offset, "a string where none should be");
	header->tensor.has_dtype = true;
	for (size_t i = 0; i < ARRAY_LEN(dtypes); i++)
		if (bytes_equal_string(token->text, dtypes[i].name)) {
			header->tensor.dtype = &dtypes[i];
			header->used[i] = true;
		}
	if (header->tensor.dtype == NULL && !header->has_unknown_dtype) {
		header->has_unknown_dtype = true;
		sink_trouble(header->sink, STATUS_UNSUPPORTED, "safetensors/unknown-dtype",
		    token->offset + 8, "the data type \"%s\" is not known",
		    text_safe(sink_arena(header->sink), token->text, 40));
	}
	return true;
}

static bool
take_number(struct header *header, const struct json_token *token)
{
	struct tensor *tensor = &header->tensor;
	uint64_t value;

	if (header->field == FIELD_OTHER && !header->in_metadata)
		return true;
	if (token->depth != 3 || header->in_metadata || !get_number(token->text, &value))
		return malformed(
		    header, token->offset, "a number that is no size, or where none should be");
	if (header->field == FIELD_OFFSETS) {
		if (tensor->noffsets == 2)
			return malformed(header, token->offset, "more than two offsets");
		tensor->offsets[tensor->noffsets++] = value;
		return true;
	}
	if (header->field != FIELD_SHAPE || tensor->ndims == DIMENSIONS)
		return malformed(header, token->offset, "a number where none should be");
	tensor->ndims++;
	if (value != 0 && tensor->elements > (UINT64_MAX >> 8) / value)
		return malformed(
		    header, token->offset, "a shape whose product is larger than any file");
	tensor->elements *= value;
	return true;
}

static bool
add_region(struct header *header)
{
	const struct tensor *tensor = &header->tensor;

	if (header->n == header->room) {
		size_t room = header->room == 0 ? 256 : header->room * 2;
		struct region *regions =
		    reallocarray(header->regions, room, sizeof(*header->regions));

		if (regions == NULL)
			return malformed(header, tensor->at, "no memory for its tensors");
		header->regions = regions;
		header->room = room;
	}
	header->regions[header->n++] =
	    (struct region){ tensor->offsets[0], tensor->offsets[1], tensor->name };
	return true;
}

static bool
end_tensor(struct header *header)
{
	const struct tensor *tensor = &header->tensor;
	uint64_t len;

	if (!tensor->has_dtype || !tensor->has_shape || tensor->noffsets != 2)
		return malformed(header, tensor->at, "an entry without type, shape or offsets");
	if (tensor->offsets[0] > tensor->offsets[1] || tensor->offsets[1] > header->data_len)
		return malformed(header, tensor->at, "offsets that lie outside of the file");
	len = tensor->offsets[1] - tensor->offsets[0];
	if (tensor->dtype != NULL) {
		uint64_t bits = tensor->dtype->bits;

		if (tensor->elements > UINT64_MAX / bits || (tensor->elements * bits) % 8 != 0 ||
		    tensor->elements * bits / 8 != len)
			return malformed(
			    header, tensor->at, "offsets that do not agree with type and shape");
	}
	header->parameters += tensor->elements;
	return add_region(header);
}

static bool
visit(const struct json_token *token, void *context)
{
	struct header *header = context;

	switch (token->event) {
	case JSON_OBJECT_BEGIN:
		if (token->depth > 1 && header->field != FIELD_OTHER)
			return malformed(header, token->offset, "an object where none should be");
		return true;
	case JSON_OBJECT_END:
		if (token->depth == 1 && !header->in_metadata)
			return end_tensor(header);
		return true;
	case JSON_ARRAY_BEGIN:
		if (header->field == FIELD_OTHER && !header->in_metadata && token->depth >= 2)
			return true;
		if (token->depth != 2 || header->in_metadata ||
		    (header->field != FIELD_SHAPE && header->field != FIELD_OFFSETS))
			return malformed(header, token->offset, "a list where none should be");
		if (header->field == FIELD_SHAPE)
			header->tensor.has_shape = true;
		return true;
	case JSON_ARRAY_END:
		return true;
	case JSON_KEY:
		if (token->depth == 1)
			return begin_tensor(header, token);
		if (token->depth == 2)
			begin_field(header, token);
		return true;
	case JSON_STRING:
		if (token->depth < 2)
			return malformed(header, token->offset, "a string where none should be");
		return take_string(header, token);
	case JSON_NUMBER:
		return take_number(header, token);
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		return header->field == FIELD_OTHER
		    ? true
		    : malformed(header, token->offset, "a word where none should be");
	}
	return true;
}

static void
report_json(struct header *header, const struct json_error *error)
{
	if (error->fault == JSON_FAULT_STOPPED)
		return;
	if (error->fault == JSON_FAULT_DUPLICATE_KEY)
		sink_finding(header->sink, "json/duplicate-key", error->offset + 8, 0, error->text,
		    "the header is read differently by different readers: %s", error->text);
	else
		sink_trouble(header->sink, STATUS_MALFORMED, "safetensors/malformed",
		    error->offset + 8, "the header is no strict JSON: %s", error->text);
}

static void
report_facts(struct header *header)
{
	struct buffer types = buffer_up_to(4096);

	for (size_t i = 0; i < ARRAY_LEN(dtypes); i++)
		if (header->used[i])
			buffer_add_format(
			    &types, "%s%s", types.len > 0 ? ", " : "", dtypes[i].name);
	sink_fact(header->sink, "safetensors.tensors", "%zu", header->n);
	sink_fact(header->sink, "safetensors.parameters", "%ju", (uintmax_t)header->parameters);
	if (types.len > 0)
		sink_fact(header->sink, "safetensors.dtypes", "%.*s", (int)types.len,
		    (const char *)types.data);
	buffer_free(&types);
}

static void
check_regions(struct header *header, struct bytes data, uint64_t base)
{
	struct region_checks checks = { .format = "safetensors",
		.overlap = "safetensors/overlap",
		.gap = "safetensors/gap",
		.slack = 1,
		.base = base };
	uint64_t end = regions_check(header->regions, header->n, &checks, header->sink);

	if (end >= data.len)
		return;
	sink_finding(header->sink, "safetensors/trailing-data", base + end, data.len - end, NULL,
	    "%ju bytes follow the last tensor", (uintmax_t)(data.len - end));
	sink_piece(header->sink,
	    &(struct piece){ .name = "trailing",
		.codec = CODEC_NONE,
		.packed = bytes_slice(data, end, data.len),
		.size = data.len - end });
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct reader r = reader_over(member->bytes);
	struct header header = { .sink = sink };
	struct json_error error;
	struct bytes text;
	uint64_t len;

	(void)rules;
	if (!reader_u64le(&r, &len) || len > HEADER_MAX || !reader_bytes(&r, len, &text)) {
		sink_trouble(sink, STATUS_MALFORMED, "safetensors/truncated", 0,
		    "the header is cut short, or its length is none");
		return;
	}
	if (text.len == 0 || text.data[0] != '{') {
		sink_trouble(sink, STATUS_MALFORMED, "safetensors/malformed", 8,
		    "the header does not begin with '{'");
		return;
	}
	header.data_len = reader_left(&r);
	if (!json_walk(text, visit, &header, &error)) {
		report_json(&header, &error);
	} else {
		report_facts(&header);
		check_regions(
		    &header, bytes_slice(member->bytes, 8 + len, member->bytes.len), 8 + len);
	}
	free(header.regions);
}

const struct format format_safetensors = {
	.name = "safetensors",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
