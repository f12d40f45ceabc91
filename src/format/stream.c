/*
 * Compressed streams and archives that libarchive reads for us, each chosen by its own magic and
 * handed on as one piece. What is recognized but not opened says so.
 */
#include "config.h"

#include "core/text.h"
#include "format/format.h"

/* The name of what is inside: the file's own without its last suffix. */
static const char *
inner_name(const struct member *member, struct sink *sink, const char *const *suffixes)
{
	const char *base = member_basename(member);

	for (size_t i = 0; suffixes[i] != NULL; i++) {
		size_t n = strlen(base), s = strlen(suffixes[i]);
		char *name;

		if (n <= s || !member_has_suffix(member, suffixes[i]))
			continue;
		if (strcmp(suffixes[i], ".tgz") == 0 || strcmp(suffixes[i], ".txz") == 0 ||
		    strcmp(suffixes[i], ".tbz2") == 0)
			name = arena_format(sink_arena(sink), "%.*s.tar", (int)(n - s), base);
		else
			name = arena_string_of(sink_arena(sink), bytes_of(base, n - s));
		return name == NULL ? base : name;
	}
	return base;
}

static void
hand_on(
    const struct member *member, struct sink *sink, enum codec codec, const char *const *suffixes)
{
	struct piece piece = { .name = inner_name(member, sink, suffixes),
		.codec = codec,
		.packed = member->bytes,
		.size = SIZE_UNKNOWN };

	sink_piece(sink, &piece);
}

/* gzip, RFC 1952. */
static const char *const gzip_suffixes[] = { ".gz", ".tgz", ".gzip", NULL };

static int
gzip_probe(const struct member *member)
{
	return bytes_starts(member->bytes, "\x1f\x8b\x08") ? 95 : 0;
}

static void
gzip_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, CODEC_GZIP, gzip_suffixes);
}

const struct format format_gzip = {
	.name = "gzip",
	.suffixes = gzip_suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = gzip_probe,
	.analyze = gzip_analyze,
};

/* bzip2: "BZh", the level, and the first block's number. */
static const char *const bzip2_suffixes[] = { ".bz2", ".tbz2", NULL };

static int
bzip2_probe(const struct member *member)
{
	struct bytes b = member->bytes;

	return b.len > 10 && bytes_starts(b, "BZh") && b.data[3] >= '1' && b.data[3] <= '9' &&
		(memcmp(b.data + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
		    memcmp(b.data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0)
	    ? 95
	    : 0;
}

static void
bzip2_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, CODEC_BZIP2, bzip2_suffixes);
}

const struct format format_bzip2 = {
	.name = "bzip2",
	.suffixes = bzip2_suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = bzip2_probe,
	.analyze = bzip2_analyze,
};

/* xz: the .xz file format 1.1.0, 2.1.1. */
static const char *const xz_suffixes[] = { ".xz", ".txz", NULL };

static int
xz_probe(const struct member *member)
{
	return member->bytes.len > 12 &&
		memcmp(member->bytes.data,
		    "\xfd"
		    "7zXZ\0",
		    6) == 0
	    ? 95
	    : 0;
}

static void
xz_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, CODEC_XZ, xz_suffixes);
}

const struct format format_xz = {
	.name = "xz",
	.suffixes = xz_suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = xz_probe,
	.analyze = xz_analyze,
};

/* .lzma has no magic: properties below 225, a dictionary of a power of two (or half more), a sane
 * size. */
static const char *const lzma_suffixes[] = { ".lzma", NULL };

static int
lzma_probe(const struct member *member)
{
	struct bytes b = member->bytes;
	uint32_t dictionary;
	uint64_t size = 0;

	if (b.len < 18 || b.data[0] != 0x5d)
		return 0;
	dictionary = (uint32_t)b.data[1] | (uint32_t)b.data[2] << 8 | (uint32_t)b.data[3] << 16 |
	    (uint32_t)b.data[4] << 24;
	for (int i = 7; i >= 0; i--)
		size = size << 8 | b.data[5 + i];
	if (dictionary < 4096 || (dictionary & (dictionary - 1)) != 0 || b.data[13] != 0)
		return 0;
	return size == UINT64_MAX || size < UINT64_C(1) << 40 ? 80 : 0;
}

static void
lzma_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, CODEC_LZMA, lzma_suffixes);
}

const struct format format_lzma = {
	.name = "lzma",
	.suffixes = lzma_suffixes,
	.traits = FORMAT_CONTAINER | FORMAT_WEAK,
	.probe = lzma_probe,
	.analyze = lzma_analyze,
};

/* zstd: RFC 8878, 3.1.1; skippable frames may come first. */
static const char *const zstd_suffixes[] = { ".zst", ".zstd", NULL };

static int
zstd_probe(const struct member *member)
{
	struct bytes b = member->bytes;

	return b.len > 4 && memcmp(b.data, "\x28\xb5\x2f\xfd", 4) == 0 ? 95 : 0;
}

static void
zstd_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, CODEC_ZSTD, zstd_suffixes);
}

const struct format format_zstd = {
	.name = "zstd",
	.suffixes = zstd_suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = zstd_probe,
	.analyze = zstd_analyze,
};

