/* Documentation and dependencies: what a bundle says about itself and asks for. */
#include "config.h"

#include "detect/detector.h"
#include "tests/formats.h"
#include "tests/tap.h"

static struct rules *rules;

/* Analyzes TEXT as NAME, then runs the detector called WHICH over it. */
static void
look(const char *which, const char *name, const char *text)
{
	static const char *const none[] = { NULL };
	const struct detector *detector = detector_by_name(which);
	struct member member = { .path = name, .name = name, .bytes = bytes_of_string(text) };
	struct status status = { 0 };
	const void *compiled = NULL;
	const struct span *spans;
	size_t n;

	if (detector->rules != NULL)
		compiled = rules_get(rules, detector->rules, &status);
	if (detector->rules != NULL && compiled == NULL) {
		printf("# %s\n", status.text);
		abort();
	}
	(void)claims_text(name, text);
	spans = sink_spans(sink, &n);
	detector->scan(compiled, &member, none, spans, n, sink);
}

static const char *
item(const char *name, const char *text, const char *wanted)
{
	char key[100];

	look("documentation", name, text);
	snprintf(key, sizeof(key), "documentation.%s", wanted);
	return fact(key);
}

static void
test_documentation(void)
{
	const char *use = "# Model\n## Intended Use\nFor sorting letters of customers by their "
			  "topic, in English, inside of the support desk.\n## Limitations\n"
			  "[More Information Needed]\n";

	eq_str(item("README.md", use, "intended-use"), "yes", "a section with text counts");
	eq_str(item("README.md", use, "limitations"), "none", "a placeholder does not");
	eq_str(item("README.md",
		   "# A\n## Limitations\n<!-- write one two three four five six "
		   "seven eight nine ten eleven twelve -->\n",
		   "limitations"),
	    "none", "nor does a comment");
	eq_str(item("README.md", "---\nlicense: mit\nbase_model: a/b\n---\n", "license"), "yes",
	    "the front matter counts");
	eq_str(item("README.md", "---\nlicense: mit\nbase_model: a/b\n---\n", "base-model"), "yes",
	    "all of it");
	eq_str(item("README.md", "---\nlicense: mit\n---\n", "model-card"), "none",
	    "a card without text is none");
	eq_str(item("notes.md", use, "intended-use"), "none", "other documents are no cards");
	eq_str(item("LICENSE", "text\n", "license-text"), "yes", "a file counts by its name");
	eq_str(item("README.md", "We used 100 GPU hours.\n", "compute"), "yes",
	    "words in the text count");
	eq_str(item("README.md", "The megaco2x is a bus.\n", "energy"), "none",
	    "parts of words do not");
}

static void
test_requirements(void)
{
	static const struct {
		const char *name, *text, *findings;
	} cases[] = {
		{ "requirements.txt", "numpy==1.26.4\ntorch[x]==2.1.0 ; os_name=='posix'\n# c\n",
		    "" },
		{ "requirements.txt", "numpy\n", "dependency/unpinned" },
		{ "requirements.txt", "numpy>=1.2,<2\n", "dependency/unpinned" },
		{ "requirements.txt", "numpy==1.*\n", "dependency/unpinned" },
		{ "requirements.txt", "--index-url https://pypi.org/simple\n", "" },
		{ "requirements.txt", "--extra-index-url https://192.0.2.1/simple\n",
		    "dependency/foreign-index" },
		{ "requirements.txt", "--index-url https://pypi.org@example.com/simple\n",
		    "dependency/foreign-index" },
		{ "requirements.txt", "--trusted-host example.com\n", "dependency/foreign-index" },
		{ "requirements.txt", "x @ https://example.com/x.whl\n", "dependency/url" },
		{ "requirements.txt", "-e git+https://example.com/x.git#egg=x\n",
		    "dependency/url" },
		{ "notes.txt", "numpy\n", "" },
		{ "environment.yml",
		    "channels:\n- conda-forge\ndependencies:\n- numpy=1.26\n- pip:\n"
		    "  - x==1.0\n",
		    "" },
		{ "environment.yml", "channels:\n- somebody\ndependencies:\n- numpy\n",
		    "dependency/foreign-index dependency/unpinned" },
		{ "pyproject.toml",
		    "[project]\nname = \"x\"\ndependencies = [\n\"a==1\",\n"
		    "\"b\",\n]\nother = [\"c\"]\n",
		    "dependency/unpinned" },
		{ "uv.lock", "wheels = [\n{ url = \"https://files.pythonhosted.org/a.whl\" },\n]\n",
		    "" },
		{ "uv.lock", "wheels = [\n{ url = \"https://example.com/a.whl\" },\n]\n",
		    "dependency/foreign-index" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		look("dependency", cases[i].name, cases[i].text);
		eq_str(findings(), cases[i].findings, cases[i].text);
	}
	look("dependency", "requirements.txt", "numpy==1.26.4\n");
	eq_str(fact("dependency.numpy"), "==1.26.4", "versions are facts");
}

int
main(void)
{
	char folder[1000];
	const char *folders[] = { folder };
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	if (rules == NULL)
		abort();
	test_documentation();
	test_requirements();
	sink_free(sink);
	rules_free(rules);
	return done_testing();
}
