/* Masked evidence: it tells values apart and gives none away. */
#include "config.h"

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

int
main(void)
{
	struct arena *arena = arena_new(1 << 20);

	if (arena == NULL)
		return 1;
	test_shown(arena);
	test_hash(arena);
	arena_free(arena);
	return done_testing();
}
