/*
 * Tar archives: POSIX ustar and pax (IEEE Std 1003.1-2017, pax), GNU extensions. Read by our own
 * header walk, since members are then slices of the file, and since what is checked is what is
 * there: lying sizes, links, members behind the end.
 */
#include "config.h"

#include "bundle/names.h"
#include "core/limits.h"
#include "core/text.h"
#include "format/format.h"

#define BLOCK 512
#define MAX_PAX (1 * MIB)

static const char *const suffixes[] = { ".tar", ".mar", ".nemo", ".ova", NULL };

struct tar {
	struct bytes file;
	struct sink *sink;
	struct name_set *names, *files, *folders;
	struct bytes long_name, long_link; /* from GNU or pax headers, for the next member */
	uint64_t pax_size;		   /* likewise; SIZE_UNKNOWN where none */
	uint64_t members, pos;
};

/* A number in octal, or base-256 with the top bit set (GNU). False where it is neither. */
static bool
number(struct bytes field, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i = 0;

	if (field.data[0] & 0x80) {
		for (i = 0; i < field.len; i++) {
			if (value >> 55)
				return false;
			value = value << 8 | (i == 0 ? field.data[i] & 0x3fu : field.data[i]);
		}
		*ret = value;
		return true;
	}
	while (i < field.len && field.data[i] == ' ')
		i++;
	for (; i < field.len && field.data[i] >= '0' && field.data[i] <= '7'; i++)
		value = value << 3 | (uint64_t)(field.data[i] - '0');
	if (i < field.len && field.data[i] != ' ' && field.data[i] != '\0')
		return false;
	*ret = value;
	return true;
}

static bool
checksum_holds(struct bytes header)
{
	uint64_t claimed, sum = 0;

	if (!number(bytes_slice(header, 148, 8), &claimed))
		return false;
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : header.data[i];
	return sum == claimed && claimed > 0;
}

static bool
is_zero_block(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] != 0)
			return false;
	return b.len == BLOCK;
}

static struct bytes
text_field(struct bytes header, size_t start, size_t len)
{
	struct bytes field = bytes_slice(header, start, len);
	const uint8_t *zero = memchr(field.data, 0, field.len);

	return bytes_of(field.data, zero == NULL ? field.len : (size_t)(zero - field.data));
}

/* PREFIX/NAME, or what a long-name header said. */
static struct bytes
member_name(struct tar *tar, struct bytes header)
{
	struct bytes prefix = text_field(header, 345, 155), name = text_field(header, 0, 100);
	char *joined;

	if (tar->long_name.len > 0)
		return tar->long_name;
	if (prefix.len == 0 || !bytes_starts(bytes_slice(header, 257, 6), "ustar"))
		return name;
	if (header.data[263] == ' ')
		return name; /* GNU uses the field for times */
	joined = arena_alloc(sink_arena(tar->sink), prefix.len + name.len + 2);
	if (joined == NULL)
		return name;
	memcpy(joined, prefix.data, prefix.len);
	joined[prefix.len] = '/';
	memcpy(joined + prefix.len + 1, name.data, name.len);
	return bytes_of(joined, prefix.len + 1 + name.len);
}

/* Pax records: "LEN KEY=VALUE\n". */
static void
read_pax(struct tar *tar, struct bytes body)
{
	size_t pos = 0;

	while (pos < body.len) {
		size_t digits = pos, len = 0;
		struct bytes record;
		const uint8_t *equals;

		while (digits < body.len && body.data[digits] >= '0' && body.data[digits] <= '9' &&
		    len < MAX_PAX)
			len = len * 10 + (size_t)(body.data[digits++] - '0');
		if (len < 5 || len > body.len - pos || digits >= body.len ||
		    body.data[digits] != ' ' || digits + 2 > pos + len ||
		    body.data[pos + len - 1] != '\n') {
			sink_trouble(tar->sink, STATUS_MALFORMED, "tar/malformed", tar->pos,
			    "a pax header is broken");
			return;
		}
		record = bytes_slice(body, digits + 1, pos + len - 1 - (digits + 1));
		equals = record.len == 0 ? NULL : memchr(record.data, '=', record.len);
		if (equals != NULL) {
			struct bytes value =
			    bytes_slice(record, (uint64_t)(equals - record.data) + 1, SIZE_MAX);

			if (bytes_starts(record, "path="))
				tar->long_name = value;
			else if (bytes_starts(record, "SCHILY.xattr.security.") ||
			    bytes_starts(record, "RHT.security.") ||
			    bytes_starts(record, "LIBARCHIVE.xattr.security."))
				sink_finding_once(tar->sink, "tar/security-attribute", tar->pos, 0,
				    NULL, "a member brings security attributes, as capabilities");
			else if (bytes_starts(record, "linkpath="))
				tar->long_link = value;
			else if (bytes_starts(record, "size=")) {
				tar->pax_size = 0;
				for (size_t i = 0; i < value.len && i < 18 &&
				     value.data[i] >= '0' && value.data[i] <= '9';
				     i++)
					tar->pax_size =
					    tar->pax_size * 10 + (uint64_t)(value.data[i] - '0');
			} else if (bytes_starts(record, "GNU.sparse."))
				sink_finding_once(tar->sink, "tar/sparse", tar->pos, 0, NULL,
				    "a sparse member stands for more bytes than it has");
		}
		pos += len;
	}
}

