/*
 * Detectors: what content means, whatever its format. One file for each, one row in detectors[]
 * (detector.c), one line in src/local.mk.
 */
#ifndef DETECT_DETECTOR_H
#define DETECT_DETECTOR_H

#include "bundle/member.h"
#include "core/rules.h"
#include "core/sink.h"

struct detector {
	const char *name; /* "yara", "pii", "secret", "license": also the family of its checks */
	const struct rule_kind *rules;
	/*
	 * Looks at MEMBER and at its text SPANS (n of them; the sink's own, taken before the call)
	 * and reports into the sink. COMPILED is what RULES made. Formats holds the names of the
	 * formats that claimed the member, NULL-terminated. What could not be searched is
	 * sink_trouble().
	 */
	void (*scan)(const void *compiled, const struct member *, const char *const *formats,
	    const struct span *spans, size_t n, struct sink *);
	/*
	 * Makes in the supervisor what pays where the targets hold so many BYTES, for the workers
	 * to inherit: a library, code. NULL where nothing does.
	 */
	void (*prepare)(uint64_t bytes);
	/*
	 * Does the rule of the id RULE find anything in its EXAMPLE, which may be a template of the
	 * detector's own? Rules of such a detector need examples. NULL: what is found under the
	 * rule's check in the EXAMPLE as it stands decides.
	 */
	bool (*finds)(const void *compiled, const char *rule, struct bytes example);
};

extern const struct detector *const detectors[]; /* ends with NULL */

const struct detector *detector_by_name(const char *name);

#endif
