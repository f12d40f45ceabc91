/*
 * Hyperscan alone over files, the bound for what stands on it: the keywords of the secret rules
 * in one database of literals, places counted and nothing done with them.
 *   hyperscan RULES FILE...   prints places and bytes
 *   hyperscan RULES           prints the keywords, a line each, for other tools
 */
#include "config.h"

#ifdef HAVE_HYPERSCAN
#include "detect/secret_index.h"

#include <fcntl.h>
#include <hs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (1U << 30)

static int
count(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	(void)id, (void)from, (void)to, (void)flags;
	++*(uint64_t *)context;
	return 0;
}

static hs_database_t *
compile(const struct secret_keyword *keywords, size_t n)
{
	const char **texts = calloc(n, sizeof(*texts));
	size_t *lens = calloc(n, sizeof(*lens));
	unsigned *flags = calloc(n, sizeof(*flags)), *ids = calloc(n, sizeof(*ids));
	hs_database_t *database = NULL;
	hs_compile_error_t *error = NULL;

	if (texts == NULL || lens == NULL || flags == NULL || ids == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		texts[i] = keywords[i].text;
		lens[i] = keywords[i].len;
		flags[i] = HS_FLAG_CASELESS;
		ids[i] = (unsigned)i;
	}
	if (hs_compile_lit_multi(texts, flags, ids, lens, (unsigned)n, HS_MODE_BLOCK, NULL,
		&database, &error) != HS_SUCCESS)
		database = NULL;
	hs_free_compile_error(error);
	free(texts);
	free(lens);
	free(flags);
	free(ids);
	return database;
}

static bool
scan(const hs_database_t *database, hs_scratch_t *scratch, const char *path, uint64_t *places,
    uint64_t *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data = MAP_FAILED;
	bool done = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size < (off_t)BLOCK;

	if (done)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	done = data != MAP_FAILED &&
	    hs_scan(database, data, (unsigned)st.st_size, 0, scratch, count, places) == HS_SUCCESS;
	if (data != MAP_FAILED)
		munmap(data, (size_t)st.st_size);
	if (fd >= 0)
		close(fd);
	*bytes += done ? (uint64_t)st.st_size : 0;
	return done;
}

/* Of both lists of the detector; kept to the end. */
static struct secret_keyword *
keywords_of(const char *folder, size_t *ret_n)
{
	struct status status = { 0 };
	struct rules *rules = rules_open(&folder, 1, &status);
	const struct rule_file *files = NULL;
	struct secret_rules *secrets = NULL;
	struct secret_index lists[2];
	struct secret_keyword *all;
	size_t n = 0;

	if (rules != NULL)
		files = rules_files(rules, "secrets", &n);
	if (files != NULL)
		secrets = secret_rules_new(files, n, &status);
	if (secrets == NULL) {
		fprintf(stderr, "hyperscan: %s\n", status.text);
		exit(2);
	}
	for (int i = 0; i < 2; i++)
		if (!secret_index_make(&lists[i], secrets, i == 1, secret_rules_arena(secrets)))
			abort();
	all = calloc(lists[0].n + lists[1].n, sizeof(*all));
	if (all == NULL)
		abort();
	memcpy(all, lists[0].keywords, lists[0].n * sizeof(*all));
	memcpy(all + lists[0].n, lists[1].keywords, lists[1].n * sizeof(*all));
	*ret_n = lists[0].n + lists[1].n;
	return all;
}

int
main(int argc, char **argv)
{
	size_t n = 0;
	const struct secret_keyword *keywords = argc < 2 ? NULL : keywords_of(argv[1], &n);
	hs_database_t *database;
	hs_scratch_t *scratch = NULL;
	uint64_t places = 0, bytes = 0;

	for (size_t i = 0; argc == 2 && i < n; i++)
		puts(keywords[i].text);
	if (argc <= 2)
		return argc == 2 ? 0 : 2;
	database = compile(keywords, n);
	if (database == NULL || hs_alloc_scratch(database, &scratch) != HS_SUCCESS) {
		fputs("hyperscan: no database of the keywords\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++)
		if (!scan(database, scratch, argv[i], &places, &bytes)) {
			fprintf(stderr, "hyperscan: cannot scan %s\n", argv[i]);
			return 2;
		}
	printf(
	    "%llu places in %llu bytes\n", (unsigned long long)places, (unsigned long long)bytes);
	return 0;
}
#else
int
main(void)
{
	return 77;
}
#endif
