/* The table of detectors, in the order in which they run. */
#include "config.h"

#include "detect/detector.h"

extern const struct detector detector_dependency;
extern const struct detector detector_documentation;
extern const struct detector detector_license;
extern const struct detector detector_pii;
extern const struct detector detector_secret;
extern const struct detector detector_yara;

const struct detector *const detectors[] = {
	&detector_dependency,
	&detector_documentation,
	&detector_license,
	&detector_pii,
	&detector_secret,
	&detector_yara,
	NULL,
};

const struct detector *
detector_by_name(const char *name)
{
	for (size_t i = 0; detectors[i] != NULL; i++)
		if (strcmp(detectors[i]->name, name) == 0)
			return detectors[i];
	return NULL;
}
