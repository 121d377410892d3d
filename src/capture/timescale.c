#include "capture/timescale.h"

#define SECOND 1000000000LL

#define FAR TIMESCALE_FARTHEST

/* Both are at most FAR away, so that the sum fits before it is clamped. */
static int64_t add_clamped(int64_t a, int64_t b)
{
    if (b > 0 && a > FAR - b)
        return FAR;
    return b < 0 && a < -FAR - b ? -FAR : a + b;
}

static int64_t multiply_clamped(uint64_t stamp, uint64_t by)
{
    return stamp > FAR / by ? FAR : (int64_t)(stamp * by);
}

static int64_t seconds_clamped(int64_t seconds)
{
    if (seconds > FAR / SECOND)
        return FAR;
    return seconds < -FAR / SECOND ? -FAR : seconds * SECOND;
}

/* 10^n, n at most 19. */
static uint64_t power_of_ten(unsigned n)
{
    uint64_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

void timescale_init(struct timescale *s, uint8_t resolution, int64_t offset_seconds)
{
    s->resolution = resolution;
    s->origin = seconds_clamped(offset_seconds);
    s->multiply = resolution <= 9 ? power_of_ten(9 - resolution) : 0;
    s->limit = s->multiply != 0 ? FAR / s->multiply : 0;
}

static int64_t from_decimal(const struct timescale *s, uint64_t stamp)
{
    unsigned exponent = s->resolution;
    if (exponent <= 9)
        return multiply_clamped(stamp, s->multiply);
    /* 64 bits hold no more than twenty digits. */
    return exponent - 9 > 19 ? 0 : (int64_t)(stamp / power_of_ten(exponent - 9));
}

/* The fraction is cut to 34 bits (58 picoseconds), so that it can be multiplied by 10^9 in 64. */
static int64_t from_binary(unsigned exponent, uint64_t stamp)
{
    uint64_t seconds = exponent < 64 ? stamp >> exponent : 0;
    uint64_t fraction = exponent < 64 ? stamp - (seconds << exponent) : stamp;
    unsigned cut = exponent > 34 ? exponent - 34 : 0;
    fraction = cut < 64 ? fraction >> cut : 0;
    return add_clamped(multiply_clamped(seconds, SECOND), (int64_t)(fraction * SECOND >> (exponent - cut)));
}

int64_t timescale_slow(const struct timescale *s, uint64_t stamp)
{
    unsigned exponent = s->resolution & 0x7f;
    int64_t time = s->resolution & 0x80 ? from_binary(exponent, stamp) : from_decimal(s, stamp);
    return add_clamped(time, s->origin);
}
