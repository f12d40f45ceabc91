/* safetensors and GGUF: valid files, and what lies about them. */
#include "config.h"

#include "core/buffer.h"
#include "tests/formats.h"
#include "tests/tap.h"

static struct buffer out;

/* ---- safetensors -------------------------------------------------------------------------- */

/* The findings about a file with this header and so many bytes of data. */
static const char *
header(const char *json, size_t data)
{
	buffer_reset(&out);
	buffer_add_u64le(&out, strlen(json));
	buffer_add_string(&out, json);
	for (size_t i = 0; i < data; i++)
		buffer_add_u8(&out, 0);
	eq_str(claims("a.safetensors", buffer_bytes(&out)), "safetensors", "it is safetensors");
	return findings();
}

#define ENTRY(offsets) "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" offsets "}"

static void
test_safetensors(void)
{
	static const struct {
		const char *json;
		size_t data;
		const char *findings;
	} cases[] = {
		{ "{}", 0, "" },
		{ "{\"a\":" ENTRY("[0,8]") "}   ", 8, "" },
		{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1, "" },
		{ "{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,1]}}", 1, "" },
		{ "{\"b\":" ENTRY("[8,16]") ",\"a\":" ENTRY("[0,8]") "}", 16, "" },
		{ "{\"a\":" ENTRY("[0,8]") ",\"b\":" ENTRY("[4,12]") "}", 12,
		    "safetensors/overlap" },
		{ "{\"a\":" ENTRY("[0,8]") ",\"b\":" ENTRY("[9,17]") "}", 17, "safetensors/gap" },
		{ "{\"a\":" ENTRY("[0,8]") "}", 9, "safetensors/trailing-data" },
		{ "{\"a\":" ENTRY("[0,8]") "}", 7, "safetensors/malformed" },
		{ "{\"a\":" ENTRY("[0,4]") "}", 8, "safetensors/malformed" },
		{ "{\"a\":" ENTRY("[8,0]") "}", 8, "safetensors/malformed" },
		{ "{\"a\":" ENTRY("[0,8.0]") "}", 8, "safetensors/malformed" },
		{ "{\"a\":" ENTRY("[0,8,8]") "}", 8, "safetensors/malformed" },
		{ "{\"a\":" ENTRY("[0]") "}", 8, "safetensors/malformed" },
		{ "{\"a\":" ENTRY("[0,99999999999999999999]") "}", 8, "safetensors/malformed" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],"
		  "\"data_offsets\":[0,8]}}",
		    8, "safetensors/malformed" },
		{ "{\"a\":{\"dtype\":\"X9\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
		    "safetensors/unknown-dtype" },
		{ "{\"a\":{\"x\":{\"y\":[1]},\"dtype\":\"F32\",\"shape\":[2],"
		  "\"data_offsets\":[0,8]}}",
		    8, "safetensors/unknown-field" },
		{ "{\"a\\u0000b\":" ENTRY("[0,8]") "}", 8, "safetensors/odd-name" },
		{ "{\"a\":" ENTRY("[0,8]") ",\"a\":" ENTRY("[0,8]") "}", 8, "json/duplicate-key" },
		{ "{\"__metadata__\":{\"a\":1}}", 0, "safetensors/malformed" },
		{ "{\"a\":7}", 0, "safetensors/malformed" },
		{ "{\"a\":[1]}", 0, "safetensors/malformed" },
		{ " {}", 0, "safetensors/malformed" },
		{ "{\"a\"", 0, "safetensors/malformed" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		eq_str(header(cases[i].json, cases[i].data), cases[i].findings, cases[i].json);
	(void)header(
	    "{\"__metadata__\":{\"format\":\"pt\",\"t\":\"a\\nb\"},\"a\":" ENTRY("[0,8]") "}", 8);
	eq_str(fact("safetensors.metadata.format"), "pt", "metadata are facts");
	eq_str(fact("safetensors.parameters"), "2", "parameters are counted");
	eq_str(span_text("__metadata__.t"), "a\nb", "metadata are text");
}

static void
test_safetensors_lengths(void)
{
	static const uint64_t lengths[] = { 3, (uint64_t)1 << 63, UINT64_MAX, 100000001 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		buffer_reset(&out);
		buffer_add_u64le(&out, lengths[i]);
		buffer_add_string(&out, "{}");
		(void)claims("a.safetensors", buffer_bytes(&out));
		eq_str(findings(), "safetensors/truncated", "a length that lies");
	}
	(void)claims("a.safetensors", bytes_of("12345", 5));
	eq_str(findings(), "safetensors/truncated", "shorter than the length");
}

/* ---- GGUF --------------------------------------------------------------------------------- */

static void
add_string(const char *s)
{
	buffer_add_u64le(&out, strlen(s));
	buffer_add_string(&out, s);
}

static void
begin(uint32_t version, uint64_t ntensors, uint64_t nkeys)
{
	buffer_reset(&out);
	buffer_add_string(&out, "GGUF");
	buffer_add_u32le(&out, version);
	buffer_add_u64le(&out, ntensors);
	buffer_add_u64le(&out, nkeys);
}

static void
add_key(const char *key, uint32_t type)
{
	add_string(key);
	buffer_add_u32le(&out, type);
}

static void
add_tensor(const char *name, uint64_t n, uint32_t type, uint64_t offset)
{
	add_string(name);
	buffer_add_u32le(&out, 1);
	buffer_add_u64le(&out, n);
	buffer_add_u32le(&out, type);
	buffer_add_u64le(&out, offset);
}

/* The findings about what was built, with so many bytes of data behind it. */
static const char *
finish(size_t data)
{
	while (out.len % 32 != 0)
		buffer_add_u8(&out, 0);
	for (size_t i = 0; i < data; i++)
		buffer_add_u8(&out, 0);
	eq_str(claims("a.gguf", buffer_bytes(&out)), "gguf", "it is GGUF");
	return findings();
}

static void
test_gguf_keys(void)
{
	begin(3, 1, 5);
	add_key("general.architecture", 8);
	add_string("llama");
	add_key("llama.context_length", 4);
	buffer_add_u32le(&out, 4096);
	add_key("tokenizer.chat_template", 8);
	add_string("{{ messages }}");
	add_key("tokenizer.ggml.scores", 9);
	buffer_add_u32le(&out, 6);
	buffer_add_u64le(&out, 2);
	buffer_add_u64le(&out, 0);
	add_key("general.tags", 9);
	buffer_add_u32le(&out, 8);
	buffer_add_u64le(&out, 1);
	add_string("chat");
	add_tensor("t", 4, 0, 0);
	eq_str(finish(32), "", "a valid file");
	eq_str(fact("gguf.general.architecture"), "llama", "strings are facts");
	eq_str(fact("gguf.llama.context_length"), "4096", "numbers are facts");
	eq_str(fact("gguf.parameters"), "4", "parameters are counted");
	eq_str(span_text("tokenizer.chat_template"), "{{ messages }}", "the template is text");
	eq_str(span_text("general.tags"), "chat", "so are strings of arrays");
	begin(3, 0, 2);
	for (int i = 0; i < 2; i++) {
		add_key("a", 7);
		buffer_add_u8(&out, 1);
	}
	eq_str(finish(0), "gguf/duplicate-name", "a key that stands twice");
	begin(3, 0, 1);
	add_key("a\nb", 7);
	buffer_add_u8(&out, 1);
	eq_str(finish(0), "gguf/odd-name", "a key with a control character");
	begin(3, 0, 1);
	add_key("a", 13);
	eq_str(finish(64), "gguf/malformed", "an unknown type");
	begin(3, 0, UINT64_MAX / 8);
	eq_str(finish(0), "gguf/truncated", "a count that lies");
	begin(3, 0, 1);
	add_key("a", 9);
	for (int i = 0; i < 8; i++) {
		buffer_add_u32le(&out, 9);
		buffer_add_u64le(&out, 1);
	}
	eq_str(finish(0), "gguf/limit", "arrays of arrays of arrays");
	begin(3, 0, 1);
	add_key("a", 9);
	buffer_add_u32le(&out, 10);
	buffer_add_u64le(&out, UINT64_MAX / 4);
	eq_str(finish(0), "gguf/truncated", "an array whose bytes overflow");
}

static void
test_gguf_tensors(void)
{
	static const struct {
		uint64_t n;
		uint32_t type;
		uint64_t offset;
		const char *findings;
	} cases[] = {
		{ 8, 0, 32, "" },
		{ 8, 0, 0, "gguf/overlap" },
		{ 8, 0, 96, "gguf/gap" },
		{ 8, 0, 33, "gguf/malformed" },
		{ 8, 4, 32, "gguf/unknown-type" },
		{ 8, UINT32_MAX, 32, "gguf/unknown-type" },
		{ 8, 2, 32, "gguf/malformed" },
		{ UINT64_MAX, 0, 32, "gguf/malformed" },
		{ (uint64_t)1 << 61, 0, 32, "gguf/malformed" },
		{ 8, 0, UINT64_MAX - 31, "gguf/malformed" },
		{ 64, 0, 32, "gguf/truncated" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin(3, 2, 0);
		add_tensor("a", 8, 0, 0);
		add_tensor("b", cases[i].n, cases[i].type, cases[i].offset);
		eq_str(finish(i == 1	? 32
			       : i == 2 ? 128
					: 64),
		    cases[i].findings, "the second tensor");
	}
	begin(3, 2, 0);
	add_tensor("a", 8, 0, 0);
	add_tensor("a", 8, 0, 32);
	eq_str(finish(64), "gguf/duplicate-name", "a tensor that stands twice");
	begin(3, 1, 0);
	add_tensor("a", 8, 0, 0);
	eq_str(finish(64), "gguf/trailing-data", "bytes behind the last tensor");
}

static void
test_gguf_versions(void)
{
	static const uint32_t alignments[] = { 0, 3, (uint32_t)1 << 31 };

	begin(63, 0, 0);
	eq_str(finish(0), "gguf/unknown-version", "a version that is none");
	buffer_reset(&out);
	buffer_add_string(&out, "GGUF");
	buffer_add_u32be(&out, 3);
	buffer_add_u64be(&out, 0);
	buffer_add_u64be(&out, 0);
	eq_str(finish(0), "gguf/big-endian", "big-endian is read");
	buffer_reset(&out);
	buffer_add_string(&out, "GGUF");
	buffer_add_u32le(&out, 1);
	buffer_add_u32le(&out, 0);
	buffer_add_u32le(&out, 0);
	eq_str(finish(0), "gguf/old-version", "version 1 is read");
	for (size_t i = 0; i < ARRAY_LEN(alignments); i++) {
		begin(3, 0, 1);
		add_key("general.alignment", 4);
		buffer_add_u32le(&out, alignments[i]);
		eq_str(finish(0), "gguf/malformed", "an alignment that is none");
	}
	eq_str(claims("a.gguf", bytes_of("GGUF", 4)), "gguf text", "the magic alone");
	eq_str(findings(), "gguf/truncated", "is cut short");
	eq_str(claims("a.ggml", bytes_of("tjgg\3\0\0\0", 8)), "ggml", "an old format");
	eq_str(findings(), "gguf/legacy", "is not judged");
}

int
main(void)
{
	out = buffer_up_to(MIB);
	test_safetensors();
	test_safetensors_lengths();
	test_gguf_keys();
	test_gguf_tensors();
	test_gguf_versions();
	buffer_free(&out);
	sink_free(sink);
	return done_testing();
}
