/*
 * Keras: what a model's configuration names. In a .keras file (Keras 3, a zip) it is config.json,
 * in HDF5 files an attribute of JSON. Objects of it are { "class_name", "module",
 * "registered_name", "config" }; loading one imports the class or function that it names, calls it,
 * and for a Lambda unmarshals bytecode.
 */
#include "config.h"

#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "format/format.h"
#include "format/globals.h"

#define FRAMES (LIMIT_JSON_DEPTH + 2)
#define CONFIG_START "{\"class_name\""
#define CONFIGS_MAX 100 /* configurations in one HDF5 file; Keras writes two */
#define SHOWN 100

/* An object on the way to its end. */
struct frame {
	struct bytes key, class_name, module, registered, config, vocabulary;
};

struct config {
	struct sink *sink;
	const struct globals *globals;
	uint64_t offset; /* of the JSON in the member */
	struct frame frames[FRAMES];
	unsigned depth;
};

static const char *
shown(struct config *config, struct bytes text)
{
	return text_safe(sink_arena(config->sink), text, SHOWN);
}

/* Is MODULE Keras itself? Names that only begin like it are not. */
static bool
is_keras(struct bytes module)
{
	static const char *const own[] = { "keras", "tf_keras", "tensorflow.keras",
		"tensorflow.python.keras", "keras_hub", "keras_nlp", "keras_cv" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		size_t len = strlen(own[i]);

		if (bytes_starts(module, own[i]) && (module.len == len || module.data[len] == '.'))
			return true;
	}
	return false;
}

/* A function or class of MODULE that loading imports. */
static void
judge_reference(struct config *config, const struct frame *frame, uint64_t offset)
{
	bool is_function =
	    bytes_equal_string(frame->class_name, "function") && frame->config.len > 0;
	struct bytes name = is_function ? frame->config : frame->class_name;
	struct global_verdict verdict = globals_judge(config->globals, frame->module, name);

	if (verdict.kind == GLOBAL_DANGEROUS && (is_function || !is_keras(frame->module)))
		sink_finding(config->sink, "keras/dangerous-reference", offset, 0, NULL,
		    "loading it calls %s.%s: %s", shown(config, frame->module), shown(config, name),
		    verdict.why == NULL ? "" : verdict.why);
	else if (!is_keras(frame->module) && !bytes_equal_string(frame->module, "builtins"))
		sink_finding_once(config->sink, "keras/custom-object", offset, 0,
		    shown(config, frame->module),
		    "loading it needs %s.%s, which is not Keras's own",
		    shown(config, frame->module), shown(config, name));
}

static void
judge(struct config *config, const struct frame *frame, uint64_t offset)
{
	if (bytes_equal_string(frame->class_name, "Lambda") ||
	    bytes_equal_string(frame->class_name, "__lambda__"))
		sink_finding_once(config->sink, "keras/lambda", offset, 0, NULL,
		    "it holds a Lambda: bytecode that runs when the model is loaded or used");
	if (bytes_equal_string(frame->class_name, "TorchModuleWrapper"))
		sink_finding_once(config->sink, "keras/torch-module", offset, 0, NULL,
		    "it wraps a module of PyTorch, whose configuration is a pickle");
	if (frame->class_name.len > 0 && frame->module.len > 0)
		judge_reference(config, frame, offset);
	else if (frame->class_name.len > 0 &&
	    bytes_find(frame->registered, bytes_of_string(">"), 0) > 0)
		sink_finding_once(config->sink, "keras/custom-object", offset, 0,
		    shown(config, frame->registered),
		    "loading it needs %s, which is not Keras's own",
		    shown(config, frame->registered));
	if (frame->vocabulary.len > 0)
		sink_finding(config->sink, "keras/file-reference", offset, 0, NULL,
		    "loading it reads the file \"%s\"", shown(config, frame->vocabulary));
}

static void
take_string(struct config *config, const struct json_token *token)
{
	struct frame *frame = &config->frames[config->depth];
	struct bytes value;

	if (frame->key.data == NULL || !json_unescape(sink_arena(config->sink), token, &value))
		return;
	if (bytes_equal_string(frame->key, "class_name"))
		frame->class_name = value;
	else if (bytes_equal_string(frame->key, "module"))
		frame->module = value;
	else if (bytes_equal_string(frame->key, "registered_name"))
		frame->registered = value;
	else if (bytes_equal_string(frame->key, "config"))
		frame->config = value;
	else if (bytes_equal_string(frame->key, "vocabulary"))
		frame->vocabulary = value;
}

