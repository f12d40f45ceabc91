/*
 * Attributes of HDF5 (IV.A.2.m): a name, a type, a shape and a value. Texts stand in the message,
 * or in a global heap (III.E) where their length varies:
 *
 *   value     length (4), heap (O), number (4)
 *   heap      "GCOL", 1, 3 bytes, size (L); each object: number (2), uses (2), 4 bytes, size (L),
 * data
 */
#include "config.h"

#include "format/hdf5_attribute.h"

#include "core/limits.h"
#include "core/text.h"
#include "format/keras.h"

#define CLASS_STRING 3
#define CLASS_OPAQUE 5
#define CLASS_VARIABLE 9
#define TEXTS_MAX 20000 /* of one attribute: names of layers */
#define SHOWN 100

struct attribute {
	struct bytes name, type, value;
	unsigned kind;
	uint32_t item_size;
};

/* LEN bytes, and in version 1 the padding up to eight. */
static bool
read_part(struct reader *r, uint64_t len, bool is_padded, struct bytes *ret)
{
	uint64_t padding = is_padded ? (8 - len % 8) % 8 : 0;

	return reader_bytes(r, len, ret) &&
	    reader_skip(r, padding < reader_left(r) ? padding : reader_left(r));
}

static bool
parse(struct bytes message, struct attribute *ret)
{
	struct reader r = reader_over(message), type;
	uint8_t version, flags, kind;
	uint16_t name_len, type_len, space_len;
	struct bytes space;
	bool is_padded;

	if (!reader_u8(&r, &version) || version < 1 || version > 3 || !reader_u8(&r, &flags) ||
	    !reader_u16le(&r, &name_len) || !reader_u16le(&r, &type_len) ||
	    !reader_u16le(&r, &space_len) || !reader_skip(&r, version == 3 ? 1 : 0))
		return false;
	is_padded = version == 1;
	if (!read_part(&r, name_len, is_padded, &ret->name) ||
	    !read_part(&r, type_len, is_padded, &ret->type) ||
	    !read_part(&r, space_len, is_padded, &space) ||
	    !reader_bytes(&r, reader_left(&r), &ret->value))
		return false;
	while (ret->name.len > 0 && ret->name.data[ret->name.len - 1] == 0)
		ret->name.len--;
	type = reader_over(ret->type);
	if (version > 1 && (flags & 1) != 0) {
		ret->kind = 0; /* a type that stands elsewhere */
		return true;
	}
	if (!reader_u8(&type, &kind) || !reader_skip(&type, 3) ||
	    !reader_u32le(&type, &ret->item_size))
		return false;
	ret->kind = kind & 15u;
	return true;
}

/* Object NUMBER of the heap at ADDRESS. */
static bool
find_in_heap(const struct hdf5 *h5, uint64_t address, uint32_t number, struct bytes *ret)
{
	struct reader r = hdf5_at(h5, address);
	struct bytes magic, rest;
	uint64_t size, len, head = 8 + (uint64_t)h5->length_size;

	if (!reader_bytes(&r, 8, &magic) || !bytes_starts(magic, "GCOL") ||
	    !hdf5_length(h5, &r, &size) || size < head || !reader_bytes(&r, size - head, &rest))
		return false;
	r = reader_over(rest);
	for (;;) {
		uint16_t index, uses;

		if (!reader_u16le(&r, &index) || !reader_u16le(&r, &uses) || !reader_skip(&r, 4) ||
		    !hdf5_length(h5, &r, &len) || index == 0)
			return false;
		if (index == number)
			return reader_bytes(&r, len, ret);
		if (len > reader_left(&r) || !reader_skip(&r, len + (8 - len % 8) % 8))
			return false;
	}
}

static bool
is_config(struct bytes name)
{
	return bytes_equal_string(name, "model_config") ||
	    bytes_equal_string(name, "training_config");
}

static void
take_text(struct hdf5 *h5, const struct attribute *attribute, struct bytes text)
{
	const char *name = arena_string_of(sink_arena(h5->sink), attribute->name);
	uint64_t offset;

	while (text.len > 0 && text.data[text.len - 1] == 0)
		text.len--;
	if (text.len == 0)
		return;
	offset = h5->base + (uint64_t)(text.data - h5->file.data);
	sink_text(h5->sink, SPAN_VALUE, name == NULL ? "" : name, text, offset);
	if (!is_config(attribute->name) &&
	    (text.data[0] != '{' || bytes_find(text, bytes_of_string("class_name"), 0) < 0))
		return;
	keras_judge_config(text, offset, h5->rules, h5->sink);
	if (h5->njudged < 16)
		h5->judged[h5->njudged++] = text;
}

static bool
too_many(struct hdf5 *h5, const struct attribute *attribute)
{
	sink_trouble(h5->sink, STATUS_LIMIT, "scan/limit", h5->base,
	    "only the first %d texts of the attribute %s are looked at", TEXTS_MAX,
	    text_safe(sink_arena(h5->sink), attribute->name, SHOWN));
	return true;
}

static void
take_fixed(struct hdf5 *h5, const struct attribute *attribute)
{
	uint64_t size = attribute->item_size, pos = 0;

	for (unsigned n = 0; size > 0 && pos < attribute->value.len; n++, pos += size) {
		if (n == TEXTS_MAX) {
			(void)too_many(h5, attribute);
			return;
		}
		take_text(h5, attribute, bytes_slice(attribute->value, pos, size));
	}
}

static bool
take_variable(struct hdf5 *h5, const struct attribute *attribute)
{
	struct reader r = reader_over(attribute->value);
	size_t each = (size_t)8 + h5->offset_size;

	for (unsigned n = 0; reader_left(&r) >= each; n++) {
		uint32_t len, number;
		uint64_t heap;
		struct bytes text;

		if (n == TEXTS_MAX)
			return too_many(h5, attribute);
		if (!reader_u32le(&r, &len) || !hdf5_offset(h5, &r, &heap) ||
		    !reader_u32le(&r, &number))
			return false;
		if (len == 0 || heap == 0 || heap == HDF5_UNDEFINED)
			continue;
		if (!find_in_heap(h5, heap, number, &text) || text.len < len)
			return false;
		take_text(h5, attribute, bytes_slice(text, 0, len));
	}
	return true;
}

void
hdf5_read_attribute(struct hdf5 *h5, uint64_t object, struct bytes message)
{
	struct attribute attribute = { 0 };

	if (!parse(message, &attribute)) {
		hdf5_fail(h5, object, "an attribute that cannot be read");
		return;
	}
	switch (attribute.kind) {
	case CLASS_STRING:
		take_fixed(h5, &attribute);
		break;
	case CLASS_VARIABLE:
		if (!take_variable(h5, &attribute))
			hdf5_fail(h5, object, "a text of an attribute that cannot be read");
		break;
	case CLASS_OPAQUE:
		if (is_config(attribute.name))
			sink_trouble(h5->sink, STATUS_MALFORMED, "keras/malformed",
			    h5->base + object,
			    "the model's configuration is kept as opaque bytes, not as text");
		if (is_config(attribute.name))
			take_text(h5, &attribute, attribute.value);
		break;
	default:
		if (is_config(attribute.name))
			sink_trouble(h5->sink, STATUS_MALFORMED, "keras/malformed",
			    h5->base + object, "the model's configuration is no text");
		break;
	}
}
