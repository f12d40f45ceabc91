/*
 * HDF5 (HDF5 File Format Specification 3.0): what Keras before 3, and the weights of Keras 3, are
 * kept in. Read without the library: the superblock (II.A), object headers of both versions (IV.A)
 * and of their messages those that lead to other objects, files and attributes. Attributes are
 * handed on as text; configurations of Keras among them are judged as such. The numbers in datasets
 * are not looked at.
 *
 * Nothing in a model leads out of it: an external link, an external file for a dataset or a
 * virtual dataset makes the loader read a file of the sender's choice.
 */
#include "config.h"

#include "format/hdf5.h"

#include "core/limits.h"
#include "core/text.h"
#include "format/format.h"
#include "format/hdf5_attribute.h"
#include "format/keras.h"

#define MAGIC "\x89HDF\r\n\x1a\n"
#define OBJECTS_MAX 100000 /* groups and datasets; large models have some thousands */
#define LEAST_OBJECT 16	   /* bytes of an object in the file */
#define LEAST_LINK 12
#define LINKS_MAX 200000
#define CHUNKS_MAX 1000 /* continuations of one header */
#define CONFIG_START "{\"class_name\""
#define CONFIGS_MAX 100
#define SHOWN 100

static const char *const suffixes[] = { ".h5", ".hdf5", NULL };

void
hdf5_fail(struct hdf5 *h5, uint64_t address, const char *what)
{
	if (!h5->failed)
		sink_trouble(
		    h5->sink, STATUS_MALFORMED, "hdf5/malformed", h5->base + address, "%s", what);
	h5->failed = true;
}

struct reader
hdf5_at(const struct hdf5 *h5, uint64_t address)
{
	return reader_over(bytes_slice(h5->file, address, SIZE_MAX));
}

bool
hdf5_number(struct reader *r, unsigned width, uint64_t *ret)
{
	struct bytes b;
	uint64_t value = 0;

	if (width == 0 || width > 8 || !reader_bytes(r, width, &b))
		return false;
	for (unsigned i = width; i-- > 0;)
		value = value << 8 | b.data[i];
	*ret = value;
	return true;
}

bool
hdf5_offset(const struct hdf5 *h5, struct reader *r, uint64_t *ret)
{
	uint64_t value;

	if (!hdf5_number(r, h5->offset_size, &value))
		return false;
	if (h5->offset_size < 8 && value == ((uint64_t)1 << 8 * h5->offset_size) - 1)
		value = HDF5_UNDEFINED;
	*ret = value;
	return true;
}

bool
hdf5_length(const struct hdf5 *h5, struct reader *r, uint64_t *ret)
{
	return hdf5_number(r, h5->length_size, ret);
}

bool
hdf5_add_object(struct hdf5 *h5, uint64_t address)
{
	size_t slot = (size_t)((address * 0x9e3779b97f4a7c15u) >> 40) & (h5->slots - 1);

	while (h5->table[slot] != 0) {
		if (h5->table[slot] == address + 1)
			return false;
		slot = (slot + 1) & (h5->slots - 1);
	}
	if (h5->nobjects == h5->objects_max) {
		sink_trouble(h5->sink, STATUS_LIMIT, "scan/limit", h5->base + address,
		    "only the first %zu groups and datasets are looked at", h5->objects_max);
		return false;
	}
	h5->table[slot] = address + 1;
	h5->objects[h5->nobjects++] = address;
	return true;
}

void
hdf5_add_link(struct hdf5 *h5, const struct hdf5_link *link)
{
	struct arena *arena = sink_arena(h5->sink);

	if (h5->nlinks == h5->links_max) {
		sink_trouble(h5->sink, STATUS_LIMIT, "scan/limit", h5->base,
		    "only the first %zu links are looked at", h5->links_max);
		return;
	}
	h5->links[h5->nlinks] = *link;
	if (link->kind == HDF5_HARD)
		h5->links[h5->nlinks].is_again = !hdf5_add_object(h5, link->address);
	else if (link->kind == HDF5_EXTERNAL)
		sink_finding(h5->sink, "hdf5/external-link", 0, 0, NULL,
		    "%s is to be read from the file %s", text_safe(arena, link->name, SHOWN),
		    text_safe(arena, link->target, SHOWN));
	else if (link->kind == HDF5_OTHER)
		sink_finding(h5->sink, "hdf5/external-link", 0, 0, NULL,
		    "%s is a link of a kind that a program has to define",
		    text_safe(arena, link->name, SHOWN));
	h5->nlinks++;
}

