/*
 * PyTorch before 1.6 and `_use_new_zipfile_serialization=False` (torch/serialization.py,
 * _legacy_save):
 *
 *   pickle of 0x1950a86a20f9469cfc6c, pickle of 1001, pickle of the sizes and byte order of the
 * system, pickle of the object, pickle of the list of storage keys; then for each key in that order
 * a little-endian count of items of 8 bytes and the items.
 */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "format/format.h"
#include "format/pickle.h"

#define STREAMS 5
#define KEYS_MAX 1000000

static const char *const suffixes[] = { ".pt", ".pth", ".bin", ".ckpt", NULL };

/* PROTO, then LONG1 of ten bytes: the number, and STOP. */
static bool
has_magic(struct bytes b)
{
	static const uint8_t magic[] = { 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8,
		0x50, 0x19, '.' };
	struct bytes head = bytes_slice(b, 2, sizeof(magic));

	return b.len > 2 && b.data[0] == 0x80 && head.len == sizeof(magic) &&
	    memcmp(head.data, magic, sizeof(magic)) == 0;
}

static int
probe(const struct member *member)
{
	return has_magic(member->bytes) ? 98 : 0;
}

/* The storage that the object's pickle calls KEY; NULL where there is none. */
static const struct pickle_storage *
storage_of(const struct pickle_survey *survey, struct bytes key)
{
	for (size_t i = 0; i < survey->nstorages; i++)
		if (bytes_equal(survey->storages[i].key, key))
			return &survey->storages[i];
	return NULL;
}

/* The keys, as the fifth pickle lists them: its texts, in order. */
static bool
next_key(struct reader *r, struct bytes *ret)
{
	uint8_t opcode, len;
	uint32_t len32;

	while (reader_u8(r, &opcode)) {
		switch (opcode) {
		case 'X':
			return reader_u32le(r, &len32) && reader_bytes(r, len32, ret);
		case 0x8c:
		case 'U':
			return reader_u8(r, &len) && reader_bytes(r, len, ret);
		case 'q':
			if (!reader_skip(r, 1))
				return false;
			break;
		case 'r':
			if (!reader_skip(r, 4))
				return false;
			break;
		case 0x80:
			if (!reader_skip(r, 1))
				return false;
			break;
		case 0x95:
			if (!reader_skip(r, 8))
				return false;
			break;
		case '.':
			return false;
		default:
			break;
		}
	}
	return false;
}

/* The records behind the pickles: as many items as the object's pickle says. */
static void
check_records(const struct member *member, uint64_t keys_at, const struct pickle_survey *survey,
    struct sink *sink)
{
	struct reader keys = reader_over(bytes_slice(member->bytes, 0, survey->end));
	struct reader r = reader_over(member->bytes);
	uint64_t items, bytes = 0;
	struct bytes key;

	if (!reader_seek(&keys, keys_at) || !reader_seek(&r, survey->end))
		return;
	for (unsigned n = 0; n < KEYS_MAX && next_key(&keys, &key); n++) {
		const struct pickle_storage *storage = storage_of(survey, key);
		uint64_t at = r.pos;

		if (!reader_u64le(&r, &items) || (storage != NULL && items != storage->items)) {
			sink_trouble(sink, STATUS_MALFORMED, "torch/storage-mismatch", at,
			    "the storage \"%s\" is missing or of another size than its tensors say",
			    text_safe(sink_arena(sink), key, 60));
			return;
		}
		if (storage == NULL || storage->item_size == 0)
			return; /* of a type that is not known: what follows cannot be told apart */
		if (__builtin_mul_overflow(items, storage->item_size, &bytes) ||
		    !reader_skip(&r, bytes)) {
			sink_trouble(sink, STATUS_MALFORMED, "torch/storage-mismatch", at,
			    "the storage \"%s\" runs past the end of the file",
			    text_safe(sink_arena(sink), key, 60));
			return;
		}
	}
	if (r.pos < member->bytes.len)
		sink_finding(sink, "torch/trailing-data", r.pos, member->bytes.len - r.pos, NULL,
		    "%zu bytes follow the last storage", member->bytes.len - r.pos);
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct pickle_survey survey, keys = { 0 };
	uint64_t start = 0, keys_at = 0;

	/* Where the fifth pickle begins. */
	for (unsigned i = 0; i < STREAMS; i++) {
		keys_at = start;
		if (!pickle_survey(
			bytes_slice(member->bytes, start, SIZE_MAX), sink_arena(sink), &keys))
			break;
		start += keys.end;
	}
	(void)pickle_analyze(member, 0, PICKLE_TAIL_KNOWN, rules, sink, &survey);
	sink_fact(sink, "torch.format", "legacy");
	sink_fact(sink, "torch.tensors", "%ju", (uintmax_t)survey.tensors);
	sink_fact(sink, "torch.parameters", "%ju", (uintmax_t)survey.parameters);
	sink_fact(sink, "torch.storages", "%zu", survey.nstorages);
	if (survey.streams >= STREAMS) {
		survey.end = start;
		check_records(member, keys_at, &survey, sink);
	} else {
		sink_trouble(sink, STATUS_MALFORMED, "torch/malformed", survey.end,
		    "it holds %ju pickles of the %d that PyTorch writes", (uintmax_t)survey.streams,
		    STREAMS);
	}
}

const struct format format_torch_legacy = {
	.name = "pytorch-legacy",
	.suffixes = suffixes,
	.refines = "pickle",
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
