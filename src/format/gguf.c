/*
 * GGUF (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), versions 1 to 3, in either
 * byte order; all lengths and counts are 32 bits in version 1 and 64 bits since:
 *
 *   "GGUF" | u32 version | count of tensors | count of keys
 *   keys     string key | u32 type | value; arrays: u32 type | count | values
 *   tensors  string name | u32 dimensions | sizes | u32 type | u64 offset in the data
 *   data     from the next multiple of general.alignment on
 *
 * Loaders multiplied and added these numbers without care (CVE-2024-21802, -21825, -21836,
 * -23496, -23605, CVE-2025-53630, CVE-2026-27940, -33298), and fill in the chat template with an
 * engine that runs code (CVE-2024-34359).
 */
#include "config.h"

#include "format/gguf.h"

#include "bundle/names.h"
#include "core/limits.h"
#include "core/text.h"
#include "format/format.h"

#include <stdlib.h>

#define KEY_MAX 65535 /* of the specification */
#define KEYS_MAX 1000000
#define ARRAY_DEPTH 4	 /* real files have no array of arrays */
#define ARRAY_SPANS 1024 /* strings of an array that get a span each */
#define FACTS 100
#define FACT_MAX 300

static const char *const suffixes[] = { ".gguf", NULL };
static const char *const legacy_suffixes[] = { ".ggml", NULL };

/* Bytes of a value of each fixed type; 0 for strings, arrays and what is no type. */
static const uint8_t widths[] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

static int
probe(const struct member *member)
{
	if (bytes_starts(member->bytes, "GGUF"))
		return 95;
	return member->bytes.len > 0 && member_has_suffix(member, ".gguf") ? 10 : 0;
}

bool
gguf_fail(struct gguf *gguf, const char *check, const char *what)
{
	if (!gguf->failed)
		sink_trouble(gguf->sink, STATUS_MALFORMED, check, gguf->r.pos, "%s", what);
	gguf->failed = true;
	return false;
}

bool
gguf_u32(struct gguf *gguf, uint32_t *ret)
{
	return gguf->big ? reader_u32be(&gguf->r, ret) : reader_u32le(&gguf->r, ret);
}

bool
gguf_u64(struct gguf *gguf, uint64_t *ret)
{
	return gguf->big ? reader_u64be(&gguf->r, ret) : reader_u64le(&gguf->r, ret);
}

bool
gguf_size(struct gguf *gguf, uint64_t *ret)
{
	uint32_t small;

	if (gguf->version > 1)
		return gguf_u64(gguf, ret);
	if (!gguf_u32(gguf, &small))
		return false;
	*ret = small;
	return true;
}

bool
gguf_string(struct gguf *gguf, struct bytes *ret)
{
	uint64_t len;

	return gguf_size(gguf, &len) && reader_bytes(&gguf->r, len, ret);
}

static bool
has_control(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			return true;
	return false;
}

void
gguf_check_name(struct gguf *gguf, struct bytes name, uint64_t offset)
{
	const char *shown;

	if (!(has_control(name) || names_escapes(name)) || sink_has(gguf->sink, "gguf/odd-name"))
		return;
	shown = text_safe(sink_arena(gguf->sink), name, 100);
	sink_finding(gguf->sink, "gguf/odd-name", offset, name.len, shown,
	    has_control(name) ? "a name holds control characters: %s"
			      : "a name is a path that leads elsewhere: %s",
	    shown);
}

static void
tell(struct gguf *gguf, const char *key, const char *value)
{
	const char *name = arena_format(sink_arena(gguf->sink), "gguf.%s", key);

	if (gguf->nfacts++ < FACTS && name != NULL)
		sink_fact(gguf->sink, name, "%s", value);
}

