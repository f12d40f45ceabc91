/* assay_scan(): the whole job, from targets to reports. */
#include "config.h"

#include "api/session.h"
#include "core/limits.h"
#include "core/text.h"
#include "scan/scan.h"

#include <json-c/json.h>
#include <openssl/crypto.h>
#include <stdlib.h>

static struct json_object *
str(const char *s)
{
	return json_object_new_string(s);
}

/* INTERIM until report/ lands. */
static int
interim(const struct result *r, const struct assay_request *q, FILE *out)
{
	struct json_object *o = json_object_new_object(), *fs = json_object_new_array(),
			   *ms = json_object_new_array(), *ps = json_object_new_array();
	int rank = 0;
	static const int exits[] = { 0, 5, 3, 1 };
	static const char *const names[] = { "pass", "review", "incomplete", "fail" };
	bool security = q->policy != NULL && strcmp(q->policy, "security") == 0;

	for (size_t i = 0; i < r->nfindings; i++) {
		const struct result_finding *f = &r->findings[i];
		struct json_object *j = json_object_new_object();
		int e = f->severity >= SEVERITY_HIGH ? 3 : f->severity == SEVERITY_MEDIUM ? 1 : 0;

		if (f->check->is_incomplete)
			e = 2;
		if (security &&
		    (!strncmp(f->check->id, "pii/", 4) || !strncmp(f->check->id, "license/", 8) ||
			!strncmp(f->check->id, "documentation/", 14)))
			e = 0;
		if (e > rank)
			rank = e;
		json_object_object_add(j, "check", str(f->check->id));
		json_object_object_add(j, "severity", str(severity_name(f->severity)));
		json_object_object_add(j, "member", str(f->member));
		json_object_object_add(j, "offset", json_object_new_int64((int64_t)f->offset));
		json_object_object_add(j, "line", json_object_new_int64((int64_t)f->line));
		json_object_object_add(j, "message", str(f->message));
		json_object_object_add(j, "evidence", str(f->evidence));
		json_object_array_add(fs, j);
	}
	for (size_t i = 0; i < r->nmembers; i++) {
		struct json_object *j = json_object_new_object(), *fm = json_object_new_array(),
				   *fa = json_object_new_object();

		json_object_object_add(j, "path", str(r->members[i].path));
		json_object_object_add(
		    j, "bytes", json_object_new_int64((int64_t)r->members[i].bytes));
		json_object_object_add(j, "sha256", str(r->members[i].sha256));
		for (size_t k = 0; r->members[i].formats[k] != NULL; k++)
			json_object_array_add(fm, str(r->members[i].formats[k]));
		json_object_object_add(j, "formats", fm);
		for (size_t k = 0; k < r->members[i].nfacts; k++)
			json_object_object_add(
			    fa, r->members[i].facts[k].key, str(r->members[i].facts[k].value));
		json_object_object_add(j, "facts", fa);
		json_object_array_add(ms, j);
	}
	for (size_t i = 0; i < r->nprovenance; i++) {
		struct json_object *j = json_object_new_object();
		const struct provenance *p = &r->provenance[i];

		json_object_object_add(j, "kind", str(p->kind));
		json_object_object_add(j, "path", str(p->path));
		json_object_object_add(j, "status", str(provenance_status_name(p->status)));
		json_object_object_add(j, "signer", str(p->signer));
		json_object_object_add(j, "covers", json_object_new_int64((int64_t)p->covers));
		json_object_object_add(j, "why", str(p->why));
		json_object_array_add(ps, j);
	}
	if (!q->inspects) {
		bool failed = false, verified = false, bad = false;
		for (size_t i = 0; i < r->nprovenance; i++) {
			failed |= r->provenance[i].status == PROVENANCE_FAILED;
			verified |= r->provenance[i].status == PROVENANCE_VERIFIED;
			bad |= r->provenance[i].status == PROVENANCE_INCOMPLETE;
		}
		if (rank == 0)
			rank = failed ? 3 : bad || !verified ? 2 : 0;
	}
	json_object_object_add(o, "verdict", str(names[rank]));
	json_object_object_add(o, "exit", json_object_new_int(exits[rank]));
	json_object_object_add(o, "sandbox", str(r->sandbox));
	json_object_object_add(o, "members", ms);
	json_object_object_add(o, "findings", fs);
	json_object_object_add(o, "provenance", ps);
	fprintf(out, "%s\n",
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return exits[rank];
}

static struct bytes
slurp(const char *path, struct assay_error *error)
{
	FILE *f = fopen(path, "rb");
	char *data = malloc(LIMIT_CLAIM);
	size_t n = f == NULL || data == NULL ? 0 : fread(data, 1, LIMIT_CLAIM, f);

	if (f == NULL) {
		error->exit = ASSAY_USAGE;
		snprintf(error->text, sizeof(error->text), "cannot read %s", path);
	} else
		fclose(f);
	return bytes_of(data, n);
}

enum assay_exit
assay_scan(const struct assay_settings *settings, const struct assay_request *request, FILE *out,
    struct assay_error *error)
{
	static const char *const all_detectors[] = { "yara", "secret", "pii", "license",
		"documentation", "dependency", NULL };
	static const char *const security_detectors[] = { "yara", "secret", NULL };
	char folder[4096];
	const char *folders[16] = { folder };
	struct status status = { 0 };
	struct rules *rules;
	struct catalog *catalog;
	struct scan_options options = { .targets = request->targets,
		.ntargets = request->ntargets,
		.inspects = request->inspects,
		.jobs = request->jobs,
		.seconds = request->timeout,
		.no_sandbox = request->no_sandbox,
		.temporary = settings->temporary_folder };
	struct scan_signature signatures[16];
	struct bytes keys[16], certs[16];
	struct result *result;
	size_t n = 1;
	int code;

	snprintf(folder, sizeof(folder), "%s/rules",
	    settings->data_folder == NULL ? ASSAY_DATADIR : settings->data_folder);
	for (size_t i = 0; request->rules[i] != NULL && n < 16; i++)
		folders[n++] = request->rules[i];
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	rules = rules_open(folders, n, &status);
	if (rules == NULL)
		goto failed;
	catalog = catalog_new(rules);
	options.rules = rules;
	options.catalog = catalog;
	options.detectors = request->policy != NULL && strcmp(request->policy, "security") == 0
	    ? security_detectors
	    : all_detectors;
	options.trust.now = settings->now;
	options.trust.identity = request->identity;
	options.trust.issuer = request->issuer;
	options.trust.identity_regex = request->identity_regex;
	options.trust.issuer_regex = request->issuer_regex;
	options.trust.ignore = request->ignore;
	options.trust.allow_symlinks = request->allow_symlinks;
	options.trust.allow_expired = request->allow_expired;
	options.trust.ignore_unsigned = request->ignore_unsigned;
	for (size_t i = 0; request->signatures[i] != NULL && i < 16; i++)
		signatures[options.nsignatures++] = (struct scan_signature){ request->signatures[i],
			slurp(request->signatures[i], error) };
	options.signatures = signatures;
	for (size_t i = 0; request->public_keys[i] != NULL && i < 16; i++)
		keys[options.trust.npublic_keys++] = slurp(request->public_keys[i], error);
	for (size_t i = 0; request->certificate_chains[i] != NULL && i < 16; i++)
		certs[options.trust.ncertificates++] = slurp(request->certificate_chains[i], error);
	options.trust.public_keys = keys;
	options.trust.certificates = certs;
	if (request->trusted_root != NULL)
		options.trust.trusted_root = slurp(request->trusted_root, error);
	if (error->text[0] != '\0')
		return error->exit;
	if (!scan_run(&options, &result, &status))
		goto failed;
	code = interim(result, request, out);
	result_free(result);
	return (enum assay_exit)code;
failed:
	error->exit = ASSAY_USAGE;
	snprintf(error->text, sizeof(error->text), "%s", status.text);
	return ASSAY_USAGE;
}
