/* Fuzz target: a report of anybody is refused, or read and written in every format. */
#include "config.h"

#include "report/load.h"
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

static struct catalog *
catalog(void)
{
	static struct catalog *opened;

	if (opened == NULL)
		opened = catalog_new(fuzz_rules());
	if (opened == NULL)
		abort();
	return opened;
}

/* Nothing of the report is markup: what opens and closes a page stands there once. */
static void
check_page(const char *page)
{
	if (strstr(page, "<script") != NULL || strstr(page, "<img") != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct status status = { 0 };
	struct loaded_report *report;
	char path[64];
	int fd = memfd_create("report", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	report = report_load(path, catalog(), &status);
	close(fd);
	for (size_t i = 0; report != NULL && report_formats[i] != NULL; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *file = open_memstream(&text, &len);

		if (file == NULL)
			abort();
		report_formats[i]->write(&report->input, file);
		fclose(file);
		if (strcmp(report_formats[i]->name, "html") == 0)
			check_page(text);
		free(text);
	}
	report_unload(report);
	return 0;
}
