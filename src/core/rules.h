/*
 * Rules are data: what is dangerous, personal, secret or licensed stands in files under rules/,
 * in one folder for each kind. This module reads the files of all rule folders (the installed
 * one first, then the user's), digests them, and hands each kind to the code that compiles it,
 * once and only when it is first asked for.
 *
 * To add a kind: a folder, and a const struct rule_kind in the file that uses it.
 */
#ifndef CORE_RULES_H
#define CORE_RULES_H

#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

struct rule_file {
	const char *name;   /* below its rule folder: "globals/python.yaml" */
	const char *source; /* for messages: the whole path */
	struct bytes bytes;
};

struct rule_kind {
	const char *folder; /* "globals" */
	/* Returns NULL and a status where a file is wrong. FILES live as long as the rules, sorted
	 * by name within each rule folder. */
	void *(*compile)(const struct rule_file *files, size_t n, struct status *);
	void (*free)(void *compiled);
	/* Does what compile() puts off until it is needed, so that checks of rules see every
	 * mistake. NULL where it puts nothing off. */
	bool (*complete)(const void *compiled, struct status *);
};

struct rules;

/*
 * Reads FOLDERS (n of them). A folder that is missing or unreadable is an error, so is a link
 * in it or a file over LIMIT_RULE_BYTES. NULL and a status on failure.
 */
MUST_USE struct rules *rules_open(const char *const *folders, size_t n, struct status *);
void rules_free(struct rules *);
/* The folders that are read ("checks", "globals", ...), NULL-terminated. */
const char *const *rules_folders(void);
/*
 * SHA-256 over names and contents of all files, lower case hexadecimal; computed at the first call.
 * NULL and a status where OpenSSL cannot.
 */
const char *rules_digest(const struct rules *, struct status *);
/* The files of a folder ("globals"), in their order. */
const struct rule_file *rules_files(const struct rules *, const char *folder, size_t *ret_n);
/*
 * Takes MADE for what KIND's compile would make: for rules that no rule folder holds, before KIND
 * is first asked for. DIGEST tells what MADE was made from, and becomes part of the digest of the
 * rules. MADE belongs to the rules from then on, after a failure, too.
 */
MUST_USE bool rules_give(
    struct rules *, const struct rule_kind *, void *made, const char *digest, struct status *);
/*
 * What KIND's compile made of its files: compiled at the first call, then shared. NULL and a
 * status where it failed, at every call alike.
 */
const void *rules_get(const struct rules *, const struct rule_kind *, struct status *);

#endif
