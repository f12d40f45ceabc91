/* What we ask of the compiler, each under one name. */
#ifndef CORE_COMPILER_H
#define CORE_COMPILER_H

#define MUST_USE __attribute__((warn_unused_result))
/* For small functions in loops over bytes, and for those that take such a function. */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
/* For structures that a library itself lays out without their alignment. */
#define ANY_ALIGNMENT __attribute__((no_sanitize("alignment")))
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
