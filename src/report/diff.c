/* What changed between two reports: see report/diff.h. Findings are the same by fingerprint. */
#include "config.h"

#include "report/diff.h"

#include "core/text.h"

#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	const struct result_finding *x = *(const struct result_finding *const *)a,
				    *y = *(const struct result_finding *const *)b;

	return strcmp(x->fingerprint, y->fingerprint);
}

/* All findings by fingerprint; the caller frees the list. */
static const struct result_finding **
by_fingerprint(const struct result *result)
{
	const struct result_finding **list = calloc(result->nfindings + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < result->nfindings; i++)
		list[i] = &result->findings[i];
	if (list != NULL && result->nfindings > 1)
		qsort(list, result->nfindings, sizeof(const struct result_finding *), compare);
	return list;
}

/* Prints the findings of A that B does not have. */
static size_t
print_only_in(FILE *file, const struct result *a, const struct result *b, const char *sign)
{
	const struct result_finding **others = by_fingerprint(b);
	size_t n = 0;

	for (size_t i = 0; others != NULL && i < a->nfindings; i++) {
		const struct result_finding *finding = &a->findings[i];

		if (bsearch(&finding, others, b->nfindings, sizeof(const struct result_finding *),
			compare) != NULL)
			continue;
		fprintf(file, "%s %s (%s) %s: ", sign, finding->check->id,
		    severity_name(finding->severity),
		    *finding->member == '\0' ? "the bundle" : finding->member);
		text_print_safe(file, finding->message);
		fputc('\n', file);
		n++;
	}
	free(others);
	return n;
}

static int
compare_paths(const struct result_member *a, const struct result_member *b)
{
	return strcmp(a->path, b->path);
}

/* Members that came, went or changed; both lists are sorted by path. */
static size_t
print_members(FILE *file, const struct result *before, const struct result *after)
{
	size_t i = 0, k = 0, n = 0;

	while (i < before->nmembers || k < after->nmembers) {
		int order = i == before->nmembers ? 1
		    : k == after->nmembers	  ? -1
					   : compare_paths(&before->members[i], &after->members[k]);

		if (order < 0)
			fprintf(file, "- member %s\n", before->members[i].path);
		else if (order > 0)
			fprintf(file, "+ member %s\n", after->members[k].path);
		else if (strcmp(before->members[i].sha256, after->members[k].sha256) != 0)
			fprintf(file, "~ member %s: other content\n", before->members[i].path);
		n += order != 0 || strcmp(before->members[i].sha256, after->members[k].sha256) != 0;
		i += order <= 0;
		k += order >= 0;
	}
	return n;
}

static size_t
print_word(FILE *file, const char *what, const char *before, const char *after)
{
	if (strcmp(before, after) == 0)
		return 0;
	fprintf(file, "~ %s: %.40s -> %.40s\n", what, before, after);
	return 1;
}

bool
report_diff(const struct report_input *before, const struct report_input *after, FILE *file)
{
	size_t n = 0;

	n += print_word(file, "verdict", verdict_name(before->decision->verdict),
	    verdict_name(after->decision->verdict));
	n += print_word(file, "policy", before->policy->sha256, after->policy->sha256);
	n += print_word(file, "rules", before->result->rules_digest, after->result->rules_digest);
	n += print_members(file, before->result, after->result);
	n += print_only_in(file, before->result, after->result, "-");
	n += print_only_in(file, after->result, before->result, "+");
	if (n == 0)
		fputs("no difference\n", file);
	return n == 0;
}
