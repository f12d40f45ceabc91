/* The rules of the secret detector: see detect/secret_rules.h. */
#include "config.h"

#include "detect/secret_rules.h"

#include "core/arena.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"
#include "detect/secret_example.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MAX_RULES 4096
#define MAX_PAIRS (2 * MAX_RULES)
#define PATTERN_MAX 1024  /* bytes: the longest of ours has some 300 */
#define KEYWORD_MIN 3	  /* characters: shorter ones stand everywhere */
#define MATCH_STEPS 20000 /* of PCRE2 in a window: real tokens need a few hundred */

static const char *const allowed_keys[] = { "provider", "check", "token", "near", "value", "names",
	"keywords", "before", "entropy", "least", "password", "open", "link", "validator",
	"examples", "counter-examples", NULL };

struct secret_rules {
	struct arena *arena;
	struct secret_rule *list;
	size_t n;
	struct secret_pair *pairs;
	size_t npairs;
	struct secret_words words;
	pcre2_match_data *match; /* of the match being made */
	pcre2_match_context *context;
};

/* What is being read. */
struct source {
	struct secret_rules *rules;
	const char *name;
	struct status *status;
};

static bool
complain(const struct source *source, unsigned line, const char *what)
{
	return status_set(source->status, STATUS_USAGE, "%s:%u: %s", source->name, line, what);
}

static bool
add_keyword(const struct source *source, unsigned line, struct bytes text)
{
	struct secret_rules *rules = source->rules;
	char *copy;

	if (text.len < KEYWORD_MIN)
		return complain(source, line, "a keyword needs three characters or more");
	if (rules->npairs == MAX_PAIRS)
		return complain(source, line, "too many keywords");
	copy = arena_string_of(rules->arena, text);
	if (copy == NULL)
		return status_set(source->status, STATUS_MEMORY, "no memory for the rules");
	for (char *c = copy; *c != '\0'; c++)
		*c = (char)text_lower((unsigned char)*c);
	rules->pairs[rules->npairs++] = (struct secret_pair){ copy, (uint32_t)rules->n };
	return true;
}

/* The literal with which a pattern begins: "AKIA" of "AKIA[A-Z2-7]{16}". */
static struct bytes
leading_literal(const char *pattern, char *ret, size_t size)
{
	size_t n = 0;

	if (strncmp(pattern, "(?i)", 4) == 0)
		pattern += 4;
	while (*pattern != '\0' && n < size && strchr("[](){}*+?|^$.", *pattern) == NULL) {
		if (*pattern == '\\') {
			unsigned char c = (unsigned char)pattern[1];

			if (c == '\0' || (c >= '0' && c <= '9') || text_lower(c) != c ||
			    (c >= 'a' && c <= 'z'))
				break;
			pattern++;
		}
		ret[n++] = *pattern++;
	}
	/* A quantifier speaks about the last character; an alternative about all of them. */
	if (n > 0 && (*pattern == '?' || *pattern == '*' || *pattern == '{'))
		n--;
	if (*pattern == '|')
		n = 0;
	return bytes_of(ret, n);
}

static bool
add_list(const struct source *source, const struct yaml_node *list, unsigned line)
{
	if (list->kind != YAML_LIST || list->n == 0)
		return complain(source, line, "a list of keywords is needed here");
	for (size_t i = 0; i < list->n; i++)
		if (!add_keyword(source, list->items[i].line,
			bytes_of(list->items[i].text, list->items[i].len)))
			return false;
	return true;
}

