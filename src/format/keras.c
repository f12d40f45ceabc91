/*
 * Keras: what a model's configuration names. In a .keras file (Keras 3, a zip) it is config.json,
 * in HDF5 files an attribute of JSON. Objects of it are { "class_name", "module",
 * "registered_name", "config" }; loading one imports the class or function that it names, calls it,
 * and for a Lambda unmarshals bytecode.
 */
#include "config.h"

#include "format/keras.h"

#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "format/format.h"
#include "format/globals.h"

#define FRAMES (LIMIT_JSON_DEPTH + 2)
#define SHOWN 100
#define WORDS 16    /* functions that one object may name outside of the fields for it */
#define NO_NAME "?" /* judged, it tells of lists that hold all names of a module */

/* An object or array on the way to its end. */
struct frame {
	struct bytes key, class_name, module, other_module, registered, config, vocabulary;
	struct bytes words[WORDS]; /* values that could name a function */
	unsigned nwords;
	bool has_url; /* a value is a URL */
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

static enum global_class
class_of(struct config *config, struct bytes module, struct bytes name)
{
	return globals_judge(config->globals, module, name).kind;
}

/* Is NAME itself listed as dangerous, rather than all of MODULE? */
static bool
is_listed(struct config *config, struct bytes module, struct bytes name)
{
	return class_of(config, module, name) == GLOBAL_DANGEROUS &&
	    class_of(config, module, bytes_of_string(NO_NAME)) != GLOBAL_DANGEROUS;
}

/* Is MODULE one of Python's own, where no layer comes from? */
static bool
is_of_python(struct config *config, struct bytes module)
{
	enum global_class kind = class_of(config, module, bytes_of_string(NO_NAME));

	return !is_keras(module) && (kind == GLOBAL_STDLIB || kind == GLOBAL_DANGEROUS);
}

static void
report_reference(struct config *config, struct bytes module, struct bytes name, uint64_t offset)
{
	struct global_verdict verdict = globals_judge(config->globals, module, name);
	const char *full = arena_format(
	    sink_arena(config->sink), "%s.%s", shown(config, module), shown(config, name));

	sink_finding_once(config->sink, "keras/dangerous-reference", offset, 0, full,
	    "loading it uses %s: %s", full == NULL ? "" : full,
	    verdict.why == NULL ? "no layer of Keras stands there" : verdict.why);
}

/* A function or class of MODULE that loading imports. */
static void
judge_reference(struct config *config, const struct frame *frame, uint64_t offset)
{
	bool is_function =
	    bytes_equal_string(frame->class_name, "function") && frame->config.len > 0;
	struct bytes name = is_function ? frame->config : frame->class_name;
	enum global_class kind = class_of(config, frame->module, name);

	if ((kind == GLOBAL_DANGEROUS && (is_function || !is_keras(frame->module))) ||
	    (kind == GLOBAL_STDLIB && !is_function))
		report_reference(config, frame->module, name, offset);
	else if (!is_keras(frame->module) && !bytes_equal_string(frame->module, "builtins"))
		sink_finding_once(config->sink, "keras/custom-object", offset, 0,
		    shown(config, frame->module),
		    "loading it needs %s.%s, which is not Keras's own",
		    shown(config, frame->module), shown(config, name));
}

/* "keras.config.enable_unsafe_deserialization" as a value, under whatever key. */
static void
judge_dotted(struct config *config, struct bytes value, uint64_t offset)
{
	const uint8_t *dot = value.len == 0 ? NULL : memrchr(value.data, '.', value.len);
	struct bytes module, name;

	if (dot == NULL)
		return;
	module = bytes_slice(value, 0, (uint64_t)(dot - value.data));
	name = bytes_slice(value, module.len + 1, SIZE_MAX);
	if (is_listed(config, module, name) &&
	    (is_keras(module) ||
		globals_judge(config->globals, module, name).effect == EFFECT_COMMAND))
		report_reference(config, module, name, offset);
}

/*
 * Functions that are named in other fields than those that Keras writes: deserializers of other
 * versions and of the model's own classes take them from there. What fetches a file is one only
 * with the address.
 */
static void
judge_words(struct config *config, const struct frame *frame, uint64_t offset)
{
	struct bytes utilities = bytes_of_string("keras.utils");

	for (unsigned i = 0; i < frame->nwords; i++) {
		if (frame->module.len > 0 && is_listed(config, frame->module, frame->words[i]))
			report_reference(config, frame->module, frame->words[i], offset);
		else if (frame->has_url && is_listed(config, utilities, frame->words[i]))
			report_reference(config, utilities, frame->words[i], offset);
	}
	if (frame->other_module.len > 0 && is_of_python(config, frame->other_module))
		report_reference(config, frame->other_module, bytes_of_string("*"), offset);
}

/* Is it a name that belongs to no package, or to Keras? */
static bool
is_plain(struct bytes registered)
{
	return is_keras(registered) ||
	    (memchr(registered.data == NULL ? (const uint8_t *)"" : registered.data, '>',
		 registered.len) == NULL &&
		memchr(registered.data == NULL ? (const uint8_t *)"" : registered.data, '.',
		    registered.len) == NULL);
}

static void
judge(struct config *config, const struct frame *frame, uint64_t offset)
{
	judge_words(config, frame, offset);
	if (bytes_equal_string(frame->class_name, "Lambda") ||
	    bytes_equal_string(frame->class_name, "__lambda__"))
		sink_finding_once(config->sink, "keras/lambda", offset, 0, NULL,
		    "it holds a Lambda: bytecode that runs when the model is loaded or used");
	if (bytes_equal_string(frame->class_name, "TorchModuleWrapper"))
		sink_finding_once(config->sink, "keras/torch-module", offset, 0, NULL,
		    "it wraps a module of PyTorch, whose configuration is a pickle");
	if (frame->class_name.len > 0 && frame->module.len > 0)
		judge_reference(config, frame, offset);
	else if (frame->class_name.len > 0 && !is_plain(frame->registered))
		sink_finding_once(config->sink, "keras/custom-object", offset, 0,
		    shown(config, frame->registered),
		    "loading it needs %s, which is not Keras's own",
		    shown(config, frame->registered));
	if (frame->vocabulary.len > 0)
		sink_finding(config->sink, "keras/file-reference", offset, 0, NULL,
		    "loading it reads the file \"%s\"", shown(config, frame->vocabulary));
}

/* What a value could mean whatever its key is. */
static void
take_any(struct config *config, struct frame *frame, struct bytes value, uint64_t offset)
{
	static const char *const schemes[] = {
		"http:", "https:", "ftp:", "file:", "s3:", "gs:", "hf:"
	};
	struct bytes utilities = bytes_of_string("keras.utils");

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (bytes_starts(value, schemes[i]))
			frame->has_url = true;
	if (value.len == 0 || value.len > SHOWN)
		return;
	judge_dotted(config, value, offset);
	if (frame->nwords < WORDS && memchr(value.data, '.', value.len) == NULL &&
	    (is_listed(config, utilities, value) ||
		is_listed(config, bytes_of_string("keras.config"), value) ||
		globals_may_run(config->globals, value)))
		frame->words[frame->nwords++] = value;
}

static void
take_string(struct config *config, const struct json_token *token)
{
	struct frame *frame = &config->frames[config->depth];
	struct bytes value;

	if (!json_unescape(sink_arena(config->sink), token, &value))
		return;
	if (!bytes_ends(frame->key, "module") && !bytes_equal_string(frame->key, "name"))
		take_any(config, frame, value, config->offset + token->offset);
	if (bytes_equal_string(frame->key, "class_name"))
		frame->class_name = value;
	else if (bytes_equal_string(frame->key, "module"))
		frame->module = value;
	else if (bytes_ends(frame->key, "_module"))
		frame->other_module = value;
	else if (bytes_equal_string(frame->key, "registered_name"))
		frame->registered = value;
	else if (bytes_equal_string(frame->key, "config"))
		frame->config = value;
	else if (bytes_equal_string(frame->key, "vocabulary"))
		frame->vocabulary = value;
}

/* The end of an object or array: what it named may belong to the object around it. */
static void
leave(struct config *config, bool with_words, bool with_url)
{
	const struct frame *inner = &config->frames[config->depth];
	struct frame *outer = &config->frames[--config->depth];

	for (unsigned i = 0; with_words && i < inner->nwords && outer->nwords < WORDS; i++)
		outer->words[outer->nwords++] = inner->words[i];
	outer->has_url = outer->has_url || (with_url && inner->has_url);
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
		leave(config, bytes_equal_string(config->frames[config->depth - 1].key, "config"),
		    false);
		break;
	case JSON_ARRAY_END:
		leave(config, true, true);
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

void
keras_judge_config(struct bytes text, uint64_t offset, const struct rules *rules, struct sink *sink)
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

	keras_judge_config(
	    bytes_slice(member->bytes, has_mark ? 3 : 0, SIZE_MAX), has_mark ? 3 : 0, rules, sink);
}

const struct format format_keras_config = {
	.name = "keras-config",
	.refines = "json",
	.traits = FORMAT_TEXT | FORMAT_MODEL,
	.probe = config_probe,
	.analyze = config_analyze,
};
