/* The strict JSON reader: what it refuses, what it tells, what reaches json-c. */
#include "config.h"

#include "core/json.h"
#include "core/limits.h"
#include "tests/tap.h"

#include <stdlib.h>

static enum json_fault
fault_of(const char *text)
{
	struct json_error error;

	if (json_walk(bytes_of_string(text), NULL, NULL, &error))
		return JSON_FAULT_NONE;
	return error.fault;
}

static void
test_grammar(void)
{
	static const struct {
		const char *text;
		enum json_fault fault;
	} cases[] = {
		{ "{}", JSON_FAULT_NONE },
		{ " [ ] \n", JSON_FAULT_NONE },
		{ "-0.5e+3", JSON_FAULT_NONE },
		{ "\"\"", JSON_FAULT_NONE },
		{ "null", JSON_FAULT_NONE },
		{ "[1,[2,{\"a\":[]}],3]", JSON_FAULT_NONE },
		{ "{\"a\":{\"a\":1},\"b\":{\"a\":2}}", JSON_FAULT_NONE },
		{ "{\"model_max_length\":1000000000000000019884624838656}", JSON_FAULT_NONE },
		{ "\"\\ud83d\\ude00\"", JSON_FAULT_NONE },
		{ "\"abcdefgh\\\"ijklmnop\"", JSON_FAULT_NONE },
		{ "", JSON_FAULT_SYNTAX },
		{ "[1,]", JSON_FAULT_SYNTAX },
		{ "[,1]", JSON_FAULT_SYNTAX },
		{ "[1 2]", JSON_FAULT_SYNTAX },
		{ "{\"a\":1,}", JSON_FAULT_SYNTAX },
		{ "{\"a\" 1}", JSON_FAULT_SYNTAX },
		{ "{a:1}", JSON_FAULT_SYNTAX },
		{ "{'a':1}", JSON_FAULT_SYNTAX },
		{ "[1}", JSON_FAULT_SYNTAX },
		{ "{\"a\":1]", JSON_FAULT_SYNTAX },
		{ "[01]", JSON_FAULT_SYNTAX },
		{ "[1.]", JSON_FAULT_SYNTAX },
		{ "[.5]", JSON_FAULT_SYNTAX },
		{ "[+1]", JSON_FAULT_SYNTAX },
		{ "[1e]", JSON_FAULT_SYNTAX },
		{ "[NaN]", JSON_FAULT_SYNTAX },
		{ "[Infinity]", JSON_FAULT_SYNTAX },
		{ "[truth]", JSON_FAULT_SYNTAX },
		{ "[1] // note", JSON_FAULT_TRAILING },
		{ "{} {}", JSON_FAULT_TRAILING },
		{ "\"abc", JSON_FAULT_SYNTAX },
		{ "\"a\\x41\"", JSON_FAULT_SYNTAX },
		{ "\"a\nb\"", JSON_FAULT_SYNTAX },
		{ "\"abcdefghi\001jklmnopq\"", JSON_FAULT_SYNTAX },
		{ "\xef\xbb\xbf{}", JSON_FAULT_SYNTAX },
		{ "\"\\ud800\"", JSON_FAULT_UTF8 },
		{ "\"\\udc00\\ud800\"", JSON_FAULT_UTF8 },
		{ "\"\\ud800\\u0041\"", JSON_FAULT_UTF8 },
		{ "\"\xff\"", JSON_FAULT_UTF8 },
		{ "\"\xc0\x80\"", JSON_FAULT_UTF8 },
		{ "\"12345678\xed\xa0\x80\"", JSON_FAULT_UTF8 },
		{ "[1e999]", JSON_FAULT_NUMBER },
		{ "[1e308]", JSON_FAULT_NONE },
		{ "[1e-999]", JSON_FAULT_NONE },
		{ "{\"a\":1,\"b\":2,\"a\":3}", JSON_FAULT_DUPLICATE_KEY },
		{ "{\"a\":1,\"\\u0061\":3}", JSON_FAULT_DUPLICATE_KEY },
		{ "{\"\\u0061\":{\"x\":{}},\"a\":3}", JSON_FAULT_DUPLICATE_KEY },
		{ "{\"a\":[{\"b\":1},{\"b\":1}],\"b\":[{\"c\":1,\"c\":2}]}",
		    JSON_FAULT_DUPLICATE_KEY },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum json_fault fault = fault_of(cases[i].text);

		if (!ok(fault == cases[i].fault, "the grammar of RFC 8259"))
			printf("# %s: fault %d, want %d\n", cases[i].text, fault, cases[i].fault);
	}
}

/* COUNT times OPEN and as often CLOSE. */
static char *
nested(size_t count, char open, char close)
{
	char *text = malloc(2 * count + 1);

	if (text == NULL)
		abort();
	memset(text, open, count);
	memset(text + count, close, count);
	text[2 * count] = '\0';
	return text;
}

