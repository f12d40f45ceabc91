/* Calls in Python source: see format/source.h. */
#include "config.h"

#include "format/source.h"

#include "core/reader.h"
#include "core/scan.h"

#ifdef __SSE2__
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))
#define EQUAL(block, c) _mm256_cmpeq_epi8(block, _mm256_set1_epi8(c))
#endif

#define ALIASES 256	   /* imports that are followed; later ones keep their names */
#define BUCKETS 256	   /* that they are found by */
#define NAME_PARTS_MAX 400 /* bytes of a dotted name */

struct alias {
	struct bytes name;	   /* as the file calls it */
	struct bytes module, what; /* what it stands for; WHAT is empty for a module */
	size_t older;		   /* of the same bucket, plus one; 0: none */
};

/*
 * The text is not read word by word: scan_source() goes from mark to mark, and what a mark means
 * is decided by looking back, to LOW at most.
 */
struct source {
	struct reader r;
	size_t low;    /* the end of the last string, comment or import */
	bool at_start; /* could a statement start there? */
	struct arena *arena;
	const struct source_visitor *visitor;
	struct alias aliases[ALIASES];
	size_t naliases;
	size_t newest[BUCKETS]; /* alias of each bucket, plus one; 0: none */
	bool has_dotted;	/* an alias of more than one part */
	struct tail_set names;	/* of the aliases */
	bool failed;
};

static uint8_t
peek(const struct source *source)
{
	return source->r.pos < source->r.in.len ? source->r.in.data[source->r.pos] : 0;
}

static bool
is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '_' || c >= 0x80;
}

static void
skip_blanks(struct source *source)
{
	while (peek(source) == ' ' || peek(source) == '\t' || peek(source) == '\\')
		source->r.pos++;
}

/* A string literal, whose quote is next. Without its end, one of one line ends with the line. */
static void
skip_string(struct source *source)
{
	const struct bytes in = source->r.in;
	uint8_t quote = peek(source);
	size_t pos = source->r.pos;
	bool triple = pos + 2 < in.len && in.data[pos + 1] == quote && in.data[pos + 2] == quote;

	for (pos += triple ? 3 : 1; pos < in.len; pos++) {
		pos = scan_any(in, pos, quote, '\\', triple ? quote : '\n');
		if (pos >= in.len)
			break;
		if (in.data[pos] == '\\') {
			pos++;
			continue;
		}
		if (!triple)
			break;
		if (pos + 2 < in.len && in.data[pos + 1] == quote && in.data[pos + 2] == quote) {
			pos += 2;
			break;
		}
	}
	source->r.pos = pos < in.len ? pos + 1 : in.len;
}

/* A dotted name without spaces; blanks around dots end it. */
static struct bytes
read_name(struct source *source)
{
	size_t start = source->r.pos;

	while (is_word(peek(source)) || (peek(source) == '.' && source->r.pos > start))
		source->r.pos++;
	return bytes_slice(source->r.in, start, source->r.pos - start);
}

/* Names whose first parts agree are in one bucket. */
static size_t
bucket_of(struct bytes name)
{
	size_t bucket = 0;

	for (size_t i = 0; i < name.len && i < 4 && name.data[i] != '.'; i++)
		bucket = bucket * 29 + name.data[i];
	return bucket % BUCKETS;
}

static void
add_alias(struct source *source, struct bytes name, struct bytes module, struct bytes what)
{
	size_t *newest = &source->newest[bucket_of(name)];

	if (source->naliases == ALIASES || name.len == 0)
		return;
	source->aliases[source->naliases] = (struct alias){ name, module, what, *newest };
	*newest = ++source->naliases;
	tail_set_add(&source->names, name);
	source->has_dotted = source->has_dotted || memchr(name.data, '.', name.len) != NULL;
}

static bool
skip_word(struct source *source, const char *word)
{
	size_t len = strlen(word), pos = source->r.pos;

	skip_blanks(source);
	if (!bytes_starts(bytes_slice(source->r.in, source->r.pos, len), word) ||
	    (source->r.pos + len < source->r.in.len &&
		is_word(source->r.in.data[source->r.pos + len]))) {
		source->r.pos = pos;
		return false;
	}
	source->r.pos += len;
	skip_blanks(source);
	return true;
}

