/* Licenses of a bundle as a whole: drift from base models, conflicts, what is declared and held. */
#include "config.h"

#include "core/limits.h"
#include "policy/licenses.h"
#include "tests/tap.h"

#include <stdlib.h>

static struct arena *arena;
static const struct license_terms *terms;
static char seen[2000];

static void
note(const struct license_issue *issue, void *context)
{
	size_t n = strlen(seen);

	(void)context;
	snprintf(seen + n, sizeof(seen) - n, "%s%s", n > 0 ? " " : "", issue->check + 8);
}

struct made {
	const char *path;
	struct fact facts[4];
};

/* The checks that are reported about members, without their family. */
static const char *
judge(const struct made *made, size_t n, const char *target)
{
	static const struct license_base bases[] = { { "ours/*", "CC-BY-NC-4.0" } };
	struct license_policy policy = { .terms = terms, .bases = bases, .nbases = 1 };
	struct result_member members[8] = { 0 };
	struct result_target targets[1] = { { .name = target } };
	struct result result = {
		.nmembers = n, .members = members, .ntargets = 1, .targets = targets
	};

	for (size_t i = 0; i < n && i < ARRAY_LEN(members); i++) {
		members[i].path = made[i].path;
		members[i].facts = made[i].facts;
		while (members[i].nfacts < 4 && made[i].facts[members[i].nfacts].key != NULL)
			members[i].nfacts++;
	}
	seen[0] = '\0';
	if (!policy_licenses(arena, &result, &policy, note, NULL))
		return "failed";
	return seen;
}

static const char *
card(const char *license, const char *base, const char *target)
{
	struct made made[] = { { "README.md",
	    { { "license.base_model", base }, { license == NULL ? "x" : "license", license } } } };

	return judge(made, 1, target);
}

static void
test_base_models(void)
{
	eq_str(card("Apache-2.0", "meta-llama/Llama-3.1-8B", "Llama-tuned"), "base-model-drift",
	    "a permissive license on Llama is drift");
	eq_str(card("LicenseRef-HF-llama3.1", "meta-llama/Llama-3.1-8B", "Llama-tuned"), "",
	    "the same license is none");
	eq_str(card("LicenseRef-HF-llama3.1", "meta-llama/Llama-3.1-8B", "tuned"), "naming",
	    "but the name must begin with Llama");
	eq_str(card(NULL, "google/gemma-2-9b", "x"), "base-model-drift",
	    "no license on a restricted base is drift");
	eq_str(card("MIT", "mistralai/Mistral-7B-v0.1", "x"), "",
	    "a permissive base lets go of everything");
	eq_str(card("MIT", "ours/base", "x"), "base-model-drift",
	    "the user's table: commercial use of a non-commercial base");
	eq_str(card("CC-BY-NC-SA-4.0", "ours/base", "x"), "",
	    "another license that forbids commercial use keeps it");
	eq_str(card("MIT", "nobody/knows", "x"), "", "an unknown base says nothing");
	eq_str(card("MIT", "mistralai/Mistral-7B-v0.1, google/gemma-2-9b", "x"), "base-model-drift",
	    "each base of a merge counts");
}

static void
test_attributions(void)
{
	struct made made[] = { { "NOTICE", { { "x", "" } } },
		{ "README.md",
		    { { "license.base_model", "meta-llama/Llama-3.1-8B" },
			{ "license", "LicenseRef-HF-llama3.1" },
			{ "license.declared", "LicenseRef-HF-llama3.1" } } } };

	eq_str(judge(made, 2, "Llama-x"), "attribution-missing", "nobody says Built with Llama");
	made[0].facts[0] = (struct fact){ "license.attribution", "Built with Llama" };
	eq_str(judge(made, 2, "Llama-x"), "", "a NOTICE file says it");
	eq_str(license_terms_attributions(terms, arena,
		   bytes_of_string("This was BUILT\nwith  Llama, and powered by steam")),
	    "Built with Llama", "words are found across lines");
	ok(license_terms_attributions(terms, arena, bytes_of_string("Built with LLVM")) == NULL,
	    "others are not");
}

