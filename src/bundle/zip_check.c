/* What loaders disagree about in a zip file: see bundle/zip_check.h. */
#include "config.h"

#include "bundle/zip_check.h"

#include "bundle/names.h"
#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>
#include <zlib.h>

#define FLAG_ENCRYPTED 0x0001
#define FLAG_DESCRIPTOR 0x0008
#define FLAG_PATCH 0x0020
#define FLAG_STRONG 0x0040
#define FLAG_MASKED 0x2000
#define METHOD_AES 99
#define HOST_UNIX 3
#define MODE_TYPE 0170000u
#define MODE_LINK 0120000u
#define CRC_MAX \
	(16 * MIB) /* stored members up to this are checked: beyond, hashing does not pay twice */
#define NAME_SHOWN 200
#define MAX_HIDDEN 1000

struct check {
	struct bytes file;
	struct sink *sink;
	struct zip zip;
	struct name_set *names, *folded, *files, *folders;
	struct extent {
		uint64_t start, end;
		uint64_t packed;
	} * extents; /* of all members, sorted by start */
	size_t nextents;
};

static const char *
shown(struct check *check, struct bytes name)
{
	return text_safe(sink_arena(check->sink), name, NAME_SHOWN);
}

/* The codec of a method of compression; false where assay has none. */
static bool
codec_of(uint16_t method, enum codec *ret)
{
	switch (method) {
	case 0:
		*ret = CODEC_NONE;
		return true;
	case 8:
		*ret = CODEC_DEFLATE;
		return true;
	case 12:
		*ret = CODEC_BZIP2;
		return true;
	case 14:
		*ret = CODEC_ZIP_LZMA;
		return true;
	case 93:
		*ret = CODEC_ZSTD;
		return true;
	case 95:
		*ret = CODEC_XZ;
		return true;
	default:
		return false;
	}
}

/* Hands over the packed bytes as METHOD says. */
static void
emit(struct check *check, struct bytes name, uint64_t data, const struct zip_header *header,
    uint64_t packed)
{
	struct piece piece = { .packed = bytes_slice(check->file, data, packed),
		.size = header->size,
		.crc32 = header->crc32,
		.has_crc = (header->flags & FLAG_ENCRYPTED) == 0 };

	if (piece.packed.len < packed)
		sink_trouble(check->sink, STATUS_MALFORMED, "zip/truncated", data,
		    "the member \"%s\" runs past the end of the file", shown(check, name));
	if (!codec_of(header->method, &piece.codec)) {
		sink_trouble(check->sink, STATUS_UNSUPPORTED, "archive/unsupported", data,
		    "the member \"%s\" is packed by method %u, which is not read",
		    shown(check, name), header->method);
		piece.codec = CODEC_NONE; /* the number may lie */
		piece.has_crc = false;
	}
	piece.name = arena_string_of(sink_arena(check->sink), name);
	if (piece.name == NULL)
		return;
	if (piece.codec == CODEC_NONE && piece.has_crc && piece.packed.len > 0 &&
	    piece.packed.len <= CRC_MAX &&
	    !(header->flags & FLAG_DESCRIPTOR && header->crc32 == 0) &&
	    crc32(crc32(0, NULL, 0), piece.packed.data, (uInt)piece.packed.len) != header->crc32)
		sink_trouble(check->sink, STATUS_MALFORMED, "archive/checksum", data,
		    "the bytes of \"%s\" do not have the CRC-32 that the archive claims",
		    shown(check, name));
	sink_piece(check->sink, &piece);
}

static void
check_flags(struct check *check, const struct zip_entry *entry)
{
	uint16_t flags = entry->central.flags | (entry->has_local ? entry->local.flags : 0);
	const char *name = shown(check, entry->central.name);

	if ((flags & (FLAG_ENCRYPTED | FLAG_STRONG)) || entry->central.method == METHOD_AES)
		sink_trouble(check->sink, STATUS_UNSUPPORTED, "archive/encrypted", entry->offset,
		    "the member \"%s\" says that it is encrypted", name);
	if (flags & (FLAG_PATCH | FLAG_MASKED))
		sink_finding(check->sink, "zip/unusual-flags", entry->offset, 0, NULL,
		    "the member \"%s\" has flags that make some readers refuse it and that others "
		    "ignore",
		    name);
}