static bool
visit(const struct json_token *token, void *context)
{
	struct config *config = context;

	switch (token->event) {
	case JSON_OBJECT_BEGIN:
	case JSON_ARRAY_BEGIN:
		if (config->depth + 1 >= FRAMES)
			return false;
		config->frames[++config->depth] = (struct frame){ 0 };
		break;
	case JSON_OBJECT_END:
		judge(config, &config->frames[config->depth], config->offset + token->offset);
		config->depth--;
		break;
	case JSON_ARRAY_END:
		config->depth--;
		break;
	case JSON_KEY:
		if (!json_unescape(
			sink_arena(config->sink), token, &config->frames[config->depth].key))
			return false;
		break;
	case JSON_STRING:
		take_string(config, token);
		break;
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return true;
}

static void
analyze_config(struct bytes text, uint64_t offset, const struct rules *rules, struct sink *sink)
{
	struct config *config = arena_alloc(sink_arena(sink), sizeof(*config));
	struct status status = { 0 };
	struct json_error error;

	if (config == NULL)
		return;
	config->sink = sink;
	config->offset = offset;
	config->globals = rules_get(rules, &globals_kind, &status);
	if (config->globals == NULL)
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the lists of globals: %s", status.text);
	else if (!json_walk(text, visit, config, &error))
		sink_trouble(sink, STATUS_MALFORMED, "keras/malformed", offset + error.offset,
		    "the model's configuration cannot be read: %s", error.text);
}

/* config.json at the top of a zip file, which Keras reads in any encoding of JSON. */
static int
config_probe(const struct member *member)
{
	struct bytes head = bytes_slice(member->bytes, 0, 4096);

	if (member->parent == NULL || strcmp(member->name, "config.json") != 0 ||
	    !bytes_starts(member->parent->bytes, "PK\3\4"))
		return 0;
	if (bytes_starts(head, "\xff\xfe") || bytes_starts(head, "\xfe\xff") ||
	    memchr(head.data == NULL ? (const uint8_t *)"" : head.data, 0, head.len) != NULL)
		return 50;
	return bytes_find(head, bytes_of_string("class_name"), 0) >= 0 ||
		bytes_find(head, bytes_of_string("\"module\""), 0) >= 0
	    ? 80
	    : 0;
}

static void
config_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	bool has_mark = bytes_starts(member->bytes, "\xef\xbb\xbf");

	analyze_config(
	    bytes_slice(member->bytes, has_mark ? 3 : 0, SIZE_MAX), has_mark ? 3 : 0, rules, sink);
}

const struct format format_keras_config = {
	.name = "keras-config",
	.refines = "json",
	.traits = FORMAT_TEXT | FORMAT_MODEL,
	.probe = config_probe,
	.analyze = config_analyze,
};

/* HDF5 (HDF5 File Format Specification 3.0, II.A): only the configurations in it are looked at. */
static const char *const suffixes[] = { ".h5", ".hdf5", NULL };

static int
hdf5_probe(const struct member *member)
{
	return bytes_starts(member->bytes, "\x89HDF\r\n\x1a\n") ? 95 : 0;
}

/* The JSON object at the start of B, by its brackets; empty where it has no end. */
static struct bytes
object_at(struct bytes b)
{
	unsigned depth = 0;
	bool is_text = false;

	for (size_t i = 0; i < b.len && i < LIMIT_JSON_BYTES; i++) {
		uint8_t c = b.data[i];

		if (is_text && c == '\\')
			i++;
		else if (c == '"')
			is_text = !is_text;
		else if (!is_text && c == '{')
			depth++;
		else if (!is_text && c == '}' && --depth == 0)
			return bytes_slice(b, 0, i + 1);
		else if (c == '\0')
			break;
	}
	return bytes_of(NULL, 0);
}

static void
hdf5_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct bytes b = member->bytes, start = bytes_of_string(CONFIG_START);
	unsigned configs = 0;

	for (size_t pos = 0; configs < CONFIGS_MAX;) {
		int64_t hit = bytes_find(b, start, pos);
		struct bytes object;

		if (hit < 0)
			break;
		configs++;
		object = object_at(bytes_slice(b, (uint64_t)hit, SIZE_MAX));
		if (object.len == 0)
			sink_trouble(sink, STATUS_MALFORMED, "keras/malformed", (uint64_t)hit,
			    "the model's configuration has no end");
		else
			analyze_config(object, (uint64_t)hit, rules, sink);
		pos = (size_t)hit + (object.len > 0 ? object.len : start.len);
	}
	sink_fact(sink, "keras.configurations", "%u", configs);
}

const struct format format_hdf5 = {
	.name = "hdf5",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = hdf5_probe,
	.analyze = hdf5_analyze,
};
