/*
 * libassay: everything that the program `assay` does, for other programs.
 *
 * Strings and structures returned belong to the library unless a comment says that the caller
 * frees them. Functions that can fail return false (or NULL) and fill in a struct assay_error.
 */
#ifndef ASSAY_H
#define ASSAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Exit statuses of the program, frozen from the first release. */
enum assay_exit {
	ASSAY_PASS = 0,
	ASSAY_FAIL = 1,
	ASSAY_USAGE = 2,      /* nothing was judged */
	ASSAY_INCOMPLETE = 3, /* something could not be judged */
	ASSAY_ERROR = 4,      /* a mistake of ours, or the system failed */
	ASSAY_REVIEW = 5,     /* a human must accept */
};

struct assay_error {
	enum assay_exit exit; /* ASSAY_USAGE or ASSAY_ERROR */
	char text[512];	      /* one sentence: what happened, where, what to do */
};

/* What every call needs to know of its surroundings; the library itself reads no environment. */
struct assay_settings {
	const char *data_folder; /* holds rules/, policies/, schemas/; NULL: as installed */
	const char *const *config_folders; /* the system's, then the user's; NULL-terminated */
	const char *temporary_folder;	   /* for scratch files; NULL: /tmp */
	int64_t now;			   /* seconds since 1970, UTC */
};

/* "0.1.0" */
const char *assay_version(void);

/* ---- scan and verify ------------------------------------------------------------------------ */

/* Lists end with NULL; strings may be NULL where nothing was asked for. Paths are files of the
 * user. */
