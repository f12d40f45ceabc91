/*
 * ONNX (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, IR version 3 and later): one
 * message of Protocol Buffers. Read without a library, field by field:
 *
 *   ModelProto   1 ir_version, 2 producer_name, 7 graph, 8 opset_import, 14 metadata_props,
 *                20 training_info (1 and 2 graphs), 25 functions
 *   GraphProto   1 node, 5 initializer, 15 sparse_initializer (1 and 2 tensors)
 *   Function     1 name, 7 node, 10 domain, 11 attribute_proto
 *   NodeProto    4 op_type, 5 attribute, 7 domain
 *   Attribute    5 t, 6 g, 10 tensors, 11 graphs, 22 sparse_tensor, 23 sparse_tensors
 *   TensorProto  1 dims, 13 external_data
 *
 * Loaders have followed external_data out of the folder (CVE-2022-25882, CVE-2024-27318,
 * CVE-2026-27489) and set attributes that its keys name (CVE-2026-34445).
 */
#include "config.h"

#include "core/reader.h"
#include "core/text.h"
#include "format/format.h"
#include "format/protobuf.h"

#define DEPTH 16 /* graphs in attributes of graphs; real ones have two or three */
#define SHOWN 100
#define FUNCTIONS 512	/* of one model, whose calls are followed */
#define CALLS_MAX 20000 /* functions that are entered while following */
#define FIELDS 32	/* of a model; 26 are taken, the rest is left to versions to come */

static const char *const suffixes[] = { ".onnx", NULL };

struct onnx {
	struct sink *sink;
	const uint8_t *start;
	uint64_t nodes, graphs;
	bool failed;
	struct function {
		struct bytes name, domain, body;
	} functions[FUNCTIONS];
	unsigned nfunctions, calls;
};

static int
probe(const struct member *member)
{
	struct reader r = reader_over(member->bytes);
	struct protobuf_field field;
	bool has_graph = false, has_opset = false;

	if (member->bytes.len > 0 && member_has_suffix(member, ".onnx"))
		return 60;
	if (member->bytes.len < 16 || member->bytes.data[0] != 0x08)
		return 0;
	while (reader_left(&r) > 0) {
		if (!protobuf_next(&r, &field))
			return 0;
		has_graph = has_graph || (field.number == 7 && field.wire == 2);
		has_opset = has_opset || (field.number == 8 && field.wire == 2);
	}
	return has_graph && has_opset ? 60 : 0;
}

static void
fail(struct onnx *onnx, const struct reader *r, const char *what)
{
	if (!onnx->failed)
		sink_trouble(onnx->sink, STATUS_MALFORMED, "onnx/malformed",
		    (uint64_t)(r->in.data - onnx->start) + r->pos, "%s", what);
	onnx->failed = true;
}

static const char *
shown(struct onnx *onnx, struct bytes b)
{
	return text_safe(sink_arena(onnx->sink), b, SHOWN);
}

/* A place in the same folder: relative, no "..", no drive, no zero byte. */
static bool
is_inside(struct bytes name)
{
	struct bytes rest = name;

	if (name.len == 0 || name.data[0] == '/' || name.data[0] == '\\' || name.data[0] == '~' ||
	    memchr(name.data, '\0', name.len) != NULL || memchr(name.data, ':', name.len) != NULL)
		return false;
	while (rest.len > 0) {
		size_t n = 0;

		while (n < rest.len && rest.data[n] != '/' && rest.data[n] != '\\')
			n++;
		if (bytes_equal_string(bytes_slice(rest, 0, n), ".."))
			return false;
		rest = bytes_slice(rest, n + 1, rest.len);
	}
	return true;
}

/* A pair of strings: fields 1 and 2. */
static bool
read_pair(struct onnx *onnx, struct bytes message, struct bytes *ret_key, struct bytes *ret_value)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	*ret_key = *ret_value = bytes_of(NULL, 0);
	while (reader_left(&r) > 0) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "a pair that is none");
			return false;
		}
		if (field.number == 1 && field.wire == 2)
			*ret_key = field.bytes;
		if (field.number == 2 && field.wire == 2)
			*ret_value = field.bytes;
	}
	return true;
}

static bool
is_size(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.len > 0 && text.len <= 15;
}

static void
read_external(struct onnx *onnx, struct bytes message)
{
	static const char *const known[] = { "checksum", "location", "offset", "length" };
	struct bytes key, value;
	uint64_t offset = (uint64_t)(message.data - onnx->start);
	bool is_known = false;

	if (!read_pair(onnx, message, &key, &value))
		return;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		is_known = is_known || bytes_equal_string(key, known[i]);
	if (bytes_equal_string(key, "location") && !is_inside(value))
		sink_finding_once(onnx->sink, "onnx/path-traversal", offset, message.len,
		    shown(onnx, value), "a tensor is to be read from outside of the bundle: %s",
		    shown(onnx, value));
	if ((bytes_equal_string(key, "offset") || bytes_equal_string(key, "length")) &&
	    !is_size(value))
		sink_trouble(onnx->sink, STATUS_MALFORMED, "onnx/malformed", offset,
		    "external data with the %s %s", shown(onnx, key), shown(onnx, value));
	if (!is_known)
		sink_finding_once(onnx->sink, "onnx/unknown-key", offset, message.len,
		    shown(onnx, key), "external data with the unknown key %s", shown(onnx, key));
}