static void
emit(struct tar *tar, struct bytes name, struct bytes content)
{
	struct piece piece = { .codec = CODEC_NONE, .packed = content, .size = content.len };

	piece.name = arena_string_of(sink_arena(tar->sink), name);
	if (piece.name != NULL)
		sink_piece(tar->sink, &piece);
}

/* What the header says the member is. */
static void
take_member(
    struct tar *tar, struct bytes header, uint8_t type, struct bytes name, struct bytes content)
{
	struct bytes link = tar->long_link.len > 0 ? tar->long_link : text_field(header, 157, 100);
	const char *shown = text_safe(sink_arena(tar->sink), name, 200);

	names_check(name, tar->pos, tar->sink);
	switch (type) {
	case '1':
	case '2':
		/* A hard link is relative to the archive's root, a symbolic one to its folder. */
		names_check_link(type == '1' ? bytes_of(NULL, 0) : name, link, tar->pos, tar->sink);
		if (content.len > 0)
			emit(tar, name, content);
		return;
	case '3':
	case '4':
	case '6':
		sink_finding(tar->sink, "archive/device", tar->pos, 0, shown,
		    "the member \"%s\" is a device or a pipe", shown);
		return;
	case '5':
		if (content.len > 0)
			emit(tar, name, content);
		return;
	case 'S':
		sink_finding_once(tar->sink, "tar/sparse", tar->pos, 0, NULL,
		    "a sparse member stands for more bytes than it has");
		break;
	case '0':
	case '\0':
	case '7':
		break;
	default:
		sink_finding(tar->sink, "tar/unknown-type", tar->pos, 0, shown,
		    "the member \"%s\" is of the unknown type %02x", shown, type);
		break;
	}
	if (!name_set_add(tar->names, name, false))
		sink_finding(tar->sink, "archive/duplicate-name", tar->pos, 0, shown,
		    "there is more than one member \"%s\": the last one wins when it is unpacked",
		    shown);
	else if (name_sets_conflict(tar->files, tar->folders, name))
		sink_finding(tar->sink, "archive/path-conflict", tar->pos, 0, shown,
		    "\"%s\" is a file and a folder at once", shown);
	if (name.len == 0 || name.data[name.len - 1] != '/')
		emit(tar, name, content);
}

/* Layers of container images delete members of the layers below by names like this. */
static void
check_whiteout(struct tar *tar, struct bytes name)
{
	size_t start = name.len;

	while (start > 0 && name.data[start - 1] != '/')
		start--;
	if (bytes_starts(bytes_slice(name, start, SIZE_MAX), ".wh."))
		sink_finding_once(tar->sink, "tar/whiteout", tar->pos, 0, NULL,
		    "a member hides others of the layers below: what a reader sees depends on the "
		    "reader");
}

