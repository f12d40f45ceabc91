/* SPDX license expressions: see detect/license_expression.h. */
#include "config.h"

#include "detect/license_expression.h"

#include "core/buffer.h"
#include "core/limits.h"
#include "core/text.h"

#include <stdio.h>

/*
 * SPDX 2.3, annex D.2:
 *   simple    = license-id | license-id "+" | license-ref
 *   compound  = simple | simple "WITH" exception | compound "AND" compound
 *             | compound "OR" compound | "(" compound ")"
 * WITH binds tighter than AND, AND tighter than OR. SPDX 3.0 adds AdditionRef- after WITH and
 * operators in lower case.
 */
struct parser {
	struct arena *arena;
	struct status *status;
	const char *pos;
	unsigned depth;
};

static const struct license_node *parse_or(struct parser *);

static const struct license_node *
fail(struct parser *parser, const char *what)
{
	status_set(
	    parser->status, STATUS_MALFORMED, "this is no SPDX license expression: %s", what);
	return NULL;
}

static bool
is_id_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '.' || c == ':';
}

static void
skip_space(struct parser *parser)
{
	while (*parser->pos == ' ' || *parser->pos == '\t' || *parser->pos == '\n' ||
	    *parser->pos == '\r')
		parser->pos++;
}

/* The word at the cursor, without moving; a name of ours may end in plus signs. */
static struct bytes
peek_word(struct parser *parser)
{
	size_t n = 0;

	skip_space(parser);
	while (is_id_char(parser->pos[n]))
		n++;
	return bytes_of(parser->pos, n);
}

/* Consumes OPERATOR, all upper or all lower case. */
static bool
accept(struct parser *parser, const char *upper, const char *lower)
{
	struct bytes word = peek_word(parser);

	if (!bytes_equal_string(word, upper) && !bytes_equal_string(word, lower))
		return false;
	parser->pos += word.len;
	return true;
}

static bool
is_operator(struct bytes word)
{
	return text_equal_ignoring_case(word, "and") || text_equal_ignoring_case(word, "or") ||
	    text_equal_ignoring_case(word, "with");
}

static bool
is_gnu(const char *id)
{
	static const char *const names[] = { "GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0",
		"LGPL-2.1", "LGPL-3.0", "AGPL-1.0", "AGPL-3.0", "GFDL-1.1", "GFDL-1.2",
		"GFDL-1.3" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_equal_ignoring_case(bytes_of_string(id), names[i]))
			return true;
	return false;
}

/* "GPL-2.0" says nothing about later versions today; the list of SPDX wants it said. */
static void
modernize(struct arena *arena, struct license_node *node)
{
	const char *id;

	if (!is_gnu(node->id))
		return;
	id = arena_format(arena, "%s%s", node->id, node->is_or_later ? "-or-later" : "-only");
	if (id != NULL) {
		node->id = id;
		node->is_or_later = false;
	}
}

static const struct license_node *
parse_one(struct parser *parser)
{
	struct license_node *node = arena_alloc(parser->arena, sizeof(*node));
	struct bytes word = peek_word(parser), exception;

	if (node == NULL)
		return fail(parser, "no memory");
	if (word.len == 0)
		return fail(parser, "the name of a license is missing");
	if (is_operator(word))
		return fail(parser, "an operator stands where a license must");
	parser->pos += word.len;
	/* The plus signs of LicenseRef names are letters. */
	if (bytes_starts(word, "LicenseRef-"))
		while (*parser->pos == '+') {
			parser->pos++;
			word.len++;
		}
	node->id = arena_string_of(parser->arena, word);
	if (*parser->pos == '+') {
		parser->pos++;
		node->is_or_later = true;
	}
	if (accept(parser, "WITH", "with")) {
		exception = peek_word(parser);
		if (exception.len == 0 || is_operator(exception))
			return fail(parser, "WITH needs an exception");
		parser->pos += exception.len;
		node->exception = arena_string_of(parser->arena, exception);
		if (node->exception == NULL)
			return fail(parser, "no memory");
	}
	if (node->id == NULL)
		return fail(parser, "no memory");
	modernize(parser->arena, node);
	return node;
}

static const struct license_node *
parse_primary(struct parser *parser)
{
	const struct license_node *node;

	skip_space(parser);
	if (*parser->pos != '(')
		return parse_one(parser);
	if (++parser->depth > LIMIT_EXPRESSION_DEPTH)
		return fail(parser, "it nests too deep");
	parser->pos++;
	node = parse_or(parser);
	if (node == NULL)
		return NULL;
	skip_space(parser);
	if (*parser->pos != ')')
		return fail(parser, "a closing parenthesis is missing");
	parser->pos++;
	parser->depth--;
	return node;
}

