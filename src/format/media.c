/*
 * Pictures, sounds and documents that stand beside models, by their signatures: named, so that they
 * are not taken for something nobody knows, and searched by their printable strings.
 */
#include "config.h"

#include "format/format.h"
#include "format/strings.h"

static int
probe(const struct member *member)
{
	static const struct bytes signatures[] = {
		{ (const uint8_t *)"\x89PNG\r\n\x1a\n", 8 },
		{ (const uint8_t *)"\xff\xd8\xff", 3 },
		{ (const uint8_t *)"GIF87a", 6 },
		{ (const uint8_t *)"GIF89a", 6 },
		{ (const uint8_t *)"%PDF-", 5 },
		{ (const uint8_t *)"OggS\0", 5 },
		{ (const uint8_t *)"fLaC\0", 5 },
	};
	struct bytes b = member->bytes, kind = bytes_slice(b, 8, 4);

	for (size_t i = 0; i < ARRAY_LEN(signatures); i++)
		if (bytes_equal(bytes_slice(b, 0, signatures[i].len), signatures[i]))
			return 80;
	return bytes_starts(b, "RIFF") &&
		(bytes_equal_string(kind, "WEBP") || bytes_equal_string(kind, "WAVE"))
	    ? 80
	    : 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	strings_hand_on(member, sink);
}

const struct format format_media = {
	.name = "media",
	.probe = probe,
	.analyze = analyze,
};
