/* PyTorch's files and joblib's: parts that must fit each other, source code, arrays between
 * opcodes. */
#include "config.h"

#include "format/pickle.h"
#include "format/source.h"
#include "tests/unit/format_test.h"

extern const struct format format_joblib, format_torch, format_torch_legacy, format_torchscript,
    format_torchserve_part;

#define TENSOR                                                   \
	"\x80\2}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((" \
	"X\7\0\0\0storagectorch\nFloatStorage\n"                 \
	"X\1\0\0\0"                                              \
	"0X\3\0\0\0cpuK\4tQK\0K\2K\2\x86K\2K\1\x86\x89"          \
	"ccollections\nOrderedDict\n)RtRs."
#define LEGACY "\x80\2\x8a\n\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2}." TENSOR
#define KEYS                  \
	"\x80\2]q\0X\1\0\0\0" \
	"0a."
#define FOUR "\4\0\0\0\0\0\0\0"
#define ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static void
test_legacy(void)
{
	static const struct format_case cases[] = {
		{ "a checkpoint", RAW(LEGACY KEYS FOUR ZEROS), NULL },
		{ "a storage that is cut", RAW(LEGACY KEYS FOUR "\0\0\0\0"),
		    "torch/storage-mismatch" },
		{ "a storage of another size", RAW(LEGACY KEYS "\5\0\0\0\0\0\0\0" ZEROS "\0\0\0\0"),
		    "torch/storage-mismatch" },
		{ "bytes behind the storages", RAW(LEGACY KEYS FOUR ZEROS "junk"),
		    "torch/trailing-data" },
		{ "a call in the last pickle",
		    RAW(LEGACY "\x80\2cos\nsystem\nX\2\0\0\0id\x85R." FOUR ZEROS),
		    "pickle/dangerous-call" },
		{ "fewer pickles", RAW("\x80\2\x8a\n\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."),
		    "torch/malformed" },
	};

	run_cases(&format_torch_legacy, "a.pt", cases, ARRAY_LEN(cases));
}

static void
test_survey(void)
{
	const struct bytes tensor = RAW(TENSOR);
	struct arena *arena = arena_new(MIB);
	struct pickle_survey survey;

	ok(arena != NULL && pickle_survey(tensor, arena, &survey), "a pickle of a tensor");
	eq_u64(survey.tensors, 1, "one tensor");
	eq_u64(survey.parameters, 4, "of four items");
	eq_u64(survey.nstorages, 1, "in one storage");
	ok(survey.nstorages == 1 && survey.storages[0].items == 4 &&
		survey.storages[0].item_size == 4 &&
		bytes_equal_string(survey.storages[0].key, "0"),
	    "whose key and size are known");
	arena_free(arena);
}

#define WRAPPER(shape, code)                                                                     \
	"\x80\4\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}(\x8c\5shape" shape \
	"\x8c\5"                                                                                 \
	"dtype\x8c\5numpy\x8c\5"                                                                 \
	"dtype\x93\x8c\2" code "\x89\x88\x87Rub"
#define CALL "0cos\nsystem\nX\2\0\0\0id\x85R."

static void
test_joblib(void)
{
	static const struct format_case cases[] = {
		{ "an array", RAW(WRAPPER("K\2\x85", "f8") ZEROS "."), NULL },
		{ "a call behind an array", RAW(WRAPPER("K\2\x85", "f8") ZEROS CALL),
		    "pickle/dangerous-call" },
		{ "a call behind an empty array", RAW(WRAPPER("K\0\x85", "f8") CALL),
		    "pickle/dangerous-call" },
		{ "a call in an array of objects",
		    RAW(WRAPPER("K\2\x85", "O8") "\x80\2Ncos\nsystem\nX\2\0\0\0id\x85R.."),
		    "pickle/dangerous-call" },
		{ "a shape that is given twice: the last one counts",
		    RAW(WRAPPER("K\x10\x85\x8c\5shapeK\2\x85", "f8") ZEROS CALL),
		    "pickle/dangerous-call" },
		{ "an array past the end", RAW(WRAPPER("K\x20\x85", "f8") ZEROS "."),
		    "pickle/malformed" },
		{ "an array that does not say its size",
		    RAW(WRAPPER("N", "f8") ZEROS "cos\nsystem\n."), "pickle/dangerous-import" },
	};

	run_cases(&format_joblib, "a.joblib", cases, ARRAY_LEN(cases));
}

static void
test_source_in_archives(void)
{
	static const struct format_case script[] = {
		{ "what the compiler prints",
		    RAW("class M(Module):\n  def forward(self, x):\n    _0 = torch.relu(x)\n"
			"    return __torch__.f(_0, )\n"),
		    NULL },
		{ "an import", RAW("import os\n"), "torch/foreign-source" },
		{ "an operator that reads files", RAW("x = torch.from_file('a')\n"),
		    "torch/dangerous-operator" },
		{ "the same by its other name", RAW("x = ops.aten.save(y, 'a')\n"),
		    "torch/dangerous-operator" },
		{ "in a text it is none", RAW("x = 'torch.from_file(1)' # os.system(2)\n"), NULL },
	};
	static const struct format_case handler[] = {
		{ "a command", RAW("import os\nos.system('id')\n"), "torch/handler-command" },
		{ "by another name", RAW("from subprocess import (\n  run as r)\nr('id')\n"),
		    "torch/handler-command" },
		{ "a harmless handler", RAW("import json\njson.loads('1')\n"), "torch/handler" },
	};

	run_cases(&format_torchscript, "a/code/b.py", script, ARRAY_LEN(script));
	run_cases(&format_torchserve_part, "h.py", handler, ARRAY_LEN(handler));
}

int
main(void)
{
	test_legacy();
	test_survey();
	test_joblib();
	test_source_in_archives();
	return done_testing();
}
