/* assay_inspect(): what a file says about itself. */
#include "config.h"

#include "api/session.h"
#include "scan/scan.h"

#include <string.h>

static void
print_member(FILE *out, const struct result_member *member)
{
	fprintf(out, "%s\n  %-24s %ju bytes\n", member->path, "size", (uintmax_t)member->bytes);
	if (*member->sha256 != '\0')
		fprintf(out, "  %-24s %s\n", "sha256", member->sha256);
	fprintf(out, "  %-24s", "format");
	for (size_t i = 0; member->formats[i] != NULL; i++)
		fprintf(out, "%s%s", i == 0 ? " " : ", ", member->formats[i]);
	fprintf(out, "%s\n", member->formats[0] == NULL ? " not recognized" : "");
	for (size_t i = 0; i < member->nfacts; i++)
		fprintf(out, "  %-24s %s\n", member->facts[i].key, member->facts[i].value);
}

/* Secrets and personal data are looked for only to be hidden in what is printed. */
static const char *const hiding[] = { "secret", "pii", NULL };

static bool
is_hidden(const struct check *check)
{
	for (size_t i = 0; hiding[i] != NULL; i++)
		if (strncmp(check->id, hiding[i], strlen(hiding[i])) == 0)
			return true;
	return false;
}

/* Format findings only: what stands in the way of reading the file as what it claims to be. */
static void
print_findings(FILE *out, const struct result *result)
{
	bool is_first = true;

	for (size_t i = 0; i < result->nfindings; i++) {
		if (is_hidden(result->findings[i].check))
			continue;
		if (is_first)
			fputs("\nseen on the way (`assay scan` judges):\n", out);
		is_first = false;
		fprintf(out, "  %-8s %s at %s: %s\n", severity_name(result->findings[i].severity),
		    result->findings[i].check->id, result->findings[i].member,
		    result->findings[i].message);
	}
}

enum assay_exit
assay_inspect(
    const struct assay_settings *settings, const char *path, FILE *out, struct assay_error *error)
{
	struct scan_options options = { .targets = &path,
		.ntargets = 1,
		.inspects = true,
		.detectors = hiding,
		.temporary = settings->temporary_folder };
	struct result *result = NULL;
	struct status status = { 0 };
	struct session session;

	if (!session_open(&session, settings, NULL, error))
		return error->exit;
	options.rules = session.rules;
	options.catalog = session.catalog;
	if (!scan_run(&options, &result, &status)) {
		session_close(&session);
		return session_fail(error, &status);
	}
	for (size_t i = 0; i < result->nmembers; i++)
		print_member(out, &result->members[i]);
	print_findings(out, result);
	result_free(result);
	session_close(&session);
	return ASSAY_PASS;
}