static void
read_attribute(struct hdf5 *h5, uint64_t object, struct bytes message)
{
	hdf5_read_attribute(h5, object, message);
}

/* Version, flags, [largest order], heap, tree of names. ORDER_SIZE: of the largest order. */
static void
read_dense_info(struct hdf5 *h5, uint64_t object, struct bytes message, unsigned order_size,
    void (*take)(struct hdf5 *, uint64_t, struct bytes))
{
	struct reader r = reader_over(message);
	uint8_t version, flags;
	uint64_t heap, tree;

	if (!reader_u8(&r, &version) || version != 0 || !reader_u8(&r, &flags) ||
	    ((flags & 1) != 0 && !reader_skip(&r, order_size)) || !hdf5_offset(h5, &r, &heap) ||
	    !hdf5_offset(h5, &r, &tree))
		hdf5_fail(h5, object, "a list of links or attributes that cannot be read");
	else
		hdf5_read_dense(h5, heap, tree, object, take);
}

/* Where the numbers of a dataset stand: they must be in the file, and in this one. */
static void
read_layout(struct hdf5 *h5, uint64_t object, struct bytes message)
{
	struct reader r = reader_over(message);
	uint8_t version, kind;
	uint64_t address, size;

	if (!reader_u8(&r, &version) || version < 1 || version > 4) {
		hdf5_fail(h5, object, "a dataset whose layout cannot be read");
		return;
	}
	if (version < 3)
		return; /* before 1.6.3 */
	if (!reader_u8(&r, &kind) || kind > 3) {
		hdf5_fail(h5, object, "a dataset of an unknown layout");
	} else if (kind == 3) {
		sink_finding_once(h5->sink, "hdf5/external-storage", h5->base + object, 0, NULL,
		    "a virtual dataset is put together from other files");
	} else if (kind == 1) {
		if (!hdf5_offset(h5, &r, &address) || !hdf5_length(h5, &r, &size))
			hdf5_fail(h5, object, "a dataset whose place cannot be read");
		else if (address != HDF5_UNDEFINED &&
		    (address > h5->file.len || size > h5->file.len - address))
			hdf5_fail(h5, object, "a dataset that runs past the end");
	}
}

/* Would a message of TYPE be looked at? Those that only describe numbers may stand elsewhere. */
static bool
is_wanted(unsigned type)
{
	return type == 0x02 || (type >= 0x06 && type <= 0x08) || type == 0x0c || type == 0x10 ||
	    type == 0x11 || type == 0x15;
}

static void
take_message(struct hdf5 *h5, uint64_t object, unsigned type, struct bytes message)
{
	struct reader r = reader_over(message);
	uint64_t tree, heap;

	switch (type) {
	case 0x02: /* link info */
		read_dense_info(h5, object, message, 8, hdf5_read_link);
		break;
	case 0x06:
		hdf5_read_link(h5, object, message);
		break;
	case 0x07:
		sink_finding_once(h5->sink, "hdf5/external-storage", h5->base + object, 0, NULL,
		    "the numbers of a dataset are to be read from another file");
		break;
	case 0x08:
		read_layout(h5, object, message);
		break;
	case 0x0c:
		hdf5_read_attribute(h5, object, message);
		break;
	case 0x11: /* symbol table */
		if (!hdf5_offset(h5, &r, &tree) || !hdf5_offset(h5, &r, &heap))
			hdf5_fail(h5, object, "a group that cannot be read");
		else
			hdf5_read_tree(h5, object, tree, heap);
		break;
	case 0x15: /* attribute info */
		read_dense_info(h5, object, message, 2, read_attribute);
		break;
	default:
		break;
	}
}

