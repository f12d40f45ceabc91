/* Compiles the YARA rules of the project when it is built: FILE... to C on standard output. */
#include "config.h"

#include "detect/yara_compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES 64
#define FILE_BYTES (1 << 20)

static bool
read_file(struct rule_file *file, const char *path)
{
	const char *name = strstr(path, "yara/");
	FILE *stream = fopen(path, "r");
	char *data = calloc(1, FILE_BYTES);
	size_t len = 0;

	if (stream != NULL && data != NULL)
		len = fread(data, 1, FILE_BYTES, stream);
	if (stream != NULL)
		fclose(stream);
	*file = (struct rule_file){ name == NULL ? path : name, path, bytes_of(data, len) };
	return len > 0 && len < FILE_BYTES;
}

static void
print_bytes(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%u,%s", data[i], i % 24 == 23 ? "\n" : "");
}

static size_t
write_bytes(const void *data, size_t size, size_t count, void *context)
{
	(void)context;
	print_bytes(data, size * count);
	return count;
}

static bool
print_packs(const struct rule_file *files, size_t n, struct status *status)
{
	uint8_t digest[YARA_DIGEST];
	YR_STREAM stream = { .write = write_bytes };
	YR_RULES *rules = yara_compile_sources(files, n, status);

	if (rules == NULL || !yara_digest_sources(files, n, digest))
		return false;
	printf("static const uint8_t yara_packs_digest[] = {\n");
	print_bytes(digest, sizeof(digest));
	printf("};\nstatic const uint8_t yara_packs[] = {\n");
	if (yr_rules_save_stream(rules, &stream) != ERROR_SUCCESS)
		return false;
	printf("};\n");
	yr_rules_destroy(rules);
	return true;
}

int
main(int argc, char **argv)
{
	struct rule_file files[FILES];
	struct status status = { 0 };
	size_t n = 0;
	bool done = yr_initialize() == ERROR_SUCCESS;

	for (int i = 1; done && i < argc && n < FILES; i++)
		done = read_file(&files[n++], argv[i]);
	done = done && print_packs(files, n, &status);
	if (!done)
		fprintf(stderr, "yara-packs: %s\n", status.text);
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)files[i].bytes.data);
	yr_finalize();
	return done && fflush(stdout) == 0 ? 0 : 1;
}
