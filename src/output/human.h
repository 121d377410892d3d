/*
 * human.h: numbers, sizes and times as a person reads them.
 */
#ifndef OUTPUT_HUMAN_H
#define OUTPUT_HUMAN_H

#include "dissector/dissector.h"
#include "dissector/base/writer.h"

enum { HUMAN_SIZE = 24 }; /* characters that any of these needs, with the final 0 */

/* "18 B", "1.2 kB", "31 kB", "1.9 MB": units of 1000, at most 6 characters up to the exabytes. Returns out. */
const char *human_size(char out[HUMAN_SIZE], uint64_t bytes);

/* "950", "12.3k", "1.9M": at most 5 characters up to 10^18. Returns out. */
const char *human_count(char out[HUMAN_SIZE], uint64_t count);

/* "340 ms", "29.9 s", "2 m 05 s", "3 h 07 m", "2 d 05 h". Returns out. */
const char *human_duration(char out[HUMAN_SIZE], int64_t nanoseconds);

/* Part of a whole in percent, rounded; 0 when the whole is 0. */
unsigned human_percent(uint64_t part, uint64_t whole);

/* Local times; remembers the last second, since the next time is most often in the same. Zero it before first use. */
struct human_clock {
    int64_t second;
    bool begun;
    char time[9];  /* 10:00:01 */
    char date[13]; /* 2026-11-22 */
};

/* Turns the clock to this time. Returns whether the date is another one than before (not at the first call). */
bool human_clock_set(struct human_clock *clock, int64_t nanoseconds);

/* Writes "10:00:01.123456" of the time that the clock was turned to. */
void human_clock_time(struct writer *w, const struct human_clock *clock, int64_t nanoseconds);

#endif
