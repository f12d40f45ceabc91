/*
 * What personal data looks like, compiled from rules/pii/: entities with their shapes and context
 * words, and the tables that lead from the first word of a candidate to the shapes it may have.
 * rules/pii/general.yaml says what stands in the files.
 */
#ifndef DETECT_PII_RULES_H
#define DETECT_PII_RULES_H

#include "core/arena.h"
#include "core/rules.h"
#include "detect/pii_marks.h"
#include "detect/validators.h"

#define PII_ENTITIES 192 /* a context is a set of entities: so many bits */
#define PII_SHAPES 1024	 /* of all entities */
#define PII_STEPS 32	 /* of one shape */
#define PII_WORD 24	 /* bytes of the first word of any shape */
#define PII_AFTER 8	 /* classes of what may follow a word: pii_after() */
#define PII_ENDS 1u	 /* bits of pii_start.seconds */
#define PII_ANY 0x80000000u
#define PII_STARTS (36 * 2 * (PII_WORD + 1) * PII_AFTER)
#define PII_HINTS 2048
#define PII_STARTERS 65536 /* places of a filter for first words of phrases */
#define PII_PHRASE 5	   /* words of a context phrase */
#define PII_WEAKEST 10	   /* below, only context makes a finding */
#define PII_HITS 32	   /* phrases of context that stand in a hundred bytes or two */
#define PII_SEEN_FROM 40   /* less sure findings are told of in short texts only */
#define PII_SHORT 512	   /* bytes of a short text */

/* One step of a shape: a run of characters of a set, or the separator. */
struct pii_step {
	enum { STEP_SET, STEP_SEPARATOR, STEP_MAYBE } kind;
	unsigned char min, max;
	uint64_t set[2]; /* ASCII in upper case */
};

enum pii_finder {
	FIND_SHAPES,
	FIND_EMAIL,
	FIND_IBAN,
	FIND_IP,
	FIND_MAC,
	FIND_PHONE,
	FIND_URL,
	FIND_WALLET,
	FIND_COUNT
};

struct pii_entity {
	const char *check; /* "pii/us-ssn" */
	const char *title; /* "a US social security number" */
	enum pii_finder finder;
	const struct validator *validator; /* or NULL */
	unsigned base, context, record;	   /* how sure: alone, with context, as a value */
	unsigned document;		   /* at most so sure in documents and source */
	const char *const *known;	   /* compact numbers that documentation shows */
	size_t nknown;
};

struct pii_shape {
	unsigned short entity;
	unsigned char base, nsteps;
	bool is_glued; /* may follow a letter */
	bool is_plain; /* matches each run of digits that has one of its lengths and first digits */
	bool is_alone; /* only where the text is nothing else */
	const struct validator *validator;
	char separators[8];
	struct pii_step steps[PII_STEPS];
};

/*
 * What may come after the first word of a shape. Bit n: after one byte a word of n characters
 * (PII_WORD + 1: or more), which is the last, or which something else follows. PII_ENDS, in LAST:
 * the first word is the last. PII_ANY: something that begins with no word.
 */
struct pii_lengths {
	uint32_t last, more;
};

/* One of the shapes of words that begin alike. */
struct pii_entry {
	struct pii_lengths seconds; /* as in pii_start */
	unsigned short shape;
	bool is_strong,
	    is_record; /* told of without context: anywhere; where it is all of a value */
};

/* What words have in common that begin with the same character, are of one length, and are
 * followed by the same class of byte. */
struct pii_start {
	/* The first of theirs; they end where the next ones begin. NOTED are those that are told of
	 * without context, once more. */
	unsigned entries, noted;
	struct pii_lengths seconds;
	bool has_glued;
};

/* By what follows the first word and by its length. */
struct pii_seconds {
	struct pii_lengths lengths[PII_AFTER][PII_WORD + 1];
};

/* A set of entities. */
struct pii_set {
	uint64_t bits[PII_ENTITIES / 64];
};

static inline bool
pii_set_has(const struct pii_set *set, size_t i)
{
	return set->bits[i / 64] >> (i % 64) & 1;
}

static inline bool
pii_set_is_empty(const struct pii_set *set)
{
	uint64_t all = 0;

	for (size_t i = 0; i < PII_ENTITIES / 64; i++)
		all |= set->bits[i];
	return all == 0;
}

