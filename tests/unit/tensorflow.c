/* Graphs of TensorFlow: operators are judged wherever they stand. */
#include "config.h"

#include "core/buffer.h"
#include "tests/unit/format_test.h"

extern const struct format format_keras_metadata, format_tensorflow;

static const char danger[] = "tensorflow/dangerous-operator";

/* Field NUMBER with CONTENT, in memory that the caller frees. */
static struct bytes
field(struct buffer *out, unsigned number, struct bytes content)
{
	*out = buffer_up_to(MIB);
	buffer_add_u8(out, (uint8_t)(number << 3 | 2));
	buffer_add_u8(out, (uint8_t)(content.len & 127) | (content.len > 127 ? 128 : 0));
	if (content.len > 127)
		buffer_add_u8(out, (uint8_t)(content.len >> 7));
	buffer_add(out, content);
	return buffer_bytes(out);
}

/* A node of OPERATOR, in a function of the library where IN_FUNCTION; the whole SavedModel. */
static struct bytes
model(struct buffer *out, const char *operator, bool in_function, const char *function)
{
	static struct buffer parts[16];
	struct buffer node = buffer_up_to(MIB), library = buffer_up_to(MIB);
	struct buffer graph = buffer_up_to(MIB);
	unsigned n = 0;
	struct bytes definition;

	buffer_add(&node, field(&parts[n++], 1, bytes_of_string("n")));
	buffer_add(&node, field(&parts[n++], 2, bytes_of_string(operator)));
	buffer_add(
	    &library, field(&parts[n + 1], 1, field(&parts[n], 1, bytes_of_string(function))));
	n += 2;
	if (in_function)
		buffer_add(&library, field(&parts[n++], 3, buffer_bytes(&node)));
	else
		buffer_add(&graph, field(&parts[n++], 1, buffer_bytes(&node)));
	definition = field(&parts[n++], 1, buffer_bytes(&library));
	buffer_add(&graph, field(&parts[n++], 2, definition));
	definition = field(&parts[n++], 2, buffer_bytes(&graph));
	(void)field(out, 2, definition);
	while (n > 0)
		buffer_free(&parts[--n]);
	buffer_free(&node);
	buffer_free(&library);
	buffer_free(&graph);
	return buffer_bytes(out);
}

static void
expect(const char *what, const char *operator, bool in_function, const char *check)
{
	struct buffer out;
	struct format_case one = { what, model(&out, operator, in_function, "__inference_f_1"),
		check };

	run_cases(&format_tensorflow, "saved_model.pb", &one, 1);
	buffer_free(&out);
}

static void
test_operators(void)
{
	struct buffer out;

	expect("an operator of TensorFlow", "MatMul", false, NULL);
	expect("one that runs Python", "PyFunc", false, danger);
	expect("one that runs Python, in a function", "EagerPyFunc", true, danger);
	expect("one that writes files", "WriteFile", false, danger);
	expect("one that reads files", "ReadFile", false, "tensorflow/file-operator");
	expect("one of another library", "Mine>Twice", false, "tensorflow/custom-operator");
	expect("one that begins like TensorFlow's", "MatMulX", false, "tensorflow/custom-operator");
	expect("a function of the graph", "__inference_f_1", false, NULL);
	check_truncations(&format_tensorflow, "saved_model.pb", model(&out, "MatMul", false, "f"));
	buffer_free(&out);
}

static void
test_frozen(void)
{
	struct member member = { .path = "a.pb", .name = "a.pb" };
	static const struct format_case cases[] = {
		{ "a frozen graph", RAW("\n\13\n\1n\22\6MatMul"), NULL },
		{ "a frozen graph that runs Python", RAW("\n\13\n\1n\22\6PyFunc"), danger },
	};

	run_cases(&format_tensorflow, "a.pb", cases, ARRAY_LEN(cases));
	member.bytes = cases[0].bytes;
	ok(format_tensorflow.probe(&member) > 0, "it is known by its first node");
	member.bytes = bytes_of("\n\3abc", 5);
	ok(format_tensorflow.probe(&member) == 0, "another message is not");
}

static void
test_metadata(void)
{
	static const struct format_case cases[] = {
		{ "a dense layer", RAW("\n\30*\26{\"class_name\":\"Dense\"}"), NULL },
		{ "a Lambda", RAW("\n\31*\27{\"class_name\":\"Lambda\"}"), "keras/lambda" },
		{ "metadata that are cut", RAW("\n\30*\26{\"class_name\""),
		    "tensorflow/malformed" },
	};

	run_cases(&format_keras_metadata, "keras_metadata.pb", cases, ARRAY_LEN(cases));
}

int
main(void)
{
	test_operators();
	test_frozen();
	test_metadata();
	return done_testing();
}
