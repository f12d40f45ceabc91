/* Personal data: what the rules' own examples say, and what context makes of a number. */
#include "config.h"

#include "core/limits.h"
#include "core/yaml.h"
#include "detect/detector.h"
#include "detect/pii_rules.h"
#include "tests/tap.h"

#include <stdlib.h>

static struct rules *rules;
static const void *compiled;
static struct sink *sink;

/* How sure the detector is of CHECK in TEXT; 0 where it does not see it. */
static unsigned
sure_of(const char *check, enum span_kind kind, const char *key, const char *text)
{
	static const char *const formats[] = { "text", NULL };
	const struct detector *detector = detector_by_name("pii");
	struct member member = { .path = "a", .name = "a", .bytes = bytes_of_string(text) };
	const struct span span = { kind, key, member.bytes, 0 };
	const struct finding *findings;
	unsigned sure = 0;
	size_t n;

	sink_reset(sink);
	detector->scan(compiled, &member, formats, &span, 1, sink);
	findings = sink_findings(sink, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(findings[i].check, check) == 0 && findings[i].confidence > sure)
			sure = findings[i].confidence;
	return sure;
}

/* TEXT in the middle of a long document. */
static unsigned
sure_in_document(const char *check, const char *text)
{
	static char document[4096];

	memset(document, 0, sizeof(document));
	for (int i = 0; i < 40; i++)
		strcat(document, "A line of words that mean nothing.\n");
	strcat(document, text);
	strcat(document, "\nAnd then it goes on.\n");
	return sure_of(check, SPAN_PROSE, "", document);
}

static void
run_list(const char *name, const struct yaml_node *entity, const char *key, bool wanted)
{
	const struct yaml_node *list = yaml_get(entity, key);
	char check[100], what[300];

	snprintf(check, sizeof(check), "pii/%s", name);
	snprintf(what, sizeof(what), "%s has %s", name, key);
	ok(list != NULL && list->n > 0, what);
	for (size_t i = 0; list != NULL && i < list->n; i++) {
		snprintf(what, sizeof(what), "%s: %s %.100s", name,
		    wanted ? "finds" : "leaves alone", list->items[i].text);
		ok((sure_of(check, SPAN_PROSE, "", list->items[i].text) > 0) == wanted, what);
	}
}

static void
test_rules_hold_their_examples(void)
{
	size_t n;
	const struct rule_file *files = rules_files(rules, "pii", &n);

	for (size_t i = 0; i < n; i++) {
		struct status status = { 0 };
		struct yaml *yaml = yaml_parse(files[i].bytes, files[i].source, &status);
		const struct yaml_node *entities = yaml_get(yaml_root(yaml), "entities");

		for (size_t k = 0; entities != NULL && k < entities->n; k++) {
			run_list(entities->keys[k], &entities->items[k], "examples", true);
			run_list(entities->keys[k], &entities->items[k], "counter-examples", false);
		}
		yaml_free(yaml);
	}
}

static void
test_context_decides(void)
{
	ok(sure_in_document("pii/us-ssn", "It was 536221234 then.") == 0,
	    "nine digits in a document are nothing");
	ok(sure_in_document("pii/us-ssn", "Her social security number is 536221234.") >= 85,
	    "with words before them they are");
	ok(sure_in_document("pii/us-ssn", "Social security number:\n536221234") >= 85,
	    "words may stand on the line above");
	ok(sure_of("pii/us-ssn", SPAN_VALUE, "customers[0].ssn", "536221234") >= 85,
	    "a key is context");
	ok(sure_of("pii/us-ssn", SPAN_VALUE, "socialSecurityNumber", "536221234") >= 85,
	    "a key in camel case, too");
	ok(sure_of("pii/us-ssn", SPAN_VALUE, "token_id", "536221234") == 0,
	    "keys that name numbers of nobody are left out");
	ok(sure_of("pii/us-ssn", SPAN_VALUE, "x", "536221234") < 50, "another key says nothing");
	ok(sure_of("pii/us-ssn", SPAN_VOCABULARY, "ssn", "536-22-1234") == 0,
	    "a vocabulary is not read");
	ok(sure_in_document("pii/iban-code", "transfer to GB56HXDO88167774656119 now") >= 85,
	    "97 and a country's form need no context");
}