/* Words in lower case, sorted; of lists in the rules. */
struct pii_words {
	const char **words;
	size_t n;
};

struct pii_context_entry {
	uint64_t hash;
	struct pii_set entities;
};

struct pii_rules {
	struct arena *arena;
	size_t nentities, nshapes;
	struct pii_entity *entities;
	struct pii_shape *shapes;
	int finders[FIND_COUNT];		 /* the entity of each finder; -1 for none */
	struct pii_start starts[PII_STARTS + 1]; /* see pii_start_index() */
	struct pii_entry *entries, *noted;
	bool has_other_dividers; /* of class 0 stand in a shape */
	/* Numbers of up to PII_DULL digits begin no shape, where no number goes on behind them or
	 * behind a ')'. */
	bool has_dull;
	/* Context phrases by hash: open addressing, a power of two. */
	struct pii_context_entry *context;
	size_t ncontext;
	/* Filters for first words of phrases: words of the longest phrase, by hash; and lengths of
	 * words as bits, by their first characters. */
	unsigned char starters[PII_STARTERS];
	uint32_t hints[PII_HINTS];
	struct pii_words domains, roles, top, attribution, ignored_keys, extensions;
};

extern const struct rule_kind pii_rule_kind;

/* pii_shape.c: FORM and SEPARATORS compiled into a shape. False where FORM is none. */
MUST_USE bool pii_shape_parse(struct pii_shape *, const char *form, const char *separators);
/* Where a match that starts at POS ends; 0 where there is none. */
size_t pii_shape_match(const struct pii_shape *, struct bytes text, size_t pos);
/* The class of the byte after a word. */
static inline unsigned
pii_after(unsigned char c)
{
	switch (c) {
	case ' ':
		return 1;
	case '-':
		return 2;
	case '.':
		return 3;
	case '/':
		return 4;
	case ':':
		return 5;
	case '+':
	case '_':
	case '(':
	case ')':
		return 6;
	default:
		return 0;
	}
}

/* Of first words that begin with a digit or with a letter: the characters that may come first, and
 * pii_start.seconds for words all of digits (all of letters), and for others. Perhaps more than
 * there are, never less. */
void pii_shape_start(
    const struct pii_shape *, bool by_digit, uint64_t first[2], struct pii_seconds ret_seconds[2]);

/* The start of words of LEN characters that begin with C; IS_MIXED: that have letters and digits.
 */
static inline size_t
pii_start_index(unsigned char c, size_t len, bool is_mixed, unsigned after)
{
	size_t first = c <= '9' ? (size_t)(c - '0') : (size_t)((c & ~32) - 'A') + 10;

	return ((first * 2 + is_mixed) * (PII_WORD + 1) + len) * PII_AFTER + after;
}

/* pii_context.c: words and phrases of a text, looked at from left to right. */
struct pii_nearby {
	size_t from, to; /* words that begin here were looked at */
	/* Phrases that the next word may go on, and where they start; in turn. */
	uint64_t phrases[PII_PHRASE];
	size_t starts[PII_PHRASE], nwords;
	unsigned going_on; /* words that phrases may still have */
	struct pii_hit {
		size_t start;
		const struct pii_set *entities; /* NULL for none */
	} hits[PII_HITS];			/* the last ones, in turn */
	size_t nhits, last;			/* where the last one starts */
	size_t lost; /* there was no room for one that started at LOST - 1 */
};

/* Adds the entities whose phrases begin in TEXT, FROM on and before TO, and perhaps others. Words
 * are looked at once, while FROM goes forward. */
void pii_context_near(const struct pii_rules *, struct bytes text, struct pii_nearby *, size_t from,
    size_t to, struct pii_set *);
/* Adds the entities whose phrases stand in TEXT. */
void pii_context_of(const struct pii_rules *, struct bytes text, struct pii_set *);
/* Notes the first word of PHRASE in the rules' filters; returns the hash of all. 0 where there are
 * none or too many. */
uint64_t pii_phrase_note(struct pii_rules *, const char *phrase);
bool pii_words_have(const struct pii_words *, struct bytes word);

#endif
