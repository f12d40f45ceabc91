/*
 * Graphs of TensorFlow (tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, and
 * framework/graph.proto, function.proto), messages of Protocol Buffers:
 *
 *   SavedModel           1 schema version, 2 MetaGraphDef (repeated)
 *   MetaGraphDef         1 meta info, 2 GraphDef, 3 savers, 4 collections, 5 signatures
 *   GraphDef             1 NodeDef (repeated), 2 library, 3 and 4 versions
 *   NodeDef              1 name, 2 operator, 3 inputs, 5 attributes
 *   FunctionDefLibrary   1 FunctionDef (repeated)
 *   FunctionDef          1 OpDef (1 name), 3 NodeDef (repeated), 4 results, 5 attributes
 *
 * Running a graph runs its operators, some of which run Python, write files or come from a library
 * that the loader has to bring. And keras_metadata.pb, which Keras 2 writes beside a SavedModel:
 *
 *   SavedMetadata        1 SavedObject (repeated): 5 metadata, a configuration in JSON
 */
#include "config.h"

#include "bundle/names.h"
#include "core/limits.h"
#include "core/text.h"
#include "format/format.h"
#include "format/keras.h"
#include "format/operators.h"
#include "format/protobuf.h"

#define SHOWN 100
#define NAMES_MAX 100000 /* functions of one graph */

static const char *const suffixes[] = { ".pb", NULL };

struct graph {
	struct sink *sink;
	const struct operators *operators;
	struct bytes member;
	struct name_set *functions;
	uint64_t nodes, functions_seen;
	bool failed;
};

static void
fail(struct graph *graph, const struct reader *r, const char *what)
{
	if (!graph->failed)
		sink_trouble(graph->sink, STATUS_MALFORMED, "tensorflow/malformed",
		    (uint64_t)(r->in.data - graph->member.data) + r->pos, "%s", what);
	graph->failed = true;
}

/* Calls TAKE for each field NUMBER of MESSAGE that is a message or a text. */
static void
each(struct graph *graph, struct bytes message, uint64_t number,
    void (*take)(struct graph *, struct bytes))
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0) {
		if (!protobuf_next(&r, &field)) {
			fail(graph, &r, "a message that is cut short");
			return;
		}
		if (field.number == number && field.wire == 2)
			take(graph, field.bytes);
	}
}

/* The text of field NUMBER; empty where there is none. */
static struct bytes
text_of(struct bytes message, uint64_t number)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0 && protobuf_next(&r, &field))
		if (field.number == number && field.wire == 2)
			return field.bytes;
	return bytes_of(NULL, 0);
}

static void
judge_operator(struct graph *graph, struct bytes name)
{
	uint64_t offset = (uint64_t)(name.data - graph->member.data);
	const char *shown = text_safe(sink_arena(graph->sink), name, SHOWN), *why;

	switch (operators_judge(graph->operators, name, &why)) {
	case OPERATOR_KNOWN:
		break;
	case OPERATOR_DANGEROUS:
		sink_finding_once(graph->sink, "tensorflow/dangerous-operator", offset, name.len,
		    shown, "the graph uses %s, which %s", shown, why);
		break;
	case OPERATOR_REVIEW:
		sink_finding_once(graph->sink, "tensorflow/file-operator", offset, name.len, shown,
		    "the graph uses %s, which %s", shown, why);
		break;
	case OPERATOR_UNKNOWN:
		/* A name that was not there yet is none of the graph's functions. */
		if (name.data[0] != '_' && name_set_add(graph->functions, name, false))
			sink_finding_once(graph->sink, "tensorflow/custom-operator", offset,
			    name.len, shown, "the graph needs the operator %s of another library",
			    shown);
		break;
	}
}

static void
take_node(struct graph *graph, struct bytes message)
{
	struct bytes name = text_of(message, 2);

	graph->nodes++;
	if (name.len > 0)
		judge_operator(graph, name);
}

