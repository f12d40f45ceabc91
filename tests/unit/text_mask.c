/* Masked evidence: it tells values apart and gives none away. */
#include "config.h"

#include "core/masks.h"
#include "core/sink.h"
#include "core/text.h"
#include "tests/tap.h"

static const char *
mask_of(struct arena *arena, const char *secret)
{
	return text_mask(arena, bytes_of_string(secret));
}

static void
test_shown(struct arena *arena)
{
	const char *mask = mask_of(arena, "123-45-6789");

	ok(strncmp(mask, "****(11)****#", 13) == 0 && strlen(mask) == 17,
	    "a short value shows its length and 16 bits");
	mask = mask_of(arena, "abcdefghijkl");
	ok(strncmp(mask, "ab****(12)****l#", 16) == 0, "12 characters show three");
	mask = mask_of(arena, "abcdefghijklmnopqrstuvwx");
	ok(strncmp(mask, "abcd****(24)****wx#", 19) == 0, "24 characters show six");
	eq_str(mask_of(arena, ""), mask_of(arena, ""), "nothing is masked alike");
	ok(strchr(mask_of(arena, "\x1b[31m and more than 24 bytes"), 0x1b) == NULL,
	    "controls are escaped");
}

static void
test_hash(struct arena *arena)
{
	const char *a = mask_of(arena, "abcdefghijklmnopqrstuvwx"),
		   *b = mask_of(arena, "abcdefghijklmnopQrstuvwx"), *keyed, *other;

	ok(strcmp(a, b) != 0, "two values of one mask differ by the hash");
	eq_str(a, mask_of(arena, "abcdefghijklmnopqrstuvwx"), "a value has one mask");
	text_mask_set_key(bytes_of_string("a key of the user's"));
	keyed = mask_of(arena, "123-45-6789");
	ok(strlen(keyed) == 13 + 16, "a user's key makes 64 bits");
	text_mask_set_key(bytes_of_string("another key of theirs"));
	other = mask_of(arena, "123-45-6789");
	ok(strcmp(keyed, other) != 0, "another key, another hash");
	text_mask_set_key((struct bytes){ NULL, 0 });
	eq_str(mask_of(arena, "abcdefghijklmnopqrstuvwx"), a, "no key again");
}

/* The parts of S that are hidden once VALUE is masked as "<mask>". */
static const char *
hidden(struct arena *arena, const char *value, const char *s)
{
	struct mask mask = { bytes_of_string(value), "<mask>" };
	struct masks *masks = masks_new(arena, &mask, 1);

	return masks_hide(masks, arena, s);
}

static void
test_hiding(struct arena *arena)
{
	static const char secret[] = "ghx_0123456789abcdefghij";
	struct mask many[] = { { bytes_of_string("first.one@example.net"), "<a>" },
		{ bytes_of_string("first.one@example.net.xx"), "<b>" },
		{ bytes_of_string("pass1"), "<c>" } };

	eq_str(
	    hidden(arena, secret, "a ghx_0123456789abcdefghij b"), "a <mask> b", "a whole value");
	eq_str(hidden(arena, secret, "ghx_0123456789abcdefghijghx_0123456789abcdefghij"),
	    "<mask><mask>", "twice");
	eq_str(hidden(arena, secret, "it is ghx_01234"), "it is <mask>", "one that is cut");
	eq_str(hidden(arena, secret, "it is ghx_01234..."), "it is <mask>...", "with dots");
	eq_str(hidden(arena, secret, "ghx_0123456789abcdef\\n"), "<mask>\\n",
	    "so much of one that it is no chance");
	eq_str(hidden(arena, secret, "ghx_0123 is another word"), "ghx_0123 is another word",
	    "what only begins alike stays");
	eq_str(hidden(arena, "123456789", "id 123456789."), "id <mask>.", "a number");
	eq_str(hidden(arena, "123456789", "1234567890"), "1234567890", "no part of a number");
	eq_str(hidden(arena, "first line of it\nsecond line of it\n", "x second line of it y"),
	    "x <mask> y", "a line of a value of several");
	eq_str(hidden(arena, "abc", "abc"), "abc", "too short to tell from chance");
	eq_str(masks_hide(masks_new(arena, many, 3), arena,
		   "first.one@example.net.xx, first.one@example.net; pass1"),
	    "<b>, <a>; <c>", "of several values the longest that fits");
}

static void
test_sink_hides(void)
{
	struct sink *sink = sink_new(1 << 20);
	char text[] = "ghx_0123456789abcdefghij";
	const struct finding *findings;
	const char *shown;
	size_t n;

	sink_fact(sink, "meta.note", "use ghx_0123456789abcdefghij");
	sink_finding(sink, "x/a", 0, 0, "ghx_0123456789abc", "it says ghx_0123456789abcdefghij");
	shown = sink_mask(sink, bytes_of_string(text));
	/* A detector puts text together in a buffer of its own, and does so again. */
	memset(text, 'x', sizeof(text) - 1);
	(void)sink_mask(sink, bytes_of_string("password"));
	sink_finding_likely(sink, "x/b", 90, 0, 0, shown, "found (rule url-password)");
	sink_hide(sink);
	findings = sink_findings(sink, &n);
	ok(strstr(sink_fact_value(sink, "meta.note"), "ghx_0123456789") == NULL &&
		strstr(sink_fact_value(sink, "meta.note"), shown) != NULL,
	    "a fact shows the mask");
	ok(strstr(findings[0].evidence, "ghx_0123456789") == NULL &&
		strstr(findings[0].message, "ghx_0123456789") == NULL,
	    "so does what another check says");
	eq_str(findings[1].message, "found (rule url-password)", "a detector's own words stay");
	sink_free(sink);
}

int
main(void)
{
	struct arena *arena = arena_new(1 << 20);

	if (arena == NULL)
		return 1;
	test_shown(arena);
	test_hash(arena);
	test_hiding(arena);
	test_sink_hides();
	arena_free(arena);
	return done_testing();
}