static void
test_numbers_inside_others_are_left_alone(void)
{
	ok(sure_in_document("pii/credit-card", "card 0.4539148803436467") == 0, "a decimal");
	ok(sure_in_document("pii/credit-card", "card x_4539148803436467") == 0, "an identifier");
	ok(sure_in_document("pii/credit-card", "card 4539148803436467-12") == 0, "a longer number");
	ok(sure_in_document("pii/credit-card", "card 4539148803436467") >= 85, "and a card");
	ok(sure_in_document("pii/credit-card", "card 4111 1111 1111 1111") == 0,
	    "a card of documentation");
	ok(sure_in_document("pii/ip-address", "sha 2001:db8::1 and 10.0.0.1") == 0,
	    "addresses that are not routed");
}

static void
test_authors_are_named_on_purpose(void)
{
	unsigned document = sure_in_document("pii/email-address", "by anna.svensson@hotmail.se");

	ok(document >= 40 && document < 50, "an address in a document is told, not judged");
	ok(sure_of("pii/email-address", SPAN_VALUE, "rows[3].mail", "anna.svensson@hotmail.se") >=
		85,
	    "in a record it is");
	ok(sure_of("pii/email-address", SPAN_VALUE, "authors", "anna.svensson@hotmail.se") < 40,
	    "not that of an author");
	ok(sure_of("pii/email-address", SPAN_VALUE, "x", "noreply@hotmail.se") < 40,
	    "not that of an office");
}

static void
test_many_findings_are_counted(void)
{
	static const char *const formats[] = { "text", NULL };
	static char text[64 * 1024];
	struct member member = { .path = "a", .name = "a" };
	struct span span = { SPAN_PROSE, "", { NULL, 0 }, 0 };
	size_t n, at = 0;

	for (int i = 0; i < 500; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "p%d@hotmail.se\n", i);
	member.bytes = span.text = bytes_of_string(text);
	sink_reset(sink);
	detector_by_name("pii")->scan(compiled, &member, formats, &span, 1, sink);
	(void)sink_findings(sink, &n);
	ok(n > 0 && n < 100, "some of 500 addresses are listed");
	ok(sink_fact_value(sink, "pii/email-address") != NULL &&
		strcmp(sink_fact_value(sink, "pii/email-address"), "500") == 0,
	    "and all are counted");
}

/* A table of N numbers of LEN digits with the leading digits FIRST, of which every VALID-th is one
 * of a card; they stand between BEFORE and AFTER. */
static unsigned
sure_of_table(const char *before, const char *after, unsigned n, unsigned valid)
{
	static char table[64 * 1024];
	size_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		char number[20], check = '0';

		/* The check digit of ISO/IEC 7812-1, or another one. */
		do {
			snprintf(number, sizeof(number), "45391488%07u%c",
			    1000003 * (i + 1) % 9999999, check++);
		} while (validator_by_name("luhn")->check(number, 16) != (i % valid == 0));
		at += (size_t)snprintf(
		    table + at, sizeof(table) - at, "%s%s%s\n", before, number, after);
	}
	return sure_of("pii/credit-card", SPAN_VALUE, "", table);
}

