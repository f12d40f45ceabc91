/*
 * The rules of the secret detector, read from rules/secrets/: a file is a map of rule ids, or is
 * called words.yaml. A rule has one of three shapes:
 *
 *   token   a secret that shows what it is: `token: 'ghp_[0-9A-Za-z]{36}'`
 *   near    a value that means something only near its provider's name: `near: [adafruit]` and
 *           `value: '[0-9a-f]{32}'`
 *   names   the value of an assignment to a name: `names: [password, passwd]`
 *
 * All begin with a keyword, a literal without regard to case; that is what is searched for
 * (secret_keywords.h). Patterns are PCRE2's and see a window around the keyword only.
 */
#ifndef DETECT_SECRET_RULES_H
#define DETECT_SECRET_RULES_H

#include "core/rules.h"
#include "detect/secret_keywords.h"
#include "detect/secret_outline.h"

#define SECRET_GAP 100 /* bytes at most between a service's name and its value */

enum secret_shape { SECRET_TOKEN, SECRET_NEAR, SECRET_NAMES };

/* What the form of a secret says beyond its pattern. */
enum secret_form {
	SECRET_FORM_WRONG,     /* no such secret was ever issued */
	SECRET_FORM_MALFORMED, /* it looks like one, but its checksum or structure is wrong */
	SECRET_FORM_RIGHT,
};

struct secret_validator {
	const char *name;
	enum secret_form (*judge)(struct bytes secret);
};

struct secret_rule {
	const char *id;	      /* "github-fine-token" */
	const char *provider; /* "GitHub", "*": the keyword; for names: what it is, "a password" */
	const char *check;    /* of the catalog */
	const char *pattern;
	const char *source; /* of the file, for messages */
	unsigned line;
	enum secret_shape shape;
	unsigned rank;	  /* of two that overlap the lower one is kept */
	unsigned before;  /* bytes that may stand before the keyword (token) */
	double entropy;	  /* bits a character at least */
	unsigned least;	  /* characters at least (names) */
	bool is_password; /* names: words and signs may make it up */
	bool is_open;	  /* token: more of the same characters may stand around it */
	bool needs_link;  /* near: a word like `key` or an assignment must join name and value */
	const struct secret_validator *validator; /* NULL: the pattern says all */
	struct outline outline;			  /* of the pattern */
	void *code;				  /* of PCRE2, compiled at the first hit */
	bool is_broken;				  /* it did not compile */
};

/* Words that judge a value or the text around it; lower case, NULL-terminated. */
struct secret_words {
	const char **placeholders; /* in a value: nobody's secret */
	const char **innocent;	   /* before a value: a digest, an id */
	const char **common;	   /* in a value: it is made of words */
	const char **secretive;	   /* before a value: a secret follows */
	const char **suffixes;	   /* of a name after its keyword: the name still means a secret */
	const char **bigrams;	   /* pairs of letters that words are made of */
	const char **formed;	   /* services whose tokens all show what they are */
	const char **known;	   /* digests of published test keys */
	const char **labels;	   /* before a value: it is a name or an address */
	const char **standins;	   /* a value of nothing else is none */
};

/* A keyword, in lower case, and a rule that it leads to, as its place in the list. */
struct secret_pair {
	const char *keyword;
	uint32_t rule;
};

struct secret_rules;

/* Reads the rules; nothing is compiled. NULL and a status where a file is wrong. */
MUST_USE struct secret_rules *secret_rules_new(
    const struct rule_file *files, size_t n, struct status *);
void secret_rules_free(struct secret_rules *);
const struct secret_words *secret_rules_words(const struct secret_rules *);
struct secret_rule *secret_rules_list(const struct secret_rules *, size_t *ret_n);
/* Sorted by keyword, then by rule; strings and arrays live as long as the rules. */
const struct secret_pair *secret_rules_pairs(const struct secret_rules *, size_t *ret_n);
struct arena *secret_rules_arena(struct secret_rules *);
/* Compiles the pattern of a rule where that was not done yet. False and a status where it is
 * wrong; names have none. */
MUST_USE bool secret_rule_compile(struct secret_rule *, struct status *);
/*
 * Where the pattern matches TEXT from a place between *POS and LAST: the secret, its first group or
 * the whole match, and *POS moves behind its start. Bounded work, whatever it is.
 */
MUST_USE bool secret_rule_match(struct secret_rules *, const struct secret_rule *,
    struct bytes text, size_t last, size_t *pos, struct bytes *ret);
const struct secret_validator *secret_validator_by_name(const char *name);

#endif