/* A run of messages of one header; continuations are added to it. */
struct header {
	uint64_t address;
	unsigned version;
	bool has_order; /* a field of each message of version 2 */
	struct {
		uint64_t address, len;
	} chunks[CHUNKS_MAX];
	unsigned nchunks;
};

static bool
read_messages(struct hdf5 *h5, struct header *header, struct bytes chunk)
{
	struct reader r = reader_over(chunk);
	size_t least = header->version == 1 ? 8 : 4 + (header->has_order ? 2 : 0);

	while (reader_left(&r) >= least) {
		uint16_t type = 0, size = 0;
		uint8_t small = 0, flags = 0;
		struct bytes message;
		struct reader next;
		bool done = header->version == 1
		    ? reader_u16le(&r, &type) && reader_u16le(&r, &size) && reader_u8(&r, &flags) &&
			reader_skip(&r, 3)
		    : reader_u8(&r, &small) && reader_u16le(&r, &size) && reader_u8(&r, &flags) &&
			reader_skip(&r, header->has_order ? 2 : 0);

		if (!done || !reader_bytes(&r, size, &message))
			return false;
		type = header->version == 1 ? type : small;
		/* Shared: a type, most often, that stands elsewhere. An attribute could, too, which
		 * no writer of models does; it is not followed. */
		if ((flags & 2) != 0 && is_wanted(type))
			return false;
		if ((flags & 2) != 0)
			continue;
		if (type != 0x10) {
			take_message(h5, header->address, type, message);
			continue;
		}
		next = reader_over(message);
		if (header->nchunks == CHUNKS_MAX ||
		    !hdf5_offset(h5, &next, &header->chunks[header->nchunks].address) ||
		    !hdf5_length(h5, &next, &header->chunks[header->nchunks].len))
			return false;
		header->nchunks++;
	}
	return true;
}

static bool
read_continuations(struct hdf5 *h5, struct header *header)
{
	for (unsigned i = 0; i < header->nchunks; i++) {
		struct reader r = hdf5_at(h5, header->chunks[i].address);
		struct bytes chunk;

		if (!reader_bytes(&r, header->chunks[i].len, &chunk))
			return false;
		if (header->version == 2) {
			if (chunk.len < 8 || !bytes_starts(chunk, "OCHK"))
				return false;
			chunk = bytes_slice(chunk, 4, chunk.len - 8);
		}
		if (!read_messages(h5, header, chunk))
			return false;
	}
	return true;
}

static bool
read_header_1(struct hdf5 *h5, struct header *header, struct reader *r)
{
	uint32_t size;
	struct bytes chunk;

	header->version = 1;
	return reader_skip(r, 8) && reader_u32le(r, &size) && reader_skip(r, 4) &&
	    reader_bytes(r, size, &chunk) && read_messages(h5, header, chunk);
}

static bool
read_header_2(struct hdf5 *h5, struct header *header, struct reader *r)
{
	uint8_t version, flags;
	uint64_t size;
	struct bytes chunk;

	header->version = 2;
	if (!reader_skip(r, 4) || !reader_u8(r, &version) || version != 2 ||
	    !reader_u8(r, &flags) || ((flags & 0x20) != 0 && !reader_skip(r, 16)) ||
	    ((flags & 0x10) != 0 && !reader_skip(r, 4)) ||
	    !hdf5_number(r, 1u << (flags & 3), &size) || !reader_bytes(r, size, &chunk))
		return false;
	header->has_order = (flags & 4) != 0;
	return read_messages(h5, header, chunk);
}

static void
read_object(struct hdf5 *h5, struct header *header, uint64_t address)
{
	struct reader r = hdf5_at(h5, address);
	struct bytes start;
	bool done;

	header->address = address;
	header->nchunks = 0;
	header->has_order = false;
	done = reader_peek(&r, 4, &start) &&
	    (bytes_equal_string(start, "OHDR")
		    ? read_header_2(h5, header, &r)
		    : start.data[0] == 1 && read_header_1(h5, header, &r)) &&
	    read_continuations(h5, header);
	if (!done)
		hdf5_fail(h5, address, "an object header that cannot be read");
}

