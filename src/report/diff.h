/* What changed between two reports. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "report/report.h"

/* Prints it; true where nothing that counts changed: neither verdict nor findings nor content. */
MUST_USE bool report_diff(
    const struct report_input *before, const struct report_input *after, FILE *);

#endif
