/* Pieces unpacked: see bundle/unpack.h. zlib inflates; everything else goes through libarchive. */
#include "config.h"

#include "bundle/unpack.h"

#include "bundle/libarchive.h"
#include "bundle/names.h"
#include "bundle/spool.h"
#include "core/text.h"

#include <stdlib.h>
#include <zlib.h>

#define CHUNK (256 * KIB)
#define MAX_STREAMS 100000 /* gzip members that follow each other */

/* One piece on its way out. */
struct unpacking {
	const struct piece *piece;
	struct budget *budget;
	struct scratch *scratch;
	struct sink *sink;
	void (*visit)(const struct unpacked *, void *);
	void *context;
	const struct libarchive *library; /* for all but deflate */
	uint32_t crc;
	bool is_over; /* a limit was reached: nothing more is unpacked */
};

/* Takes N more bytes from the budget. False at a limit, which is reported once. */
static bool
spend(struct unpacking *u, uint64_t n)
{
	struct budget *budget = u->budget;

	budget->expanded += n;
	if (budget->expanded > budget->max_expanded) {
		sink_trouble(u->sink, STATUS_LIMIT, "archive/bomb", 0,
		    "it unpacks to more than %ju GiB", (uintmax_t)(budget->max_expanded / GIB));
		u->is_over = true;
	} else if (budget->expanded > LIMIT_RATIO_FLOOR && budget->packed > 0 &&
	    budget->expanded / budget->packed > budget->max_ratio) {
		sink_trouble(u->sink, STATUS_LIMIT, "archive/bomb", 0,
		    "it unpacks to more than %ju times its size (%ju bytes so far)",
		    (uintmax_t)budget->max_ratio, (uintmax_t)budget->expanded);
		u->is_over = true;
	}
	return !u->is_over;
}

static bool
keep(struct unpacking *u, struct spool *spool, struct bytes b)
{
	if (!spend(u, b.len))
		return false;
	if (u->piece->has_crc)
		u->crc = (uint32_t)crc32(u->crc, b.data, (uInt)b.len);
	if (!spool_add(spool, b)) {
		sink_trouble(u->sink, STATUS_LIMIT, "scan/limit", 0,
		    "there is no room for what it unpacks to");
		u->is_over = true;
		return false;
	}
	return true;
}

/* Visits what came out, whether or not it came to its end. */
static void
deliver(struct unpacking *u, struct spool *spool, const char *name)
{
	struct unpacked unpacked = { .name = name };

	if (spool_finish(spool, &unpacked))
		u->visit(&unpacked, u->context);
	else
		sink_trouble(u->sink, STATUS_LIMIT, "scan/limit", 0,
		    "there is no room for what it unpacks to");
}

static void
corrupt(struct unpacking *u, const char *what)
{
	sink_trouble(u->sink, STATUS_MALFORMED, "archive/corrupt", 0,
	    "%s cannot be unpacked to its end: %s",
	    *u->piece->name == '\0'
		? "the stream"
		: text_safe(sink_arena(u->sink), bytes_of_string(u->piece->name), 200),
	    what == NULL ? "damaged data"
			 : text_safe(sink_arena(u->sink), bytes_of_string(what), 160));
}

/* Bytes behind the end of a compressed stream: no decompressor shows them. */
static void
check_rest(struct unpacking *u, struct bytes rest)
{
	struct unpacked trailing = { .name = "(behind the stream)", .bytes = rest };
	bool zero = true;

	for (size_t i = 0; i < rest.len && zero; i++)
		zero = rest.data[i] == 0;
	if (zero)
		return;
	sink_finding(u->sink, "archive/trailing-data", 0, rest.len, NULL,
	    "%zu bytes follow the end of the compressed stream", rest.len);
	u->visit(&trailing, u->context);
}

/* ---- zlib ------------------------------------------------------------------------------------ */