/* lz4: the frame format 1.6. */
static const char *const lz4_suffixes[] = { ".lz4", NULL };

static int
lz4_probe(const struct member *member)
{
	return member->bytes.len > 7 && memcmp(member->bytes.data, "\x04\x22\x4d\x18", 4) == 0 ? 95
											       : 0;
}

static void
lz4_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, CODEC_LZ4, lz4_suffixes);
}

const struct format format_lz4 = {
	.name = "lz4",
	.suffixes = lz4_suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = lz4_probe,
	.analyze = lz4_analyze,
};

/* zlib, RFC 1950: what joblib writes with compress=N; its old form has a header "ZF" and the size
 * in hexadecimal. */
static const char *const zlib_suffixes[] = { ".z", ".zlib", NULL };

#define OLD_JOBLIB_HEADER 21 /* "ZF0x" and 17 more; a longer number takes two more */

static int
zlib_probe(const struct member *member)
{
	struct bytes b = member->bytes;

	if (b.len > OLD_JOBLIB_HEADER + 2 && bytes_starts(b, "ZF0x"))
		return 90;
	return b.len > 8 && b.data[0] == 0x78 && ((unsigned)b.data[0] << 8 | b.data[1]) % 31 == 0 &&
		(b.data[1] & 0x20) == 0 && (b.data[2] & 6) != 6
	    ? 70
	    : 0;
}

static void
zlib_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct piece piece = { .name = inner_name(member, sink, zlib_suffixes),
		.codec = CODEC_ZLIB,
		.packed = member->bytes,
		.size = SIZE_UNKNOWN };

	(void)rules;
	if (bytes_starts(member->bytes, "ZF")) {
		int64_t start =
		    bytes_find(bytes_slice(member->bytes, 0, 64), bytes_of("\x78", 1), 4);

		piece.packed = bytes_slice(
		    member->bytes, start < 0 ? OLD_JOBLIB_HEADER : (uint64_t)start, SIZE_MAX);
	}
	sink_piece(sink, &piece);
}

const struct format format_zlib = {
	.name = "zlib",
	.suffixes = zlib_suffixes,
	.traits = FORMAT_CONTAINER | FORMAT_WEAK,
	.probe = zlib_probe,
	.analyze = zlib_analyze,
};

/* 7z: signature header of 7zFormat.txt. */
static const char *const sevenzip_suffixes[] = { ".7z", NULL };

static int
sevenzip_probe(const struct member *member)
{
	return member->bytes.len > 32 && memcmp(member->bytes.data, "7z\xbc\xaf\x27\x1c", 6) == 0
	    ? 95
	    : 0;
}

static void
sevenzip_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, CODEC_7Z, sevenzip_suffixes);
}

const struct format format_7z = {
	.name = "7z",
	.suffixes = sevenzip_suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = sevenzip_probe,
	.analyze = sevenzip_analyze,
};

/* Containers that are recognized and not opened: their readers have a long history of holes, or are
 * a shell. */
static const struct {
	const char *name;
	size_t offset;
	const char *magic;
	size_t len;
} closed[] = {
	{ "rar", 0, "Rar!\x1a\x07", 6 },
	{ "cabinet", 0, "MSCF\0\0\0\0", 8 },
	{ "cpio", 0, "070701", 6 },
	{ "cpio", 0, "070702", 6 },
	{ "cpio", 0, "070707", 6 },
	{ "ar", 0, "!<arch>\n", 8 },
	{ "xar", 0, "xar!", 4 },
	{ "iso9660", 32769, "CD001", 5 },
	{ "lha", 2, "-lh", 3 },
	{ "squashfs", 0, "hsqs", 4 },
	{ "lzip", 0, "LZIP", 4 },
	{ "lzop", 0, "\x89LZO\0\r\n\x1a\n", 9 },
	{ "compress", 0, "\x1f\x9d", 2 },
};

static const char *const closed_suffixes[] = { ".rar", ".cab", ".cpio", ".ar", ".xar", ".iso",
	".lha", ".lzh", ".lz", ".Z", ".deb", ".rpm", NULL };

static const char *
closed_kind(struct bytes b)
{
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (bytes_equal(bytes_slice(b, closed[i].offset, closed[i].len),
			bytes_of(closed[i].magic, closed[i].len)))
			return closed[i].name;
	/* shar(1): a script that writes files when it is run. */
	if (bytes_starts(b, "#") &&
	    bytes_find(bytes_slice(b, 0, 512), bytes_of_string("# This is a shell archive"), 0) >=
		0)
		return "shar";
	return NULL;
}

static int
closed_probe(const struct member *member)
{
	return closed_kind(member->bytes) == NULL ? 0 : 60;
}

static void
closed_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	sink_trouble(sink, STATUS_UNSUPPORTED, "archive/unsupported", 0,
	    "this is a container of the kind %s, which assay does not open",
	    closed_kind(member->bytes));
}

const struct format format_closed = {
	.name = "closed-container",
	.suffixes = closed_suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = closed_probe,
	.analyze = closed_analyze,
};