/* A value of fixed width, told as a fact where KEY is given. */
static bool
read_scalar(struct gguf *gguf, uint32_t type, const char *key)
{
	struct arena *arena = sink_arena(gguf->sink);
	struct bytes b;
	uint64_t value = 0;
	const char *text;

	if (!reader_bytes(&gguf->r, widths[type], &b))
		return false;
	for (size_t i = 0; i < b.len; i++)
		value |= (uint64_t)b.data[gguf->big ? b.len - 1 - i : i] << (8 * i);
	if (key == NULL)
		return true;
	if (strcmp(key, "general.alignment") == 0) {
		gguf->alignment = value;
		gguf->alignment_type = type;
	}
	if (type == 6 || type == 12)
		return true; /* floating point: nobody asks */
	if (type == 1 || type == 3 || type == 5 || type == 11) {
		unsigned shift = 64 - 8 * (unsigned)b.len;

		text = arena_format(arena, "%jd", (intmax_t)((int64_t)(value << shift) >> shift));
	} else if (type == 7) {
		if (value > 1)
			return gguf_fail(
			    gguf, "gguf/malformed", "a boolean that is neither 0 nor 1");
		text = value ? "true" : "false";
	} else {
		text = arena_format(arena, "%ju", (uintmax_t)value);
	}
	if (text != NULL)
		tell(gguf, key, text);
	return true;
}

static bool
read_string_value(struct gguf *gguf, const char *key)
{
	struct bytes text;

	if (!gguf_string(gguf, &text))
		return false;
	sink_text(gguf->sink, SPAN_VALUE, key, text, gguf->r.pos - text.len);
	if (strstr(key, "chat_template") == NULL)
		tell(gguf, key, text_safe(sink_arena(gguf->sink), text, FACT_MAX));
	return true;
}

/* Words, merges and the like of a tokenizer are one span, with the lengths between the words. */
static bool
read_strings(struct gguf *gguf, const char *key, uint64_t n)
{
	bool vocabulary = strncmp(key, "tokenizer.ggml.", 15) == 0 && n > 16;
	uint64_t start = gguf->r.pos;
	struct bytes text;

	for (uint64_t i = 0; i < n; i++) {
		if (!gguf_string(gguf, &text))
			return false;
		if (!vocabulary && i < ARRAY_SPANS)
			sink_text(gguf->sink, SPAN_VALUE, key, text, gguf->r.pos - text.len);
		if (!vocabulary && i + 1 == ARRAY_SPANS)
			start = gguf->r.pos;
	}
	if (vocabulary || n > ARRAY_SPANS)
		sink_text(gguf->sink, vocabulary ? SPAN_VOCABULARY : SPAN_VALUE, key,
		    bytes_slice(gguf->r.in, start, gguf->r.pos - start), start);
	return true;
}

static bool read_value(struct gguf *, uint32_t type, const char *key, unsigned depth);

static bool
read_array(struct gguf *gguf, const char *key, unsigned depth)
{
	uint32_t type;
	uint64_t n;

	if (depth >= ARRAY_DEPTH) {
		sink_trouble(gguf->sink, STATUS_LIMIT, "gguf/limit", gguf->r.pos,
		    "arrays nested more than %d levels deep", ARRAY_DEPTH);
		gguf->failed = true;
		return false;
	}
	if (!gguf_u32(gguf, &type) || !gguf_size(gguf, &n))
		return false;
	if (type >= ARRAY_LEN(widths))
		return gguf_fail(gguf, "gguf/malformed", "an array of an unknown type");
	if (widths[type] > 0) {
		if (!reader_count(&gguf->r, n, widths[type]))
			return gguf_fail(gguf, "gguf/truncated", "an array that runs past the end");
		return reader_skip(&gguf->r, n * widths[type]);
	}
	if (!reader_count(&gguf->r, n, gguf->version > 1 ? 8 : 4))
		return gguf_fail(gguf, "gguf/truncated", "an array that runs past the end");
	if (type == 8)
		return read_strings(gguf, key, n);
	for (uint64_t i = 0; i < n; i++)
		if (!read_value(gguf, type, NULL, depth + 1))
			return false;
	return true;
}

static bool
read_value(struct gguf *gguf, uint32_t type, const char *key, unsigned depth)
{
	if (type >= ARRAY_LEN(widths))
		return gguf_fail(gguf, "gguf/malformed", "a value of an unknown type");
	if (type == 9)
		return read_array(gguf, key == NULL ? "" : key, depth);
	if (type == 8)
		return read_string_value(gguf, key == NULL ? "" : key);
	return read_scalar(gguf, type, key);
}

static int
compare_names(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int order = n == 0 ? 0 : memcmp(x->data, y->data, n);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

void
gguf_check_duplicates(struct gguf *gguf, struct bytes *names, size_t n, const char *what)
{
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++)
		if (bytes_equal(names[i - 1], names[i])) {
			const char *shown = text_safe(sink_arena(gguf->sink), names[i], 100);

			sink_finding(gguf->sink, "gguf/duplicate-name",
			    (uint64_t)(names[i].data - gguf->r.in.data), names[i].len, shown,
			    "the %s %s stands twice: which one counts depends on who reads it",
			    what, shown);
			return;
		}
}