static void
test_depth(void)
{
	char *deep = nested(LIMIT_JSON_DEPTH, '[', ']'),
	     *deeper = nested(LIMIT_JSON_DEPTH + 1, '[', ']'), *bomb = nested(100000, '[', ' ');

	ok(fault_of(deep) == JSON_FAULT_NONE, "the deepest value that is read");
	ok(fault_of(deeper) == JSON_FAULT_DEPTH, "one level deeper is refused");
	ok(fault_of(bomb) == JSON_FAULT_DEPTH, "a hundred thousand brackets are refused");
	free(deep);
	free(deeper);
	free(bomb);
}

/* An object of N keys, the last of which is the same as key number SAME. */
static struct buffer
many_keys(unsigned n, unsigned same)
{
	struct buffer out = buffer_up_to(LIMIT_JSON_BYTES);

	buffer_add_u8(&out, '{');
	for (unsigned i = 0; i < n; i++)
		buffer_add_format(&out, "\"key%u\":{\"key%u\":%u},", i, i, i);
	buffer_add_format(&out, "\"key%u\":0}", same);
	return out;
}

static void
test_many_keys(void)
{
	static const unsigned places[] = { 0, 31, 65535, 98303, 98304, 99999 };
	struct buffer distinct = many_keys(100000, 100000);
	struct json_error error;
	bool all = true;

	ok(json_walk(buffer_bytes(&distinct), NULL, NULL, &error), "a vocabulary of 100,000 keys");
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct buffer twice = many_keys(100000, places[i]);

		all = all && !json_walk(buffer_bytes(&twice), NULL, NULL, &error) &&
		    error.fault == JSON_FAULT_DUPLICATE_KEY;
		buffer_free(&twice);
	}
	ok(all, "a key that stands twice among 100,000, the first or the last of them");
	buffer_free(&distinct);
}

/* An object of N keys; KEY, where it is not negative, stands at place AT as well, escaped. */
static void
add_object(struct buffer *out, unsigned n, int key, unsigned at, uint64_t *ret_offset)
{
	buffer_add_u8(out, '{');
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			buffer_add_u8(out, ',');
		if (key >= 0 && i == at) {
			*ret_offset = out->len;
			buffer_add_format(out, "\"\\u006bey%d\":1", key);
		} else {
			buffer_add_format(out, "\"key%u\":0", i);
		}
	}
	buffer_add_u8(out, '}');
}

/*
 * An object of many keys in which others of the same few keys follow each other, in place of the
 * value of every key or in rows; one of them, or the outermost for INNER == 0, has a key twice.
 */
static struct buffer
nested_keys(unsigned outer, unsigned inner, int key, unsigned at, unsigned where, uint64_t *ret)
{
	struct buffer out = buffer_up_to(LIMIT_JSON_BYTES);

	buffer_add_u8(&out, '{');
	for (unsigned i = 0; i < outer; i++) {
		buffer_add_format(&out, "%s\"outer%u\":", i > 0 ? "," : "", i);
		if (i % 5000 != 1 || inner == 0) {
			buffer_add_format(&out, "%u", i);
			continue;
		}
		buffer_add_u8(&out, '[');
		for (unsigned k = 0; k < 20; k++) {
			if (k > 0)
				buffer_add_u8(&out, ',');
			add_object(&out, inner, i / 5000 * 20 + k == where ? key : -1, at, ret);
		}
		buffer_add_u8(&out, ']');
	}
	buffer_add_u8(&out, '}');
	return out;
}

static void
test_keys_within_many(void)
{
	static const unsigned sizes[] = { 2, 20, 33, 34, 100, 3000, 40000 };
	struct json_error error;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		unsigned n = sizes[i], outer = n > 1000 ? 5002 : 60000, last = n - 1;
		uint64_t offset = 0;
		struct buffer none = nested_keys(outer, n, -1, 0, 0, &offset);
		struct buffer first = nested_keys(outer, n, 0, last, 3, &offset);
		bool found;

		ok(json_walk(buffer_bytes(&none), NULL, NULL, &error),
		    "objects of the same keys, again and again");
		found = !json_walk(buffer_bytes(&first), NULL, NULL, &error) &&
		    error.fault == JSON_FAULT_DUPLICATE_KEY && error.offset == offset;
		buffer_free(&first);
		first = nested_keys(outer, n, (int)last - 1, last, 21, &offset);
		found = found && !json_walk(buffer_bytes(&first), NULL, NULL, &error) &&
		    error.fault == JSON_FAULT_DUPLICATE_KEY && error.offset == offset;
		ok(found, "its first or its last but one stands twice in one of them");
		buffer_free(&first);
		buffer_free(&none);
	}
}