/* Central directory against local header. A data descriptor leaves sizes and CRC out of the local
 * one. */
static void
check_headers(struct check *check, const struct zip_entry *entry)
{
	const struct zip_header *c = &entry->central, *l = &entry->local;
	const char *name = shown(check, c->name);
	bool has_descriptor = (l->flags & FLAG_DESCRIPTOR) != 0;

	if (!bytes_equal(c->name, l->name))
		sink_finding(check->sink, "zip/header-mismatch", entry->offset, 0, name,
		    "the directory calls a member \"%s\", its own header \"%s\"", name,
		    shown(check, l->name));
	if (c->method != l->method)
		sink_finding(check->sink, "zip/header-mismatch", entry->offset, 0, name,
		    "the directory says that \"%s\" is packed by method %u, its own header by %u",
		    name, c->method, l->method);
	if ((c->packed != l->packed || c->size != l->size) &&
	    !(has_descriptor && l->packed == 0 && l->size == 0) &&
	    !(has_descriptor && l->packed == UINT32_MAX))
		sink_finding(check->sink, "zip/header-mismatch", entry->offset, 0, name,
		    "directory and own header disagree about the size of \"%s\": %ju or %ju bytes",
		    name, (uintmax_t)c->size, (uintmax_t)l->size);
	if (c->crc32 != l->crc32 && !(has_descriptor && l->crc32 == 0))
		sink_trouble(check->sink, STATUS_MALFORMED, "archive/checksum", entry->offset,
		    "directory and own header disagree about the CRC-32 of \"%s\"", name);
	if ((c->flags ^ l->flags) & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
		sink_finding(check->sink, "zip/header-mismatch", entry->offset, 0, name,
		    "directory and own header disagree about whether \"%s\" is encrypted", name);
}

static void
check_duplicates(struct check *check, const struct zip_entry *entry)
{
	const char *name = shown(check, entry->central.name);

	if (!name_set_add(check->names, entry->central.name, false))
		sink_finding(check->sink, "archive/duplicate-name", entry->offset, 0, name,
		    "there is more than one member \"%s\": loaders take the first or the last",
		    name);
	else if (!name_set_add(check->folded, entry->central.name, true))
		sink_finding(check->sink, "archive/case-clash", entry->offset, 0, name,
		    "another member has the name \"%s\" but for case or accents", name);
	else if (name_sets_conflict(check->files, check->folders, entry->central.name))
		sink_finding(check->sink, "archive/path-conflict", entry->offset, 0, name,
		    "\"%s\" is a file and a folder at once", name);
}

static void
add_extent(struct check *check, uint64_t start, uint64_t end, uint64_t packed)
{
	check->extents[check->nextents].start = start;
	check->extents[check->nextents].packed = packed;
	check->extents[check->nextents++].end = end;
}

/* A second reading of the same data is emitted only where it differs. */
static bool
is_emitted(const struct check *check, size_t upto, const struct zip_entry *entry)
{
	for (size_t i = upto; i > 0 && upto - i < 64; i--) {
		const struct zip_entry *other = &check->zip.entries[i - 1];

		if (other->offset == entry->offset &&
		    other->central.packed == entry->central.packed &&
		    other->central.method == entry->central.method)
			return true;
	}
	return false;
}

static void
check_entry(struct check *check, size_t i)
{
	const struct zip_entry *entry = &check->zip.entries[i];
	bool is_folder = entry->central.name.len > 0 &&
	    entry->central.name.data[entry->central.name.len - 1] == '/';
	uint64_t packed = entry->central.packed;

	names_check(entry->central.name, entry->offset, check->sink);
	check_duplicates(check, entry);
	check_flags(check, entry);
	if (entry->host == HOST_UNIX)
		names_check_mode(
		    entry->central.name, entry->attributes >> 16, entry->offset, check->sink);
	if (!entry->has_local) {
		sink_trouble(check->sink, STATUS_MALFORMED, "zip/missing-member", entry->offset,
		    "the directory lists \"%s\", but no member stands where it should",
		    shown(check, entry->central.name));
		return;
	}
	check_headers(check, entry);
	if (!bytes_equal(entry->central.name, entry->local.name))
		names_check(entry->local.name, entry->offset, check->sink);
	add_extent(check, entry->offset,
	    packed > UINT64_MAX - entry->data_offset ? UINT64_MAX : entry->data_offset + packed,
	    packed);
	if (entry->host == HOST_UNIX && (entry->attributes >> 16 & MODE_TYPE) == MODE_LINK &&
	    packed <= LIMIT_NAME) {
		names_check_link(entry->central.name,
		    bytes_slice(check->file, entry->data_offset, packed), entry->offset,
		    check->sink);
		return;
	}
	if ((is_folder && packed == 0) || is_emitted(check, i, entry))
		return;
	emit(check, entry->central.name, entry->data_offset, &entry->central, packed);
	/* What a reader of local headers would see instead. */
	if (entry->local.method != entry->central.method ||
	    (entry->local.packed != packed && entry->local.packed != 0 &&
		entry->local.packed != UINT32_MAX))
		emit(check, entry->local.name, entry->data_offset, &entry->local,
		    entry->local.packed != 0 ? entry->local.packed : packed);
}

static int
compare_extents(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

/* Members that no directory lists, in bytes that belong to nobody. */
static void
search_gap(struct check *check, uint64_t start, uint64_t end, unsigned *hidden)
{
	struct bytes signature = bytes_of("PK\3\4", 4),
		     gap = bytes_slice(check->file, start, end - start);

	for (size_t pos = 0; *hidden < MAX_HIDDEN;) {
		int64_t hit = bytes_find(gap, signature, pos);
		struct zip_header local;
		uint64_t data, packed;

		if (hit < 0)
			return;
		pos = (size_t)hit + 4;
		if (!zip_read_local(check->file, start + (uint64_t)hit, &local, &data) ||
		    local.name.len == 0 || data > end)
			continue;
		(*hidden)++;
		packed =
		    local.packed != 0 && local.packed != UINT32_MAX ? local.packed : end - data;
		sink_finding(check->sink, "zip/hidden-member", start + (uint64_t)hit, 0,
		    shown(check, local.name),
		    "the member \"%s\" stands in the file but not in its directory",
		    shown(check, local.name));
		emit(check, local.name, data, &local, packed < end - data ? packed : end - data);
		if (packed < end - data)
			pos = (size_t)(data + packed - start);
	}
}

static bool
is_zero(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] != 0)
			return false;
	return true;
}