static bool
read_keys(struct gguf *gguf)
{
	struct bytes *names;
	bool done = true;
	size_t n = 0;

	if (!reader_count(&gguf->r, gguf->nkeys, gguf->version > 1 ? 13 : 9))
		return gguf_fail(gguf, "gguf/truncated", "more keys than the file has room for");
	if (gguf->nkeys > KEYS_MAX)
		return gguf_fail(gguf, "gguf/limit", "more than a million keys");
	names = calloc((size_t)gguf->nkeys + 1, sizeof(*names));
	if (names == NULL)
		return gguf_fail(gguf, "gguf/limit", "no memory for its keys");
	while (done && n < gguf->nkeys) {
		uint64_t at = gguf->r.pos;
		struct bytes key;
		uint32_t type;

		done = gguf_string(gguf, &key) && gguf_u32(gguf, &type);
		if (done && key.len > KEY_MAX)
			done = gguf_fail(gguf, "gguf/malformed", "a key of more than 65,535 bytes");
		if (!done)
			break;
		gguf_check_name(gguf, key, at);
		names[n++] = key;
		done = read_value(gguf, type, text_safe(sink_arena(gguf->sink), key, 200), 0);
	}
	if (done)
		gguf_check_duplicates(gguf, names, n, "key");
	free(names);
	return done || gguf_fail(gguf, "gguf/truncated", "it ends inside of its keys");
}

static bool
read_head(struct gguf *gguf)
{
	uint32_t swapped;

	if (!reader_skip(&gguf->r, 4) || !reader_u32le(&gguf->r, &gguf->version))
		return gguf_fail(gguf, "gguf/truncated", "it ends inside of its head");
	swapped = __builtin_bswap32(gguf->version);
	if (gguf->version > 0xffff && swapped <= 0xffff) {
		gguf->version = swapped;
		gguf->big = true;
		sink_finding(gguf->sink, "gguf/big-endian", 4, 4, NULL,
		    "it is written for big-endian machines");
	}
	if (gguf->version == 0 || gguf->version > 3) {
		sink_trouble(gguf->sink, STATUS_UNSUPPORTED, "gguf/unknown-version", 4,
		    "GGUF of version %u is not known", gguf->version);
		gguf->failed = true;
		return false;
	}
	if (gguf->version == 1)
		sink_finding(gguf->sink, "gguf/old-version", 4, 4, NULL,
		    "GGUF of version 1, which current loaders refuse");
	if (!gguf_size(gguf, &gguf->ntensors) || !gguf_size(gguf, &gguf->nkeys))
		return gguf_fail(gguf, "gguf/truncated", "it ends inside of its head");
	return true;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct gguf gguf = {
		.sink = sink, .r = reader_over(member->bytes), .alignment = 32, .alignment_type = 4
	};

	(void)rules;
	if (!bytes_starts(member->bytes, "GGUF")) {
		sink_trouble(sink, STATUS_MALFORMED, "gguf/malformed", 0,
		    "it does not begin as a GGUF file does");
		return;
	}
	if (!read_head(&gguf))
		return;
	sink_fact(sink, "gguf.version", "%u", gguf.version);
	sink_fact(sink, "gguf.tensors", "%ju", (uintmax_t)gguf.ntensors);
	if (read_keys(&gguf))
		gguf_read_tensors(&gguf);
}

/* The formats before GGUF hold no lengths that could be checked. */
static int
probe_legacy(const struct member *member)
{
	static const char *const magics[] = { "lmgg", "fmgg", "tjgg", "algg", "GGML", "GGMF",
		"GGJT", "GGLA" };

	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (bytes_starts(member->bytes, magics[i]))
			return 60;
	return 0;
}

static void
analyze_legacy(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)member;
	(void)rules;
	sink_trouble(sink, STATUS_UNSUPPORTED, "gguf/legacy", 0,
	    "a format from before GGUF, which is not analyzed");
}

const struct format format_gguf = {
	.name = "gguf",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};

const struct format format_ggml = {
	.name = "ggml",
	.suffixes = legacy_suffixes,
	.traits = FORMAT_MODEL | FORMAT_WEAK,
	.probe = probe_legacy,
	.analyze = analyze_legacy,
};
