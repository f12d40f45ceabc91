/* The rules that fuzz targets share. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>

const struct rules *
fuzz_rules(void)
{
	static struct rules *rules;
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };
	char folder[4096];
	const char *folders[] = { folder };

	if (rules != NULL)
		return rules;
	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	if (rules == NULL) {
		fprintf(stderr, "%s\n", status.text);
		abort();
	}
	return rules;
}