/* One deflate stream from IN on. 1 at its end, 0 where it is broken or a limit was reached. */
static int
inflate_stream(struct unpacking *u, struct spool *spool, struct bytes *in, int window_bits,
    const char **ret_what)
{
	z_stream z = { 0 };
	uint8_t *out = malloc(CHUNK);
	int code = Z_OK;

	*ret_what = NULL;
	if (out == NULL || inflateInit2(&z, window_bits) != Z_OK) {
		free(out);
		u->is_over = true;
		*ret_what = "no memory";
		return 0;
	}
	while (code == Z_OK) {
		uInt given = in->len > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)in->len;

		z.next_in = (Bytef *)(uintptr_t)in->data;
		z.avail_in = given;
		z.next_out = out;
		z.avail_out = CHUNK;
		code = inflate(&z, Z_NO_FLUSH);
		*in = bytes_slice(*in, given - z.avail_in, SIZE_MAX);
		if (!keep(u, spool, bytes_of(out, CHUNK - z.avail_out)))
			break;
		if (code == Z_BUF_ERROR || (code == Z_OK && in->len == 0 && z.avail_out == CHUNK))
			*ret_what = "it ends early";
	}
	if (code != Z_STREAM_END && *ret_what == NULL && !u->is_over)
		*ret_what = z.msg != NULL ? z.msg : "it ends early";
	inflateEnd(&z);
	free(out);
	return code == Z_STREAM_END;
}

static void
unpack_zlib(struct unpacking *u, int window_bits, bool may_repeat)
{
	struct spool spool = spool_to(u->scratch);
	struct bytes in = u->piece->packed;
	const char *what = NULL;
	bool whole = true;

	for (unsigned streams = 0; whole && streams < MAX_STREAMS; streams++) {
		whole = inflate_stream(u, &spool, &in, window_bits, &what);
		if (!may_repeat || !bytes_starts(in, "\x1f\x8b"))
			break;
	}
	if (!whole && !u->is_over)
		corrupt(u, what);
	if (whole && u->piece->has_crc && u->crc != u->piece->crc32)
		sink_trouble(u->sink, STATUS_MALFORMED, "archive/checksum", 0,
		    "the unpacked bytes of \"%s\" do not have the CRC-32 that the archive claims",
		    u->piece->name);
	if (whole && u->piece->size != SIZE_UNKNOWN && u->piece->size != spool.len)
		sink_trouble(u->sink, STATUS_MALFORMED, "archive/size-mismatch", 0,
		    "\"%s\" unpacks to %ju bytes, the archive claims %ju", u->piece->name,
		    (uintmax_t)spool.len, (uintmax_t)u->piece->size);
	deliver(u, &spool, "");
	if (whole)
		check_rest(u, in);
}

/* ---- libarchive -------------------------------------------------------------------------------
 */

/* Lets A undo CODEC and nothing else; the filter's code into *ret. */
static int
add_filter(const struct libarchive *library, struct archive *a, enum codec codec, int *ret)
{
	switch ((int)codec) {
	case CODEC_BZIP2:
		*ret = ARCHIVE_FILTER_BZIP2;
		return library->read_support_filter_bzip2(a);
	case CODEC_XZ:
		*ret = ARCHIVE_FILTER_XZ;
		return library->read_support_filter_xz(a);
	case CODEC_LZMA:
	case CODEC_ZIP_LZMA:
		*ret = ARCHIVE_FILTER_LZMA;
		return library->read_support_filter_lzma(a);
	case CODEC_ZSTD:
		*ret = ARCHIVE_FILTER_ZSTD;
		return library->read_support_filter_zstd(a);
	case CODEC_LZ4:
		*ret = ARCHIVE_FILTER_LZ4;
		return library->read_support_filter_lz4(a);
	default:
		return ARCHIVE_OK;
	}
}

/* An archive that reads IN with the one filter of CODEC, or as 7z. NULL and a finding on failure.
 */