static void
emit_raw(struct check *check, const char *name, uint64_t start, uint64_t end)
{
	struct piece piece = { .name = name,
		.codec = CODEC_NONE,
		.packed = bytes_slice(check->file, start, end - start),
		.size = SIZE_UNKNOWN };

	sink_piece(check->sink, &piece);
}

/* A data descriptor (with or without its signature, 32 or 64 bits) is no gap. */
static uint64_t
skip_descriptor(const struct check *check, uint64_t start, uint64_t end)
{
	uint64_t len = end - start;

	if (len == 12 || len == 16 || len == 20 || len == 24)
		return end;
	if (bytes_starts(bytes_slice(check->file, start, 4), "PK\7\10") && len >= 16)
		return start + 16;
	return start;
}

/* Overlaps and gaps of the members, sorted by where they stand. */
static void
check_layout(struct check *check)
{
	uint64_t covered = 0;
	unsigned hidden = 0, overlaps = 0;

	if (check->nextents > 1)
		qsort(check->extents, check->nextents, sizeof(*check->extents), compare_extents);
	for (size_t i = 0; i <= check->nextents; i++) {
		bool last = i == check->nextents;
		uint64_t start = last ? check->zip.central : check->extents[i].start;
		uint64_t end = last ? check->zip.central_end : check->extents[i].end;

		if (start < covered && !last && ++overlaps == 1)
			sink_finding(check->sink, "zip/overlap", start, 0, NULL,
			    "members share bytes: a small file can stand for an enormous one");
		if (start > covered && i == 0 && !is_zero(bytes_slice(check->file, 0, start))) {
			sink_finding(check->sink, "zip/prefix-data", 0, start, NULL,
			    "%ju bytes stand before the archive: other loaders see another file",
			    (uintmax_t)start);
			search_gap(check, 0, start, &hidden);
			emit_raw(check, "(before the archive)", 0, start);
		} else if (start > covered) {
			uint64_t from = skip_descriptor(check, covered, start);

			if (from < start &&
			    !is_zero(bytes_slice(check->file, from, start - from))) {
				sink_finding(check->sink, "zip/gap", from, start - from, NULL,
				    "%ju bytes between members belong to none of them",
				    (uintmax_t)(start - from));
				search_gap(check, from, start, &hidden);
			}
		}
		covered = end > covered ? end : covered;
	}
}