static void
take_name(struct graph *graph, struct bytes signature)
{
	if (++graph->functions_seen <= NAMES_MAX)
		(void)name_set_add(graph->functions, text_of(signature, 1), false);
}

static void
take_function_name(struct graph *graph, struct bytes message)
{
	each(graph, message, 1, take_name);
}

static void
take_library_names(struct graph *graph, struct bytes message)
{
	each(graph, message, 1, take_function_name);
}

static void
take_function(struct graph *graph, struct bytes message)
{
	each(graph, message, 3, take_node);
}

static void
take_library(struct graph *graph, struct bytes message)
{
	each(graph, message, 1, take_function);
}

/* Functions first: nodes call them by their names. */
static void
take_graph(struct graph *graph, struct bytes message)
{
	each(graph, message, 2, take_library_names);
	each(graph, message, 1, take_node);
	each(graph, message, 2, take_library);
}

static void
take_meta_graph(struct graph *graph, struct bytes message)
{
	each(graph, message, 2, take_graph);
}

/* Is MESSAGE whole, with none but fields 1 to MOST at its top? */
static bool
is_message(struct bytes message, uint64_t most)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0)
		if (!protobuf_next(&r, &field) || field.number > most)
			return false;
	return message.len > 0;
}

/* Does a graph begin here: a node with a name and an operator? */
static bool
is_graph(struct bytes b)
{
	struct reader r = reader_over(b);
	struct protobuf_field field;
	struct bytes name;

	if (!protobuf_next(&r, &field) || field.number != 1 || field.wire != 2)
		return false;
	name = text_of(field.bytes, 2);
	return is_message(field.bytes, 7) && text_of(field.bytes, 1).len > 0 && name.len > 0 &&
	    ((name.data[0] >= 'A' && name.data[0] <= 'Z') || name.data[0] == '_');
}

static bool
is_saved_model(const struct member *member)
{
	return strcmp(member_basename(member), "saved_model.pb") == 0;
}

static int
probe(const struct member *member)
{
	if (member->bytes.len == 0)
		return 0;
	if (is_saved_model(member))
		return 60;
	return member_has_suffix(member, ".pb") && is_graph(member->bytes) ? 50 : 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct status status = { 0 };
	struct graph graph = { .sink = sink, .member = member->bytes };

	if (rules == NULL)
		return;
	graph.operators = rules_get(rules, &operators_kind, &status);
	graph.functions = name_set_new();
	if (graph.operators == NULL)
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the lists of operators: %s", status.text);
	else if (graph.functions == NULL)
		sink_trouble(sink, STATUS_MEMORY, "scan/limit", 0, "no memory for its functions");
	else if (is_saved_model(member))
		each(&graph, member->bytes, 2, take_meta_graph);
	else
		take_graph(&graph, member->bytes);
	name_set_free(graph.functions);
	sink_fact(sink, "tensorflow.nodes", "%ju", (uintmax_t)graph.nodes);
}

const struct format format_tensorflow = {
	.name = "tensorflow",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};

/* The configurations of Keras beside a SavedModel. */
static int
metadata_probe(const struct member *member)
{
	return strcmp(member_basename(member), "keras_metadata.pb") == 0 && member->bytes.len > 0
	    ? 60
	    : 0;
}

static void
metadata_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct reader r = reader_over(member->bytes);
	struct protobuf_field field;

	while (rules != NULL && reader_left(&r) > 0) {
		struct bytes text;

		if (!protobuf_next(&r, &field)) {
			sink_trouble(sink, STATUS_MALFORMED, "tensorflow/malformed", r.pos,
			    "a message that is cut short");
			return;
		}
		text = field.number == 1 ? text_of(field.bytes, 5) : bytes_of(NULL, 0);
		if (text.len > 0)
			keras_judge_config(
			    text, (uint64_t)(text.data - member->bytes.data), rules, sink);
	}
}

const struct format format_keras_metadata = {
	.name = "keras-metadata",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = metadata_probe,
	.analyze = metadata_analyze,
};