static struct archive *
open_archive(struct unpacking *u, enum codec codec, struct bytes in)
{
	struct archive *a = u->library->read_new();
	int code = ARCHIVE_OK, wanted = ARCHIVE_FILTER_NONE;

	if (a == NULL)
		return NULL;
	if (codec == CODEC_7Z) {
		code = u->library->read_support_format_7zip(a);
	} else {
		code = u->library->read_support_format_raw(a);
		if (code == ARCHIVE_OK)
			code = add_filter(u->library, a, codec, &wanted);
	}
	if (code == ARCHIVE_OK)
		code = u->library->read_open_memory(a, in.data, in.len);
	/* Without its filter the raw format hands through what is packed. */
	if (code == ARCHIVE_OK && u->library->filter_code(a, 0) == wanted)
		return a;
	corrupt(u, u->library->error_string(a));
	u->library->read_free(a);
	return NULL;
}

/* All data of the current entry. False where it broke off. */
static bool
read_entry(struct unpacking *u, struct archive *a, struct spool *spool)
{
	uint8_t *block = malloc(CHUNK);
	la_ssize_t n;

	if (block == NULL)
		return false;
	while ((n = u->library->read_data(a, block, CHUNK)) > 0)
		if (!keep(u, spool, bytes_of(block, (size_t)n)))
			break;
	free(block);
	return n == 0;
}

static void
unpack_filter(struct unpacking *u, enum codec codec, struct bytes in)
{
	struct archive *a = open_archive(u, codec, in);
	struct spool spool = spool_to(u->scratch);
	struct archive_entry *entry;
	bool whole = false;

	if (a == NULL) {
		spool_drop(&spool);
		return;
	}
	if (u->library->read_next_header(a, &entry) == ARCHIVE_OK)
		whole = read_entry(u, a, &spool);
	if (!whole && !u->is_over)
		corrupt(u, u->library->error_string(a));
	if (whole && u->piece->has_crc && u->crc != u->piece->crc32)
		sink_trouble(u->sink, STATUS_MALFORMED, "archive/checksum", 0,
		    "the unpacked bytes of \"%s\" do not have the CRC-32 that the archive claims",
		    u->piece->name);
	deliver(u, &spool, "");
	u->library->read_free(a);
}

/* Zip's method 14 puts four bytes before the properties that an .lzma file begins with, and leaves
 * its size out. */
static void
unpack_zip_lzma(struct unpacking *u)
{
	struct bytes in = u->piece->packed;
	struct buffer file = buffer_up_to(LIMIT_SCRATCH_MEMORY * 16);

	if (in.len < 9 || in.data[2] != 5 || in.data[3] != 0) {
		corrupt(u, "an LZMA header is missing");
		return;
	}
	buffer_add(&file, bytes_slice(in, 4, 5));
	buffer_add_u64le(&file, u->piece->size == SIZE_UNKNOWN ? UINT64_MAX : u->piece->size);
	buffer_add(&file, bytes_slice(in, 9, SIZE_MAX));
	if (buffer_ok(&file))
		unpack_filter(u, CODEC_LZMA, buffer_bytes(&file));
	else
		sink_trouble(u->sink, STATUS_LIMIT, "scan/limit", 0,
		    "an LZMA member is larger than the limit");
	buffer_free(&file);
}

/* One entry of a 7z archive. */
static void
unpack_entry(struct unpacking *u, struct archive *a, struct archive_entry *entry)
{
	const char *path = u->library->entry_pathname(entry);
	char *name = arena_string(sink_arena(u->sink), path == NULL ? "" : path);
	const char *link = u->library->entry_symlink(entry);
	struct spool spool;

	if (name == NULL)
		return;
	names_check(bytes_of_string(name), 0, u->sink);
	if (link != NULL) {
		names_check_link(bytes_of_string(name), bytes_of_string(link), 0, u->sink);
		return;
	}
	/* Where the archive says nothing about the kind, libarchive gives 0: a file to its readers.
	 */
	switch (u->library->entry_filetype(entry)) {
	case 0:
	case AE_IFREG:
		break;
	case AE_IFDIR:
		return;
	default:
		sink_finding(u->sink, "archive/device", 0, 0, NULL,
		    "the member \"%s\" is a device or a pipe",
		    text_safe(sink_arena(u->sink), bytes_of_string(name), 200));
		return;
	}
	spool = spool_to(u->scratch);
	if (!read_entry(u, a, &spool) && !u->is_over) {
		if (u->library->entry_is_encrypted(entry))
			sink_trouble(u->sink, STATUS_UNSUPPORTED, "archive/encrypted", 0,
			    "the member \"%s\" is encrypted",
			    text_safe(sink_arena(u->sink), bytes_of_string(name), 200));
		else
			corrupt(u, u->library->error_string(a));
	}
	deliver(u, &spool, name);
}