/* One header and its content. False at the end or where the archive is broken. */
static bool
step(struct tar *tar)
{
	struct bytes header = bytes_slice(tar->file, tar->pos, BLOCK), content;
	uint64_t size, left, padded, mode;
	uint8_t type;

	if (header.len < BLOCK) {
		if (header.len > 0 || tar->members == 0)
			sink_trouble(tar->sink, STATUS_MALFORMED, "tar/malformed", tar->pos,
			    "the archive ends inside a header");
		return false;
	}
	if (is_zero_block(header))
		return false;
	if (!checksum_holds(header) || !number(bytes_slice(header, 124, 12), &size)) {
		sink_trouble(tar->sink, STATUS_MALFORMED, "tar/malformed", tar->pos,
		    "a header's checksum or size is wrong");
		return false;
	}
	type = header.data[156];
	if (tar->pax_size != SIZE_UNKNOWN && type != 'x' && type != 'g' && type != 'L' &&
	    type != 'K') {
		if (tar->pax_size != size && size != 0)
			sink_finding(tar->sink, "tar/size-mismatch", tar->pos, 0, NULL,
			    "two headers disagree about the size of a member: %ju or %ju bytes",
			    (uintmax_t)tar->pax_size, (uintmax_t)size);
		size = tar->pax_size;
	}
	/* Devices, folders and links have no content whatever their header says; some writers put a
	 * size there. */
	if (type == '5' || type == '2' || type == '3' || type == '4' || type == '6')
		size = 0;
	left = tar->file.len - tar->pos - BLOCK;
	content = bytes_slice(tar->file, tar->pos + BLOCK, size);
	if (size > left)
		sink_trouble(tar->sink, STATUS_MALFORMED, "tar/truncated", tar->pos,
		    "a member of %ju bytes runs past the end of the archive", (uintmax_t)size);
	if (type == 'L' || type == 'K') {
		struct bytes text =
		    text_field(content, 0, content.len > MAX_PAX ? MAX_PAX : content.len);

		*(type == 'L' ? &tar->long_name : &tar->long_link) = text;
	} else if (type == 'x' || type == 'g') {
		read_pax(tar, bytes_slice(content, 0, MAX_PAX));
	} else {
		check_whiteout(tar, member_name(tar, header));
		if (number(bytes_slice(header, 100, 8), &mode))
			names_check_mode(
			    member_name(tar, header), (uint32_t)mode & 07777u, tar->pos, tar->sink);
		take_member(tar, header, type, member_name(tar, header), content);
		tar->long_name = tar->long_link = bytes_of(NULL, 0);
		tar->pax_size = SIZE_UNKNOWN;
		tar->members++;
	}
	padded = size > left ? left : size + (BLOCK - size % BLOCK) % BLOCK;
	tar->pos += BLOCK + (padded > left ? left : padded);
	return size <= left;
}

/* Anything but zeros behind the end: some readers go on, others do not. */
static void
check_rest(struct tar *tar)
{
	uint64_t pos = tar->pos;

	while (pos < tar->file.len && tar->file.data[pos] == 0)
		pos++;
	if (pos >= tar->file.len)
		return;
	pos -= pos % BLOCK;
	sink_finding(tar->sink, "tar/trailing-data", pos, tar->file.len - pos, NULL,
	    "%ju bytes follow the end of the archive: readers that ignore the end see them",
	    (uintmax_t)(tar->file.len - pos));
	emit(tar, bytes_of_string("(behind the archive)"), bytes_slice(tar->file, pos, SIZE_MAX));
}

static int
probe(const struct member *member)
{
	struct bytes header = bytes_slice(member->bytes, 0, BLOCK);

	if (header.len < BLOCK || is_zero_block(header))
		return 0;
	if (bytes_starts(bytes_slice(header, 257, 5), "ustar"))
		return 90;
	return checksum_holds(header) && header.data[0] != 0 ? 80 : 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct tar tar = { .file = member->bytes,
		.sink = sink,
		.pax_size = SIZE_UNKNOWN,
		.names = name_set_new(),
		.files = name_set_new(),
		.folders = name_set_new() };

	(void)rules;
	if (tar.names == NULL || tar.files == NULL || tar.folders == NULL)
		goto out;
	while (step(&tar))
		if (tar.members > LIMIT_MEMBERS) {
			sink_trouble(sink, STATUS_LIMIT, "archive/bomb", tar.pos,
			    "it has more than %d members", LIMIT_MEMBERS);
			break;
		}
	if (sink_status(sink)->code == STATUS_OK &&
	    (tar.members == 0 || tar.long_name.len > 0 || tar.long_link.len > 0))
		sink_trouble(sink, STATUS_MALFORMED, "tar/malformed", tar.pos,
		    "its last header announces a member that does not follow");
	if (sink_status(sink)->code == STATUS_OK)
		check_rest(&tar);
	sink_fact(sink, "tar.members", "%ju", (uintmax_t)tar.members);
out:
	name_set_free(tar.names);
	name_set_free(tar.files);
	name_set_free(tar.folders);
}

const struct format format_tar = {
	.name = "tar",
	.suffixes = suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = probe,
	.analyze = analyze,
};
