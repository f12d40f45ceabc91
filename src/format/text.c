/* Plain text without any structure that another analyzer knows: documents, licenses, notes. */
#include "config.h"

#include "format/format.h"
#include "format/textual.h"

static const char *const suffixes[] = { ".txt", ".rst", ".license", NULL };

static int
probe(const struct member *member)
{
	return textual_is(member, TEXTUAL_PROSE) ? 40 : 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct bytes text;
	uint64_t offset;

	(void)rules;
	if (textual_text(member, sink, &text, &offset))
		sink_text(sink, SPAN_PROSE, "", text, offset);
}

const struct format format_text = {
	.name = "text",
	.suffixes = suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe,
	.analyze = analyze,
};
