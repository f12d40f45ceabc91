/* Zip and tar: what one reader sees and another does not. */
#include "config.h"

#include "bundle/names.h"
#include "core/buffer.h"
#include "tests/unit/format_test.h"

#include <zlib.h>

extern const struct format format_tar, format_zip;

/* One member of a zip file; what is NULL or 0 is as it should be. */
struct zip_case {
	const char *what, *name, *local_name;
	uint16_t flags, method, local_method;
	uint32_t size_off, crc_off, mode;
	const char *before, *after, *check;
	unsigned twice;
};

static void
add_header(struct buffer *b, const struct zip_case *c, bool is_central, const char *data)
{
	const char *name = is_central || c->local_name == NULL ? c->name : c->local_name;
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)data, (uInt)strlen(data)) + c->crc_off;
	uint32_t len = (uint32_t)strlen(data);
	uint16_t method = is_central ? c->method : c->method + c->local_method;

	buffer_add_u32le(b, is_central ? 0x02014b50 : 0x04034b50);
	if (is_central)
		buffer_add(b, bytes_of("\x14\3", 2)); /* made by Unix */
	buffer_add(b, bytes_of("\x14", 2));
	buffer_add_u8(b, (uint8_t)c->flags);
	buffer_add_u8(b, (uint8_t)(c->flags >> 8));
	buffer_add_u8(b, (uint8_t)method);
	buffer_add(b, bytes_of("\0\0\0\0\0", 5));
	buffer_add_u32le(b, crc);
	buffer_add_u32le(b, len + (is_central ? c->size_off : 0));
	buffer_add_u32le(b, len);
	buffer_add_u8(b, (uint8_t)strlen(name));
	buffer_add(b, bytes_of("\0\0\0", 3));
}

static struct buffer
zip_of(const struct zip_case *c)
{
	struct buffer b = buffer_up_to(4096);
	uint32_t start, central;

	buffer_add_string(&b, c->before == NULL ? "" : c->before);
	start = (uint32_t)b.len;
	add_header(&b, c, false, "content");
	buffer_add_string(&b, c->local_name == NULL ? c->name : c->local_name);
	buffer_add_string(&b, "content");
	central = (uint32_t)b.len;
	for (unsigned i = 0; i <= c->twice; i++) {
		add_header(&b, c, true, "content");
		buffer_add(&b, bytes_of("\0\0\0\0\0\0", 6));
		buffer_add_u32le(&b, c->mode << 16);
		buffer_add_u32le(&b, start);
		buffer_add_string(&b, c->name);
	}
	buffer_add_u32le(&b, 0x06054b50);
	buffer_add(&b, bytes_of("\0\0\0\0", 4));
	for (int i = 0; i < 2; i++) {
		buffer_add_u8(&b, (uint8_t)(1 + c->twice));
		buffer_add_u8(&b, 0);
	}
	buffer_add_u32le(&b, (uint32_t)b.len - 12 - central);
	buffer_add_u32le(&b, central);
	buffer_add(&b, bytes_of("\0\0", 2));
	buffer_add_string(&b, c->after == NULL ? "" : c->after);
	return b;
}