/* What follows the end that the superblock gives: no reader of HDF5 sees it. */
static void
check_end(struct hdf5 *h5, struct bytes file, uint64_t end)
{
	struct piece rest = { .name = "(behind the end)", .codec = CODEC_NONE };

	if (end > file.len) {
		hdf5_fail(h5, 0, "the file is shorter than its superblock says");
		return;
	}
	/* With a user block, some writers count from its end. */
	if (h5->base > file.len - end)
		return;
	rest.packed = bytes_slice(file, end + h5->base, SIZE_MAX);
	rest.size = rest.packed.len;
	if (rest.packed.len == 0)
		return;
	sink_finding(h5->sink, "hdf5/trailing-data", end + h5->base, rest.packed.len, NULL,
	    "%zu bytes follow the end of the file that its superblock gives", rest.packed.len);
	sink_piece(h5->sink, &rest);
}

/* Up to the address of the root group's header; false where it is none. */
static bool
read_superblock(struct hdf5 *h5, struct bytes file, uint64_t start, uint64_t *ret_root)
{
	struct reader r = reader_over(bytes_slice(file, start, SIZE_MAX));
	uint8_t version, offset_size, length_size;
	uint64_t base, end, unused;

	if (!reader_skip(&r, 8) || !reader_u8(&r, &version) || version > 3)
		return false;
	if (!reader_skip(&r, version < 2 ? 4 : 0) || !reader_u8(&r, &offset_size) ||
	    !reader_u8(&r, &length_size) ||
	    !reader_skip(&r,
		version == 0	   ? 9
		    : version == 1 ? 13
				   : 1))
		return false;
	h5->offset_size = offset_size;
	h5->length_size = length_size;
	if ((offset_size != 2 && offset_size != 4 && offset_size != 8) ||
	    (length_size != 2 && length_size != 4 && length_size != 8) ||
	    !hdf5_offset(h5, &r, &base) || !hdf5_offset(h5, &r, &unused) ||
	    !hdf5_offset(h5, &r, &end))
		return false;
	if (version < 2 && (!hdf5_offset(h5, &r, &unused) || !hdf5_offset(h5, &r, &unused)))
		return false;
	if (!hdf5_offset(h5, &r, ret_root) || base > file.len)
		return false;
	/* A base of zero behind a user block is mended by the library, too. */
	h5->base = base == 0 ? start : base;
	h5->file = bytes_slice(file, h5->base, SIZE_MAX);
	check_end(h5, file, end);
	return true;
}

/* The superblock stands at 0, or behind a user block of 512 bytes or a power of two more. */
static bool
find_superblock(struct bytes file, uint64_t *ret)
{
	for (uint64_t at = 0; at < file.len; at = at == 0 ? 512 : at * 2)
		if (bytes_starts(bytes_slice(file, at, 8), MAGIC)) {
			*ret = at;
			return true;
		}
	return false;
}

static int
probe(const struct member *member)
{
	uint64_t at;

	return find_superblock(member->bytes, &at) ? 95 : 0;
}

static void
walk(struct hdf5 *h5, uint64_t root)
{
	struct arena *arena = sink_arena(h5->sink);
	struct header *header = arena_alloc(arena, sizeof(*header));

	h5->objects_max = h5->file.len / LEAST_OBJECT + 2;
	h5->links_max = h5->file.len / LEAST_LINK + 2;
	if (h5->objects_max > OBJECTS_MAX)
		h5->objects_max = OBJECTS_MAX;
	if (h5->links_max > LINKS_MAX)
		h5->links_max = LINKS_MAX;
	for (h5->slots = 64; h5->slots < 2 * h5->objects_max;)
		h5->slots *= 2;
	h5->objects = arena_array(arena, h5->objects_max, sizeof(*h5->objects));
	h5->table = arena_array(arena, h5->slots, sizeof(*h5->table));
	h5->links = arena_array(arena, h5->links_max, sizeof(*h5->links));
	if (header == NULL || h5->objects == NULL || h5->table == NULL || h5->links == NULL) {
		sink_trouble(h5->sink, STATUS_MEMORY, "scan/limit", 0, "no memory for its objects");
		return;
	}
	(void)hdf5_add_object(h5, root);
	while (h5->next < h5->nobjects)
		read_object(h5, header, h5->objects[h5->next++]);
	hdf5_check_links(h5, root);
	sink_fact(h5->sink, "hdf5.objects", "%zu", h5->nobjects);
}