struct seen {
	struct buffer log;
};

static bool
note(const struct json_token *token, void *context)
{
	static const char kinds[] = "{}[]ksntfz";
	struct seen *seen = context;

	buffer_add_format(
	    &seen->log, "%c%u@%u", kinds[token->event], token->depth, (unsigned)token->offset);
	buffer_add(&seen->log, token->text);
	buffer_add_u8(&seen->log, ' ');
	return true;
}

static bool
stop(const struct json_token *token, void *context)
{
	(void)context;
	return token->event != JSON_STRING;
}

static void
test_tokens(void)
{
	struct seen seen = { buffer_up_to(4096) };
	struct json_error error;

	ok(json_walk(bytes_of_string("{\"a\":[1,\"x\",{}],\"b\":null}"), note, &seen, &error),
	    "a small document");
	buffer_add_u8(&seen.log, '\0');
	eq_str((const char *)seen.log.data,
	    "{0@0 k1@1a [1@5 n2@61 s2@8x {2@12 }2@13 ]1@14 k1@16b z1@20 }0@24 ",
	    "tokens in document order with depth and offset");
	ok(!json_walk(bytes_of_string("[1,\"x\",2]"), stop, NULL, &error) &&
		error.fault == JSON_FAULT_STOPPED && error.offset == 3,
	    "a visitor stops the walk");
	buffer_free(&seen.log);
}

/* Hears nothing of what stands inside an array or an object called "skip". */
static bool
skip(const struct json_token *token, void *context)
{
	static bool is_next;

	if (is_next)
		*token->ret_skip = true;
	is_next = token->event == JSON_KEY && bytes_equal_string(token->text, "skip");
	return note(token, context);
}

static void
test_skipping(void)
{
	struct seen seen = { buffer_up_to(4096) };
	struct json_error error;

	ok(json_walk(
	       bytes_of_string("{\"skip\":{\"a\":[{}],\"skip\":{\"b\":1}},\"c\":{\"skip\":[[1]]},"
			       "\"d\":[]}"),
	       skip, &seen, &error),
	    "a document with parts nobody asks for");
	buffer_add_u8(&seen.log, '\0');
	eq_str((const char *)seen.log.data,
	    "{0@0 k1@1skip {1@8 }1@32 k1@34c {1@38 k2@39skip [2@46 ]2@50 }1@51 k1@53d [1@57 ]1@58 "
	    "}0@59 ",
	    "nothing is told of them but their ends");
	ok(!json_walk(bytes_of_string("{\"skip\":{\"a\":1,\"a\":2}}"), skip, &seen, &error) &&
		error.fault == JSON_FAULT_DUPLICATE_KEY,
	    "they are read as strictly");
	buffer_free(&seen.log);
}

/* Values, most of them as vocabularies have them, some not, some wrong. */
static const char *const values[] = { "0", "7", "123456", "\"x\"",
	"\"a longer string of 40 bytes ......\"", "\"\xc3\xa9\"", " 1", "1 ", "-1", "1.5", "1e5",
	"true", "\"\\n\"", "\"\"", "01", "1e999", "\"\xff\"", "\"\n\"", "x", "\"", "\"\\x\"", "" };

/* An object or array of up to N entries, the keys of WIDTH kinds, with others in it. */
static void
add_container(struct buffer *out, unsigned n, unsigned width, unsigned depth)
{
	bool is_object = rand() % 2 == 0;

	buffer_add_u8(out, is_object ? '{' : '[');
	for (unsigned i = 0; i < n; i++) {
		size_t known = rand() % 200 == 0 ? ARRAY_LEN(values) : rand() % 8 == 0 ? 14 : 6;

		buffer_add_string(out, i == 0 ? "" : rand() % 500 == 0 ? " ,\t" : ", ");
		if (is_object)
			buffer_add_format(out, "\"%s%u\"%s", rand() % 4 == 0 ? "k\\u0065y" : "key",
			    (unsigned)rand() % width,
			    rand() % 500 == 0	  ? ";"
				: rand() % 2 == 0 ? ":"
						  : ": ");
		if (depth < 2 && rand() % 16 == 0)
			add_container(out, n / 16 + 2, width, depth + 1);
		else
			buffer_add_string(out, values[(size_t)rand() % known]);
	}
	buffer_add_u8(out, is_object || rand() % 100 == 0 ? '}' : ']');
}

