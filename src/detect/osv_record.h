/* One record of the OSV format, as it is read: see detect/osv.h. Strings are borrowed from the
 * record or lie in the arena. */
#ifndef DETECT_OSV_RECORD_H
#define DETECT_OSV_RECORD_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

struct osv_text {
	struct osv_text *next;
	struct bytes text;
};

enum osv_event_kind { OSV_INTRODUCED, OSV_FIXED, OSV_LAST_AFFECTED, OSV_LIMIT };

struct osv_event {
	struct osv_event *next;
	enum osv_event_kind kind;
	struct bytes version;
};

struct osv_range {
	struct osv_range *next;
	struct bytes type; /* "ECOSYSTEM", "SEMVER", "GIT" */
	struct osv_event *events;
	size_t nevents;
};

struct osv_affected {
	struct osv_affected *next;
	struct bytes ecosystem, name;
	struct osv_text *versions;
	struct osv_range *ranges;
	size_t nranges;
};

struct osv_record {
	struct bytes id, modified, schema_version, withdrawn;
	struct osv_text *aliases;
	struct osv_affected *affected;
};

/* False and a status that names SOURCE where JSON is no such record. */
MUST_USE bool osv_record_read(
    struct arena *, struct bytes json, const char *source, struct osv_record *ret, struct status *);

#endif