/* NAME [as ALIAS], NAME ... behind `import`; MODULE is what stood behind `from`. */
static void
read_imports(struct source *source, struct bytes module)
{
	for (;;) {
		struct source_item item = { .kind = SOURCE_IMPORT };
		struct bytes name, alias;

		while (peek(source) == '(' || peek(source) == ' ' || peek(source) == '\n' ||
		    peek(source) == '\r' || peek(source) == '\t')
			source->r.pos++;
		item.offset = source->r.pos;
		name = read_name(source);
		if (name.len == 0)
			return;
		alias = name;
		if (skip_word(source, "as"))
			alias = read_name(source);
		item.module = module.len > 0 ? module : name;
		item.name = module.len > 0 ? name : bytes_of(NULL, 0);
		add_alias(source, alias, item.module, item.name);
		source->visitor->visit(&item, source->visitor->context);
		skip_blanks(source);
		if (peek(source) != ',')
			return;
		source->r.pos++;
		skip_blanks(source);
	}
}

/* A.B, or one of them where the other is empty. */
static struct bytes
join(struct source *source, struct bytes a, struct bytes b)
{
	char *joined;

	if (a.len == 0 || b.len == 0)
		return a.len == 0 ? b : a;
	joined = arena_alloc(source->arena, a.len + b.len + 1);
	if (joined == NULL) {
		source->failed = true;
		return b;
	}
	memcpy(joined, a.data, a.len);
	joined[a.len] = '.';
	memcpy(joined + a.len + 1, b.data, b.len);
	return bytes_of(joined, a.len + b.len + 1);
}

/* What NAME stands for after the imports so far, with its first parts replaced: the last one
 * counts. */
static struct bytes
resolve(struct source *source, struct bytes name)
{
	for (size_t i = source->newest[bucket_of(name)]; i > 0;) {
		const struct alias *alias = &source->aliases[i - 1];

		i = alias->older;
		if (name.len < alias->name.len ||
		    (name.len > alias->name.len && name.data[alias->name.len] != '.') ||
		    memcmp(name.data, alias->name.data, alias->name.len) != 0)
			continue;
		return join(source, join(source, alias->module, alias->what),
		    bytes_slice(name, alias->name.len + 1, SIZE_MAX));
	}
	return name;
}

/* Can NAME be passed over? Its last part stays what it is, unless an alias is all of it. */
static bool
is_unwanted(const struct source *source, struct bytes name)
{
	const struct source_visitor *visitor = source->visitor;
	const uint8_t *dot = memrchr(name.data, '.', name.len);
	struct bytes last = name;

	if (visitor->wants == NULL)
		return false;
	if (dot != NULL)
		last = bytes_slice(name, (uint64_t)(dot - name.data) + 1, SIZE_MAX);
	if (last.len == 0 ||
	    (dot == NULL ? source->newest[bucket_of(name)] != 0 : source->has_dotted))
		return false;
	return !visitor->wants(last, visitor->context);
}

static void
visit_call(struct source *source, struct bytes name, size_t offset)
{
	struct source_item item = { .kind = SOURCE_CALL, .offset = offset };
	struct bytes full;
	size_t dot;

	if (is_unwanted(source, name))
		return;
	full = resolve(source, name);
	dot = full.len;
	while (dot > 0 && full.data[dot - 1] != '.')
		dot--;
	item.module = dot == 0 ? bytes_of_string("builtins") : bytes_slice(full, 0, dot - 1);
	item.name = bytes_slice(full, dot, SIZE_MAX);
	if (item.name.len > 0 && item.module.len > 0)
		source->visitor->visit(&item, source->visitor->context);
}

/* At "im" or "fr": an import, where a statement can start with it. */
static void
read_statement(struct source *source)
{
	const uint8_t *data = source->r.in.data;
	size_t mark = source->r.pos, pos = mark;
	struct bytes module;

	while (pos > source->low && (data[pos - 1] == ' ' || data[pos - 1] == '\t'))
		pos--;
	if (pos > source->low
		? data[pos - 1] != '\n' && data[pos - 1] != ';' && data[pos - 1] != ':'
		: !source->at_start) {
		source->r.pos = mark + 1;
		return;
	}
	if (skip_word(source, "import")) {
		read_imports(source, bytes_of(NULL, 0));
	} else if (skip_word(source, "from")) {
		module = read_name(source);
		if (skip_word(source, "import"))
			read_imports(source, module);
	} else {
		source->r.pos = mark + 1;
		return;
	}
	source->low = source->r.pos;
	source->at_start = true;
}

/* At a parenthesis: a call, where a name stands before it. */
static void
read_call(struct source *source)
{
	const uint8_t *data = source->r.in.data;
	size_t end = source->r.pos++, start;

	while (end > source->low &&
	    (data[end - 1] == ' ' || data[end - 1] == '\t' || data[end - 1] == '\\'))
		end--;
	start = scan_name(source->r.in, source->low, end);
	while (start < end && data[start] == '.')
		start++;
	if (start < end && end - start <= NAME_PARTS_MAX)
		visit_call(source, bytes_slice(source->r.in, start, end - start), start);
}

