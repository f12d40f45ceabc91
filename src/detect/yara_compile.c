/* Compiles YARA rules from source: see detect/yara_compile.h. */
#include "config.h"

#include "detect/yara_compile.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static bool
is_source(const struct rule_file *file)
{
	return bytes_ends(bytes_of_string(file->name), ".yar");
}

struct compiling {
	const char *source;
	struct status *status;
};

static void
on_message(
    int level, const char *file, int line, const YR_RULE *rule, const char *message, void *context)
{
	const struct compiling *compiling = context;

	(void)file;
	(void)rule;
	if (level == YARA_ERROR_LEVEL_ERROR)
		status_set(
		    compiling->status, STATUS_USAGE, "%s:%d: %s", compiling->source, line, message);
}

/* Modules that compute, not those that parse what they are given. */
static bool
is_harmless_module(const char *name)
{
	return strcmp(name, "math") == 0 || strcmp(name, "hash") == 0 || strcmp(name, "time") == 0;
}

static int
on_import(YR_SCAN_CONTEXT *scan, int message, void *data, void *context)
{
	(void)scan;
	if (message == CALLBACK_MSG_IMPORT_MODULE) {
		const YR_MODULE_IMPORT *import = data;

		if (!is_harmless_module(import->module_name)) {
			status_set(context, STATUS_USAGE,
			    "YARA's module %s parses files and must not be imported",
			    import->module_name);
			return CALLBACK_ERROR;
		}
	}
	return CALLBACK_CONTINUE;
}

static bool
add_file(YR_COMPILER *compiler, const struct rule_file *file, struct status *status)
{
	char *text = calloc(1, file->bytes.len + 1);
	struct compiling compiling = { file->source, status };
	int errors;

	if (text == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for %s", file->source);
	if (file->bytes.len > 0)
		memcpy(text, file->bytes.data, file->bytes.len);
	yr_compiler_set_callback(compiler, on_message, &compiling);
	errors = yr_compiler_add_string(compiler, text, file->source);
	free(text);
	return errors == 0 ||
	    status_set(status, STATUS_USAGE, "%s: %d errors", file->source, errors);
}

static bool
add_files(YR_COMPILER *compiler, const struct rule_file *files, size_t n, struct status *status)
{
	yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		if (is_source(&files[i]) && !add_file(compiler, &files[i], status))
			return false;
	return true;
}

YR_RULES *
yara_compile_sources(const struct rule_file *files, size_t n, struct status *status)
{
	YR_COMPILER *compiler = NULL;
	YR_RULES *rules = NULL;

	if (yr_compiler_create(&compiler) != ERROR_SUCCESS) {
		status_set(status, STATUS_MEMORY, "no memory for YARA's compiler");
		return NULL;
	}
	if (add_files(compiler, files, n, status) &&
	    yr_compiler_get_rules(compiler, &rules) != ERROR_SUCCESS)
		status_set(status, STATUS_MEMORY, "no memory for YARA's rules");
	yr_compiler_destroy(compiler);
	/* Which modules are imported shows in a scan only. */
	if (rules != NULL &&
	    yr_rules_scan_mem(rules, (const uint8_t *)" ", 1, SCAN_FLAGS_NO_TRYCATCH, on_import,
		status, 1) != ERROR_SUCCESS) {
		status_set(status, STATUS_USAGE, "YARA's rules do not run on an empty member");
		yr_rules_destroy(rules);
		rules = NULL;
	}
	return rules;
}

bool
yara_digest_sources(const struct rule_file *files, size_t n, uint8_t digest[YARA_DIGEST])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned len = 0;
	bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(context, YR_VERSION, sizeof(YR_VERSION)) == 1;

	for (size_t i = 0; done && i < n; i++) {
		uint64_t size = files[i].bytes.len;

		if (is_source(&files[i]))
			done = EVP_DigestUpdate(
				   context, files[i].name, strlen(files[i].name) + 1) == 1 &&
			    EVP_DigestUpdate(context, &size, sizeof(size)) == 1 &&
			    EVP_DigestUpdate(context, files[i].bytes.data, files[i].bytes.len) == 1;
	}
	done = done && EVP_DigestFinal_ex(context, digest, &len) == 1 && len == YARA_DIGEST;
	EVP_MD_CTX_free(context);
	return done;
}
