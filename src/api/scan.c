/* assay_scan(): the whole job, from targets to reports. */
#include "config.h"

#include "api/evidence.h"
#include "api/osv.h"
#include "api/policies.h"
#include "api/session.h"
#include "api/signing.h"
#include "core/limits.h"
#include "detect/detector.h"
#include "policy/baseline.h"
#include "report/folder.h"
#include "scan/scan.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DETECTORS 32
#define MAX_INPUTS 64	      /* signatures, keys, certificates on one command line, each */
#define LIMIT_TRUST (4 * MIB) /* a key, a certificate chain, a trusted root */

/* Files of the user, read before any worker starts; nothing of the target is among them. */
struct inputs {
	struct bytes keys[MAX_INPUTS], certificates[MAX_INPUTS], trusted_root, keyring;
	struct scan_signature signatures[MAX_INPUTS];
	size_t nkeys, ncertificates, nsignatures;
};

static bool
read_input(const char *path, size_t max, struct bytes *ret, struct assay_error *error)
{
	size_t len;
	uint8_t *data = session_read_file(path, max, &len, error);

	if (data == NULL)
		return false;
	*ret = bytes_of(data, len);
	return true;
}

static bool
read_list(
    const char *const *paths, size_t max, struct bytes *items, size_t *n, struct assay_error *error)
{
	for (size_t i = 0; paths != NULL && paths[i] != NULL; i++) {
		if (*n == MAX_INPUTS) {
			error->exit = ASSAY_USAGE;
			snprintf(error->text, sizeof(error->text), "more than %d files of one kind",
			    MAX_INPUTS);
			return false;
		}
		if (!read_input(paths[i], max, &items[*n], error))
			return false;
		(*n)++;
	}
	return true;
}

static void
free_inputs(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->nkeys; i++)
		free((void *)(uintptr_t)inputs->keys[i].data);
	for (size_t i = 0; i < inputs->ncertificates; i++)
		free((void *)(uintptr_t)inputs->certificates[i].data);
	for (size_t i = 0; i < inputs->nsignatures; i++)
		free((void *)(uintptr_t)inputs->signatures[i].bytes.data);
	free((void *)(uintptr_t)inputs->trusted_root.data);
	free((void *)(uintptr_t)inputs->keyring.data);
}

static bool
read_inputs(const struct assay_request *request, const struct configuration *configured,
    struct inputs *inputs, struct assay_error *error)
{
	const char *trusted_root =
	    request->trusted_root != NULL ? request->trusted_root : configured->trusted_root;
	struct bytes signatures[MAX_INPUTS];
	bool done;

	done = read_list(request->signatures, LIMIT_CLAIM, signatures, &inputs->nsignatures, error);
	for (size_t i = 0; i < inputs->nsignatures; i++)
		inputs->signatures[i] =
		    (struct scan_signature){ request->signatures[i], signatures[i] };
	return done &&
	    read_list(configured->public_keys, LIMIT_TRUST, inputs->keys, &inputs->nkeys, error) &&
	    read_list(request->public_keys, LIMIT_TRUST, inputs->keys, &inputs->nkeys, error) &&
	    read_list(request->certificate_chains, LIMIT_TRUST, inputs->certificates,
		&inputs->ncertificates, error) &&
	    (request->keyring == NULL ||
		read_input(request->keyring, LIMIT_TRUST, &inputs->keyring, error)) &&
	    (trusted_root == NULL ||
		read_input(trusted_root, LIMIT_TRUST, &inputs->trusted_root, error));
}

