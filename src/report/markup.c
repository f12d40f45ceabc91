/* Text in XML, HTML and Markdown: see report/markup.h. */
#include "config.h"

#include "report/markup.h"

#include "core/text.h"

#include <stdarg.h>

static bool
is_xml_character(uint32_t code)
{
	return (code >= 0x20 || code == '\t' || code == '\n') && code != 0xfffe && code != 0xffff &&
	    code != 0x7f;
}

void
markup_xml(FILE *file, const char *text)
{
	struct bytes left = bytes_of_string(text);

	while (left.len > 0) {
		uint32_t code = 0;
		size_t len = text_decode_utf8(left, &code);

		if (len == 0 || !is_xml_character(code))
			fputs("\xef\xbf\xbd", file);
		else if (code == '<')
			fputs("&lt;", file);
		else if (code == '>')
			fputs("&gt;", file);
		else if (code == '&')
			fputs("&amp;", file);
		else if (code == '"')
			fputs("&quot;", file);
		else if (code == '\'')
			fputs("&#39;", file);
		else
			(void)fwrite(left.data, 1, len, file);
		left = bytes_slice(left, len == 0 ? 1 : len, left.len);
	}
}

void
markup_xml_format(FILE *file, const char *format, ...)
{
	char text[65536];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	markup_xml(file, text);
}

void
markup_markdown(FILE *file, const char *text)
{
	static const char special[] = "\\`*_{}[]#!|<>&@~$^";

	for (const char *p = text; *p != '\0'; p++) {
		bool is_www = *p == '.' && p - text >= 3 && text_lower(p[-1]) == 'w' &&
		    text_lower(p[-2]) == 'w' && text_lower(p[-3]) == 'w';

		/* A colon before a blank is no address and no emoji. */
		bool is_colon = *p == ':' && p[1] != ' ' && p[1] != '\0';

		if (*p == '\n' || *p == '\r')
			fputc(' ', file);
		else if (is_www || is_colon || strchr(special, *p) != NULL)
			fprintf(file, "&#%d;", *p);
		else
			fputc(*p, file);
	}
}