static void
test_zip(void)
{
	static const struct zip_case cases[] = {
		{ .what = "an archive", .name = "a/b.txt", .mode = 0100644 },
		{ .what = "another local name",
		    .name = "a",
		    .local_name = "b",
		    .check = "zip/header-mismatch" },
		{ .what = "another local method",
		    .name = "a",
		    .local_method = 8,
		    .check = "zip/header-mismatch" },
		{ .what = "a wrong checksum",
		    .name = "a",
		    .crc_off = 1,
		    .check = "archive/checksum" },
		{ .what = "an encrypted member",
		    .name = "a",
		    .flags = 1,
		    .check = "archive/encrypted" },
		{ .what = "flags that others ignore",
		    .name = "a",
		    .flags = 0x20,
		    .check = "zip/unusual-flags" },
		{ .what = "an unknown method",
		    .name = "a",
		    .method = 97,
		    .check = "archive/unsupported" },
		{ .what = "a member past the end",
		    .name = "a",
		    .size_off = 9999,
		    .check = "zip/truncated" },
		{ .what = "bytes in front",
		    .name = "a",
		    .before = "#!/bin/sh\n",
		    .check = "zip/prefix-data" },
		{ .what = "bytes behind",
		    .name = "a",
		    .after = "rest",
		    .check = "zip/trailing-data" },
		{ .what = "the same name twice",
		    .name = "a",
		    .twice = 1,
		    .check = "archive/duplicate-name" },
		{ .what = "a way out", .name = "../a", .check = "archive/path-traversal" },
		{ .what = "a drive", .name = "c:/a", .check = "archive/path-traversal" },
		{ .what = "a name for a shell", .name = "`id`", .check = "archive/unsafe-name" },
		{ .what = "a blank at the end", .name = "a ", .check = "archive/unsafe-name" },
		{ .what = "a link out", .name = "a", .mode = 0120777, .check = "archive/link" },
		{ .what = "a device", .name = "a", .mode = 0020644, .check = "archive/device" },
		{ .what = "another's rights",
		    .name = "a",
		    .mode = 0104755,
		    .check = "archive/privileged-mode" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buffer b = zip_of(&cases[i]);
		struct format_case one = { cases[i].what, buffer_bytes(&b), cases[i].check };

		run_cases(&format_zip, "a.zip", &one, 1);
		if (cases[i].check == NULL)
			check_truncations(&format_zip, "a.zip", buffer_bytes(&b));
		buffer_free(&b);
	}
}

/* A header of ustar and as much content as it claims, up to 512 bytes. */
static void
add_tar(uint8_t *b, const char *name, uint8_t type, unsigned mode, const char *size)
{
	unsigned sum = 0;

	memset(b, 0, 1024);
	snprintf((char *)b, 100, "%s", name);
	snprintf((char *)b + 100, 8, "%07o", mode);
	snprintf((char *)b + 124, 12, "%s", size);
	memset(b + 148, ' ', 8);
	b[156] = type;
	memcpy(b + 257,
	    "ustar\0"
	    "00",
	    8);
	if (type == '2')
		memcpy(b + 157, "/etc/passwd", 11);
	for (size_t i = 0; i < 512; i++)
		sum += b[i];
	snprintf((char *)b + 148, 8, "%06o", sum);
	memcpy(b + 512, "content", 7);
}

static void
test_tar(void)
{
	static const struct {
		const char *what, *name;
		uint8_t type;
		unsigned mode;
		const char *size, *check;
	} cases[] = {
		{ "an archive", "a/b", '0', 0644, "7", NULL },
		{ "a size in words", "a", '0', 0644, "seven", "tar/malformed" },
		{ "a size past the end", "a", '0', 0644, "77777777", "tar/truncated" },
		{ "a way out", "../a", '0', 0644, "7", "archive/path-traversal" },
		{ "a link out", "a", '2', 0777, "0", "archive/link-outside" },
		{ "a device", "a", '3', 0644, "0", "archive/device" },
		{ "another's rights", "a", '0', 04755, "7", "archive/privileged-mode" },
		{ "an unknown type", "a", 'Q', 0644, "7", "tar/unknown-type" },
		{ "a long name for nothing", "a", 'L', 0644, "7", "tar/malformed" },
		{ "a whiteout", "a/.wh.b", '0', 0644, "0", "tar/whiteout" },
	};
	uint8_t b[1024 * 4];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct format_case one = { cases[i].what, { b, 2048 }, cases[i].check };

		memset(b, 0, sizeof(b));
		add_tar(b, cases[i].name, cases[i].type, cases[i].mode, cases[i].size);
		if (strcmp(cases[i].size, "0") == 0)
			memset(b + 512, 0, 512);
		run_cases(&format_tar, "a.tar", &one, 1);
	}
	memset(b, 0, sizeof(b));
	add_tar(b, "a", '0', 0644, "7");
	add_tar(b + 1024, "a", '0', 0644, "7");
	run_cases(&format_tar, "a.tar",
	    &(struct format_case){ "the same name twice", { b, 3072 }, "archive/duplicate-name" },
	    1);
	add_tar(b + 1024, "a/b", '0', 0644, "7");
	run_cases(&format_tar, "a.tar",
	    &(struct format_case){ "a file and a folder", { b, 3072 }, "archive/path-conflict" },
	    1);
}

static void
test_names_fold(void)
{
	struct name_set *set = name_set_new();

	ok(set != NULL && name_set_add(set, bytes_of_string("Caf\xc3\xa9"), true), "a name");
	ok(!name_set_add(set, bytes_of_string("CAFe\xcc\x81"), true),
	    "is the same in other case and with the accent apart");
	ok(name_set_add(set, bytes_of_string("cafes"), true), "a longer one is another");
	name_set_free(set);
}

int
main(void)
{
	test_zip();
	test_tar();
	test_names_fold();
	return done_testing();
}
