/*
 * Formats: what a member says about itself. One file for each, one row in formats[] (format.c),
 * one line in src/local.mk; doc/ADD-A-FORMAT.md walks through it.
 *
 * Every format whose probe claims a member analyzes it: loaders disagree about what a file is,
 * and the attacker chooses the loader. So a probe must be cheap and honest, and an analyzer must
 * stay calm on bytes that are not its own.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "bundle/member.h"
#include "core/sink.h"

enum format_trait {
	FORMAT_TEXT = 1,      /* plain text: may be claimed beside another text format */
	FORMAT_CONTAINER = 2, /* its pieces are the content */
	FORMAT_WEAK = 4,      /* claims by guess: beside another claim it is no polyglot */
	FORMAT_MODEL = 8,     /* holds weights or a graph (policy: allowed and forbidden formats) */
};

struct format {
	const char *name;	     /* as in reports: "safetensors" */
	const char *const *suffixes; /* NULL-terminated, lower case, with their dot; may be NULL */
	/*
	 * The more general format that a member of this one also is: "pytorch" refines "zip",
	 * "notebook" refines "json". Two claims of which neither refines the other make a polyglot.
	 */
	const char *refines;
	unsigned traits;
	/* How sure that it is ours: 0 (no), 1 to 100. Content decides; the name may add to it. */
	int (*probe)(const struct member *);
	/* Malformed content is a finding; only what stops us from looking is trouble. */
	void (*analyze)(const struct member *, const struct rules *, struct sink *);
};

extern const struct format *const formats[]; /* ends with NULL */

/* The format of that name, or NULL. */
const struct format *format_by_name(const char *name);

#endif