/* The JSON object at the start of B, by its brackets; empty where it has no end. */
static struct bytes
object_at(struct bytes b)
{
	unsigned depth = 0;
	bool is_text = false;

	for (size_t i = 0; i < b.len && i < LIMIT_JSON_BYTES; i++) {
		uint8_t c = b.data[i];

		if (is_text && c == '\\')
			i++;
		else if (c == '"')
			is_text = !is_text;
		else if (!is_text && c == '{')
			depth++;
		else if (!is_text && c == '}' && --depth == 0)
			return bytes_slice(b, 0, i + 1);
		else if (c == '\0')
			break;
	}
	return bytes_of(NULL, 0);
}

static bool
was_judged(const struct hdf5 *h5, const uint8_t *at)
{
	for (unsigned i = 0; i < h5->njudged; i++)
		if (at >= h5->judged[i].data && at < h5->judged[i].data + h5->judged[i].len)
			return true;
	return false;
}

/* Configurations wherever they stand: in datasets, and in what the walk did not reach. */
static void
search_configs(struct hdf5 *h5, struct bytes b)
{
	struct bytes start = bytes_of_string(CONFIG_START);
	unsigned configs = h5->njudged;

	for (size_t pos = 0;;) {
		int64_t hit = bytes_find(b, start, pos);
		struct bytes object;

		if (hit < 0)
			break;
		if (configs >= CONFIGS_MAX) {
			sink_trouble(h5->sink, STATUS_LIMIT, "scan/limit", (uint64_t)hit,
			    "only the first %u configurations are looked at", CONFIGS_MAX);
			break;
		}
		object = object_at(bytes_slice(b, (uint64_t)hit, SIZE_MAX));
		pos = (size_t)hit + (object.len > 0 ? object.len : start.len);
		if (was_judged(h5, b.data + hit))
			continue;
		configs++;
		if (object.len == 0)
			sink_trouble(h5->sink, STATUS_MALFORMED, "keras/malformed", (uint64_t)hit,
			    "the model's configuration has no end");
		else
			keras_judge_config(object, (uint64_t)hit, h5->rules, h5->sink);
	}
	sink_fact(h5->sink, "keras.configurations", "%u", configs);
}

/*
 * A signature with nothing but zeros behind it holds nothing that a loader could read. As a file of
 * its own it is a download that was not finished; in an archive it is what was put there.
 */
static bool
is_blank(const struct member *member)
{
	struct bytes rest = bytes_slice(member->bytes, 8, SIZE_MAX);

	for (size_t i = 0; i < rest.len; i++)
		if (rest.data[i] != 0)
			return false;
	return member->parent != NULL && bytes_starts(member->bytes, MAGIC);
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct hdf5 h5 = { .sink = sink, .rules = rules, .file = member->bytes };
	uint64_t start = 0, root;

	if (is_blank(member)) {
		sink_finding(sink, "hdf5/blank", 0, 0, NULL, "it is a signature and nothing else");
		return;
	}
	(void)find_superblock(member->bytes, &start);
	if (read_superblock(&h5, member->bytes, start, &root))
		walk(&h5, root);
	else
		hdf5_fail(&h5, start, "its superblock cannot be read");
	search_configs(&h5, member->bytes);
}

const struct format format_hdf5 = {
	.name = "hdf5",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
