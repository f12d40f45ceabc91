/* The table of formats: one row for each, sorted by name. */
#include "config.h"

#include "format/format.h"

extern const struct format format_pickle;
extern const struct format format_text;

const struct format *const formats[] = {
	&format_pickle,
	&format_text,
	NULL,
};

const struct format *
format_by_name(const char *name)
{
	for (size_t i = 0; formats[i] != NULL; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}
