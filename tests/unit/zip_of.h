/* A zip of stored members for the unit tests of formats that are one. */
#ifndef TESTS_UNIT_ZIP_OF_H
#define TESTS_UNIT_ZIP_OF_H

#include "core/buffer.h"
#include "core/limits.h"

#include <stdlib.h>
#include <zlib.h>

struct zip_part {
	const char *name, *content;
};

static inline void
zip_numbers(struct buffer *out, const uint64_t (*fields)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (uint64_t byte = 0; byte < fields[i][1]; byte++)
			buffer_add_u8(out, (uint8_t)(fields[i][0] >> 8 * byte));
}

/* The fields that local and central headers share, from the version on. */
static inline void
zip_common(struct buffer *out, const struct zip_part *part)
{
	uint64_t len = strlen(part->content);
	uint64_t crc = crc32(0, (const Bytef *)part->content, (uInt)len);
	const uint64_t fields[][2] = { { 20, 2 }, { 0, 2 }, { 0, 2 }, { 0, 4 }, { crc, 4 },
		{ len, 4 }, { len, 4 }, { strlen(part->name), 2 }, { 0, 2 } };

	zip_numbers(out, fields, sizeof(fields) / sizeof(fields[0]));
}

/* Its bytes, which the caller's buffer owns. */
static inline struct bytes
zip_of(struct buffer *out, const struct zip_part *parts, size_t n)
{
	uint64_t offsets[32], central;

	*out = buffer_up_to(MIB);
	if (n > 32)
		abort();
	for (size_t i = 0; i < n; i++) {
		offsets[i] = out->len;
		buffer_add(out, bytes_of("PK\3\4", 4));
		zip_common(out, &parts[i]);
		buffer_add(out, bytes_of_string(parts[i].name));
		buffer_add(out, bytes_of_string(parts[i].content));
	}
	central = out->len;
	for (size_t i = 0; i < n; i++) {
		const uint64_t rest[][2] = { { 0, 2 }, { 0, 2 }, { 0, 2 }, { 0, 4 },
			{ offsets[i], 4 } };

		buffer_add(out, bytes_of("PK\1\2\24\0", 6));
		zip_common(out, &parts[i]);
		zip_numbers(out, rest, sizeof(rest) / sizeof(rest[0]));
		buffer_add(out, bytes_of_string(parts[i].name));
	}
	{
		const uint64_t end[][2] = { { 0, 4 }, { n, 2 }, { n, 2 }, { out->len - central, 4 },
			{ central, 4 }, { 0, 2 } };

		buffer_add(out, bytes_of("PK\5\6", 4));
		zip_numbers(out, end, sizeof(end) / sizeof(end[0]));
	}
	return buffer_bytes(out);
}

#endif
