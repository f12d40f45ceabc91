/*
 * Tests that print TAP (Test Anything Protocol): each assertion is a line, a failed one says
 * where and what, and goes on. End main() with `return done_testing();`.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

static inline bool
tap_ok(bool passed, const char *file, int line, const char *what)
{
	printf("%sok %d - %s\n", passed ? "" : "not ", ++tap_count, what);
	if (!passed) {
		printf("# failed at %s:%d\n", file, line);
		tap_failed++;
	}
	return passed;
}

#define ok(condition, what) tap_ok((condition), __FILE__, __LINE__, (what))
#define eq_u64(got, want, what)                                                       \
	do {                                                                          \
		uint64_t got_ = (got), want_ = (want);                                \
		if (!tap_ok(got_ == want_, __FILE__, __LINE__, (what)))               \
			printf("# got %" PRIu64 ", want %" PRIu64 "\n", got_, want_); \
	} while (0)
#define eq_str(got, want, what)                                                                  \
	do {                                                                                     \
		const char *got_ = (got), *want_ = (want);                                       \
		if (!tap_ok(got_ != NULL && want_ != NULL && strcmp(got_, want_) == 0, __FILE__, \
			__LINE__, (what)))                                                       \
			printf("# got \"%s\", want \"%s\"\n", got_ == NULL ? "(null)" : got_,    \
			    want_ == NULL ? "(null)" : want_);                                   \
	} while (0)

static inline int
done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed > 0;
}

#endif