static bool
read_shape(const struct source *source, const struct yaml_node *node, struct secret_rule *rule)
{
	const struct yaml_node *near = yaml_get(node, "near"), *names = yaml_get(node, "names"),
			       *keywords = yaml_get(node, "keywords");
	const char *token = yaml_get_string(node, "token"), *value = yaml_get_string(node, "value");
	char literal[64];

	if ((token != NULL) + (near != NULL) + (names != NULL) != 1 ||
	    (near != NULL) != (value != NULL))
		return complain(
		    source, node->line, "a rule needs `token`, `near` and `value`, or `names`");
	rule->shape = token != NULL ? SECRET_TOKEN : near != NULL ? SECRET_NEAR : SECRET_NAMES;
	rule->pattern = arena_string(source->rules->arena,
	    token != NULL	? token
		: value != NULL ? value
				: "");
	if (rule->pattern == NULL ||
	    !outline_read(&rule->outline, source->rules->arena, rule->pattern))
		return status_set(source->status, STATUS_MEMORY, "no memory for the rules");
	if (strlen(rule->pattern) > PATTERN_MAX)
		return complain(source, node->line, "1024 characters of pattern at most");
	if (near != NULL)
		return add_list(source, near, node->line);
	if (names != NULL)
		return add_list(source, names, node->line);
	if (keywords != NULL)
		return add_list(source, keywords, node->line);
	return add_keyword(source, node->line, leading_literal(token, literal, sizeof(literal)));
}

static bool
read_numbers(const struct source *source, const struct yaml_node *node, struct secret_rule *rule)
{
	uint64_t before, least;
	bool link;
	const char *entropy = yaml_get_string(node, "entropy");
	char *end = NULL;

	if (!yaml_get_uint(node, "before", 0, &before, source->status) ||
	    !yaml_get_uint(node, "least", 12, &least, source->status) ||
	    !yaml_get_bool(node, "password", false, &rule->is_password, source->status) ||
	    !yaml_get_bool(node, "open", false, &rule->is_open, source->status) ||
	    !yaml_get_bool(node, "link", true, &link, source->status))
		return false;
	if (before > 256 || least > 256)
		return complain(source, node->line, "256 characters at most");
	rule->before = (unsigned)before;
	rule->least = (unsigned)least;
	rule->needs_link = link;
	rule->entropy = rule->shape == SECRET_TOKEN ? 2.5 : 2.9;
	if (entropy != NULL) {
		rule->entropy = strtod(entropy, &end);
		if (*end != '\0' || rule->entropy < 0 || rule->entropy > 8)
			return complain(source, node->line, "entropy is a number from 0 to 8");
	}
	return true;
}

static bool
read_rule(const struct source *source, const char *id, const struct yaml_node *node)
{
	struct secret_rules *rules = source->rules;
	struct secret_rule *rule = &rules->list[rules->n];
	const char *provider = yaml_get_string(node, "provider"),
		   *check = yaml_get_string(node, "check"),
		   *validator = yaml_get_string(node, "validator");

	if (!yaml_check_keys(node, source->name, allowed_keys, source->status))
		return false;
	if (rules->n == MAX_RULES)
		return complain(source, node->line, "too many rules");
	if (provider == NULL)
		return complain(source, node->line, "a rule needs a `provider`");
	if (check != NULL && strncmp(check, "secret/", 7) != 0)
		return complain(source, node->line, "a check of secrets begins with secret/");
	*rule = (struct secret_rule){ .id = arena_string(rules->arena, id),
		.provider = arena_string(rules->arena, provider),
		.check = arena_string(rules->arena, check == NULL ? "secret/service-token" : check),
		.source = arena_string(rules->arena, source->name),
		.line = node->line };
	if (rule->id == NULL || rule->provider == NULL || rule->check == NULL ||
	    rule->source == NULL)
		return status_set(source->status, STATUS_MEMORY, "no memory for the rules");
	if (validator != NULL) {
		rule->validator = secret_validator_by_name(validator);
		if (rule->validator == NULL)
			return complain(source, node->line, "there is no such validator");
	}
	if (!read_shape(source, node, rule) || !read_numbers(source, node, rule))
		return false;
	rule->rank = (unsigned)rule->shape;
	rules->n++;
	return true;
}

