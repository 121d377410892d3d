/*
 * random.h: the same random numbers in every run (xorshift64), so that what failed once fails again.
 */
#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include <stdint.h>

static inline uint32_t random_next(uint64_t *state)
{
    uint64_t x = *state | 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return (uint32_t)(x >> 32);
}

/* 0 to below - 1. */
static inline uint32_t random_below(uint64_t *state, uint32_t below)
{
    return (uint32_t)((uint64_t)random_next(state) * below >> 32);
}

#endif
