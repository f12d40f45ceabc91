/* Source code, scripts, markup, templates and word lists: text that is searched as it stands. */
#include "config.h"

#include "format/format.h"
#include "format/python.h"
#include "format/textual.h"

static const char *const python_suffixes[] = { ".py", ".pyi", NULL };
static const char *const template_suffixes[] = { ".jinja", ".jinja2", ".j2", NULL };

static void
hand_on(const struct member *member, struct sink *sink, enum span_kind kind, const char *key)
{
	struct bytes text;
	uint64_t offset;

	if (textual_text(member, sink, &text, &offset))
		sink_text(sink, kind, key, text, offset);
}

static int
probe_python(const struct member *member)
{
	return textual_is(member, TEXTUAL_PYTHON) ? 40 : 0;
}

static int
probe_source(const struct member *member)
{
	return textual_is(member, TEXTUAL_SOURCE) ? 40 : 0;
}

static int
probe_markup(const struct member *member)
{
	return textual_is(member, TEXTUAL_MARKUP) ? 40 : 0;
}

static int
probe_template(const struct member *member)
{
	return textual_is(member, TEXTUAL_TEMPLATE) ? 40 : 0;
}

static int
probe_vocabulary(const struct member *member)
{
	return textual_is(member, TEXTUAL_VOCABULARY) ? 40 : 0;
}

static void
analyze_python(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct bytes text;
	uint64_t offset;

	if (!textual_text(member, sink, &text, &offset))
		return;
	sink_text(sink, SPAN_SOURCE, "", text, offset);
	python_judge(text, offset, rules, sink);
}

/* Is it a script under a name that loaders of models open? */
static bool
is_disguised(const struct member *member)
{
	static const char *const models[] = { ".bin", ".pt", ".pth", ".ckpt", ".h5", ".hdf5",
		".keras", ".onnx", ".pb", ".tflite", ".safetensors", ".gguf", ".npy", ".npz",
		".pkl", ".joblib", ".model", ".weights" };

	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		if (member_has_suffix(member, models[i]))
			return bytes_starts(member->bytes, "#!");
	return false;
}

/* Is it a hook, which git runs in the checkout? Its own examples end in ".sample". */
static bool
is_hook(const struct member *member)
{
	const char *hooks = strstr(member->path, ".git/hooks/");

	return hooks != NULL && (hooks == member->path || hooks[-1] == '/') &&
	    !member_has_suffix(member, ".sample");
}

static void
analyze_source(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	if (is_disguised(member))
		sink_finding(
		    sink, "source/disguised", 0, 0, NULL, "a script under the name of a model");
	if (is_hook(member))
		sink_finding(sink, "source/git-hook", 0, 0, NULL,
		    "a script that git runs when somebody works in this folder");
	hand_on(member, sink, SPAN_SOURCE, "");
}

static void
analyze_markup(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, SPAN_PROSE, "");
}

/* The key says to detectors that it is filled in by a template engine. */
static void
analyze_template(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, SPAN_SOURCE, "chat_template");
}

static void
analyze_vocabulary(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	hand_on(member, sink, SPAN_VOCABULARY, "");
}

const struct format format_markup = {
	.name = "markup",
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe_markup,
	.analyze = analyze_markup,
};

const struct format format_python = {
	.name = "python",
	.suffixes = python_suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe_python,
	.analyze = analyze_python,
};

const struct format format_source = {
	.name = "source",
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe_source,
	.analyze = analyze_source,
};

const struct format format_template = {
	.name = "template",
	.suffixes = template_suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe_template,
	.analyze = analyze_template,
};

const struct format format_vocabulary = {
	.name = "vocabulary",
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe_vocabulary,
	.analyze = analyze_vocabulary,
};
