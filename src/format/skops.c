/*
 * skops (https://skops.readthedocs.io, protocol 0 to 2): a zip with schema.json, a tree of nodes
 *
 *   { "__class__", "__module__", "__loader__": "ObjectNode", "content": ... }
 *
 * and the arrays that it refers to (NUMBER.npy, .npz, .bin). Loading it imports what the nodes
 * name; the library asks its user about types that it does not trust, and has been led around that
 * question by nodes of two kinds (CVE-2025-54412, CVE-2025-54413). Here each type is judged as in a
 * pickle.
 */
#include "config.h"

#include "bundle/names.h"
#include "bundle/zip.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "format/format.h"
#include "format/globals.h"

#define FRAMES (LIMIT_JSON_DEPTH + 2)
#define SHOWN 100

static const char *const suffixes[] = { ".skops", NULL };

static int
probe(const struct member *member)
{
	return bytes_starts(member->bytes, "PK") && member_has_suffix(member, ".skops") ? 90 : 0;
}

/* Would skops write a member of that name? */
static bool
is_own(struct bytes name)
{
	static const char *const endings[] = { "/", ".npy", ".npz", ".bin", ".json" };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (bytes_ends(name, endings[i]))
			return true;
	return false;
}

static void
look_at_names(const struct zip *zip, struct sink *sink)
{
	bool has_schema = false;

	for (size_t i = 0; i < zip->n; i++) {
		struct bytes name = zip->entries[i].central.name;
		const char *shown = text_safe(sink_arena(sink), name, SHOWN);

		if (bytes_equal_string(name, "schema.json") || bytes_equal_string(name, "schema"))
			has_schema = true;
		else if (names_program(name))
			sink_finding(sink, "skops/foreign-code", zip->entries[i].offset, 0, NULL,
			    "the archive brings %s, which skops never writes", shown);
		else if (!is_own(name))
			sink_finding(sink, "skops/foreign-member", zip->entries[i].offset, 0, NULL,
			    "the archive holds %s, which skops never writes", shown);
	}
	if (!has_schema)
		sink_trouble(sink, STATUS_MALFORMED, "skops/malformed", 0,
		    "the archive has no schema.json: what loading it makes cannot be seen");
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct zip zip;

	(void)rules;
	if (zip_open(member->bytes, sink_arena(sink), &zip) && zip.n > 0)
		look_at_names(&zip, sink); /* else the zip's own analyzer says why not */
}

const struct format format_skops = {
	.name = "skops",
	.suffixes = suffixes,
	.refines = "zip",
	.traits = FORMAT_MODEL | FORMAT_CONTAINER,
	.probe = probe,
	.analyze = analyze,
};

/* The tree of nodes. */
struct frame {
	struct bytes key, class_name, module, loader, module_path, function;
};

struct schema {
	struct sink *sink;
	const struct globals *globals;
	uint64_t start; /* of the JSON in the member */
	struct frame frames[FRAMES];
	unsigned depth;
};

static int
schema_probe(const struct member *member)
{
	if (member->parent == NULL)
		return 0;
	if (probe(member->parent) > 0 &&
	    (member_has_suffix(member, ".json") || strcmp(member->name, "schema") == 0))
		return 80;
	/* skops loads an archive of any name; a key may be written with escapes. */
	return strcmp(member->name, "schema.json") == 0 &&
		bytes_starts(member->parent->bytes, "PK") &&
		(bytes_find(member->bytes, bytes_of_string("__loader__"), 0) >= 0 ||
		    bytes_find(member->bytes, bytes_of_string("\\u00"), 0) >= 0)
	    ? 80
	    : 0;
}

