/* Fuzz target: no text of a bundle becomes markup in a report. */
#include "config.h"

#include "report/markup.h"
#include "tests/fuzz/fuzz.h"

static void
check(void (*escape)(FILE *, const char *), const char *text, const char *forbidden)
{
	char *escaped = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&escaped, &len);

	if (file == NULL)
		abort();
	escape(file, text);
	fclose(file);
	if (strpbrk(escaped, forbidden) != NULL)
		abort();
	/* An ampersand begins an entity of ours and nothing else. */
	for (const char *p = strchr(escaped, '&'); p != NULL; p = strchr(p + 1, '&'))
		if (strchr("#lgaq", p[1]) == NULL || strcspn(p, ";") > 6)
			abort();
	free(escaped);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check(markup_xml, text, "<>\"'\x01\x02\x1b\x7f");
	check(markup_markdown, text, "<>|`*_[]@\n\r\\");
	free(text);
	return 0;
}
