/*
 * A model of Keras 3 (.keras): a zip with config.json, metadata.json, model.weights.h5, and files
 * of vocabularies in assets/. Its parts are members like any other; here the archive is asked
 * whether it holds what Keras writes, and nothing that somebody could run.
 */
#include "config.h"

#include "bundle/zip.h"
#include "core/text.h"
#include "format/format.h"

#include <strings.h>

#define PROBE_ARENA ((size_t)64 << 20)

static const char *const suffixes[] = { ".keras", NULL };

static bool
is_named(struct bytes name, const char *wanted)
{
	return bytes_equal_string(name, wanted);
}

/* Has the archive the two files that tell a model of Keras from other archives? */
static bool
has_parts(struct bytes file)
{
	int64_t end = zip_find_end(file);
	struct arena *arena = end < 0 ? NULL : arena_new(PROBE_ARENA);
	bool has_config = false, has_weights = false;
	struct zip zip;

	if (arena != NULL && zip_read(file, (uint64_t)end, arena, &zip))
		for (size_t i = 0; i < zip.n; i++) {
			struct bytes name = zip.entries[i].central.name;

			has_config = has_config || is_named(name, "config.json");
			has_weights = has_weights || is_named(name, "model.weights.h5") ||
			    is_named(name, "model.weights.npz");
		}
	arena_free(arena);
	return has_config && has_weights;
}

static int
probe(const struct member *member)
{
	bool is_zip = bytes_starts(member->bytes, "PK");

	if (!is_zip)
		return 0;
	return member_has_suffix(member, ".keras") || has_parts(member->bytes) ? 90 : 0;
}

/* What the system or an interpreter runs, by its name. */
static bool
is_code(struct bytes name)
{
	static const char *const code[] = { ".py", ".pyc", ".pyw", ".sh", ".bash", ".bat", ".cmd",
		".ps1", ".exe", ".dll", ".so", ".dylib", ".js", ".vbs", ".jar", ".rb", ".pl",
		".pth" };

	for (size_t i = 0; i < ARRAY_LEN(code); i++) {
		size_t len = strlen(code[i]);

		if (name.len > len &&
		    strncasecmp((const char *)name.data + name.len - len, code[i], len) == 0)
			return true;
	}
	return false;
}

static void
look_at_names(const struct zip *zip, struct sink *sink)
{
	bool has_config = false;

	for (size_t i = 0; i < zip->n; i++) {
		struct bytes name = zip->entries[i].central.name;

		has_config = has_config || is_named(name, "config.json");
		if (is_code(name))
			sink_finding(sink, "keras/foreign-code", zip->entries[i].offset, 0, NULL,
			    "the archive brings %s, which Keras never writes",
			    text_safe(sink_arena(sink), name, 100));
	}
	if (!has_config)
		sink_trouble(sink, STATUS_MALFORMED, "keras/no-configuration", 0,
		    "the archive has no config.json: what loading it makes cannot be seen");
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	int64_t end = zip_find_end(member->bytes);
	struct zip zip;

	(void)rules;
	if (end < 0)
		return; /* the zip's own analyzer says so */
	if (!zip_read(member->bytes, (uint64_t)end, sink_arena(sink), &zip))
		sink_trouble(sink, STATUS_MEMORY, "scan/limit", 0, "no memory for its directory");
	else if (zip.n > 0)
		look_at_names(&zip, sink);
}

const struct format format_keras = {
	.name = "keras",
	.suffixes = suffixes,
	.refines = "zip",
	.traits = FORMAT_MODEL | FORMAT_CONTAINER,
	.probe = probe,
	.analyze = analyze,
};
