/*
 * joblib files: a pickle with the bytes of its arrays between the opcodes (joblib/numpy_pickle.py).
 * A compressed one is a stream (format/stream.c) around that. The virtual machine of the pickle
 * analyzer follows the arrays; here stands what makes the format.
 */
#include "config.h"

#include "format/format.h"
#include "format/pickle.h"

#include "core/limits.h"

#define WRAPPER_WITHIN (1 * MIB) /* of the beginning: the first array names its class */

static const char *const suffixes[] = { ".joblib", NULL };

static int
probe(const struct member *member)
{
	struct bytes head = bytes_slice(member->bytes, 0, WRAPPER_WITHIN);

	if (pickle_probe(member->bytes) < 50 ||
	    bytes_find(head, bytes_of_string("NumpyArrayWrapper"), 0) < 0 ||
	    bytes_find(head, bytes_of_string("numpy_pickle"), 0) < 0)
		return 0;
	return 95;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct pickle_survey survey;

	(void)pickle_analyze(member, 0, PICKLE_PLAIN, rules, sink, &survey);
	sink_fact(sink, "joblib.arrays", "%ju", (uintmax_t)survey.arrays);
	sink_fact(sink, "joblib.array_bytes", "%ju", (uintmax_t)survey.array_bytes);
	if (survey.has_estimator)
		sink_fact(sink, "joblib.producer", "scikit-learn");
}

const struct format format_joblib = {
	.name = "joblib",
	.suffixes = suffixes,
	.refines = "pickle",
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