/* At a quote or the start of a comment. */
static void
skip_text(struct source *source)
{
	size_t pos = source->r.pos;

	if (peek(source) == '#') {
		/* It ends before its newline, so it says nothing about where a statement starts. */
		source->r.pos = scan_any(source->r.in, pos, '\n', '\n', '\n');
	} else {
		skip_string(source);
		source->at_start = false;
	}
	source->low = source->r.pos;
}

/* What the mark at the position means. */
static void
read_mark(struct source *source)
{
	switch (peek(source)) {
	case '(':
		read_call(source);
		break;
	case 'i':
	case 'f':
		read_statement(source);
		break;
	default:
		skip_text(source);
	}
}

#ifdef __SSE2__
/* Can the mark at POS be passed over, by a look at the bytes before it? Most can. */
static ALWAYS_INLINE bool
says_nothing(const struct source *source, size_t pos)
{
	const struct bytes in = source->r.in;

	switch (in.data[pos]) {
	case '(':
		return source->visitor->wanted != NULL &&
		    !tail_set_may_end(&source->names, source->visitor->wanted, in, source->low, pos,
			source->has_dotted);
	case 'i':
	case 'f':
		/* No import starts inside a word. */
		return pos > source->low && is_word(in.data[pos - 1]);
	default:
		return false;
	}
}

/* Reads 64 bytes at a time, in which MARKS_OF finds the marks, up to fewer than 65 before the end.
 */
static ALWAYS_INLINE void
walk_blocks_with(struct source *source, uint64_t (*marks_of)(const uint8_t *))
{
	struct bytes in = source->r.in;

	for (size_t pos = 0; in.len - pos > 64;) {
		uint64_t marks = marks_of(in.data + pos);
		size_t next = pos + 64;

		while (marks != 0) {
			size_t mark = pos + (unsigned)__builtin_ctzll(marks), end;

			marks &= marks - 1;
			if (says_nothing(source, mark))
				continue;
			source->r.pos = mark;
			read_mark(source);
			end = source->r.pos;
			if (end >= next) {
				next = end;
				break;
			}
			marks &= ~UINT64_C(0) << (end - pos);
		}
		source->r.pos = pos = next;
	}
}

static void
walk_blocks(struct source *source)
{
	walk_blocks_with(source, scan_source_64);
}

/* scan_source_marks(), of 32 bytes. */
WIDE static ALWAYS_INLINE unsigned
wide_marks_32(const uint8_t *p)
{
	const __m256i block = _mm256_loadu_si256((const __m256i *)(const void *)p),
		      next = _mm256_loadu_si256((const __m256i *)(const void *)(p + 1));
	/* '"' and '#' differ in one bit. */
	__m256i found = EQUAL(_mm256_or_si256(block, _mm256_set1_epi8(1)), '#');

	found = _mm256_or_si256(found, _mm256_or_si256(EQUAL(block, '\''), EQUAL(block, '(')));
	found = _mm256_or_si256(found, _mm256_and_si256(EQUAL(block, 'i'), EQUAL(next, 'm')));
	found = _mm256_or_si256(found, _mm256_and_si256(EQUAL(block, 'f'), EQUAL(next, 'r')));
	return (unsigned)_mm256_movemask_epi8(found);
}

WIDE static ALWAYS_INLINE uint64_t
wide_marks(const uint8_t *p)
{
	return wide_marks_32(p) | (uint64_t)wide_marks_32(p + 32) << 32;
}

WIDE static void
walk_wide_blocks(struct source *source)
{
	walk_blocks_with(source, wide_marks);
}
#endif

static bool
walk(struct bytes text, struct arena *arena, const struct source_visitor *visitor, bool is_wide)
{
	struct source source = {
		.r = reader_over(text), .at_start = true, .arena = arena, .visitor = visitor
	};

#ifdef __SSE2__
	(is_wide ? walk_wide_blocks : walk_blocks)(&source);
#else
	(void)is_wide;
#endif
	for (;;) {
		source.r.pos = scan_source(text, source.r.pos);
		if (source.r.pos >= text.len)
			return !source.failed;
		read_mark(&source);
	}
}

bool
source_walk(struct bytes text, struct arena *arena, const struct source_visitor *visitor)
{
#ifdef __SSE2__
	return walk(text, arena, visitor, __builtin_cpu_supports("avx2"));
#else
	return walk(text, arena, visitor, false);
#endif
}

bool
source_walk_narrow(struct bytes text, struct arena *arena, const struct source_visitor *visitor)
{
	return walk(text, arena, visitor, false);
}
