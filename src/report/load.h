/*
 * A JSON report read back, to be shown in another format or compared. What it says is believed as
 * it stands: whether it is authentic is what `assay report verify` answers. Its strings are made
 * safe to print again, since anybody may have edited the file.
 */
#ifndef REPORT_LOAD_H
#define REPORT_LOAD_H

#include "report/report.h"

struct loaded_report {
	struct report_input input;
	struct result *result;
	struct decision decision;
	struct policy policy;	/* name and digest only */
	struct waivers waivers; /* digest only */
	char sha256[65];	/* of the file */
};

/* CATALOG gives titles and remedies; it must outlive the report. NULL and a status on failure. */
MUST_USE struct loaded_report *report_load(
    const char *path, struct catalog *catalog, struct status *);
void report_unload(struct loaded_report *);

#endif
