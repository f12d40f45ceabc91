/* Names and expressions: see provenance/match.h. */
#include "config.h"

#include "provenance/match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#define MATCH_LIMIT 100000 /* steps; names are short, so only a runaway expression needs more */

bool
match_either(const char *text, const char *exact, const char *regex, struct status *status)
{
	int error = 0, result;
	PCRE2_SIZE offset = 0;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;

	if (exact != NULL)
		return strcmp(text, exact) == 0;
	if (regex == NULL)
		return false;
	code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_UTF, &error, &offset, NULL);
	if (code == NULL)
		return status_set(status, STATUS_USAGE,
		    "the expression \"%.80s\" is not valid at character %zu", regex, offset);
	data = pcre2_match_data_create_from_pattern(code, NULL);
	context = pcre2_match_context_create(NULL);
	if (context != NULL)
		(void)pcre2_set_match_limit(context, MATCH_LIMIT);
	result = data == NULL || context == NULL
	    ? PCRE2_ERROR_NOMEMORY
	    : pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, context);
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	if (result < 0 && result != PCRE2_ERROR_NOMATCH)
		return status_set(status, STATUS_LIMIT,
		    "the expression \"%.80s\" takes too long to match", regex);
	return result >= 0;
}
