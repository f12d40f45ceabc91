/*
 * Runs a fuzz target over files, as an ordinary test: each named file, each file of a named
 * folder, and a number of mutations of each, made by a fixed generator. Every input lies in a
 * buffer of exactly its size, so that a sanitizer sees an overread of one byte.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static int count;
static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t
next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void
run(const uint8_t *data, size_t size)
{
	uint8_t *exact = calloc(1, size == 0 ? 1 : size);

	if (exact == NULL)
		abort();
	memcpy(exact, data, size);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

/* The input itself, truncations of it, and copies with a few bytes changed. */
static void
run_mutations(uint8_t *data, size_t size)
{
	run(data, size);
	for (int i = 0; i < 16 && size > 0; i++)
		run(data, next_random() % size);
	for (int i = 0; i < 32 && size > 0; i++) {
		size_t at[4];
		uint8_t old[4];

		for (int k = 0; k < 4; k++) {
			at[k] = next_random() % size;
			old[k] = data[at[k]];
			data[at[k]] = (uint8_t)next_random();
		}
		run(data, size);
		for (int k = 3; k >= 0; k--)
			data[at[k]] = old[k];
	}
}

static void
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);
	size_t size = file == NULL || data == NULL ? 0 : fread(data, 1, 1 << 20, file);

	if (file != NULL) {
		run_mutations(data, size);
		fclose(file);
		count++;
	}
	free(data);
}

static void
run_path(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *item;
	char below[4096];

	if (folder == NULL) {
		run_file(path);
		return;
	}
	while ((item = readdir(folder)) != NULL) {
		if (item->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, item->d_name);
		run_path(below);
	}
	closedir(folder);
}

int
main(int argc, char **argv)
{
	static const uint8_t empty[1];

	run(empty, 0);
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	printf("# %d files\n", count);
	return 0;
}
