/* The structure of a zip file: see bundle/zip.h. */
#include "config.h"

#include "bundle/zip.h"

#include "core/limits.h"
#include "core/reader.h"

#define END_SIZE 22
#define END_SEARCH (END_SIZE + 65535u)
#define LOCATOR_SIZE 20
#define CENTRAL_SIZE 46
#define EXTRA_ZIP64 0x0001
#define PROBE_ARENA (256 * MIB) /* for the directory of a probe */

/* ---- a zip that is a member of a tar archive ---------------------------------------------------
 */

#define TAR_BLOCK 512

/* The size that the tar header at POS states; false where no sound header stands there. */
static bool
read_tar_header(struct bytes file, uint64_t pos, uint64_t *ret_size)
{
	struct bytes header = bytes_slice(file, pos, TAR_BLOCK);
	uint64_t sum = 0, claimed = 0, size = 0;

	if (header.len < TAR_BLOCK || header.data[0] == '\0')
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : header.data[i];
	for (size_t i = 148; i < 156; i++)
		if (header.data[i] >= '0' && header.data[i] <= '7')
			claimed = claimed << 3 | (uint64_t)(header.data[i] - '0');
	for (size_t i = 124; i < 136; i++)
		if (header.data[i] >= '0' && header.data[i] <= '7')
			size = size << 3 | (uint64_t)(header.data[i] - '0');
	*ret_size = size;
	return sum == claimed && (header.data[124] & 0x80) == 0;
}

/* Where the zip whose end record stands at POS begins, as the record and its zip64 form say. */
static bool
read_base(struct bytes file, uint64_t pos, uint64_t *ret)
{
	struct reader r = reader_over(file), locator = reader_over(file);
	uint32_t len, offset, signature = 0, disk;
	uint64_t end64;

	if (!reader_seek(&r, pos + 12) || !reader_u32le(&r, &len) || !reader_u32le(&r, &offset))
		return false;
	if (pos >= 76 && reader_seek(&locator, pos - 20) && reader_u32le(&locator, &signature) &&
	    signature == 0x07064b50u) {
		if (!reader_u32le(&locator, &disk) || !reader_u64le(&locator, &end64) ||
		    end64 > pos - 76)
			return false;
		*ret = pos - 76 - end64;
		return true;
	}
	if ((uint64_t)len + offset > pos || len == UINT32_MAX || offset == UINT32_MAX)
		return false;
	*ret = pos - len - offset;
	return true;
}

/*
 * Does the zip that ends at END, with its end record at POS, fill exactly one member of a tar
 * archive? Then it is looked at as that member. Every tar file whose last member is a model would
 * be two formats at once otherwise.
 */
static bool
is_tar_member(struct bytes file, uint64_t pos, uint64_t end)
{
	uint64_t at = 0, size, base;

	while (at < pos && read_tar_header(file, at, &size)) {
		uint64_t data = at + TAR_BLOCK;

		if (size > file.len - data)
			return false;
		if (pos < data + size)
			return end == data + size && read_base(file, pos, &base) && base == data;
		at = data + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	}
	return false;
}

int64_t
zip_find_end(struct bytes file)
{
	size_t low = file.len > END_SEARCH ? file.len - END_SEARCH : 0, top;
	const uint8_t *six;

	if (file.len < END_SIZE)
		return -1;
	/* By the last byte of "PK\5\6", which text does not have: every file is asked. */
	top = file.len - END_SIZE + 4;
	while ((six = memrchr(file.data + low + 3, 6, top - low - 3)) != NULL) {
		const uint8_t *p = six - 3;
		size_t pos = (size_t)(p - file.data), comment;

		top = pos + 3;
		if (p[0] != 'P' || p[1] != 'K' || p[2] != 5)
			continue;
		comment = (size_t)p[20] | (size_t)p[21] << 8;
		if (comment <= file.len - pos - END_SIZE)
			return is_tar_member(file, pos, pos + END_SIZE + comment) ? -1
										  : (int64_t)pos;
	}
	return -1;
}