static void
read_tensor(struct onnx *onnx, struct bytes message)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "a tensor that is cut short");
			return;
		}
		if (field.number == 1 && field.wire == 0 && field.value > INT64_MAX)
			fail(onnx, &r, "a tensor with a negative size");
		if (field.number == 13 && field.wire == 2)
			read_external(onnx, field.bytes);
	}
}

/* Values and indices of a sparse tensor are tensors. */
static void
read_sparse(struct onnx *onnx, struct bytes message)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "a sparse tensor that is cut short");
			return;
		}
		if (field.number <= 2 && field.wire == 2)
			read_tensor(onnx, field.bytes);
	}
}

static void read_graph(struct onnx *, struct bytes, unsigned depth);

static void
read_attribute(struct onnx *onnx, struct bytes message, unsigned depth)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "an attribute that is cut short");
			return;
		}
		if (field.wire != 2)
			continue;
		if (field.number == 5 || field.number == 10)
			read_tensor(onnx, field.bytes);
		if (field.number == 6 || field.number == 11)
			read_graph(onnx, field.bytes, depth + 1);
		if (field.number == 22 || field.number == 23)
			read_sparse(onnx, field.bytes);
	}
}

/* Operators that run Python, of onnxruntime-extensions and of torch's exporter. */
static void
judge_operator(struct onnx *onnx, struct bytes domain, struct bytes op)
{
	static const char *const dangerous[] = { "PyOp", "PyCustomOp", "PythonOp", "PyFunc", NULL };
	static const char *const usual[] = { "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training",
		"ai.onnx.preview.training", "com.microsoft", "com.microsoft.nchwc", NULL };
	uint64_t offset = op.data == NULL ? 0 : (uint64_t)(op.data - onnx->start);

	for (size_t i = 0; dangerous[i] != NULL; i++)
		if (bytes_equal_string(op, dangerous[i])) {
			sink_finding_once(onnx->sink, "onnx/python-operator", offset, op.len,
			    shown(onnx, op), "the graph runs Python by the operator %s",
			    shown(onnx, op));
			return;
		}
	for (size_t i = 0; usual[i] != NULL; i++)
		if (bytes_equal_string(domain, usual[i]))
			return;
	sink_finding_once(onnx->sink, "onnx/custom-operator", offset, op.len, shown(onnx, domain),
	    "the graph needs operators of %s, such as %s", shown(onnx, domain), shown(onnx, op));
}

static void
read_node(struct onnx *onnx, struct bytes message, unsigned depth)
{
	struct reader r = reader_over(message);
	struct bytes op = { NULL, 0 }, domain = { NULL, 0 };
	struct protobuf_field field;

	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "a node that is cut short");
			return;
		}
		if (field.wire != 2)
			continue;
		if (field.number == 4)
			op = field.bytes;
		if (field.number == 7)
			domain = field.bytes;
		if (field.number == 5)
			read_attribute(onnx, field.bytes, depth);
	}
	onnx->nodes++;
	judge_operator(onnx, domain, op);
}

static void
read_graph(struct onnx *onnx, struct bytes message, unsigned depth)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	if (depth > DEPTH) {
		fail(onnx, &r, "graphs nested deeper than any model's");
		return;
	}
	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "a graph that is cut short");
			return;
		}
		if (field.number == 1 && field.wire == 2)
			read_node(onnx, field.bytes, depth);
		if (field.number == 5 && field.wire == 2)
			read_tensor(onnx, field.bytes);
		if (field.number == 15 && field.wire == 2)
			read_sparse(onnx, field.bytes);
	}
}

static void
read_function(struct onnx *onnx, struct bytes message)
{
	struct function function = { .body = message };
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "a function that is cut short");
			return;
		}
		if (field.wire != 2)
			continue;
		if (field.number == 1)
			function.name = field.bytes;
		if (field.number == 10)
			function.domain = field.bytes;
		if (field.number == 7)
			read_node(onnx, field.bytes, 0);
		if (field.number == 11)
			read_attribute(onnx, field.bytes, 0);
	}
	if (onnx->nfunctions < FUNCTIONS)
		onnx->functions[onnx->nfunctions++] = function;
}

/* The graphs that a training starts with and runs. */
static void
read_training(struct onnx *onnx, struct bytes message)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "a training that is cut short");
			return;
		}
		if (field.number <= 2 && field.wire == 2)
			read_graph(onnx, field.bytes, 0);
	}
}