static void
test_stricter(void)
{
	struct made made[] = { { "train.py", { { "license", "GPL-3.0-or-later" } } },
		{ "src/util.py", { { "license", "GPL-3.0-only" } } },
		{ "README.md",
		    { { "license.declared", "Apache-2.0" }, { "license", "Apache-2.0" } } } };

	eq_str(judge(made, 3, "x"), "member-stricter",
	    "a member under copyleft is no Apache-2.0, said once for its license");
	made[1].facts[0].value = "CC-BY-NC-4.0";
	eq_str(judge(made, 3, "x"), "incompatible member-stricter member-stricter",
	    "and for each other license");
	made[0].facts[0].value = "MIT OR GPL-3.0-only";
	made[1].facts[0].value = "MIT";
	eq_str(judge(made, 3, "x"), "", "a choice and a permissive license do not bind more");
	made[0].facts[0].value = "GPL-3.0-only";
	made[2].facts[0].value = made[2].facts[1].value = "Apache-2.0 AND GPL-3.0-only";
	eq_str(judge(made, 3, "x"), "", "what is declared as well is no surprise");
	made[2].facts[0].value = made[2].facts[1].value = "Apache-2.0";
	made[2].path = "card/README.md";
	eq_str(judge(made, 3, "x"), "", "a declaration speaks for its own folder");
}

static void
test_declared(void)
{
	struct made made[] = { { "LICENSE",
				   { { "license.detected", "MIT" }, { "license", "MIT" } } },
		{ "README.md",
		    { { "license.declared", "Apache-2.0" }, { "license", "Apache-2.0" } } } };

	eq_str(
	    judge(made, 2, "x"), "declared-differs", "the card says one thing, the file another");
	made[0].facts[0].value = "Apache-2.0 AND MIT";
	eq_str(judge(made, 2, "x"), "", "one license in common suffices");
	made[0].facts[0].value = "GPL-3.0-only";
	made[0].facts[1].value = "GPL-3.0-only";
	made[1].facts[0].value = made[1].facts[1].value = "GPL-3.0-or-later";
	eq_str(judge(made, 2, "x"), "", "a license file cannot say whether later versions count");
	made[0].path = "other/LICENSE";
	made[0].facts[0].value = made[0].facts[1].value = "MIT";
	eq_str(judge(made, 2, "x"), "", "files of other folders speak of other things");
	made[1].facts[0] = (struct fact){ "license.link", "LICENSE.txt" };
	eq_str(judge(made, 2, "x"), "link-missing", "a link leads to a file that is not there");
	made[1].facts[0].value = "./other/LICENSE";
	eq_str(judge(made, 2, "x"), "", "and one that leads to a file");
}

static const char *
together(const char *a, const char *b)
{
	struct made made[] = { { "a", { { "license", a } } }, { "b", { { "license", b } } } };

	return judge(made, 2, "x");
}

static void
test_conflicts(void)
{
	eq_str(together("GPL-2.0-only", "Apache-2.0"), "incompatible", "GPL 2 alone and Apache");
	eq_str(together("GPL-2.0-or-later", "Apache-2.0"), "", "GPL 2 or later and Apache");
	eq_str(together("GPL-3.0-only", "LicenseRef-HF-llama3"), "incompatible",
	    "copyleft and use restrictions");
	eq_str(
	    together("LicenseRef-HF-llama3", "GPL-3.0-only"), "incompatible", "in whichever order");
	eq_str(together("GPL-2.0-only OR MIT", "Apache-2.0"), "", "a choice that can be met");
	eq_str(together("GPL-2.0-only AND MIT", "Apache-2.0"), "incompatible",
	    "two of which one cannot");
	eq_str(together("MIT", "BSD-3-Clause"), "", "permissive licenses get along");
}

static void
test_terms(void)
{
	const struct license_term *term = license_terms_of(terms, "LicenseRef-HF-llama3.2");
	struct status status = { 0 };

	ok(term != NULL && strcmp(term->users, "700000000") == 0, "Llama asks beyond 700 million");
	ok(license_terms_of(terms, "LicenseRef-unheard-of") == NULL, "unknown licenses have none");
	eq_str(license_terms_line(terms, arena, license_expression_parse(arena, "MIT", &status)),
	    "MIT: permissive, commercial use: yes, redistribution: yes, derivatives: yes, "
	    "attribution: notices",
	    "the line for people");
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	const char *folders[] = { folder };
	struct status status = { 0 };
	struct rules *rules;

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	arena = arena_new(16 * MIB);
	rules = rules_open(folders, 1, &status);
	terms = rules == NULL ? NULL : rules_get(rules, &license_terms_rules, &status);
	if (!ok(arena != NULL && terms != NULL, "the project's terms are read")) {
		printf("# %s\n", status.text);
		return done_testing();
	}
	test_base_models();
	test_attributions();
	test_declared();
	test_stricter();
	test_conflicts();
	test_terms();
	rules_free(rules);
	arena_free(arena);
	return done_testing();
}
