/* NumPy's arrays: lying headers, objects, what follows; and the reader of literals. */
#include "config.h"

#include "format/literal.h"
#include "tests/unit/format_test.h"

extern const struct format format_numpy;

/* An array of version 1 with HEADER and DATA, in a buffer that the next call reuses. */
static struct bytes
array(const char *header, struct bytes data)
{
	static uint8_t b[4096];
	size_t len = strlen(header);

	memcpy(b, "\x93NUMPY\1\0", 8);
	b[8] = (uint8_t)len;
	b[9] = (uint8_t)(len >> 8);
	memcpy(b + 10, header, len);
	memcpy(b + 10 + len, data.data, data.len);
	return bytes_of(b, 10 + len + data.len);
}

#define HEADER(descr, shape) \
	"{'descr': " descr ", 'fortran_order': False, 'shape': " shape ", }    \n"

static void
expect(const char *what, const char *header, struct bytes data, const char *check)
{
	struct format_case one = { what, array(header, data), check };

	run_cases(&format_numpy, "a.npy", &one, 1);
}

static void
test_headers(void)
{
	static const uint8_t zeros[64];
	const struct bytes eight = bytes_of(zeros, 8), sixteen = bytes_of(zeros, 16);

	expect("two floats", HEADER("'<f4'", "(2,)"), eight, NULL);
	expect("a scalar", HEADER("'<f8'", "()"), eight, NULL);
	expect("characters", HEADER("'<U2'", "(1,)"), eight, NULL);
	expect("dates", HEADER("'<M8[ns]'", "(1,)"), eight, NULL);
	expect("a structure", HEADER("[('a', '<f4'), ('O', '<f4')]", "(1,)"), eight, NULL);
	expect("Python 2's numbers", HEADER("'<f4'", "(2L,)"), eight, NULL);
	expect("too few bytes", HEADER("'<f4'", "(3,)"), eight, "numpy/truncated");
	expect("a shape that overflows", HEADER("'<f4'", "(9223372036854775807, 9)"), eight,
	    "numpy/malformed");
	expect("bytes behind it", HEADER("'<f4'", "(2,)"), sixteen, "numpy/trailing-data");
	expect("a type by its name", HEADER("'object'", "(1,)"), eight, "numpy/unknown-type");
	expect("a type in escapes", HEADER("'\\\\x4f'", "(1,)"), eight, "numpy/unknown-type");
	expect("types in one string", HEADER("'f8,O'", "(1,)"), eight, "numpy/unknown-type");
	expect("a type of a structure by its name", HEADER("[('a', 'object')]", "(1,)"), eight,
	    "numpy/unknown-type");
	expect("a pickle behind a type by its name", HEADER("'object'", "(1,)"),
	    bytes_of("\x80\2cos\nsystem\n)R.", 15), "pickle/dangerous-call");
	expect("an unknown type", HEADER("'<z4'", "(2,)"), eight, "numpy/unknown-type");
	expect("no shape", "{'descr': '<f4', 'fortran_order': False}", eight, "numpy/malformed");
	expect("code", HEADER("'<f4'", "(print(1),)"), eight, "numpy/malformed");
}

static void
test_objects(void)
{
	const struct bytes call = RAW("\x80\2cos\nsystem\nX\2\0\0\0id\x85R."),
			   dict = RAW("\x80\2}.");

	expect("objects that call", HEADER("'|O'", "(1,)"), call, "pickle/dangerous-call");
	expect("objects in a structure", HEADER("[('a', '|O')]", "(1,)"), call,
	    "pickle/dangerous-call");
	expect("objects in a structure in a structure", HEADER("[('a', [('b', 'O')])]", "(1,)"),
	    call, "pickle/dangerous-call");
	expect("a pickle that is no array", HEADER("'|O'", "(1,)"), dict, "numpy/no-array");
}

static void
test_preambles(void)
{
	static const struct format_case cases[] = {
		{ "a version of the future", RAW("\x93NUMPY\7\0\2\0{}"), "numpy/unsupported" },
		{ "a header of four gigabytes", RAW("\x93NUMPY\2\0\xff\xff\xff\xff{}"),
		    "numpy/malformed" },
		{ "nothing behind the magic", RAW("\x93NUMPY"), "numpy/malformed" },
	};

	run_cases(&format_numpy, "a.npy", cases, ARRAY_LEN(cases));
	check_truncations(&format_numpy, "a.npy",
	    array(HEADER("'<f4'", "(2,)"), (struct bytes)RAW("\0\0\0\0\0\0\0\0")));
}

static bool
count(const struct literal_token *token, void *context)
{
	(void)token;
	++*(unsigned *)context;
	return true;
}

static bool
is_literal(const char *text)
{
	struct literal_error error;
	unsigned n = 0;

	return literal_walk(bytes_of_string(text), count, &n, &error);
}

static void
test_literals(void)
{
	char deep[400];

	ok(is_literal("{'a': (1, 2), \"b\": [True, None], }"), "a dictionary");
	ok(is_literal("()") && is_literal("(1,)") && is_literal(" 7 "), "small ones");
	ok(!is_literal("(1 2)") && !is_literal("(,)") && !is_literal("(1,,)"), "commas");
	ok(!is_literal("(1") && !is_literal("1)") && !is_literal("'a"), "what has no end");
	ok(!is_literal("{'a':'b':'c'}"), "a key of a key");
	ok(!is_literal("f(1)") && !is_literal("1+1") && !is_literal(""), "what is none");
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	ok(!is_literal(deep), "depth has a limit");
}

int
main(void)
{
	test_headers();
	test_objects();
	test_preambles();
	test_literals();
	return done_testing();
}
