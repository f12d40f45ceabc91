/* ONNX: what graphs run and where their tensors lie. */
#include "config.h"

#include "core/buffer.h"
#include "tests/formats.h"
#include "tests/tap.h"

/* A field of wire type 2 around TEXT, which is shorter than 128 bytes; in a ring of buffers. */
static struct bytes
wrap(unsigned number, struct bytes text)
{
	static uint8_t ring[16][256];
	static unsigned next;
	uint8_t *out = ring[next++ % 16];
	size_t n = 0;

	if (number > 15) {
		out[n++] = (uint8_t)((number << 3 | 2) & 0x7f) | 0x80;
		out[n++] = (uint8_t)(number >> 4);
	} else {
		out[n++] = (uint8_t)(number << 3 | 2);
	}
	out[n++] = (uint8_t)text.len;
	memcpy(out + n, text.data, text.len);
	return bytes_of(out, n + text.len);
}

static struct bytes
join(struct bytes a, struct bytes b)
{
	static uint8_t ring[16][256];
	static unsigned next;
	uint8_t *out = ring[next++ % 16];

	memcpy(out, a.data, a.len);
	memcpy(out + a.len, b.data, b.len);
	return bytes_of(out, a.len + b.len);
}

static struct bytes
text(unsigned number, const char *s)
{
	return wrap(number, bytes_of_string(s));
}

/* The findings about a model with this graph. */
static const char *
model(struct bytes graph)
{
	struct bytes b = join(bytes_of("\x08\x07", 2), wrap(7, graph));

	(void)claims("m.onnx", join(b, bytes_of("B\2\20\15", 4)));
	return findings();
}

/* ... with a tensor whose external data say KEY: VALUE. */
static const char *
external(const char *key, const char *value)
{
	return model(wrap(5, wrap(13, join(text(1, key), text(2, value)))));
}

/* A model with an empty graph and REST beside it. */
static const char *
beside(struct bytes rest)
{
	struct bytes b = join(bytes_of("\x08\x07:\0B\2\20\15", 8), rest);

	(void)claims("m.onnx", b);
	return findings();
}

/* A function NAME that calls CALLEE. */
static struct bytes
function(const char *name, const char *callee)
{
	struct bytes node = wrap(7, join(text(4, callee), text(7, "local")));

	return wrap(25, join(join(text(1, name), node), text(10, "local")));
}

/* The field of a tensor that lies above the model. */
static struct bytes
away(void)
{
	return wrap(13, join(text(1, "location"), text(2, "../a")));
}

static void
test_functions(void)
{
	eq_str(beside(function("f", "f")), "onnx/custom-operator onnx/endless-function",
	    "a function that calls itself");
	eq_str(beside(join(function("f", "g"), function("g", "f"))),
	    "onnx/custom-operator onnx/endless-function", "two that call each other");
	eq_str(beside(join(function("f", "g"), function("g", "Add"))), "onnx/custom-operator",
	    "calls that end");
	eq_str(beside(wrap(25, wrap(7, wrap(5, wrap(5, away()))))), "onnx/path-traversal",
	    "a tensor elsewhere, in a function");
	eq_str(beside(wrap(25, wrap(7, text(4, "PyOp")))), "onnx/python-operator",
	    "Python in a function");
	eq_str(beside(wrap(20, wrap(1, wrap(5, away())))), "onnx/path-traversal",
	    "a tensor elsewhere, in a training");
	eq_str(
	    model(wrap(15, wrap(1, away()))), "onnx/path-traversal", "a sparse tensor elsewhere");
	eq_str(model(wrap(1, wrap(5, wrap(22, wrap(1, away()))))), "onnx/path-traversal",
	    "a sparse tensor elsewhere, in an attribute");
	eq_str(beside(bytes_of("\xca\x01\3\x0a\x7f\0", 6)), "onnx/malformed",
	    "a function that is cut");
}

int
main(void)
{
	struct bytes add = wrap(1, text(4, "Add"));

	eq_str(model(add), "", "an ordinary operator");
	eq_str(fact("onnx.nodes"), "1", "nodes are counted");
	eq_str(model(wrap(1, text(4, "PyOp"))), "onnx/python-operator", "Python in a graph");
	eq_str(model(wrap(1, join(text(4, "Foo"), text(7, "acme")))), "onnx/custom-operator",
	    "an operator of somebody else");
	eq_str(model(wrap(1, join(text(4, "If"), wrap(5, wrap(6, wrap(1, text(4, "PyOp"))))))),
	    "onnx/python-operator", "a graph in an attribute");
	eq_str(external("location", "weights/a.bin"), "", "data beside the model");
	eq_str(external("location", "../a"), "onnx/path-traversal", "data above it");
	eq_str(external("location", "a/../../b"), "onnx/path-traversal", "data above it, later");
	eq_str(external("location", "/etc/passwd"), "onnx/path-traversal", "an absolute path");
	eq_str(external("location", "C:\\x"), "onnx/path-traversal", "a drive");
	eq_str(external("location", "a..b"), "", "dots in a name");
	eq_str(external("offset", "4096"), "", "an offset");
	eq_str(external("offset", "-1"), "onnx/malformed", "a negative offset");
	eq_str(external("__class__", "x"), "onnx/unknown-key", "a key that is none");
	eq_str(model(bytes_of("\x0a\x7f", 2)), "onnx/malformed", "a length that lies");
	eq_str(model(bytes_of("\x0b", 1)), "onnx/malformed", "a group");
	(void)claims("m.onnx",
	    join(join(wrap(7, wrap(1, text(4, "Add"))), text(99, "hidden")),
		bytes_of("\x08\x07", 2)));
	eq_str(findings(), "onnx/unknown-field", "a field that no version has");
	eq_str(claims("m.onnx", bytes_of("\0", 1)), "onnx", "by name");
	eq_str(findings(), "onnx/malformed", "no field has the number 0");
	test_functions();
	sink_free(sink);
	return done_testing();
}