static void
unpack_archive(struct unpacking *u)
{
	struct archive *a = open_archive(u, u->piece->codec, u->piece->packed);
	struct archive_entry *entry;
	uint64_t entries = 0;
	int code = ARCHIVE_EOF;

	if (a == NULL)
		return;
	while (!u->is_over && (code = u->library->read_next_header(a, &entry)) == ARCHIVE_OK) {
		uint64_t mark = scratch_mark(u->scratch);

		if (++u->budget->members > u->budget->max_members) {
			sink_trouble(u->sink, STATUS_LIMIT, "archive/bomb", 0,
			    "it has more members than the limit allows");
			break;
		}
		entries++;
		unpack_entry(u, a, entry);
		scratch_release(u->scratch, mark);
	}
	if (code != ARCHIVE_EOF && code != ARCHIVE_OK) {
		const char *why = u->library->error_string(a);

		if (u->library->read_has_encrypted_entries(a) > 0)
			sink_trouble(u->sink, STATUS_UNSUPPORTED, "archive/encrypted", 0,
			    "the archive is encrypted");
		else
			corrupt(u, why);
	} else if (entries == 0) {
		corrupt(u, "no member was found in it");
	}
	u->library->read_free(a);
}

static bool
needs_library(enum codec codec)
{
	switch (codec) {
	case CODEC_BZIP2:
	case CODEC_XZ:
	case CODEC_LZMA:
	case CODEC_ZIP_LZMA:
	case CODEC_ZSTD:
	case CODEC_LZ4:
	case CODEC_7Z:
		return true;
	case CODEC_NONE:
	case CODEC_DEFLATE:
	case CODEC_ZLIB:
	case CODEC_GZIP:
	case CODEC_TAR:
	case CODEC_COUNT:
		break;
	}
	return false;
}

bool
unpack_is_ready(const struct piece *piece)
{
	return !needs_library(piece->codec) || libarchive_was_tried();
}

void
unpack_piece(const struct piece *piece, struct budget *budget, struct scratch *scratch,
    struct sink *sink, void (*visit)(const struct unpacked *, void *), void *context)
{
	struct unpacking u = { .piece = piece,
		.budget = budget,
		.scratch = scratch,
		.sink = sink,
		.visit = visit,
		.context = context };

	if (needs_library(piece->codec) && (u.library = libarchive_load()) == NULL) {
		sink_trouble(sink, STATUS_UNSUPPORTED, "archive/unsupported", 0,
		    "libarchive, which unpacks this, is not installed");
		return;
	}
	switch (piece->codec) {
	case CODEC_NONE:
		visit(&(struct unpacked){ .name = "", .bytes = piece->packed }, context);
		return;
	case CODEC_DEFLATE:
		unpack_zlib(&u, -MAX_WBITS, false);
		return;
	case CODEC_ZLIB:
		unpack_zlib(&u, MAX_WBITS, false);
		return;
	case CODEC_GZIP:
		unpack_zlib(&u, MAX_WBITS + 16, true);
		return;
	case CODEC_BZIP2:
	case CODEC_XZ:
	case CODEC_LZMA:
	case CODEC_ZSTD:
	case CODEC_LZ4:
		unpack_filter(&u, piece->codec, piece->packed);
		return;
	case CODEC_ZIP_LZMA:
		unpack_zip_lzma(&u);
		return;
	case CODEC_7Z:
		unpack_archive(&u);
		return;
	case CODEC_TAR:
	case CODEC_COUNT:
		break;
	}
	sink_trouble(
	    sink, STATUS_INTERNAL, "archive/unsupported", 0, "there is no way to unpack this");
}