static const struct license_node *
make(struct parser *parser, enum license_node_kind kind, const struct license_node *left,
    const struct license_node *right)
{
	struct license_node *node;

	if (left == NULL || right == NULL)
		return NULL;
	node = arena_alloc(parser->arena, sizeof(*node));
	if (node == NULL)
		return fail(parser, "no memory");
	*node = (struct license_node){ .kind = kind, .left = left, .right = right };
	return node;
}

static const struct license_node *
parse_and(struct parser *parser)
{
	const struct license_node *node = parse_primary(parser);

	while (node != NULL && accept(parser, "AND", "and"))
		node = make(parser, LICENSE_AND, node, parse_primary(parser));
	return node;
}

static const struct license_node *
parse_or(struct parser *parser)
{
	const struct license_node *node = parse_and(parser);

	while (node != NULL && accept(parser, "OR", "or"))
		node = make(parser, LICENSE_OR, node, parse_and(parser));
	return node;
}

const struct license_node *
license_expression_parse(struct arena *arena, const char *text, struct status *status)
{
	struct parser parser = { .arena = arena, .status = status, .pos = text };
	const struct license_node *node;

	if (strlen(text) > LIMIT_EXPRESSION)
		return fail(&parser, "it is too long");
	node = parse_or(&parser);
	if (node == NULL)
		return NULL;
	skip_space(&parser);
	if (*parser.pos != '\0')
		return fail(&parser, "something follows the expression");
	return node;
}

/* ---- printing ---------------------------------------------------------------------------- */

static void
print_id(struct buffer *out, const char *id, bool exports)
{
	for (; *id != '\0'; id++)
		if (*id == '+' && exports)
			buffer_add_string(out, "plus");
		else
			buffer_add_u8(out, (uint8_t)*id);
}

static void
print(struct buffer *out, const struct license_node *node, bool exports)
{
	const struct license_node *sides[2] = { node->left, node->right };

	if (node->kind == LICENSE_ONE) {
		print_id(out, node->id, exports);
		if (node->is_or_later)
			buffer_add_string(out, "+");
		if (node->exception != NULL)
			buffer_add_format(out, " WITH %s", node->exception);
		return;
	}
	for (int i = 0; i < 2; i++) {
		bool wrap = node->kind == LICENSE_AND && sides[i]->kind == LICENSE_OR;

		buffer_add_string(out, wrap ? "(" : "");
		print(out, sides[i], exports);
		buffer_add_string(out, wrap ? ")" : "");
		if (i == 0)
			buffer_add_string(out, node->kind == LICENSE_AND ? " AND " : " OR ");
	}
}

static const char *
print_in(struct arena *arena, const struct license_node *node, bool exports)
{
	struct buffer out = buffer_up_to(8 * LIMIT_EXPRESSION);
	const char *text = NULL;

	print(&out, node, exports);
	if (buffer_ok(&out))
		text = arena_string_of(arena, buffer_bytes(&out));
	buffer_free(&out);
	return text;
}

const char *
license_expression_print(struct arena *arena, const struct license_node *node)
{
	return print_in(arena, node, false);
}

const char *
license_expression_export(struct arena *arena, const struct license_node *node)
{
	return print_in(arena, node, true);
}

/* ---- comparing ---------------------------------------------------------------------------- */

static bool
same_name(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return text_equal_ignoring_case(bytes_of_string(a), b);
}

static bool
same_license(const struct license_node *a, const struct license_node *b)
{
	return same_name(a->id, b->id) && same_name(a->exception, b->exception) &&
	    a->is_or_later == b->is_or_later;
}

/* Is NEEDLE one of the operands of NODE, which joins them by KIND? */
static bool
holds(
    const struct license_node *node, enum license_node_kind kind, const struct license_node *needle)
{
	if (node->kind == kind)
		return holds(node->left, kind, needle) || holds(node->right, kind, needle);
	return license_expression_equal(node, needle);
}

/* Is each operand of NODE an operand of OTHER? */
static bool
all_held(
    const struct license_node *node, enum license_node_kind kind, const struct license_node *other)
{
	if (node->kind == kind)
		return all_held(node->left, kind, other) && all_held(node->right, kind, other);
	return holds(other, kind, node);
}

bool
license_expression_equal(const struct license_node *a, const struct license_node *b)
{
	if (a->kind == LICENSE_ONE || b->kind == LICENSE_ONE)
		return a->kind == b->kind && same_license(a, b);
	return a->kind == b->kind && all_held(a, a->kind, b) && all_held(b, a->kind, a);
}