/* A list of words.yaml; lists of several rule folders are joined. */
static bool
add_words(const struct source *source, const struct yaml_node *list, const char ***ret)
{
	struct arena *arena = source->rules->arena;
	size_t old = 0;
	const char **all;

	if (list == NULL)
		return true;
	while (*ret != NULL && (*ret)[old] != NULL)
		old++;
	all = arena_array(arena, old + list->n + 1, sizeof(*all));
	for (size_t i = 0; all != NULL && i < old; i++)
		all[i] = (*ret)[i];
	for (size_t i = 0; all != NULL && i < list->n; i++) {
		all[old + i] =
		    arena_string_of(arena, bytes_of(list->items[i].text, list->items[i].len));
		if (all[old + i] == NULL)
			all = NULL;
	}
	if (all == NULL)
		return status_set(source->status, STATUS_MEMORY, "no memory for the rules");
	*ret = all;
	return true;
}

static bool
read_words(const struct source *source, const struct yaml_node *root)
{
	static const char *const lists[] = { "placeholders", "innocent", "common", "secretive",
		"suffixes", "bigrams", "formed", "known", "labels", "standins", NULL };
	struct secret_words *words = &source->rules->words;

	return yaml_check_keys(root, source->name, lists, source->status) &&
	    add_words(source, yaml_get(root, "placeholders"), &words->placeholders) &&
	    add_words(source, yaml_get(root, "innocent"), &words->innocent) &&
	    add_words(source, yaml_get(root, "common"), &words->common) &&
	    add_words(source, yaml_get(root, "secretive"), &words->secretive) &&
	    add_words(source, yaml_get(root, "suffixes"), &words->suffixes) &&
	    add_words(source, yaml_get(root, "bigrams"), &words->bigrams) &&
	    add_words(source, yaml_get(root, "formed"), &words->formed) &&
	    add_words(source, yaml_get(root, "known"), &words->known) &&
	    add_words(source, yaml_get(root, "labels"), &words->labels) &&
	    add_words(source, yaml_get(root, "standins"), &words->standins);
}

static bool
read_file(struct secret_rules *rules, const struct rule_file *file, struct status *status)
{
	struct source source = { rules, file->source, status };
	struct buffer text = buffer_up_to(file->bytes.len + 1);
	struct yaml *yaml = NULL;
	const struct yaml_node *root;
	bool done = true;

	secret_example_drop(&text, file->bytes);
	if (buffer_ok(&text))
		yaml = yaml_parse(buffer_bytes(&text), file->source, status);
	else
		status_set(status, STATUS_MEMORY, "no memory for the rules");
	buffer_free(&text);
	if (yaml == NULL)
		return false;
	root = yaml_root(yaml);
	if (strcmp(file->name, "secrets/words.yaml") == 0)
		done = read_words(&source, root);
	else if (root->kind != YAML_MAP)
		done = complain(&source, 1, "a map of rules is needed here");
	else
		for (size_t i = 0; done && i < root->n; i++)
			done = read_rule(&source, root->keys[i], &root->items[i]);
	yaml_free(yaml);
	return done;
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct secret_pair *x = a, *y = b;
	int order = strcmp(x->keyword, y->keyword);

	if (order != 0)
		return order;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static bool
make_room(struct secret_rules *rules)
{
	static const char *none[] = { NULL };

	rules->words =
	    (struct secret_words){ none, none, none, none, none, none, none, none, none, none };
	rules->arena = arena_new(64 * MIB);
	if (rules->arena == NULL)
		return false;
	rules->list = arena_array(rules->arena, MAX_RULES, sizeof(*rules->list));
	rules->pairs = arena_array(rules->arena, MAX_PAIRS, sizeof(*rules->pairs));
	rules->match = pcre2_match_data_create(8, NULL);
	rules->context = pcre2_match_context_create(NULL);
	if (rules->list == NULL || rules->pairs == NULL || rules->match == NULL ||
	    rules->context == NULL)
		return false;
	pcre2_set_match_limit(rules->context, MATCH_STEPS);
	pcre2_set_heap_limit(rules->context, 1024);
	return true;
}

struct secret_rules *
secret_rules_new(const struct rule_file *files, size_t n, struct status *status)
{
	struct secret_rules *rules = calloc(1, sizeof(*rules));
	bool done = rules != NULL;

	if (!done || !make_room(rules)) {
		secret_rules_free(rules);
		status_set(status, STATUS_MEMORY, "no memory for the rules");
		return NULL;
	}
	for (size_t i = 0; done && i < n; i++)
		done = read_file(rules, &files[i], status);
	if (!done) {
		secret_rules_free(rules);
		return NULL;
	}
	if (rules->npairs > 1)
		qsort(rules->pairs, rules->npairs, sizeof(*rules->pairs), compare_pairs);
	return rules;
}

void
secret_rules_free(struct secret_rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->n; i++)
		pcre2_code_free(rules->list[i].code);
	pcre2_match_data_free(rules->match);
	pcre2_match_context_free(rules->context);
	arena_free(rules->arena);
	free(rules);
}

