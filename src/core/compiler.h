/* What we ask of the compiler, each under one name. */
#ifndef CORE_COMPILER_H
#define CORE_COMPILER_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
/* For structures that a library itself lays out without their alignment. */
#define ANY_ALIGNMENT __attribute__((no_sanitize("alignment")))
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
