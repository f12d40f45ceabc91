/* assay_doctor(): is this installation sound? A line for each thing that a verdict rests on. */
#include "config.h"

#include "api/policies.h"
#include "api/rulekinds.h"
#include "bundle/libarchive.h"
#include "detect/hyperscan.h"
#include "detect/license_terms.h"
#include "format/globals.h"
#include "format/operators.h"
#include "scan/sandbox.h"

#include <json-c/json.h>
#include <openssl/crypto.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>
#include <yara.h>
#include <zlib.h>

const struct rulekind rulekinds[] = {
	{ "lists of globals for pickles", &globals_kind },
	{ "lists of operators for graphs", &operators_kind },
	{ "terms of licenses", &license_terms_rules },
	{ NULL, NULL },
};

static void
print_libraries(FILE *out)
{
	char pcre[64] = "";
	const struct scmp_version *seccomp = seccomp_version();

	(void)pcre2_config_8(PCRE2_CONFIG_VERSION, pcre);
	fprintf(out, "ok      %s\n", OpenSSL_version(OPENSSL_VERSION));
	fprintf(
	    out, "ok      YARA %d.%d.%d\n", YR_MAJOR_VERSION, YR_MINOR_VERSION, YR_MICRO_VERSION);
	fprintf(out, "ok      json-c %s, libyaml %s, zlib %s, PCRE2 %s\n", json_c_version(),
	    yaml_get_version_string(), zlibVersion(), pcre);
	if (seccomp != NULL)
		fprintf(out, "ok      libseccomp %u.%u.%u\n", seccomp->major, seccomp->minor,
		    seccomp->micro);
#ifdef HAVE_HYPERSCAN
	if (hyperscan_load() != NULL)
		fprintf(out, "ok      Hyperscan %s\n", hyperscan_load()->version());
	else
		fputs("note    Hyperscan is not installed or does not run on this processor; the "
		      "slower matcher finds the same\n",
		    out);
#else
	fputs("note    built without Hyperscan; the slower matcher finds the same\n", out);
#endif
}

static bool
check_libarchive(FILE *out)
{
	const struct libarchive *library = libarchive_load();

	if (library != NULL)
		fprintf(out, "ok      %s\n", library->version_string());
	else
		fputs("broken  libarchive is not installed: what bzip2, xz, zstd, lz4 or 7z packed "
		      "cannot be looked at\n",
		    out);
	return library != NULL;
}

static bool
check_kernel(FILE *out)
{
	struct sandbox sandbox;
	char text[128];
	bool done;

	sandbox_open(&sandbox, true);
	sandbox_describe(&sandbox, text, sizeof(text));
	done = sandbox.enabled && sandbox.landlock > 0 && sandbox.has_seccomp;
	fprintf(out, "%s  workers are confined by: %s\n", done ? "ok    " : "broken", text);
	sandbox_close(&sandbox);
	return done;
}

static bool
check_folder(FILE *out, const char *what, const char *path, int mode)
{
	if (access(path, mode) == 0) {
		fprintf(out, "ok      %s: %s\n", what, path);
		return true;
	}
	fprintf(out, "broken  %s: cannot use %s\n", what, path);
	return false;
}

/* Without gpgv everything but OpenPGP signatures is verified. */
static void
note_gpgv(FILE *out)
{
	static const char *const places[] = { "/usr/bin/gpgv", "/usr/local/bin/gpgv", "/bin/gpgv" };

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], X_OK) == 0) {
			fprintf(out, "ok      gpgv for OpenPGP signatures: %s\n", places[i]);
			return;
		}
	fputs("note    there is no gpgv: OpenPGP signatures cannot be verified\n", out);
}

static bool
check_policies(const struct assay_settings *settings, FILE *out, struct assay_error *error)
{
	static const char *const shipped[] = { "audit", "ci", "developer", "security" };
	bool done = true;

	for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
		struct status status = { 0 };
		struct policy *policy = policies_open(settings, shipped[i], &status);

		if (policy != NULL)
			fprintf(out, "ok      policy %s: %s\n", policy->name, policy->source);
		else
			fprintf(out, "broken  policy %s: %s\n", shipped[i], status.text);
		done = done && policy != NULL;
		policy_free(policy);
	}
	(void)error;
	return done;
}

static bool
check_rules(const struct assay_settings *settings, FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct session session;
	const char *digest;
	bool done;

	if (!session_open(&session, settings, NULL, error)) {
		fprintf(out, "broken  rules: %s\n", error->text);
		error->text[0] = '\0';
		return false;
	}
	for (size_t i = 0; i < session.configuration.nfiles; i++)
		fprintf(out, "ok      configuration %s\n", session.configuration.files[i]);
	digest = rules_digest(session.rules, &status);
	fprintf(out, "%s rules, sha256 %s\n", digest == NULL ? "broken " : "ok     ",
	    digest == NULL ? status.text : digest);
	done = rulekinds_check(&session, out) && digest != NULL;
	session_close(&session);
	return done;
}

enum assay_exit
assay_doctor(const struct assay_settings *settings, FILE *out, struct assay_error *error)
{
	char data[4096];
	bool done;

	fprintf(out, "ok      assay %s\n", PACKAGE_VERSION);
	print_libraries(out);
	note_gpgv(out);
	done = check_libarchive(out);
	done = check_kernel(out) && done;
	session_data_path(settings, "rules", data, sizeof(data));
	done = check_folder(out, "folder of rules", data, R_OK | X_OK) && done;
	session_data_path(settings, "policies", data, sizeof(data));
	done = check_folder(out, "folder of policies", data, R_OK | X_OK) && done;
	done = check_folder(out, "folder for scratch files",
		   settings->temporary_folder == NULL ? "/tmp" : settings->temporary_folder,
		   W_OK | X_OK) &&
	    done;
	done = check_rules(settings, out, error) && done;
	done = check_policies(settings, out, error) && done;
	fprintf(out, "%s\n",
	    done ? "this installation is sound" : "this installation is broken; see above");
	return done ? ASSAY_PASS : ASSAY_FAIL;
}
