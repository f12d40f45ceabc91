/* assay_explain(): what a check means and what to do about it. */
#include "config.h"

#include "api/session.h"
#include "core/text.h"

#include <string.h>

#define WIDTH 78

/* TEXT in lines, each after two blanks. */
static void
print_wrapped(FILE *out, const char *text)
{
	size_t column = 0, len;

	for (; *text != '\0'; text += len + strspn(text + len, " ")) {
		len = strcspn(text, " ");
		if (column == 0 || column + 1 + len > WIDTH) {
			fputs(column == 0 ? "  " : "\n  ", out);
			column = 2;
		} else {
			fputc(' ', out);
			column++;
		}
		(void)fwrite(text, 1, len, out);
		column += len;
	}
	fputc('\n', out);
}

static void
print_check(FILE *out, const struct check *check)
{
	fprintf(out, "%s\n  %s\n\n  severity: %s%s\n\nWhat it means\n", check->id, check->title,
	    severity_name(check->severity),
	    check->is_incomplete ? "; the member could not be judged, so nothing passes" : "");
	print_wrapped(out, check->meaning);
	fputs("\nWhat to do\n", out);
	print_wrapped(out, check->fix);
	for (size_t i = 0; check->references != NULL && check->references[i] != NULL; i++)
		fprintf(out, "%s  %s\n", i == 0 ? "\nReferences\n" : "", check->references[i]);
	fprintf(out,
	    "\nIn a policy\n  checks:\n    %s: off        # or review, fail, or another severity\n",
	    check->id);
}

/* How alike two ids are: characters that they share at both ends, in percent of the longer. */
static size_t
likeness(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), shorter = la < lb ? la : lb,
	       longer = la < lb ? lb : la, head = 0, tail = 0;

	while (head < shorter && a[head] == b[head])
		head++;
	while (tail < shorter - head && a[la - 1 - tail] == b[lb - 1 - tail])
		tail++;
	return longer == 0 ? 0 : 100 * (head + tail) / longer;
}

static enum assay_exit
refuse(const char *id, const struct check *const *checks, size_t n, struct assay_error *error)
{
	const char *best = NULL;
	size_t most = 59;

	for (size_t i = 0; i < n; i++) {
		const char *slash = strchr(checks[i]->id, '/');
		size_t alike = likeness(id, checks[i]->id);

		/* The family may have been left out. */
		if (slash != NULL && strchr(id, '/') == NULL && likeness(id, slash + 1) > alike)
			alike = likeness(id, slash + 1);
		if (alike > most) {
			most = alike;
			best = checks[i]->id;
		}
	}
	error->exit = ASSAY_USAGE;
	if (best != NULL)
		snprintf(error->text, sizeof(error->text),
		    "there is no check \"%.80s\"; did you mean %s?", id, best);
	else
		snprintf(error->text, sizeof(error->text),
		    "there is no check \"%.80s\"; `assay explain` lists them", id);
	return error->exit;
}

enum assay_exit
assay_explain(const struct assay_settings *settings, const char *const *rules, const char *pattern,
    FILE *out, struct assay_error *error)
{
	const struct check *const *checks;
	struct status status = { 0 };
	enum assay_exit code = ASSAY_PASS;
	struct session session;
	size_t n, nshown = 0;

	if (!session_open(&session, settings, rules, error))
		return error->exit;
	if (!catalog_all(session.catalog, &checks, &n, &status)) {
		code = session_fail(error, &status);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		if (pattern == NULL) {
			fprintf(out, "%-10s %-36s %s\n", severity_name(checks[i]->severity),
			    checks[i]->id, checks[i]->title);
		} else if (text_glob(pattern, checks[i]->id)) {
			fputs(nshown++ == 0 ? "" : "\n\n", out);
			print_check(out, checks[i]);
		}
	}
	if (pattern != NULL && nshown == 0)
		code = refuse(pattern, checks, n, error);
out:
	session_close(&session);
	return code;
}