const struct secret_words *
secret_rules_words(const struct secret_rules *rules)
{
	return &rules->words;
}

struct secret_rule *
secret_rules_list(const struct secret_rules *rules, size_t *ret_n)
{
	*ret_n = rules->n;
	return rules->list;
}

const struct secret_pair *
secret_rules_pairs(const struct secret_rules *rules, size_t *ret_n)
{
	*ret_n = rules->npairs;
	return rules->pairs;
}

struct arena *
secret_rules_arena(struct secret_rules *rules)
{
	return rules->arena;
}

/* A form of a service's keys is only found whole, and not with the operator before it. */
static const char *
whole_pattern(const struct secret_rule *rule, char *buffer, size_t size)
{
	int n;

	if (rule->shape != SECRET_NEAR || rule->needs_link)
		return rule->pattern;
	n = snprintf(buffer, size, "(?<!\\w)(?![=-])(?:%s)(?!\\w)", rule->pattern);
	return n < 0 || (size_t)n >= size ? "(" : buffer;
}

/*
 * Interpreted, not translated to machine code: a confined worker may not map executable memory,
 * patterns see windows of some hundred bytes, and few of the rules are ever hit in one scan.
 */
bool
secret_rule_compile(struct secret_rule *rule, struct status *status)
{
	int error;
	PCRE2_SIZE offset;
	PCRE2_UCHAR text[120] = "";
	char buffer[PATTERN_MAX + 64];

	if (rule->code != NULL || rule->shape == SECRET_NAMES)
		return true;
	if (!rule->is_broken)
		rule->code = pcre2_compile((PCRE2_SPTR)whole_pattern(rule, buffer, sizeof(buffer)),
		    PCRE2_ZERO_TERMINATED,
		    PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT, &error,
		    &offset, NULL);
	if (rule->code != NULL)
		return true;
	if (!rule->is_broken)
		(void)pcre2_get_error_message(error, text, sizeof(text));
	rule->is_broken = true;
	return status_set(status, STATUS_USAGE, "%s:%u: the pattern of %s is wrong: %s",
	    rule->source, rule->line, rule->id, (const char *)text);
}

bool
secret_rule_match(struct secret_rules *rules, const struct secret_rule *rule, struct bytes text,
    size_t last, size_t *pos, struct bytes *ret)
{
	const PCRE2_SIZE *ends;
	size_t first;
	int n;

	if (*pos > text.len || *pos > last)
		return false;
	pcre2_set_offset_limit(rules->context, last);
	n = pcre2_match(rule->code, text.data, text.len, *pos,
	    PCRE2_NOTEMPTY | (*pos == last ? PCRE2_ANCHORED : 0), rules->match, rules->context);
	if (n < 1)
		return false;
	ends = pcre2_get_ovector_pointer(rules->match);
	first = n > 1 && ends[2] != PCRE2_UNSET ? 2 : 0;
	*ret = bytes_slice(text, ends[first], ends[first + 1] - ends[first]);
	*pos = ends[0] + 1;
	return true;
}
