/* Compiler attributes: what the compiler can check for us, in one word each. */
#ifndef SG_BASE_ATTR_H
#define SG_BASE_ATTR_H

#define SG_MUST_CHECK __attribute__((warn_unused_result))
#define SG_NONNULL __attribute__((nonnull))
#define SG_NONNULL_ARGS(...) __attribute__((nonnull(__VA_ARGS__)))
#define SG_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define SG_NORETURN __attribute__((noreturn))
#define SG_UNUSED __attribute__((unused))
#define SG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
