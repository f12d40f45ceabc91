/*
 * A model of Keras 3 (.keras): a zip with config.json, metadata.json, model.weights.h5, and files
 * of vocabularies in assets/. Its parts are members like any other; here the archive is asked
 * whether it holds what Keras writes, and nothing that somebody could run.
 */
#include "config.h"

#include "bundle/names.h"
#include "bundle/zip.h"
#include "core/text.h"
#include "format/format.h"

static const char *const suffixes[] = { ".keras", NULL };

static bool
is_config(struct bytes name)
{
	return bytes_equal_string(name, "config.json");
}

static bool
is_weights(struct bytes name)
{
	return bytes_equal_string(name, "model.weights.h5") ||
	    bytes_equal_string(name, "model.weights.npz");
}

/* Has the archive the two files that tell a model of Keras from other archives? */
static bool
has_parts(struct bytes file)
{
	return zip_holds(file, is_config) && zip_holds(file, is_weights);
}

static int
probe(const struct member *member)
{
	bool is_zip = bytes_starts(member->bytes, "PK");

	if (!is_zip)
		return 0;
	return member_has_suffix(member, ".keras") || has_parts(member->bytes) ? 90 : 0;
}

static void
look_at_names(const struct zip *zip, struct sink *sink)
{
	bool has_config = false;

	for (size_t i = 0; i < zip->n; i++) {
		struct bytes name = zip->entries[i].central.name;

		has_config = has_config || is_config(name);
		if (names_program(name))
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
	struct zip zip;

	(void)rules;
	if (zip_open(member->bytes, sink_arena(sink), &zip) && zip.n > 0)
		look_at_names(&zip, sink); /* else the zip's own analyzer says why not */
}

const struct format format_keras = {
	.name = "keras",
	.suffixes = suffixes,
	.refines = "zip",
	.traits = FORMAT_MODEL | FORMAT_CONTAINER,
	.probe = probe,
	.analyze = analyze,
};