/* Another archive in front or inside a comment, or bytes behind the end. */
static void
check_ends(struct check *check)
{
	const struct zip *zip = &check->zip;
	struct bytes signature = bytes_of("PK\5\6", 4);

	if (zip->file_end < check->file.len) {
		struct bytes rest = bytes_slice(check->file, zip->file_end, SIZE_MAX);

		if (!is_zero(rest)) {
			sink_finding(check->sink, "zip/trailing-data", zip->file_end, rest.len,
			    NULL, "%zu bytes follow the end of the archive", rest.len);
			emit_raw(check, "(behind the archive)", zip->file_end, check->file.len);
		}
	}
	if (bytes_find(zip->comment, signature, 0) >= 0)
		sink_finding(check->sink, "zip/second-directory", zip->end, 0, NULL,
		    "the comment holds another end record: loaders disagree about which archive "
		    "this is");
	if (zip->is_multi_disk)
		sink_trouble(check->sink, STATUS_UNSUPPORTED, "archive/unsupported", zip->end,
		    "the archive is one of several volumes");
	if (zip->claimed != zip->n && zip->fault == NULL)
		sink_trouble(check->sink, STATUS_MALFORMED, "zip/malformed", zip->end,
		    "the end record counts %ju members, the directory holds %zu",
		    (uintmax_t)zip->claimed, zip->n);
	if (zip->fault == NULL && zip->central_end < zip->end && !zip->is_zip64 && zip->n < 65535) {
		struct bytes between =
		    bytes_slice(check->file, zip->central_end, zip->end - zip->central_end);

		if (bytes_starts(between, "PK\1\2"))
			sink_finding(check->sink, "zip/hidden-member", zip->central_end, 0, NULL,
			    "the directory goes on behind the number of members that the end "
			    "record counts");
	}
}

void
zip_check(struct bytes file, struct sink *sink)
{
	struct check check = { .file = file, .sink = sink };
	int64_t end = zip_find_end(file);
	unsigned hidden = 0;

	check.names = name_set_new();
	check.folded = name_set_new();
	check.files = name_set_new();
	check.folders = name_set_new();
	if (check.names == NULL || check.folded == NULL || check.files == NULL ||
	    check.folders == NULL)
		goto out;
	if (end < 0) {
		sink_trouble(sink, STATUS_MALFORMED, "zip/malformed", 0,
		    "the archive has no end record: it is truncated or no zip file");
		search_gap(&check, 0, file.len, &hidden);
		goto out;
	}
	if (!zip_read(file, (uint64_t)end, sink_arena(sink), &check.zip)) {
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0,
		    "no memory for the directory of the archive");
		goto out;
	}
	check.extents = calloc(check.zip.n + 1, sizeof(*check.extents));
	if (check.extents == NULL)
		goto out;
	for (size_t i = 0; i < check.zip.n; i++)
		check_entry(&check, i);
	if (check.zip.fault != NULL) {
		sink_trouble(sink, STATUS_MALFORMED, "zip/malformed", check.zip.central, "%s",
		    check.zip.fault);
		search_gap(&check, 0, file.len, &hidden);
	} else {
		check_layout(&check);
	}
	check_ends(&check);
	if (check.zip.n == 0 && check.zip.fault == NULL)
		sink_finding(sink, "zip/empty", 0, 0, NULL, "the archive holds nothing");
	sink_fact(sink, "zip.members", "%zu", check.zip.n);
out:
	name_set_free(check.names);
	name_set_free(check.folded);
	name_set_free(check.files);
	name_set_free(check.folders);
	free(check.extents);
}
