/* Known vulnerabilities in a folder of the user: see detect/osv.h for what they are. */
#ifndef API_OSV_H
#define API_OSV_H

#include "core/rules.h"
#include "core/status.h"

/*
 * Reads every file *.json in FOLDER and in the folders below it as a record of the OSV format, and
 * gives them to RULES for the detector of dependencies; names that begin with a dot are left out.
 * False and a status where anything cannot be read, is no record, or no record is about PyPI.
 */
MUST_USE bool osv_open(struct rules *, const char *folder, struct status *);

#endif
