/*
 * timescale.h: pcapng's time stamps, in any unit, become nanoseconds since 1970.
 *
 * An interface counts in units of 10^-n or 2^-n seconds (if_tsresol, n up to 127) from an origin (if_tsoffset, seconds).
 * What lies further from 1970 than TIMESCALE_FARTHEST is clamped, never wrapped: a damaged option may say anything, and
 * the difference of any two times must fit into 64 bits. (Classic pcap ends in 2106, within it.)
 */
#ifndef CAPTURE_TIMESCALE_H
#define CAPTURE_TIMESCALE_H

#include <stdint.h>

struct timescale {
    uint64_t multiply;  /* nanoseconds in a unit, or 0: the unit is smaller than that, or a power of two */
    uint64_t limit;     /* the greatest time stamp that may be multiplied */
    uint8_t resolution; /* if_tsresol */
    int64_t origin;     /* nanoseconds */
};

#define TIMESCALE_FARTHEST     ((int64_t)1 << 62) /* nanoseconds, to both sides: the year 2116 */
#define TIMESCALE_MICROSECONDS 6                  /* the resolution where no option gives one */

void timescale_init(struct timescale *scale, uint8_t resolution, int64_t offset_seconds);

/* For those that timescale_nanoseconds() does not multiply. */
int64_t timescale_slow(const struct timescale *scale, uint64_t stamp);

static inline int64_t timescale_nanoseconds(const struct timescale *scale, uint64_t stamp)
{
    if (scale->origin == 0 && stamp <= scale->limit)
        return (int64_t)(stamp * scale->multiply);
    return timescale_slow(scale, stamp);
}

#endif
