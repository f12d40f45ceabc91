/*
 * Replays numbers whose validity others have stated: reads lines of "kind TAB number TAB 0|1" from
 * standard input, kinds as python-stdnum names its modules ("stdnum.de.idnr"), and says for each
 * kind that we have how many of ours agree. Exit status 1 where fewer than 99 of 100 do.
 */
#include "config.h"

#include "detect/pii_find.h"

#include <stdio.h>

#define MAX_KINDS 512

static struct tally {
	char name[64];
	unsigned right, all;
} tallies[MAX_KINDS];

static struct tally *
tally_of(const char *name)
{
	for (size_t i = 0; i < MAX_KINDS; i++) {
		if (tallies[i].name[0] == '\0')
			snprintf(tallies[i].name, sizeof(tallies[i].name), "%.63s", name);
		if (strcmp(tallies[i].name, name) == 0)
			return &tallies[i];
	}
	return NULL;
}

/* "stdnum.in_.pan" is in-pan here. */
static void
name_of(const char *kind, char *ret, size_t size)
{
	size_t n = 0;

	if (strncmp(kind, "stdnum.", 7) == 0)
		kind += 7;
	for (; *kind != '\0' && n + 1 < size; kind++)
		if (*kind == '.')
			ret[n++] = '-';
		else if (!(*kind == '_' && kind[1] == '.'))
			ret[n++] = *kind;
	ret[n] = '\0';
}

/* Where separators stand matters to some: the forms of these, and nothing else. */
static const struct {
	const char *name, *form, *separators;
} layouts[] = {
	{ "us-ein", "99~9{7}", "-" },
	{ "us-ssn", "9{3}~99~9{4}", "-" },
};

static bool
fits_layout(const char *name, const char *number)
{
	struct pii_shape shape;

	for (size_t i = 0; i < ARRAY_LEN(layouts); i++)
		if (strcmp(layouts[i].name, name) == 0)
			return pii_shape_parse(&shape, layouts[i].form, layouts[i].separators) &&
			    pii_shape_match(&shape, bytes_of_string(number), 0) == strlen(number);
	return true;
}

/* 1 and 0 as the validator says, -1 where we have none. */
static int
judge(const char *kind, const char *number)
{
	char name[64], compact[VALIDATOR_MAX + 1];
	const struct validator *validator;
	size_t len;

	name_of(kind, name, sizeof(name));
	if (strchr(number, '=') != NULL) /* an argument of a function of theirs, or a slip */
		return strchr(number, '\'') != NULL ? -1 : 0;
	if (strcmp(name, "bitcoin") == 0)
		return pii_is_wallet(bytes_of_string(number));
	validator = validator_by_name(name);
	if (validator == NULL)
		return -1;
	return fits_layout(name, number) &&
	    validator_compact(bytes_of_string(number), compact, &len) && len > 0 &&
	    validator->check(compact, len);
}

int
main(int argc, char **argv)
{
	char line[4096];
	unsigned right = 0, all = 0, poor = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *number = strchr(line, '\t'), *label;
		struct tally *tally;
		int got;

		if (number == NULL || (label = strchr(number + 1, '\t')) == NULL)
			continue;
		*number++ = *label++ = '\0';
		got = judge(line, number);
		tally = got < 0 ? NULL : tally_of(line);
		if (tally == NULL)
			continue;
		tally->all++;
		if (got == (*label == '1'))
			tally->right++;
		else if (argc > 1 && strcmp(argv[1], "--list") == 0)
			printf(
			    "%s %s is %s\n", line, number, got ? "refused there" : "valid there");
	}
	for (size_t i = 0; i < MAX_KINDS && tallies[i].all > 0; i++) {
		right += tallies[i].right;
		all += tallies[i].all;
		if (tallies[i].right * 100 >= tallies[i].all * 99)
			continue;
		poor++;
		printf("%-30s %u of %u\n", tallies[i].name, tallies[i].right, tallies[i].all);
	}
	printf("%u of %u numbers as stated; %u kinds under 99 %%\n", right, all, poor);
	return poor > 0 || all == 0;
}