static void
test_check_digits_hold_by_chance(void)
{
	ok(sure_of_table("{\"id\": ", ", \"x\": 1}", 500, 1) == 0, "ids of rows are nobody's");
	ok(sure_of_table("{\"ids\": [12, ", "]}", 500, 1) == 0, "nor those of lists");
	ok(sure_of_table("{\"x\": ", "}", 500, 10) == 0, "one valid number in ten is chance");
	ok(sure_of_table("{\"x\": \"", "\"}", 500, 10) == 0, "in quotes, too");
	ok(sure_of_table("{\"x\": ", "}", 1, 1) == 0, "so is one integer");
	ok(sure_of_table("{\"x\": ", "}", 500, 1) >= 40, "a column of them is not");
	ok(sure_of_table("{\"x\": \"", "\"}", 500, 2) >= 50, "nor is every second one");
	ok(sure_of_table("{\"card\": ", "}", 500, 10) >= 85, "and context needs no others");
	ok(sure_of("pii/credit-card", SPAN_SOURCE, "",
	       "4539 1488 0343 6467 1234 5678 9012 3456 "
	       "4539 1488 0343 6468 5539 1488 0343 6468 "
	       "9,9999 9999 9999 9999") == 0,
	    "a table of numbers of four digits has no cards");
}

static void
test_keys_of_ids_may_be_context(void)
{
	ok(sure_of("pii/za-id-number", SPAN_VALUE, "national_id", "0002294321191") >= 85,
	    "\"national id\" is no key of numbers that are nobody's");
	ok(sure_of("pii/credit-card", SPAN_VALUE, "national_id", "4539148803436467") == 0,
	    "but of no other numbers");
	ok(sure_of("pii/email-address", SPAN_VALUE, "",
	       "{\"author\": \"anna.svensson@hotmail.se\"}") == 0,
	    "authors are named on purpose in a run of JSON, too");
}

static bool
refuses(const char *yaml, const char *where)
{
	struct rule_file file = { "pii/x.yaml", "x.yaml", bytes_of_string(yaml) };
	struct status status = { 0 };
	void *made = pii_rule_kind.compile(&file, 1, &status);
	bool refused = made == NULL && strstr(status.text, where) != NULL;

	pii_rule_kind.free(made);
	return refused;
}

static void
test_wrong_rules_are_refused(void)
{
	ok(refuses("entities:\n  a:\n    title: t\n    authority: x\n    shapes: [\"[9\"]\n",
	       "x.yaml:5"),
	    "a form that does not end");
	ok(refuses("entities:\n  a:\n    title: t\n    authority: x\n    shapes: [\"9|9\"]\n",
	       "x.yaml:5"),
	    "a separator where there are none");
	ok(refuses("entities:\n  a:\n    title: t\n    authority: x\n    validator: none-such\n"
		   "    shapes: [\"9\"]\n",
	       "no such validator"),
	    "a validator that is not there");
	ok(refuses("entities:\n  a:\n    title: t\n    shapes: [\"9\"]\n", "authority"),
	    "an entity without authority");
	ok(refuses("entities:\n  a:\n    title: t\n    authority: x\n    base: 101\n    shapes: "
		   "[\"9\"]\n",
	       "x.yaml:5"),
	    "more than sure");
	ok(refuses("entities:\n  a:\n    title: t\n    authority: x\n    colour: 1\n", "x.yaml:5"),
	    "a setting that is none");
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };
	char folder[4096];
	const char *folders[] = { folder };

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	sink = sink_new(LIMIT_ARENA);
	compiled = rules == NULL ? NULL : rules_get(rules, detector_by_name("pii")->rules, &status);
	ok(compiled != NULL && sink != NULL,
	    status.text[0] == '\0' ? "the rules compile" : status.text);
	if (compiled == NULL || sink == NULL)
		return done_testing();
	test_rules_hold_their_examples();
	test_context_decides();
	test_numbers_inside_others_are_left_alone();
	test_authors_are_named_on_purpose();
	test_many_findings_are_counted();
	test_check_digits_hold_by_chance();
	test_keys_of_ids_may_be_context();
	test_wrong_rules_are_refused();
	sink_free(sink);
	rules_free(rules);
	return done_testing();
}