const struct license_node *
license_expression_join(struct arena *arena, enum license_node_kind kind,
    const struct license_node *a, const struct license_node *b)
{
	struct license_node *node;

	if (a == NULL || b == NULL)
		return a == NULL ? b : a;
	if (holds(a, kind, b))
		return a;
	if (b->kind == kind) {
		a = license_expression_join(arena, kind, a, b->left);
		return a == NULL ? NULL : license_expression_join(arena, kind, a, b->right);
	}
	node = arena_alloc(arena, sizeof(*node));
	if (node != NULL)
		*node = (struct license_node){ .kind = kind, .left = a, .right = b };
	return node;
}

bool
license_expression_each(const struct license_node *node,
    bool (*visit)(const struct license_node *, void *), void *context)
{
	if (node->kind == LICENSE_ONE)
		return visit(node, context);
	return license_expression_each(node->left, visit, context) &&
	    license_expression_each(node->right, visit, context);
}

/* ---- judging ------------------------------------------------------------------------------ */

#define MAX_NAME 512

/* Does a pattern of `*` match NAME, without regard to case? */
static bool
matches(const char *pattern, const char *name)
{
	char a[MAX_NAME], b[MAX_NAME];
	size_t i;

	if (strlen(pattern) >= MAX_NAME || strlen(name) >= MAX_NAME)
		return false;
	for (i = 0; pattern[i] != '\0'; i++)
		a[i] = (char)text_lower((unsigned char)pattern[i]);
	a[i] = '\0';
	for (i = 0; name[i] != '\0'; i++)
		b[i] = (char)text_lower((unsigned char)name[i]);
	b[i] = '\0';
	return text_glob(a, b);
}

/* The deprecated names of the GNU family in lists mean what they mean in expressions. */
static bool
matches_license(const char *entry, const char *id)
{
	char modern[MAX_NAME];
	size_t n = strlen(entry);

	if (matches(entry, id))
		return true;
	if (n == 0 || n >= MAX_NAME)
		return false;
	if (is_gnu(entry)) {
		snprintf(modern, sizeof(modern), "%s-only", entry);
		return matches(modern, id);
	}
	memcpy(modern, entry, n + 1);
	if (modern[n - 1] != '+')
		return false;
	modern[n - 1] = '\0';
	if (!is_gnu(modern))
		return false;
	snprintf(modern + n - 1, sizeof(modern) - n + 1, "-or-later");
	return matches(modern, id);
}

/* 0 where ENTRY says nothing about ONE, 1 where it names the license, 2 with its exception. */
static int
covers(const char *entry, const struct license_node *one)
{
	const char *with = strstr(entry, " WITH ");
	char id[MAX_NAME];

	if (with == NULL)
		return matches_license(entry, one->id);
	if (one->exception == NULL || (size_t)(with - entry) >= sizeof(id))
		return 0;
	memcpy(id, entry, (size_t)(with - entry));
	id[with - entry] = '\0';
	return matches_license(id, one->id) && matches(with + 6, one->exception) ? 2 : 0;
}

static int
list_covers(const char *const *list, const struct license_node *one)
{
	int best = 0;

	for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
		int how = covers(list[i], one);

		best = how > best ? how : best;
	}
	return best;
}

static enum license_answer
judge(const struct license_node *one, const struct license_lists *lists)
{
	int allowed = list_covers(lists->allow, one), denied = list_covers(lists->deny, one);

	if (denied > 0 && denied >= allowed)
		return LICENSE_DENIED;
	if (allowed > 0 || lists->allow == NULL)
		return LICENSE_ALLOWED;
	return LICENSE_UNLISTED;
}

enum license_answer
license_expression_evaluate(const struct license_node *node, const struct license_lists *lists)
{
	enum license_answer left, right;

	if (node->kind == LICENSE_ONE)
		return judge(node, lists);
	left = license_expression_evaluate(node->left, lists);
	right = license_expression_evaluate(node->right, lists);
	if (node->kind == LICENSE_AND)
		return left > right ? left : right;
	return left < right ? left : right;
}

const struct license_node *
license_expression_culprit(
    const struct license_node *node, const struct license_lists *lists, enum license_answer answer)
{
	const struct license_node *culprit;

	if (license_expression_evaluate(node, lists) != answer)
		return NULL;
	if (node->kind == LICENSE_ONE)
		return node;
	culprit = license_expression_culprit(node->left, lists, answer);
	return culprit != NULL ? culprit : license_expression_culprit(node->right, lists, answer);
}