/* What the user trusts: the command line's word, and the policy's where that has none. */
static struct trust
trust_of(const struct assay_request *request, const struct policy *policy,
    const struct inputs *inputs, int64_t now)
{
	return (struct trust){
		.public_keys = inputs->keys,
		.npublic_keys = inputs->nkeys,
		.certificates = inputs->certificates,
		.ncertificates = inputs->ncertificates,
		.trusted_root = inputs->trusted_root,
		.identity = request->identity != NULL ? request->identity
		    : request->identity_regex != NULL ? NULL
						      : policy->signature_identity,
		.issuer = request->issuer != NULL   ? request->issuer
		    : request->issuer_regex != NULL ? NULL
						    : policy->signature_issuer,
		.identity_regex = request->identity_regex,
		.issuer_regex = request->issuer_regex,
		.ignore = request->ignore,
		.allow_symlinks = request->allow_symlinks,
		.ignore_unsigned =
		    request->ignore_unsigned || policy->signature_unsigned == ACTION_PASS,
		.allow_expired = request->allow_expired || policy->signature_expired == ACTION_PASS,
		.now = now,
	};
}

/* The families of checks, by the names of their files: nothing is parsed for that. */
static const char *const *
families_of(const struct session *session, struct arena *arena)
{
	size_t n;
	const struct rule_file *files = rules_files(session->rules, "checks", &n);
	const char **families = arena_array(arena, n + 1, sizeof(*families));
	size_t kept = 0;

	for (size_t i = 0; i < n && families != NULL; i++) {
		const char *slash = strrchr(files[i].name, '/');
		const char *base = slash == NULL ? files[i].name : slash + 1;
		struct bytes stem = bytes_of(base, strcspn(base, "."));
		bool is_known = false;

		for (size_t k = 0; k < kept; k++)
			is_known = is_known || bytes_equal_string(stem, families[k]);
		if (!is_known)
			families[kept++] = arena_string_of(arena, stem);
	}
	return families;
}

/* Everything a run needs, in the order in which it is opened. */
struct run {
	const struct assay_settings *settings;
	const struct assay_request *request;
	struct session session;
	struct policy *policy;
	struct waivers *waivers;
	struct baseline *baseline;
	struct inputs inputs;
	struct signing *signing; /* NULL: nothing is signed */
	struct result *result;
	struct decision decision;
};

/* The detectors that the policy names; all where it names none. */
static const char *const *
detectors_of(const struct policy *policy, const char *names[MAX_DETECTORS])
{
	size_t n = 0;

	if (policy->detectors.items != NULL)
		return policy->detectors.items;
	for (size_t i = 0; detectors[i] != NULL && n + 1 < MAX_DETECTORS; i++)
		names[n++] = detectors[i]->name;
	names[n] = NULL;
	return names;
}

/* The known vulnerabilities, if they were named; a policy that would not use them is a mistake. */
static bool
open_osv(const struct run *run, struct status *status)
{
	const char *all[MAX_DETECTORS];
	const char *const *name = detectors_of(run->policy, all);

	if (run->request->osv == NULL)
		return true;
	while (*name != NULL && strcmp(*name, "dependency") != 0)
		name++;
	if (*name == NULL)
		return status_set(status, STATUS_USAGE,
		    "--osv needs the detector dependency, which the policy does not run");
	return osv_open(run->session.rules, run->request->osv, status);
}

static bool
open_run(struct run *run, struct assay_error *error)
{
	const struct assay_request *request = run->request;
	struct outputs_request outputs = { request->formats, request->output, request->quiet };
	struct status status = { 0 };

	if (!outputs_check(&outputs, &status) ||
	    !signing_open(&run->signing, request->key, request->log, request->output, &status))
		goto failed;
	run->policy = policies_open(run->settings,
	    request->policy != NULL ? request->policy : run->session.configuration.policy, &status);
	if (run->policy == NULL || !open_osv(run, &status))
		goto failed;
	if (request->waivers != NULL) {
		run->waivers = waivers_read(
		    request->waivers, run->settings->now, run->policy->waivers_days, &status);
		if (run->waivers == NULL)
			goto failed;
	}
	if (request->baseline != NULL) {
		run->baseline = baseline_read(request->baseline, &status);
		if (run->baseline == NULL)
			goto failed;
	}
	return read_inputs(request, &run->session.configuration, &run->inputs, error);
failed:
	session_fail(error, &status);
	return false;
}