struct assay_request {
	bool inspects; /* false: hashes and signatures only (`assay verify`) */
	const char *const *targets;
	size_t ntargets;
	const char *policy; /* a name or a file; NULL: "developer" */
	const char *const *rules;
	const char *osv; /* a folder of OSV records: known vulnerabilities of dependencies */
	const char *waivers, *baseline;
	const char *const *formats; /* "json", "sarif=FILE"; empty: text */
	const char *output, *key, *log;
	const char *evidence_key; /* of the hash in masked evidence; NULL: evidence.key */
	const char *fail_on;
	const char *const *signatures, *const *public_keys, *const *certificate_chains,
								*const *ignore;
	const char *keyring; /* of OpenPGP keys to trust */
	const char *trusted_root, *identity, *identity_regex, *issuer, *issuer_regex;
	bool ignore_unsigned, allow_symlinks, allow_expired, no_sandbox, quiet, color;
	unsigned jobs, timeout; /* 0: the default */
	unsigned width;		/* of the terminal that OUT is; 0: none */
	/* Called as bytes of the targets are done; may be NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t all);
	void *progress_context;
};

/*
 * Scans, decides, and writes every report that was asked for; those without a file go to OUT.
 * Returns the verdict's exit status. Where nothing was judged (ASSAY_USAGE) or something of ours
 * failed (ASSAY_ERROR), the error says why.
 */
enum assay_exit assay_scan(
    const struct assay_settings *, const struct assay_request *, FILE *out, struct assay_error *);

/* ---- inspect -------------------------------------------------------------------------------- */

/*
 * Prints what the file or folder PATH says about itself: formats, sizes, digests, facts of every
 * member. Judges nothing: ASSAY_PASS, or an error.
 */
enum assay_exit assay_inspect(
    const struct assay_settings *, const char *path, FILE *out, struct assay_error *);

/* ---- policies, checks, rules, the installation ----------------------------------------------- */

/* Prints the policies that can be named, with their files. ASSAY_FAIL where one is broken. */
enum assay_exit assay_policy_list(const struct assay_settings *, FILE *out, struct assay_error *);
/* Is the policy FILE (or one of that name) sound? */
enum assay_exit assay_policy_check(
    const struct assay_settings *, const char *file, FILE *out, struct assay_error *);
/* Prints every setting in force under the policy NAME (NULL: the default), with its origin. */
enum assay_exit assay_policy_show(
    const struct assay_settings *, const char *name, FILE *out, struct assay_error *);
/*
 * Prints what the checks that PATTERN matches ("pickle/dangerous-call", "pickle/...") mean and what
 * to do about them; the list of all where it is NULL. RULES: more folders of rules, or NULL.
 */
enum assay_exit assay_explain(const struct assay_settings *, const char *const *rules,
    const char *pattern, FILE *out, struct assay_error *);
/* Prints the rule files in force, those of FOLDER (NULL: none) included. */
enum assay_exit assay_rules_list(
    const struct assay_settings *, const char *folder, FILE *out, struct assay_error *);
/* Compiles all rules; ASSAY_FAIL where one is wrong. */
enum assay_exit assay_rules_check(
    const struct assay_settings *, const char *folder, FILE *out, struct assay_error *);
/* Runs the examples that rules carry; ASSAY_FAIL where one is not found, or a counter-example is.
 */
enum assay_exit assay_rules_test(
    const struct assay_settings *, const char *folder, FILE *out, struct assay_error *);
/* Prints whether this installation is sound: ASSAY_PASS or ASSAY_FAIL. */
enum assay_exit assay_doctor(const struct assay_settings *, FILE *out, struct assay_error *);

/* ---- reports that were written before -------------------------------------------------------- */

struct assay_show {
	const char *report;	    /* a report.json */
	const char *const *formats; /* as in assay_request; empty: text */
	bool color;
	unsigned width;
};

/* Renders a JSON report in other formats; judges nothing and believes what the file says. */
enum assay_exit assay_report_show(
    const struct assay_settings *, const struct assay_show *, FILE *out, struct assay_error *);
/* Prints what changed from one JSON report to the next: ASSAY_PASS where nothing did. */
enum assay_exit assay_report_diff(const struct assay_settings *, const char *before,
    const char *after, FILE *out, struct assay_error *);

/* ---- keys, signed reports, the audit log ----------------------------------------------------- */

/*
 * Makes an ECDSA P-256 key for signing reports: NAME.pem (mode 0600) and NAME.pub.pem. Refuses to
 * replace either.
 */
enum assay_exit assay_keygen(
    const struct assay_settings *, const char *name, FILE *out, struct assay_error *);

struct assay_sign_request {
	const char *target;
	const char *key;    /* PEM of a private ECDSA key; or */
	const char *pkcs11; /* URI of a key in a token (RFC 7512), with module-path */
	const char *const *certificate_chains; /* PEM files, leaf first; NULL-terminated or NULL */
	const char *output;		       /* NULL: TARGET/model.sig, or FILE.sig */
	const char *const *ignore;	       /* paths below the target; NULL-terminated or NULL */
	bool allow_symlinks;
	const char *method;  /* "files" or "shards"; NULL: "files" */
	uint64_t shard_size; /* bytes; 0: the specification's 1,000,000,000 */
	const char *hash;    /* "sha256", "blake2b" or "blake3"; NULL: "sha256" */
	unsigned jobs;	     /* 0: the default */
	void (*progress)(void *context, uint64_t done, uint64_t all);
	void *progress_context;
};

/*
 * Signs every file of the target: an OpenSSF model signature, in the form that the reference
 * verifier reads. Refuses to leave out what was not named in IGNORE. Tells OUT what it wrote.
 */
enum assay_exit assay_sign(const struct assay_settings *, const struct assay_sign_request *,
    FILE *out, struct assay_error *);

struct assay_report_check {
	const char *bundle;	/* a report.sigstore.json; what it pins is looked for beside it */
	const char *public_key; /* PEM */
	const char *log_key;	/* file of a verifier key; NULL: the one in the signed report */
	bool signature_only;	/* what the report pins need not lie beside it */
};

/*
 * Verifies a signed report, its place in the log, and the files that it pins. ASSAY_PASS,
 * ASSAY_FAIL, or ASSAY_INCOMPLETE where a pinned file is not there.
 */
enum assay_exit assay_report_verify(const struct assay_settings *,
    const struct assay_report_check *, FILE *out, struct assay_error *);

/* Makes an audit log in the folder PATH; ORIGIN names it (NULL: a name made from its key). */
enum assay_exit assay_log_init(const struct assay_settings *, const char *path, const char *origin,
    FILE *out, struct assay_error *);
/*
 * Recomputes the whole log. LOG_KEY: file of the verifier key to trust (NULL: the log's own);
 * CHECKPOINT: an earlier checkpoint that the log must continue (NULL: none). ASSAY_PASS or
 * ASSAY_FAIL.
 */
enum assay_exit assay_log_verify(const struct assay_settings *, const char *path,
    const char *log_key, const char *checkpoint, FILE *out, struct assay_error *);
/* Prints a line for each entry: its number, the digest of the statement, the signer's key. */
enum assay_exit assay_log_list(
    const struct assay_settings *, const char *path, FILE *out, struct assay_error *);
/* Prints the proof that entry INDEX is in the log, as C2SP tlog-proof. */
enum assay_exit assay_log_prove(const struct assay_settings *, const char *path, uint64_t index,
    FILE *out, struct assay_error *);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