/* Sizes and offset that did not fit into 32 bits stand in an extra field, in this order. */
static void
read_zip64_extra(struct zip_header *header, uint64_t *offset)
{
	struct reader r = reader_over(header->extra);
	uint16_t id, len;

	while (reader_u16le(&r, &id) && reader_u16le(&r, &len)) {
		struct bytes body;
		struct reader field;

		if (!reader_bytes(&r, len, &body))
			return;
		if (id != EXTRA_ZIP64)
			continue;
		field = reader_over(body);
		if (header->size == UINT32_MAX && !reader_u64le(&field, &header->size))
			return;
		if (header->packed == UINT32_MAX && !reader_u64le(&field, &header->packed))
			return;
		if (offset != NULL && *offset == UINT32_MAX && !reader_u64le(&field, offset))
			return;
		return;
	}
}

/* flags to sizes, which both kinds of header hold in the same order. */
static bool
read_common(struct reader *r, struct zip_header *header)
{
	uint32_t packed, size;

	if (!reader_u16le(r, &header->flags) || !reader_u16le(r, &header->method) ||
	    !reader_skip(r, 4) || !reader_u32le(r, &header->crc32) || !reader_u32le(r, &packed) ||
	    !reader_u32le(r, &size))
		return false;
	header->packed = packed;
	header->size = size;
	return true;
}

bool
zip_read_local(struct bytes file, uint64_t offset, struct zip_header *ret, uint64_t *ret_data)
{
	struct reader r = reader_over(file);
	struct zip_header header = { 0 };
	uint32_t signature;
	uint16_t nname, nextra;

	if (!reader_seek(&r, offset) || !reader_u32le(&r, &signature) ||
	    signature != ZIP_LOCAL_SIGNATURE || !reader_u16le(&r, &header.version) ||
	    !read_common(&r, &header) || !reader_u16le(&r, &nname) || !reader_u16le(&r, &nextra) ||
	    !reader_bytes(&r, nname, &header.name) || !reader_bytes(&r, nextra, &header.extra))
		return false;
	read_zip64_extra(&header, NULL);
	*ret = header;
	*ret_data = r.pos;
	return true;
}

static bool
read_central(struct reader *r, uint64_t base, struct bytes file, struct zip_entry *entry)
{
	uint32_t signature, offset32;
	uint16_t nname, nextra, ncomment, disk;
	uint8_t version;
	uint64_t offset;

	if (!reader_u32le(r, &signature) || signature != ZIP_CENTRAL_SIGNATURE ||
	    !reader_u8(r, &version) || !reader_u8(r, &entry->host) ||
	    !reader_u16le(r, &entry->central.version) || !read_common(r, &entry->central) ||
	    !reader_u16le(r, &nname) || !reader_u16le(r, &nextra) || !reader_u16le(r, &ncomment) ||
	    !reader_u16le(r, &disk) || !reader_skip(r, 2) || !reader_u32le(r, &entry->attributes) ||
	    !reader_u32le(r, &offset32) || !reader_bytes(r, nname, &entry->central.name) ||
	    !reader_bytes(r, nextra, &entry->central.extra) || !reader_skip(r, ncomment))
		return false;
	offset = offset32;
	read_zip64_extra(&entry->central, &offset);
	entry->offset = offset > UINT64_MAX - base ? UINT64_MAX : offset + base;
	entry->has_local = zip_read_local(file, entry->offset, &entry->local, &entry->data_offset);
	return true;
}

/* What the end record says; the zip64 record before it overrides what does not fit. */
struct directory {
	uint64_t count, size, offset, where; /* where: the first byte of the end records */
	bool is_zip64, is_multi_disk;
};

static void
read_zip64_end(struct bytes file, uint64_t end, struct directory *directory)
{
	struct reader r = reader_over(file);
	uint32_t signature, disks;
	uint64_t where, size, count, cd_size, cd_offset;

	if (end < LOCATOR_SIZE || !reader_seek(&r, end - LOCATOR_SIZE) ||
	    !reader_u32le(&r, &signature) || signature != 0x07064b50u || !reader_skip(&r, 4) ||
	    !reader_u64le(&r, &where) || !reader_u32le(&r, &disks))
		return;
	/* With bytes in front of the archive the locator points too low; the record then stands
	 * right before it. */
	for (int tries = 0; tries < 2; tries++) {
		uint64_t at = tries == 0 ? where : end - LOCATOR_SIZE - 56;

		if ((tries == 1 && end < LOCATOR_SIZE + 56) || !reader_seek(&r, at) ||
		    !reader_u32le(&r, &signature) || signature != 0x06064b50u ||
		    !reader_u64le(&r, &size) || !reader_skip(&r, 2 + 2 + 4 + 4 + 8) ||
		    !reader_u64le(&r, &count) || !reader_u64le(&r, &cd_size) ||
		    !reader_u64le(&r, &cd_offset))
			continue;
		directory->is_zip64 = true;
		directory->where = at;
		if (directory->count == UINT16_MAX)
			directory->count = count;
		if (directory->size == UINT32_MAX)
			directory->size = cd_size;
		if (directory->offset == UINT32_MAX)
			directory->offset = cd_offset;
		return;
	}
}

