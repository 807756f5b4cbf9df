#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define US_PER_S 1000000u
/* 9999-12-31T23:59:59.999999Z: RFC 3339 knows no later time. */
#define RFC3339_LAST_US UINT64_C(253402300799999999)

uint64_t clock_mono_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t clock_wall_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * US_PER_S + (uint64_t)t.tv_nsec / 1000u;
}

const char *clock_rfc3339(char out[CLOCK_RFC3339_SIZE], uint64_t wall_us)
{
    if (wall_us > RFC3339_LAST_US) {
        wall_us = RFC3339_LAST_US;
    }
    time_t seconds = (time_t)(wall_us / US_PER_S);
    struct tm tm;
    (void)gmtime_r(&seconds, &tm); /* fails only for years past INT_MAX */
    size_t n = strftime(out, CLOCK_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out + n, CLOCK_RFC3339_SIZE - n, ".%06uZ", (unsigned)(wall_us % US_PER_S));
    return out;
}
