/* Fuzz target: all text formats. The first byte chooses the name, and with it the format. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_json, format_jsonl, format_markdown, format_notebook,
    format_python, format_table, format_text, format_yaml;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const struct format *format;
		const char *name;
	} kinds[] = {
		{ &format_json, "config.json" },
		{ &format_jsonl, "a.jsonl" },
		{ &format_markdown, "README.md" },
		{ &format_notebook, "a.ipynb" },
		{ &format_python, "a.py" },
		{ &format_table, "a.csv" },
		{ &format_text, "a.txt" },
		{ &format_yaml, "a.yaml" },
	};
	size_t kind = size > 0 ? data[0] % ARRAY_LEN(kinds) : 0;

	if (size > 0)
		fuzz_format(kinds[kind].format, kinds[kind].name, fuzz_rules(), data + 1, size - 1);
	return 0;
}