static bool
read_end(struct bytes file, uint64_t end, struct directory *directory, struct bytes *comment)
{
	struct reader r = reader_over(file);
	uint16_t disk, cd_disk, here, count, ncomment;
	uint32_t signature, size, offset;

	if (!reader_seek(&r, end) || !reader_u32le(&r, &signature) ||
	    signature != ZIP_END_SIGNATURE || !reader_u16le(&r, &disk) ||
	    !reader_u16le(&r, &cd_disk) || !reader_u16le(&r, &here) || !reader_u16le(&r, &count) ||
	    !reader_u32le(&r, &size) || !reader_u32le(&r, &offset) ||
	    !reader_u16le(&r, &ncomment) || !reader_bytes(&r, ncomment, comment))
		return false;
	*directory =
	    (struct directory){ .count = count, .size = size, .offset = offset, .where = end };
	directory->is_multi_disk =
	    disk != cd_disk || here != count || (disk != 0 && disk != UINT16_MAX);
	read_zip64_end(file, end, directory);
	return true;
}

bool
zip_read(struct bytes file, uint64_t end, struct arena *arena, struct zip *ret)
{
	struct directory directory;
	struct zip zip = { .end = end };
	struct reader r = reader_over(file);
	size_t room = 0;

	if (!read_end(file, end, &directory, &zip.comment)) {
		zip.fault = "the end record is broken";
		*ret = zip;
		return true;
	}
	zip.file_end = end + END_SIZE + zip.comment.len;
	zip.claimed = directory.count;
	zip.is_zip64 = directory.is_zip64;
	zip.is_multi_disk = directory.is_multi_disk;
	/* Loaders take what lies between the directory's claimed and its real place as bytes in
	 * front. */
	if (directory.size <= directory.where &&
	    directory.offset <= directory.where - directory.size)
		zip.base = directory.where - directory.size - directory.offset;
	zip.central = zip.base + directory.offset;
	if (directory.size > directory.where ||
	    directory.offset > directory.where - directory.size || !reader_seek(&r, zip.central))
		zip.fault = "the central directory lies outside the file";
	while (zip.fault == NULL && zip.n < directory.count) {
		if (zip.n == LIMIT_MEMBERS) {
			zip.fault = "it has more members than the limit allows";
			break;
		}
		if (zip.n == room) {
			struct zip_entry *entries;

			room = room == 0 ? 64 : room * 2;
			entries = arena_array(arena, room, sizeof(*entries));
			if (entries == NULL)
				return false;
			if (zip.n > 0)
				memcpy(entries, zip.entries, zip.n * sizeof(*entries));
			zip.entries = entries;
		}
		zip.entries[zip.n] = (struct zip_entry){ 0 };
		if (!read_central(&r, zip.base, file, &zip.entries[zip.n]))
			zip.fault = "the central directory is broken";
		else
			zip.n++;
	}
	zip.central_end = r.pos;
	*ret = zip;
	return true;
}

bool
zip_open(struct bytes file, struct arena *arena, struct zip *ret)
{
	int64_t end = zip_find_end(file);

	return end >= 0 && zip_read(file, (uint64_t)end, arena, ret);
}

bool
zip_holds(struct bytes file, bool (*wanted)(struct bytes name))
{
	int64_t end = zip_find_end(file);
	struct arena *arena = end < 0 ? NULL : arena_new(PROBE_ARENA);
	bool holds = false;
	struct zip zip;

	if (arena != NULL && zip_read(file, (uint64_t)end, arena, &zip))
		for (size_t i = 0; i < zip.n && !holds; i++)
			holds = wanted(zip.entries[i].central.name);
	arena_free(arena);
	return holds;
}
