/* assay scan and assay verify: judge targets. */
#include "config.h"

#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct option scan_options[] = {
	{ "policy", "NAME|FILE", "judge by this policy (default: developer)", false },
	{ "rules", "DIR", "add a folder of rules to the installed ones", true },
	{ "osv", "DIR", "find dependencies with vulnerabilities by the OSV records of this folder",
	    false },
	{ "waivers", "FILE", "accept the findings that this file accepts", false },
	{ "baseline", "REPORT", "judge only what this earlier report does not hold", false },
	{ "key", "FILE", "sign the report with this private key (needs --output)", false },
	{ "evidence-key", "FILE", "key of the hashes in masked evidence", false },
	{ "log", "DIR", "append the signed report to this audit log", false },
	{ NULL, NULL, NULL, false },
};

/* What verify has too. */
static const struct option shared_options[] = {
	{ "format", "NAME[=FILE]",
	    "report as text, json, sarif, ...; to FILE instead of standard output", true },
	{ "output", "DIR", "write the report folder", false },
	{ "fail-on", "SEVERITY", "fail from this severity on: low, medium, high or critical",
	    false },
	{ "signature", "FILE", "this signature must hold and cover the target", true },
	{ "public-key", "PEM", "trust this public key", true },
	{ "certificate-chain", "PEM", "trust these certificates as roots", true },
	{ "keyring", "FILE", "trust the OpenPGP keys of this keyring (needs gpgv)", false },
	{ "trusted-root", "JSON", "trust this Sigstore trusted root", false },
	{ "identity", "ID", "the signer must be this identity", false },
	{ "identity-regex", "REGEX", "the signer's identity must match", false },
	{ "issuer", "URL", "this issuer must vouch for the identity", false },
	{ "issuer-regex", "REGEX", "the issuer must match", false },
	{ "ignore", "PATH", "leave this path out of what signatures must cover", true },
	{ "ignore-unsigned", NULL, "files that no signature covers are no failure", false },
	{ "allow-symlinks", NULL, "follow links inside the target when hashing", false },
	{ "allow-expired", NULL, "accept certificates that have expired", false },
	{ "jobs", "N", "number of worker processes (default: the processors)", false },
	{ "timeout", "SECONDS", "time for one file, beside what its size allows (default: 60)",
	    false },
	{ "no-sandbox", NULL, "do not confine the workers; for debuggers only, the report says so",
	    false },
	{ "quiet", NULL, "print nothing but results that were asked for", false },
	{ "no-progress", NULL, "show no progress", false },
	{ NULL, NULL, NULL, false },
};

/* Progress on a terminal: a line that is drawn ten times a second at most. */
struct progress {
	struct timespec start, last;
	bool drawn;
};

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void
show_progress(void *context, uint64_t done, uint64_t all)
{
	struct progress *progress = context;
	double seconds = seconds_since(&progress->start),
	       rate = seconds > 0 ? (double)done / seconds : 0;
	int filled = all == 0 ? 0 : (int)(20 * done / all);

	if (seconds < 0.5 || seconds_since(&progress->last) < 0.1)
		return;
	clock_gettime(CLOCK_MONOTONIC, &progress->last);
	progress->drawn = true;
	fprintf(stderr, "\r[%.*s%.*s] %3d %%  %.0f MB/s  %.0f s left  ", filled,
	    "####################", 20 - filled, "....................",
	    all == 0 ? 0 : (int)(100 * done / all), rate / 1e6,
	    rate > 0 ? (double)(all - done) / rate : 0.0);
}

static enum assay_exit
run(const struct invocation *invocation, bool inspects)
{
	struct assay_request request = { .inspects = inspects,
		.targets = invocation->arguments,
		.ntargets = invocation->narguments };
	struct progress progress = { .drawn = false };
	struct assay_error error = { 0 };
	const char *term = getenv("TERM");
	uint64_t jobs, timeout;
	enum assay_exit status;
	size_t n;

	if (!invocation_number(invocation, "jobs", 256, 0, &jobs) ||
	    !invocation_number(invocation, "timeout", 1000000, 0, &timeout))
		return ASSAY_USAGE;
	request.jobs = (unsigned)jobs;
	request.timeout = (unsigned)timeout;
	request.policy = invocation_value(invocation, "policy");
	request.rules = invocation_values(invocation, "rules", &n);
	request.osv = invocation_value(invocation, "osv");
	request.waivers = invocation_value(invocation, "waivers");
	request.baseline = invocation_value(invocation, "baseline");
	request.key = invocation_value(invocation, "key");
	request.evidence_key = invocation_value(invocation, "evidence-key");
	request.log = invocation_value(invocation, "log");
	request.formats = invocation_values(invocation, "format", &n);
	request.output = invocation_value(invocation, "output");
	request.fail_on = invocation_value(invocation, "fail-on");
	request.signatures = invocation_values(invocation, "signature", &n);
	request.public_keys = invocation_values(invocation, "public-key", &n);
	request.certificate_chains = invocation_values(invocation, "certificate-chain", &n);
	request.keyring = invocation_value(invocation, "keyring");
	request.trusted_root = invocation_value(invocation, "trusted-root");
	request.identity = invocation_value(invocation, "identity");
	request.identity_regex = invocation_value(invocation, "identity-regex");
	request.issuer = invocation_value(invocation, "issuer");
	request.issuer_regex = invocation_value(invocation, "issuer-regex");
	request.ignore = invocation_values(invocation, "ignore", &n);
	request.ignore_unsigned = invocation_has(invocation, "ignore-unsigned");
	request.allow_symlinks = invocation_has(invocation, "allow-symlinks");
	request.allow_expired = invocation_has(invocation, "allow-expired");
	request.no_sandbox = invocation_has(invocation, "no-sandbox");
	request.quiet = invocation_has(invocation, "quiet");
	request.color = wants_color(invocation, stdout);
	request.width = terminal_width(stdout);
	if (!request.quiet && !invocation_has(invocation, "no-progress") && isatty(STDERR_FILENO) &&
	    term != NULL && strcmp(term, "dumb") != 0) {
		clock_gettime(CLOCK_MONOTONIC, &progress.start);
		progress.last = progress.start;
		request.progress = show_progress;
		request.progress_context = &progress;
	}
	status = assay_scan(invocation->settings, &request, stdout, &error);
	if (progress.drawn)
		fputs("\r\033[K", stderr);
	return error.text[0] != '\0' ? complain_error(&error) : status;
}

static enum assay_exit
run_scan(const struct invocation *invocation)
{
	return run(invocation, true);
}

static enum assay_exit
run_verify(const struct invocation *invocation)
{
	return run(invocation, false);
}

const struct command command_scan = {
	.name = "scan",
	.arguments = "TARGET...",
	.summary = "look inside bundles, verify what they claim, decide by policy",
	.options = scan_options,
	.more_options = shared_options,
	.min_arguments = 1,
	.max_arguments = SIZE_MAX,
	.run = run_scan,
};

const struct command command_verify = {
	.name = "verify",
	.arguments = "TARGET",
	.summary = "verify only hashes and signatures",
	.options = shared_options,
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_verify,
};
