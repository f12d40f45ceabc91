/* Settings of models that decide what a loader does: see format/settings.h. */
#include "config.h"

#include "format/settings.h"

#include "core/text.h"

#define SHOWN 200

/* The nearest key with a name: of a[0].b[] that is b. */
static struct bytes
key_above(const struct json_text *json, unsigned depth)
{
	while (depth > 0 && json->keys[depth].data == NULL)
		depth--;
	return json->keys[depth];
}

/* Does one of the keys above, up to DEPTH, say NAME? */
static bool
is_below(const struct json_text *json, unsigned depth, const char *name)
{
	for (unsigned d = 1; d <= depth; d++)
		if (json->keys[d].data != NULL && bytes_equal_string(json->keys[d], name))
			return true;
	return false;
}

/* A name that leads out of the folder: absolute, with "..", a drive or a scheme. */
static bool
leads_out(struct bytes name)
{
	for (size_t i = 0; i + 1 < name.len; i++)
		if (name.data[i] == '.' && name.data[i + 1] == '.' &&
		    (i == 0 || name.data[i - 1] == '/' || name.data[i - 1] == '\\') &&
		    (i + 2 == name.len || name.data[i + 2] == '/' || name.data[i + 2] == '\\'))
			return true;
	return (name.len > 0 && (name.data[0] == '/' || name.data[0] == '\\')) ||
	    (name.len > 2 && name.data[1] == ':' &&
		(name.data[2] == '\\' || name.data[2] == '/')) ||
	    bytes_find(name, bytes_of_string("://"), 0) > 0;
}

static const char *
shown(struct sink *sink, struct bytes value)
{
	return text_safe(sink_arena(sink), value, SHOWN);
}

/* Builtins and modules that configuration must never name as what to call (CVE-2025-23304). */
static bool
is_dangerous_target(struct bytes value)
{
	static const char *const starts[] = { "os.", "subprocess.", "builtins.", "sys.", "shutil.",
		"importlib.", "runpy.", "pty.", "socket.", "posix.", "nt.", "ctypes.", "pickle.",
		"code.", "commands.", "webbrowser.", NULL };
	static const char *const whole[] = { "eval", "exec", "compile", "__import__", "open",
		"getattr", "system", "popen", NULL };

	for (size_t i = 0; starts[i] != NULL; i++)
		if (bytes_starts(value, starts[i]))
			return true;
	for (size_t i = 0; whole[i] != NULL; i++)
		if (bytes_equal_string(value, whole[i]))
			return true;
	return false;
}

void
settings_judge(
    struct sink *sink, const char *path, struct bytes key, struct bytes value, uint64_t offset)
{
	if (bytes_equal_string(key, "_target_") && is_dangerous_target(value))
		sink_finding(sink, "config/dangerous-target", offset, value.len, shown(sink, value),
		    "%s says that %s is to be called", path, shown(sink, value));
	else if (bytes_equal_string(key, "base_model_name_or_path") && leads_out(value) &&
	    bytes_find(value, bytes_of_string("://"), 0) < 0)
		sink_finding(sink, "config/local-path", offset, value.len, shown(sink, value),
		    "%s names a place on the machine that made it: %s", path, shown(sink, value));
	else if ((bytes_equal_string(key, "custom_pipelines") ||
		     bytes_equal_string(key, "loader_module")) &&
	    value.len > 0)
		sink_finding(sink, "config/remote-code", offset, value.len, shown(sink, value),
		    "%s asks the loader to run code: %s", path, shown(sink, value));
}

static void
judge_string(struct json_text *json, const struct json_token *token, struct bytes key)
{
	struct sink *sink = json->sink;
	struct bytes value;
	const char *path = json_text_path(json, token->depth);
	uint64_t offset = json->offset + token->offset;

	if (!json_unescape(sink_arena(sink), token, &value))
		return;
	if (is_below(json, token->depth, "auto_map")) {
		sink_finding(sink, "config/remote-code", offset, value.len, shown(sink, value),
		    "%s asks the loader to run code of the repository: %s", path,
		    shown(sink, value));
		return;
	}
	if (is_below(json, token->depth, "weight_map")) {
		if (leads_out(value))
			sink_finding(sink, "config/path-traversal", offset, value.len,
			    shown(sink, value), "%s names a file outside of the bundle: %s", path,
			    shown(sink, value));
		return;
	}
	settings_judge(sink, path, key, value, offset);
}

/* Few keys matter; most documents have none of them. */
static bool
is_judged(struct bytes key)
{
	static const char *const judged[] = { "_target_", "base_model_name_or_path",
		"custom_pipelines", "loader_module" };

	for (size_t i = 0; i < ARRAY_LEN(judged); i++)
		if (bytes_equal_string(key, judged[i]))
			return true;
	return false;
}

void
settings_value(struct json_text *json, const struct json_token *token)
{
	struct bytes key = key_above(json, token->depth);

	if (key.len == 0)
		return;
	if (token->event == JSON_TRUE) {
		if (bytes_equal_string(key, "trust_remote_code"))
			sink_finding(json->sink, "config/remote-code", json->offset + token->offset,
			    0, "trust_remote_code", "%s turns on code of the repository",
			    json_text_path(json, token->depth));
		return;
	}
	if (is_judged(key) || is_below(json, token->depth, "auto_map") ||
	    is_below(json, token->depth, "weight_map"))
		judge_string(json, token, key);
}
