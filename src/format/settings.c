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
static ALWAYS_INLINE bool
is_below(const struct json_text *json, unsigned depth, const char *name)
{
	for (unsigned d = 1; d <= depth; d++)
		if (bytes_equal_string(json->keys[d], name))
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

static bool
is_one_of(struct bytes value, const char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (bytes_equal_string(value, list[i]))
			return true;
	return false;
}

/* Modules that configuration must never name as where to find what to call (CVE-2025-23304,
 * CVE-2025-1550, CVE-2025-54412). Keras writes "builtins" for functions that a user registers. */
static const char *const dangerous_modules[] = { "os", "posix", "nt", "subprocess", "sys", "shutil",
	"importlib", "runpy", "pty", "socket", "ctypes", "pickle", "code", "commands", "webbrowser",
	"marshal", "multiprocessing", NULL };
static const char *const dangerous_names[] = { "eval", "exec", "compile", "__import__", "open",
	"getattr", "system", "popen", "builtins.eval", "builtins.exec", "builtins.compile",
	"builtins.__import__", "builtins.open", "builtins.getattr", NULL };

static bool
is_dangerous_target(struct bytes value)
{
	const uint8_t *dot = value.len > 0 ? memchr(value.data, '.', value.len) : NULL;

	return is_one_of(value, dangerous_names) ||
	    (dot != NULL &&
		is_one_of(bytes_slice(value, 0, (uint64_t)(dot - value.data)), dangerous_modules));
}

/* What is called or created when the model is loaded. True where it was reported. */
static bool
judge_target(
    struct sink *sink, const char *path, struct bytes key, struct bytes value, uint64_t offset)
{
	static const char *const nodes[] = { "OperatorFuncNode", "MethodNode", NULL };
	static const char *const modules[] = { "module", "__module__", NULL };
	static const char *const functions[] = { "config", "registered_name", NULL };
	bool is_dangerous = (bytes_equal_string(key, "_target_") && is_dangerous_target(value)) ||
	    (is_one_of(key, modules) && is_one_of(value, dangerous_modules)) ||
	    (bytes_equal_string(key, "__loader__") && is_one_of(value, nodes)) ||
	    (bytes_equal_string(key, "class_name") &&
		bytes_equal_string(value, "TorchModuleWrapper")) ||
	    (is_one_of(key, functions) && bytes_equal_string(value, "get_file"));

	if (is_dangerous)
		sink_finding(sink, "config/dangerous-target", offset, value.len, shown(sink, value),
		    "%s says that %s is to be called", path, shown(sink, value));
	else if (bytes_equal_string(key, "class_name") && bytes_equal_string(value, "Lambda"))
		sink_finding(sink, "config/lambda", offset, value.len, "Lambda",
		    "%s makes a Lambda layer, which is a function of its author", path);
	else if (bytes_equal_string(key, "registered_name") &&
	    bytes_find(value, bytes_of_string(">"), 0) > 0)
		sink_finding(sink, "config/custom-object", offset, value.len, shown(sink, value),
		    "%s needs code that the model does not bring: %s", path, shown(sink, value));
	else
		return false;
	return true;
}

void
settings_judge(
    struct sink *sink, const char *path, struct bytes key, struct bytes value, uint64_t offset)
{
	static const char *const loaders[] = { "custom_pipelines", "loader_module", NULL };

	if (value.len == 0 || judge_target(sink, path, key, value, offset))
		return;
	if (bytes_equal_string(key, "vocabulary") && leads_out(value))
		sink_finding(sink, "config/path-traversal", offset, value.len, shown(sink, value),
		    "%s names a file outside of the bundle: %s", path, shown(sink, value));
	else if (bytes_equal_string(key, "base_model_name_or_path") && leads_out(value) &&
	    bytes_find(value, bytes_of_string("://"), 0) < 0)
		sink_finding(sink, "config/local-path", offset, value.len, shown(sink, value),
		    "%s names a place on the machine that made it: %s", path, shown(sink, value));
	else if (is_one_of(key, loaders))
		sink_finding(sink, "config/remote-code", offset, value.len, shown(sink, value),
		    "%s asks the loader to run code: %s", path, shown(sink, value));
}

/* IS_FILE: it stands in a map from tensors to files. */
static void
judge_string(struct json_text *json, const struct json_token *token, struct bytes key, bool is_file)
{
	struct sink *sink = json->sink;
	struct bytes value;
	const char *path;
	uint64_t offset = json->offset + token->offset;

	if (!json_unescape(sink_arena(sink), token, &value) || (is_file && !leads_out(value)))
		return;
	path = json_text_path(json, token->depth);
	if (is_below(json, token->depth, "auto_map"))
		sink_finding(sink, "config/remote-code", offset, value.len, shown(sink, value),
		    "%s asks the loader to run code of the repository: %s", path,
		    shown(sink, value));
	else if (is_file)
		sink_finding(sink, "config/path-traversal", offset, value.len, shown(sink, value),
		    "%s names a file outside of the bundle: %s", path, shown(sink, value));
	else
		settings_judge(sink, path, key, value, offset);
}

#define NAME(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}

/* Few keys matter; most documents have none of them. Asked of every string of a document. */
static bool
is_judged(struct bytes key)
{
	static const struct {
		const char *text;
		size_t len;
	} judged[] = { NAME("_target_"), NAME("__loader__"), NAME("__module__"),
		NAME("base_model_name_or_path"), NAME("class_name"), NAME("config"),
		NAME("custom_pipelines"), NAME("loader_module"), NAME("module"),
		NAME("registered_name"), NAME("vocabulary") };

	for (size_t i = 0; i < ARRAY_LEN(judged); i++)
		if (key.len == judged[i].len && memcmp(key.data, judged[i].text, key.len) == 0)
			return true;
	return false;
}

/* What the configuration of a model says of its kind becomes a fact: "config.model_type". */
static void
state(struct json_text *json, const struct json_token *token, struct bytes key)
{
	const struct settings *settings = json->context;
	struct arena *arena = sink_arena(json->sink);
	struct bytes value;
	const char *name, *safe;

	if (strcmp(member_basename(settings->member), "config.json") != 0 ||
	    !json_unescape(arena, token, &value))
		return;
	name = arena_format(arena, "config.%.*s", (int)key.len, (const char *)key.data);
	safe = text_safe(arena, value, LIMIT_NAME);
	if (name != NULL && safe != NULL && sink_fact_value(json->sink, name) == NULL)
		sink_fact(json->sink, name, "%s", safe);
}

void
settings_value(struct json_text *json, const struct json_token *token)
{
	struct bytes key = key_above(json, token->depth);
	bool is_file;

	if (key.len == 0)
		return;
	if (token->event == JSON_TRUE) {
		if (bytes_equal_string(key, "trust_remote_code"))
			sink_finding(json->sink, "config/remote-code", json->offset + token->offset,
			    0, "trust_remote_code", "%s turns on code of the repository",
			    json_text_path(json, token->depth));
		return;
	}
	if (token->depth <= 2 &&
	    (bytes_equal_string(key, "model_type") || bytes_equal_string(key, "architectures")))
		state(json, token, key);
	is_file =
	    is_below(json, token->depth, "weight_map") && !is_below(json, token->depth, "auto_map");
	if (is_file || is_judged(key) || is_below(json, token->depth, "auto_map"))
		judge_string(json, token, key, is_file);
}
