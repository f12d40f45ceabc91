/*
 * Plain text without any structure that another analyzer knows: documents, licenses, notes.
 * UTF-8 without control characters, or UTF-16 with a byte order mark.
 */
#include "config.h"

#include "core/text.h"
#include "format/format.h"

#define TEXT_SAMPLE (64 * 1024)

static const char *const suffixes[] = { ".txt", ".md", ".rst", ".license", NULL };

/* No control characters but the usual white space, in the first TEXT_SAMPLE bytes. */
static bool
is_plain(struct bytes b)
{
	for (size_t i = 0; i < b.len && i < TEXT_SAMPLE; i++) {
		uint8_t c = b.data[i];

		if (c == 0x7f ||
		    (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\b' &&
			c != 0x1b))
			return false;
	}
	return true;
}

static int
probe(const struct member *member)
{
	struct bytes b = member->bytes, head = bytes_slice(b, 0, TEXT_SAMPLE);

	if (b.len == 0)
		return 0;
	if (bytes_starts(b, "\xff\xfe") || bytes_starts(b, "\xfe\xff"))
		return 30;
	if (!is_plain(b))
		return 0;
	/* The sample may end inside a character. */
	for (unsigned cut = 0; cut < 4 && cut < head.len; cut++)
		if (text_is_utf8(bytes_slice(head, 0, head.len - cut)))
			return 40;
	return 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	sink_text(sink, SPAN_PROSE, "", member->bytes, 0);
}

const struct format format_text = {
	.name = "text",
	.suffixes = suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe,
	.analyze = analyze,
};
