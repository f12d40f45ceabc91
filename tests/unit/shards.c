/* The index of a model in several files against the tensors that the files have. */
#include "config.h"

#include "tests/tap.h"
#include "tests/unit/claims.h"

#define INDEX "model.safetensors.index.json"
#define ONE "model-1.safetensors"
#define TWO "model-2.safetensors"

static struct claim_test t;

static bool
has(const char *check)
{
	size_t n;
	const struct finding *findings = sink_findings(t.sink, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(findings[i].check, check) == 0)
			return true;
	return false;
}

/* A file of one-byte tensors of these names. */
static struct bytes
safetensors(struct arena *arena, const char *const *names)
{
	struct buffer header = buffer_up_to(4096), file = buffer_up_to(8192);
	struct bytes result;

	buffer_add_string(&header, "{\"__metadata__\":{\"format\":\"pt\"}");
	for (size_t i = 0; names[i] != NULL; i++)
		buffer_add_format(&header,
		    ",\"%s\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%zu,%zu]}", names[i],
		    i, i + 1);
	buffer_add_string(&header, "}");
	buffer_add_u64le(&file, header.len);
	buffer_add(&file, buffer_bytes(&header));
	buffer_add_string(&file, "xxxxxxxx");
	result = bytes_of(arena_string_of(arena, buffer_bytes(&file)), file.len);
	buffer_free(&header);
	buffer_free(&file);
	return result;
}

/* Judges an index of "x" and "y" in the first file and "z" in the second one. */
static enum provenance_status
judge(const char *const *one, const char *const *two)
{
	claim_test_start(&t);
	claim_test_file_of(&t, ONE, safetensors(t.arena, one));
	claim_test_file_of(&t, TWO, safetensors(t.arena, two));
	if (claim_test_judge(&t, INDEX,
		"{\"weight_map\":{\"x\":\"" ONE "\",\"y\":\"" ONE "\",\"z\":\"" TWO "\"}}") == NULL)
		abort();
	return t.result.status;
}

static void
test_safetensors(void)
{
	static const char *const xy[] = { "x", "y", NULL }, *const x[] = { "x", NULL },
				 *const yz[] = { "y", "z", NULL }, *const z[] = { "z", NULL },
				 *const xya[] = { "a", "x", "y", NULL },
				 *const yx[] = { "y", "x", NULL }, *const none[] = { NULL };

	ok(judge(yx, z) == PROVENANCE_UNTRUSTED && !has("shard/missing-tensor") &&
		!has("shard/unlisted-tensor") && !has("shard/duplicate-tensor"),
	    "each tensor where the index says");
	claim_test_end(&t);
	ok(judge(x, z) == PROVENANCE_FAILED && has("shard/missing-tensor"),
	    "a tensor that is nowhere");
	claim_test_end(&t);
	ok(judge(none, z) == PROVENANCE_FAILED && has("shard/missing-tensor"),
	    "a file without tensors");
	claim_test_end(&t);
	ok(judge(x, yz) == PROVENANCE_FAILED && has("shard/missing-tensor") &&
		!has("shard/duplicate-tensor"),
	    "a tensor in another file than the index says");
	claim_test_end(&t);
	ok(judge(xy, yz) == PROVENANCE_FAILED && has("shard/duplicate-tensor") &&
		!has("shard/missing-tensor"),
	    "a tensor in two files");
	claim_test_end(&t);
	ok(judge(xya, z) == PROVENANCE_UNTRUSTED && has("shard/unlisted-tensor"),
	    "a tensor that the index does not name");
	claim_test_end(&t);
}

/* A state dictionary as torch.save() pickles it, with the tensors "x" and "y". */
static const char pickled[] = "\x80\x02"
			      "ccollections\nOrderedDict\n)R("
			      "X\x01\0\0\0xctorch._utils\n_rebuild_tensor_v2\n)R"
			      "X\x01\0\0\0yctorch._utils\n_rebuild_parameter\n)R"
			      "X\x05\0\0\0epochK\x01u.";

static void
test_pickles(void)
{
	static const char complete[] = "{\"weight_map\":{\"x\":\"a.bin\",\"y\":\"a.bin\"}}",
			  more[] = "{\"weight_map\":{\"x\":\"a.bin\",\"epoch\":\"a.bin\"}}";

	claim_test_start(&t);
	claim_test_file_of(&t, "a.bin", bytes_of(pickled, sizeof(pickled) - 1));
	ok(claim_test_judge(&t, "pytorch_model.bin.index.json", complete) != NULL &&
		t.result.status == PROVENANCE_UNTRUSTED && !has("shard/unlisted-tensor"),
	    "the tensors of a pickle are the ones of the index");
	ok(claim_test_judge(&t, "pytorch_model.bin.index.json", more) != NULL &&
		t.result.status == PROVENANCE_FAILED && has("shard/missing-tensor") &&
		has("shard/unlisted-tensor"),
	    "what is no tensor is none of the index");
	claim_test_end(&t);
}

int
main(void)
{
	test_safetensors();
	test_pickles();
	return done_testing();
}