/* The function that a node calls, or NULL. */
static const struct function *
callee_of(const struct onnx *onnx, struct bytes node)
{
	struct reader r = reader_over(node);
	struct bytes op = { NULL, 0 }, domain = { NULL, 0 };
	struct protobuf_field field;

	while (reader_left(&r) > 0 && protobuf_next(&r, &field)) {
		if (field.number == 4 && field.wire == 2)
			op = field.bytes;
		if (field.number == 7 && field.wire == 2)
			domain = field.bytes;
	}
	for (unsigned i = 0; op.len > 0 && i < onnx->nfunctions; i++)
		if (bytes_equal(onnx->functions[i].name, op) &&
		    bytes_equal(onnx->functions[i].domain, domain))
			return &onnx->functions[i];
	return NULL;
}

/* Do the calls of FUNCTION come to an end? Runtimes put the bodies in place of the calls. */
static bool
ends(struct onnx *onnx, const struct function *function, unsigned depth)
{
	struct reader r = reader_over(function->body);
	struct protobuf_field field;

	if (depth > FUNCTIONS || ++onnx->calls > CALLS_MAX)
		return false;
	while (reader_left(&r) > 0 && protobuf_next(&r, &field)) {
		const struct function *callee =
		    field.number == 7 && field.wire == 2 ? callee_of(onnx, field.bytes) : NULL;

		if (callee != NULL && !ends(onnx, callee, depth + 1))
			return false;
	}
	return true;
}

static void
check_functions(struct onnx *onnx)
{
	for (unsigned i = 0; i < onnx->nfunctions && !onnx->failed; i++) {
		const struct function *function = &onnx->functions[i];

		if (ends(onnx, function, 0))
			continue;
		sink_finding(onnx->sink, "onnx/endless-function",
		    (uint64_t)(function->body.data - onnx->start), function->body.len, NULL,
		    "the function %s calls itself, or others without end",
		    shown(onnx, function->name));
		return;
	}
}

static void
read_metadata(struct onnx *onnx, struct bytes message)
{
	struct bytes key, value;
	const char *path;

	if (!read_pair(onnx, message, &key, &value))
		return;
	path = arena_format(sink_arena(onnx->sink), "metadata_props.%s", shown(onnx, key));
	if (path != NULL && value.len > 0)
		sink_text(
		    onnx->sink, SPAN_VALUE, path, value, (uint64_t)(value.data - onnx->start));
}

/* A field that no version has: runtimes skip it, other programs may not. */
static void
read_unknown(struct onnx *onnx, const struct protobuf_field *field)
{
	const char *name =
	    arena_format(sink_arena(onnx->sink), "field-%ju", (uintmax_t)field->number);

	sink_finding_once(onnx->sink, "onnx/unknown-field",
	    (uint64_t)(field->bytes.data - onnx->start), field->bytes.len, name,
	    "%zu bytes stand in a field that the format does not have", field->bytes.len);
	if (name != NULL && field->bytes.len > 0)
		sink_piece(onnx->sink,
		    &(struct piece){ .name = name,
			.codec = CODEC_NONE,
			.packed = field->bytes,
			.size = field->bytes.len });
}

static void
read_model(struct onnx *onnx, struct bytes message)
{
	struct reader r = reader_over(message);
	struct protobuf_field field;

	while (reader_left(&r) > 0 && !onnx->failed) {
		if (!protobuf_next(&r, &field)) {
			fail(onnx, &r, "it is cut short, or no message of Protocol Buffers");
			return;
		}
		if (field.number == 1 && field.wire == 0)
			sink_fact(onnx->sink, "onnx.ir_version", "%ju", (uintmax_t)field.value);
		if (field.wire != 2)
			continue;
		if (field.number == 2 && field.bytes.len > 0)
			sink_fact(onnx->sink, "onnx.producer", "%s", shown(onnx, field.bytes));
		if (field.number == 7 && onnx->graphs++ == 1)
			sink_finding(onnx->sink, "onnx/two-graphs",
			    (uint64_t)(field.bytes.data - onnx->start), field.bytes.len, NULL,
			    "the model has two graphs: some readers merge them, some take one");
		if (field.number == 7)
			read_graph(onnx, field.bytes, 0);
		if (field.number == 14)
			read_metadata(onnx, field.bytes);
		if (field.number == 20)
			read_training(onnx, field.bytes);
		if (field.number == 25)
			read_function(onnx, field.bytes);
		if ((field.number > 8 && field.number < 14) || field.number > FIELDS)
			read_unknown(onnx, &field);
	}
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct onnx onnx = { .sink = sink, .start = member->bytes.data };

	(void)rules;
	read_model(&onnx, member->bytes);
	check_functions(&onnx);
	if (!onnx.failed && onnx.graphs == 0)
		sink_trouble(sink, STATUS_MALFORMED, "onnx/malformed", 0, "it holds no graph");
	sink_fact(sink, "onnx.nodes", "%ju", (uintmax_t)onnx.nodes);
}

const struct format format_onnx = {
	.name = "onnx",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