static bool
scan(struct run *run, struct status *status)
{
	const struct assay_request *request = run->request;
	const char *all[MAX_DETECTORS];
	struct scan_options options = { .targets = request->targets,
		.ntargets = request->ntargets,
		.rules = run->session.rules,
		.catalog = run->session.catalog,
		.inspects = request->inspects,
		.detectors = detectors_of(run->policy, all),
		.trust = trust_of(request, run->policy, &run->inputs, run->settings->now),
		.signatures = run->inputs.signatures,
		.nsignatures = run->inputs.nsignatures,
		.keyring = run->inputs.keyring,
		.jobs = request->jobs,
		.seconds = request->timeout,
		.no_sandbox = request->no_sandbox,
		.temporary = run->settings->temporary_folder,
		.progress = request->progress,
		.progress_context = request->progress_context };

	if (!scan_run(&options, &run->result, status))
		return false;
	run->result->started = run->result->finished = run->settings->now;
	return true;
}

static bool
judge(struct run *run, struct status *status)
{
	struct decide_options options = { .policy = run->policy,
		.rules = run->session.rules,
		.catalog = run->session.catalog,
		.waivers = run->waivers,
		.baseline = run->baseline,
		.families = families_of(&run->session, run->result->arena),
		.fail_on = run->request->fail_on,
		.inspects = run->request->inspects,
		.signatures = run->request->signatures,
		.now = run->settings->now };

	return decide(run->result, &options, &run->decision, status);
}

static bool
report(struct run *run, FILE *out, struct status *status)
{
	const struct assay_request *request = run->request;
	struct outputs_request wanted = { request->formats, request->output, request->quiet };
	struct report_input input = { .result = run->result,
		.decision = &run->decision,
		.policy = run->policy,
		.waivers = run->waivers,
		.baseline = run->baseline,
		.version = PACKAGE_VERSION,
		.exit = report_exit(run->decision.verdict),
		.inspects = request->inspects,
		.color = request->color,
		.width = request->width };
	struct outputs outputs;

	bool done;

	if (!outputs_write(&wanted, &input, out, &outputs, status))
		return false;
	done = signing_finish(run->signing, &input, request->output, &outputs, status);
	outputs_free(&outputs);
	return done;
}

static void
close_run(struct run *run)
{
	signing_close(run->signing);
	result_free(run->result);
	free_inputs(&run->inputs);
	baseline_free(run->baseline);
	waivers_free(run->waivers);
	policy_free(run->policy);
	session_close(&run->session);
}

enum assay_exit
assay_scan(const struct assay_settings *settings, const struct assay_request *request, FILE *out,
    struct assay_error *error)
{
	struct run run = { .settings = settings, .request = request };
	enum assay_exit code = ASSAY_USAGE;
	struct status status = { 0 };

	if (request->fail_on != NULL) {
		enum severity severity;

		if (!severity_parse(request->fail_on, &severity)) {
			status_set(&status, STATUS_USAGE,
			    "--fail-on takes low, medium, high or critical, not \"%.40s\"",
			    request->fail_on);
			return session_fail(error, &status);
		}
	}
	if (!session_open(&run.session, settings, request->rules, error))
		return error->exit;
	if (!open_run(&run, error) || !evidence_key_read(settings, request->evidence_key, error)) {
		code = error->exit;
	} else if (!scan(&run, &status) || !judge(&run, &status)) {
		code = session_fail(error, &status);
	} else if (!report(&run, out, &status)) {
		/* The verdict stands, but nobody can read it: that is no pass. */
		session_fail(error, &status);
		code = error->exit = ASSAY_ERROR;
	} else {
		code = (enum assay_exit)report_exit(run.decision.verdict);
	}
	close_run(&run);
	return code;
}