static void
judge_type(struct schema *schema, struct bytes module, struct bytes name, uint64_t offset)
{
	struct arena *arena = sink_arena(schema->sink);
	struct global_verdict verdict;
	const char *full;

	/* Some write the module once more into the class. */
	if (name.len > module.len + 1 && memcmp(name.data, module.data, module.len) == 0 &&
	    name.data[module.len] == '.')
		name = bytes_slice(name, module.len + 1, SIZE_MAX);
	verdict = globals_judge(schema->globals, module, name);
	full = arena_format(
	    arena, "%s.%s", text_safe(arena, module, SHOWN), text_safe(arena, name, SHOWN));
	if (verdict.kind == GLOBAL_SAFE || verdict.kind == GLOBAL_KNOWN)
		return;
	if (full == NULL)
		sink_trouble(schema->sink, STATUS_MEMORY, "scan/limit", offset,
		    "no memory for the names of its types");
	else if (verdict.kind == GLOBAL_DANGEROUS)
		sink_finding_once(schema->sink, "skops/dangerous-type", offset, 0, full,
		    "loading it uses %s: %s", full, verdict.why == NULL ? "" : verdict.why);
	else if (verdict.kind == GLOBAL_STDLIB)
		sink_finding_once(schema->sink, "skops/standard-type", offset, 0, full,
		    "loading it uses %s of Python itself, which no estimator needs", full);
	else
		sink_finding_once(schema->sink, "skops/unlisted-type", offset, 0, full,
		    "loading it needs %s, which no list of harmless names holds", full);
}

static void
judge(struct schema *schema, const struct frame *frame, uint64_t offset)
{
	if (bytes_equal_string(frame->loader, "MethodNode") ||
	    bytes_equal_string(frame->loader, "OperatorFuncNode"))
		sink_finding_once(schema->sink, "skops/unchecked-node", offset, 0, NULL,
		    "it holds a %s, whose types skops has loaded without asking",
		    text_safe(sink_arena(schema->sink), frame->loader, SHOWN));
	/* A function's own node says "builtins.function"; its content says which. */
	if (frame->module.len > 0 && frame->class_name.len > 0 &&
	    !bytes_equal_string(frame->class_name, "function"))
		judge_type(schema, frame->module, frame->class_name, offset);
	if (frame->module_path.len > 0 && frame->function.len > 0)
		judge_type(schema, frame->module_path, frame->function, offset);
}

static bool
take_string(struct schema *schema, const struct json_token *token)
{
	struct frame *frame = &schema->frames[schema->depth];
	struct bytes value;

	if (!json_unescape(sink_arena(schema->sink), token, &value))
		return false;
	if (bytes_equal_string(frame->key, "__class__"))
		frame->class_name = value;
	else if (bytes_equal_string(frame->key, "__module__"))
		frame->module = value;
	else if (bytes_equal_string(frame->key, "module_path"))
		frame->module_path = value;
	else if (bytes_equal_string(frame->key, "function"))
		frame->function = value;
	else if (bytes_equal_string(frame->key, "__loader__") ||
	    bytes_equal_string(value, "MethodNode") ||
	    bytes_equal_string(value, "OperatorFuncNode"))
		frame->loader = value;
	return true;
}

static bool
visit(const struct json_token *token, void *context)
{
	struct schema *schema = context;

	switch (token->event) {
	case JSON_OBJECT_BEGIN:
	case JSON_ARRAY_BEGIN:
		if (schema->depth + 1 >= FRAMES)
			return false;
		schema->frames[++schema->depth] = (struct frame){ 0 };
		break;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		judge(schema, &schema->frames[schema->depth], schema->start + token->offset);
		schema->depth--;
		break;
	case JSON_KEY:
		return json_unescape(
		    sink_arena(schema->sink), token, &schema->frames[schema->depth].key);
	case JSON_STRING:
		return take_string(schema, token);
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return true;
}

static void
schema_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct schema *schema = arena_alloc(sink_arena(sink), sizeof(*schema));
	struct status status = { 0 };
	struct json_error error;

	if (schema == NULL) {
		sink_trouble(
		    sink, STATUS_MEMORY, "scan/limit", 0, "no memory for the tree of nodes");
		return;
	}
	schema->sink = sink;
	schema->globals = rules_get(rules, &globals_kind, &status);
	schema->start = bytes_starts(member->bytes, "\xef\xbb\xbf") ? 3 : 0;
	if (schema->globals == NULL)
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the lists of globals: %s", status.text);
	else if (!json_walk(
		     bytes_slice(member->bytes, schema->start, SIZE_MAX), visit, schema, &error))
		sink_trouble(sink, STATUS_MALFORMED, "skops/malformed", error.offset,
		    "the tree of nodes cannot be read: %s",
		    error.fault == JSON_FAULT_NONE ? "there is no memory for it" : error.text);
}

const struct format format_skops_schema = {
	.name = "skops-schema",
	.refines = "json",
	.traits = FORMAT_TEXT | FORMAT_MODEL,
	.probe = schema_probe,
	.analyze = schema_analyze,
};
