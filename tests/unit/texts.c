/* Text formats: who claims what, and which spans, facts and findings come out. */
#include "config.h"

#include "format/json_text.h"
#include "format/strings.h"
#include "tests/formats.h"
#include "tests/tap.h"

static void
test_claims(void)
{
	static const struct {
		const char *name, *text, *claims;
	} cases[] = {
		{ "config.json", "{}", "json" },
		{ "model.bin", "{\"a\": 1}", "json" },
		{ "a.txt", "[1] see the reference\n", "text" },
		{ "notes", "one\ntwo\n", "text" },
		{ "README.md", "# title\n", "markdown" },
		{ "card", "---\nlicense: mit\n---\n", "markdown" },
		{ "run", "#!/bin/sh\nls\n", "source" },
		{ "run", "#!/usr/bin/env python3\n", "python" },
		{ "a.py", "import os\n", "python" },
		{ "a.csv", "a,b\n1,2\n", "table" },
		{ "a.jsonl", "{\"a\":1}\n", "jsonl" },
		{ "a.ipynb", "{\"cells\":[]}", "notebook" },
		{ "a.yaml", "a: 1\n", "yaml" },
		{ "page", "<!DOCTYPE html><html></html>", "markup" },
		{ "vocab.txt", "the\nof\n", "vocabulary" },
		{ "t.jinja", "{{ x }}", "template" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		eq_str(claims_text(cases[i].name, cases[i].text), cases[i].claims, cases[i].name);
	eq_str(claims("weights", bytes_of("abc\0def\1ghi", 11)), "", "binary is no text");
	eq_str(claims("a.txt", bytes_of("caf\xe9 au lait, s'il vous pla\xeet", 29)), "text",
	    "Latin-1 is text");
}

static void
test_encodings(void)
{
	static const char utf16le[] = "p\0r\0i\0n\0t\0(\0\"\0x\0y\0\"\0)\0\n\0";
	static const char utf16be[] = "\xfe\xff\0p\0r\0i\0n\0t\0(\0x\0\xe9\0)";

	eq_str(claims("a.py", bytes_of(utf16le, sizeof(utf16le) - 1)), "python",
	    "UTF-16 without a mark is text");
	eq_str(span_text(""), "print(\"xy\")\n", "it is decoded");
	eq_str(claims("a.py", bytes_of(utf16be, sizeof(utf16be) - 1)), "python",
	    "big-endian UTF-16 with a mark");
	eq_str(span_text(""), "print(x\xc3\xa9)", "it is decoded, too");
	(void)claims("a.txt", bytes_of("caf\xe9 au lait, s'il vous pla\xeet", 29));
	eq_str(span_text(""), "caf\xc3\xa9 au lait, s'il vous pla\xc3\xaet", "Latin-1 is decoded");
	(void)claims("a.txt", bytes_of("\xef\xbb\xbfhello", 8));
	eq_str(span_text(""), "hello", "a byte order mark is no text");
}

static void
test_strings_of_binaries(void)
{
	static uint8_t b[4096];
	struct member member = { .path = "data.db", .name = "data.db", .bytes = { b, sizeof(b) } };
	struct sink *from = sink_new(1 << 20);
	const struct span *spans;
	size_t n;

	memcpy(b + 1, "a run of sixteen", 16);
	memcpy(b + 100, "shorter than it", 15);
	memcpy(b + 1003, "one that is longer than sixteen bytes", 37);
	memcpy(b + sizeof(b) - 20, "up to the very end!!", 20);
	strings_hand_on(&member, from);
	spans = sink_spans(from, &n);
	ok(n == 3, "runs of sixteen bytes and more are text");
	ok(n == 3 && spans[0].offset == 1 && spans[0].text.len == 16 && spans[1].offset == 1003 &&
		spans[1].text.len == 37 && spans[2].text.len == 20,
	    "from their first byte to their last");
	sink_reset(from);
	member.name = "7";
	member.depth = 1;
	strings_hand_on(&member, from);
	(void)sink_spans(from, &n);
	ok(n == 0, "the storages of an archive are numbers");
	sink_reset(from);
	member.depth = 0;
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = i % 5 == 0 ? 'x' : 0;
	strings_hand_on(&member, from);
	(void)sink_spans(from, &n);
	ok(n == 0, "printable bytes here and there are none");
	sink_free(from);
}

static void
test_json_spans(void)
{
	(void)claims_text("x.json",
	    "{\"a\": {\"b\": [\"first\", {\"c\": \"l\\u0069ne\\n\"}]}, \"phone\": 4155550123,"
	    " \"user1@example.com\": 1}");
	eq_str(span_text("a.b[]"), "first", "a string has its path");
	eq_str(span_text("a.b[].c"), "line\n", "escapes are decoded");
	eq_str(span_text("phone"), "4155550123", "long numbers are values");
	eq_str(span_text(""), "user1@example.com", "keys that say something are values");
	(void)claims_text("tokenizer.json",
	    "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"john@example.com\": 1, \"x\": 2},"
	    " \"merges\": [\"a b\", \"c d\"]}, \"name\": \"tail\"}");
	eq_u64(span_count(SPAN_VOCABULARY), 2, "a vocabulary and its merges are vocabulary");
	eq_str(span_text("model.type"), "BPE", "what stands before them is not");
	eq_str(span_text("name"), "tail", "nor what stands behind them");
}

static void
test_json_runs(void)
{
	size_t n, len = 0;
	const struct span *spans;
	char *text = calloc(1, 100000);

	if (text == NULL)
		abort();
	len += (size_t)sprintf(text, "[");
	for (int i = 0; i < 2 * JSON_TEXT_KEYED; i++)
		len += (size_t)sprintf(text + len, "{\"k\":\"value %d\"},", i);
	len += (size_t)sprintf(text + len, "{\"k\":\"esc\\taped\"},{\"last\":\"one\"}]");
	(void)claims("big.json", bytes_of(text, len));
	spans = sink_spans(sink, &n);
	eq_u64(n, JSON_TEXT_KEYED + 3, "later strings are in runs, but for those with escapes");
	ok(bytes_find(spans[JSON_TEXT_KEYED].text, bytes_of_string("\"value 512\""), 0) >= 0,
	    "a run begins behind the last span");
	eq_str(span_text("[].k"), "value 0", "the first strings have paths");
	ok(bytes_ends(spans[n - 1].text, "\"one\"}]"), "the end is in a run");
	free(text);
}

static void
test_json_faults(void)
{
	static const struct {
		const char *name, *text, *findings;
	} cases[] = {
		{ "config.json", "{\"a\":1,\"a\":2}", "json/duplicate-key" },
		{ "config.json", "{\"a\":1}x", "json/malformed" },
		{ "tokenizer_config.json", "{\"a\":\"\\ud800\"}", "json/malformed" },
		{ "log.json", "{\"loss\": NaN}", "json/not-strict" },
		{ "config.json", "{\"auto_map\": {\"AutoModel\": \"m.M\"}}", "config/remote-code" },
		{ "config.json", "{\"a\": {\"_target_\": \"os.system\"}}",
		    "config/dangerous-target" },
		{ "config.json", "{\"a\": {\"_target_\": \"torch.nn.Linear\"}}", "" },
		{ "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../x.bin\"}}",
		    "config/path-traversal" },
		{ "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"x..y.bin\"}}", "" },
		{ "adapter_config.json", "{\"base_model_name_or_path\": \"/home/joe/m\"}",
		    "config/local-path" },
		{ "adapter_config.json", "{\"base_model_name_or_path\": \"org/m\"}", "" },
		{ "config.json", "{\"class_name\": \"\\u004cambda\"}", "config/lambda" },
		{ "config.json", "{\"module\": \"os\", \"config\": \"system\"}",
		    "config/dangerous-target" },
		{ "config.json", "{\"module\": \"keras.layers\", \"class_name\": \"Dense\"}", "" },
		{ "config.json", "{\"vocabulary\": \"/etc/passwd\"}", "config/path-traversal" },
		{ "config.json", "{\"registered_name\": \"Acme>Thing\"}", "config/custom-object" },
		{ "schema.json", "{\"__loader__\": \"OperatorFuncNode\"}",
		    "config/dangerous-target" },
		{ "schema.json", "{\"__loader__\": \"ObjectNode\"}", "" },
		{ "config.json", "{\"a\": \"\xff\xfe\"}", "json/malformed" },
		{ "model.bin", "#!/bin/sh\nls\n", "source/disguised" },
		{ "run.sh", "#!/bin/sh\nls\n", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		(void)claims_text(cases[i].name, cases[i].text);
		eq_str(findings(), cases[i].findings, cases[i].text);
	}
}

static void
test_notebook_and_rows(void)
{
	(void)claims_text("a.ipynb",
	    "{\"cells\": [{\"source\": [\"import os\\n\", \"os.system('x')\"]}], \"n\": 4}");
	eq_str(span_text("cells[].source"), "import os\nos.system('x')", "a cell is one text");
	eq_u64(span_count(SPAN_SOURCE), 1, "and source");
	(void)claims_text("a.csv", "name,ssn\n\"Doe, J.\",078-05-1120\n");
	eq_str(span_text("ssn"), "078-05-1120", "a cell has the name of its column");
	eq_str(span_text("name"), "Doe, J.", "quotes may hold separators");
	(void)claims_text("a.jsonl", "{\"t\": \"one\"}\n{\"t\": \"t\\u0077o\"}\nbroken \\\n");
	eq_str(span_text("t"), "one", "rows have keys");
	eq_str(fact("jsonl.malformed"), "1", "broken rows are counted");
}

static void
test_yaml_and_cards(void)
{
	char bomb[2000] = "a: &a [x]\nb: [";
	const struct finding *list;
	size_t n;

	(void)claims_text("c.yaml", "model:\n  _target_: subprocess.Popen\n");
	eq_str(findings(), "config/dangerous-target", "settings in YAML are judged");
	(void)claims_text("c.yaml",
	    "a:\n  b: 1\n\n  _target_: subprocess.Popen\nc: [2,\n {_target_: os.system}]\n");
	list = sink_findings(sink, &n);
	ok(n == 2 && list[0].offset == 11 && list[1].offset == 47, "where their lines begin");
	for (int i = 0; i < 100; i++)
		strcat(bomb, "*a, ");
	strcat(bomb, "]\n");
	(void)claims_text("c.yaml", bomb);
	eq_str(findings(), "yaml/aliases", "many aliases are not followed");
	(void)claims_text("README.md",
	    "---\nlicense: mit\ndatasets: [a/b, c]\nmodel-index:\n- name: x\n  results:\n"
	    "  - metrics:\n    - type: accuracy\n      value: 0.5\n---\n# text\n");
	eq_str(fact("card.license"), "mit", "the front matter is facts");
	eq_str(fact("card.datasets"), "a/b, c", "lists are joined");
	eq_str(fact("metric.accuracy"), "0.5", "results are metrics");
	(void)claims_text("README.md", "---\na: [\n---\n");
	eq_str(findings(), "card/not-read", "broken front matter is told");
}

int
main(void)
{
	test_claims();
	test_encodings();
	test_strings_of_binaries();
	test_json_spans();
	test_json_runs();
	test_json_faults();
	test_notebook_and_rows();
	test_yaml_and_cards();
	sink_free(sink);
	return done_testing();
}
