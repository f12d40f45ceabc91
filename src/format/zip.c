/* Zip archives (PKWARE APPNOTE 6.3.10): the container of PyTorch, NumPy, Keras and many others. */
#include "config.h"

#include "bundle/zip_check.h"
#include "format/format.h"

static const char *const suffixes[] = { ".zip", ".pt", ".pth", ".ckpt", ".bin", ".npz", ".keras",
	".mar", ".whl", ".jar", ".ptl", ".pte", ".skops", ".egg", ".nemo", ".model", ".mlpackage",
	".docx", ".xlsx", ".pptx", ".epub", ".apk", NULL };

static int
probe(const struct member *member)
{
	int64_t end;
	struct zip zip;
	struct arena *arena;
	int sure = 0;

	if (bytes_starts(member->bytes, "PK\3\4") || bytes_starts(member->bytes, "PK\5\6"))
		return 95;
	/* With bytes in front; random data holds an end record by chance, a directory hardly. */
	end = zip_find_end(member->bytes);
	if (end < 0)
		return 0;
	arena = arena_new((size_t)1 << 30);
	if (arena != NULL && zip_read(member->bytes, (uint64_t)end, arena, &zip) &&
	    (zip.n > 0 || zip.base > 0) && (zip.fault == NULL || zip.n > 0))
		sure = 90;
	arena_free(arena);
	return sure;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	zip_check(member->bytes, sink);
}

const struct format format_zip = {
	.name = "zip",
	.suffixes = suffixes,
	.traits = FORMAT_CONTAINER,
	.probe = probe,
	.analyze = analyze,
};
