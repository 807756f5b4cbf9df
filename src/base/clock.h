/* Time: monotonic for durations, wall clock for records. */
#ifndef SG_BASE_CLOCK_H
#define SG_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_RFC3339_SIZE 32

/* Nanoseconds of CLOCK_MONOTONIC; never goes back. */
uint64_t clock_mono_ns(void);

/* Microseconds since 1970 of CLOCK_REALTIME. */
uint64_t clock_wall_us(void);

/* RFC 3339, UTC, microseconds: `2025-01-31T12:00:00.000000Z`. Returns `out`. */
const char *clock_rfc3339(char out[CLOCK_RFC3339_SIZE], uint64_t wall_us);

#endif
