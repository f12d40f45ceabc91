/* Which files hold licenses, by their names. */
#ifndef DETECT_LICENSE_FILES_H
#define DETECT_LICENSE_FILES_H

#include <stdbool.h>

/*
 * Does a file of that name (without folders) say that it holds a license? "LICENSE",
 * "COPYING.lesser" and "LICENSE-MODEL.md" do, "license.py" and "licenses.json" do not.
 */
bool license_files_holds(const char *basename);

#endif