/* What nobody is told of is read another way; what is wrong is the same. */
static void
test_skipped_faults(void)
{
	unsigned faults[JSON_FAULT_STOPPED + 1] = { 0 };
	bool same = true;

	srand(1);
	for (unsigned round = 0; round < 2000; round++) {
		struct buffer text = buffer_up_to(LIMIT_JSON_BYTES);
		struct seen seen = { buffer_up_to(4096) };
		struct json_error told, skipped;

		buffer_add_string(&text, "{\"skip\": ");
		add_container(&text, 1 + round % 60, 4000, 0);
		buffer_add_string(&text, round % 50 == 0 ? "" : "}");
		same = same &&
		    json_walk(buffer_bytes(&text), NULL, NULL, &told) ==
			json_walk(buffer_bytes(&text), skip, &seen, &skipped) &&
		    told.fault == skipped.fault && told.offset == skipped.offset &&
		    strcmp(told.text, skipped.text) == 0;
		faults[told.fault]++;
		buffer_free(&text);
		buffer_free(&seen.log);
	}
	ok(same, "what is skipped is refused for the same fault at the same place");
	ok(faults[JSON_FAULT_NONE] > 100 && faults[JSON_FAULT_DUPLICATE_KEY] > 20 &&
		faults[JSON_FAULT_SYNTAX] > 100 && faults[JSON_FAULT_UTF8] > 5 &&
		faults[JSON_FAULT_NUMBER] > 5,
	    "the faults are of all kinds");
	printf("# %u right, %u twice, %u syntax, %u UTF-8, %u numbers\n", faults[JSON_FAULT_NONE],
	    faults[JSON_FAULT_DUPLICATE_KEY], faults[JSON_FAULT_SYNTAX], faults[JSON_FAULT_UTF8],
	    faults[JSON_FAULT_NUMBER]);
}

static bool
unescape_first(const struct json_token *token, void *context)
{
	struct arena *arena = context;
	struct bytes text;

	if (token->event != JSON_STRING)
		return true;
	ok(json_unescape(arena, token, &text) &&
		bytes_equal(text, bytes_of("a\n\xc3\xa9\xf0\x9f\x98\x80\0z", 10)),
	    "escapes become UTF-8");
	return true;
}

static void
test_unescape(void)
{
	struct arena *arena = arena_new(4096);
	struct json_error error;

	ok(json_walk(bytes_of_string("[\"a\\n\\u00e9\\ud83d\\ude00\\u0000z\"]"), unescape_first,
	       arena, &error),
	    "a string of escapes");
	arena_free(arena);
}

static bool
parses(const char *text, struct json_object **ret)
{
	struct status status = { 0 };

	*ret = json_parse(bytes_of_string(text), &status);
	return *ret != NULL && status.code == STATUS_OK;
}

static void
test_tree(void)
{
	struct json_object *object, *none;
	const char *text;
	int64_t number;
	bool flag;

	ok(parses("{\"s\":\"x\",\"n\":\"12\",\"i\":-3,\"b\":true,\"z\":\"a\\u0000b\","
		  "\"u\":18446744073709551615}",
	       &object),
	    "a document for json-c");
	ok(json_get_string(object, "s", &text) && strcmp(text, "x") == 0, "a string");
	ok(!json_get_string(object, "i", &text), "a number is no string");
	ok(!json_get_string(object, "z", &text), "a string with a zero byte is refused");
	ok(json_get_int64(object, "n", &number) && number == 12, "an int64 as protobuf writes it");
	ok(json_get_int64(object, "i", &number) && number == -3, "a negative number");
	ok(!json_get_int64(object, "u", &number) && number == -3,
	    "a number that does not fit changes nothing");
	ok(json_get_bool(object, "b", &flag) && flag, "a boolean");
	ok(!json_get_bool(object, "none", &flag), "an absent key");
	json_object_put(object);
	ok(!parses("{\"a\":18446744073709551616}", &none), "an integer of 65 bits");
	ok(!parses("{\"a\\u0000b\":1}", &none), "a key with a zero byte");
	ok(!parses("{\"a\":1,\"a\":2}", &none), "a duplicate key");
	ok(parses("7", &object) && json_object_get_int(object) == 7, "a number alone");
	json_object_put(object);
}

static void
test_writing(void)
{
	struct buffer out = buffer_up_to(200);
	struct json_object *object;
	struct json_error error;

	json_add_string(&out, bytes_of("a\"\\\n\xff\xc3\xa9", 7));
	ok(bytes_equal_string(buffer_bytes(&out), "\"a\\\"\\\\\\u000a\xef\xbf\xbd\xc3\xa9\""),
	    "a string is escaped and made valid");
	ok(json_walk(buffer_bytes(&out), NULL, NULL, &error), "what is written can be read");
	buffer_free(&out);
	object = json_string_of("x\xffy");
	eq_str(json_object_get_string(object), "x\xef\xbf\xbdy", "a json-c string is valid UTF-8");
	json_object_put(object);
}

int
main(void)
{
	test_grammar();
	test_depth();
	test_many_keys();
	test_keys_within_many();
	test_tokens();
	test_skipping();
	test_skipped_faults();
	test_unescape();
	test_tree();
	test_writing();
	return done_testing();
}
