/*
 * Examples of the rules of secrets: templates are filled in, scans do without them, every rule
 * finds its own and no counter-example, and the test sees rules that do not.
 */
#include "config.h"

#include "assay.h"
#include "detect/secret_example.h"
#include "detect/secret_rules.h"
#include "tests/tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
filled(const char *text)
{
	struct buffer out = buffer_up_to(65536);
	char *made;

	secret_example_fill(&out, bytes_of_string(text));
	made = buffer_take_string(&out);
	if (made == NULL)
		abort();
	return made;
}

static void
test_fill(void)
{
	static const char *const plain[] = { "", "{{ secrets.KEY }}", "{{8:}}", "{{:0-9}}", "{{8}}",
		"{{8:0-9", "{{99999:0-9}}", "a}}b{{", "${X}" };
	const struct secret_validator *github = secret_validator_by_name("github");
	char *a = filled("x{{8:0-3-}}y"), *b = filled("x{{8:0-3-}}y"), *c = filled("z{{8:0-3-}}y");

	ok(strlen(a) == 10 && a[0] == 'x' && strspn(a + 1, "0123-") == 8 && a[9] == 'y',
	    "a part becomes as many characters of its set");
	eq_str(a, b, "the same at every run");
	ok(strcmp(a + 1, c + 1) != 0, "and others in another template");
	free(a);
	free(b);
	free(c);
	a = filled("ghp_{{30:0-9A-Za-z}}{{crc32-base62}}");
	ok(strlen(a) == 40 && github->judge(bytes_of_string(a)) == SECRET_FORM_RIGHT,
	    "a checksum is that of the part before it");
	free(a);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		a = filled(plain[i]);
		eq_str(a, plain[i], "other braces are left as they are");
		free(a);
	}
}

static void
test_drop(void)
{
	static const char text[] =
	    "a:\n  token: 'x'\n  examples: ['p',\n    'q']\n  entropy: 1\n"
	    "  counter-examples:\n  - 'r'\n    - 's'\n  open: true\nb:\n  examples:\n"
	    "c: {examples: ['t']}\n";
	struct buffer out = buffer_up_to(sizeof(text));
	char *made;

	secret_example_drop(&out, bytes_of_string(text));
	made = buffer_take_string(&out);
	eq_str(made,
	    "a:\n  token: 'x'\n\n\n  entropy: 1\n\n\n\n  open: true\nb:\n\n"
	    "c: {examples: ['t']}\n",
	    "examples are dropped, and every other line keeps its number");
	free(made);
}

/* ---- the rules ----------------------------------------------------------------------------- */

/* What `rules test` says of the rules of this tree and of TEXT, a file of rules of secrets. */
static char *
tested(const char *text, enum assay_exit *ret)
{
	const char *top = getenv("top_srcdir");
	struct assay_settings settings = { .data_folder = top == NULL ? "." : top };
	struct assay_error error = { 0 };
	char folder[] = "/tmp/assay-examples-XXXXXX", path[100], *said = NULL;
	size_t len;
	FILE *out = open_memstream(&said, &len), *file;

	if (out == NULL || mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/secrets", folder);
	if (mkdir(path, 0700) != 0)
		abort();
	snprintf(path, sizeof(path), "%s/secrets/mine.yaml", folder);
	file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
	*ret = assay_rules_test(&settings, folder, out, &error);
	fclose(out);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(folder);
	return said;
}

static void
test_own_rules(void)
{
	enum assay_exit code;
	char *said = tested("# none\n{}\n", &code);

	if (!ok(code == ASSAY_PASS && strstr(said, " 0 of them wrong") != NULL,
		"every rule finds its examples and none of its counter-examples"))
		printf("# %.4000s\n", said);
	free(said);
}

static void
test_faults(void)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "mine:\n  provider: m\n  token: 'minx_[0-9]{8}'\n  examples: ['minx_{{8:0-9}}']\n"
		  "  counter-examples: ['minx_{{7:0-9}}']\n",
		    NULL },
		{ "mine:\n  provider: m\n  token: 'minx_[0-9]{8}'\n  examples: ['minx_{{7:0-9}}']\n"
		  "  counter-examples: ['minx_{{7:0-9}}']\n",
		    ":4: mine does not find its example" },
		{ "mine:\n  provider: m\n  token: 'minx_[0-9]{8}'\n  examples: ['minx_{{8:0-9}}']\n"
		  "  counter-examples: ['minx_{{8:0-8}}']\n",
		    ":5: mine finds its counter-example" },
		{ "mine:\n  provider: m\n  token: 'minx_[0-9]{8}'\n"
		  "  counter-examples: ['minx_{{7:0-9}}']\n",
		    ":2: mine has no examples" },
		{ "mine:\n  provider: m\n  token: 'minx_[0-9]{8}'\n  examples: "
		  "['minx_{{8:0-9}}']\n",
		    ":2: mine has no counter-examples" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum assay_exit code;
		char *said = tested(cases[i].text, &code);

		if (!ok(cases[i].said == NULL
			    ? code == ASSAY_PASS
			    : code == ASSAY_FAIL && strstr(said, cases[i].said) != NULL,
			"a rule of a user that is wrong about its examples is named"))
			printf("# %.2000s\n", said);
		free(said);
	}
}

int
main(void)
{
	test_fill();
	test_drop();
	test_own_rules();
	test_faults();
	return done_testing();
}
