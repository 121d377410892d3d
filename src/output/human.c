#include "output/human.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t second = 1000000000;

/* Digits and a unit: as whole number below 1000, with one decimal below 10 units, else without. */
static void scaled(char out[HUMAN_SIZE], uint64_t value, const char *blank, const char *const units[7])
{
    uint64_t unit = 1;
    unsigned power = 0;
    /* 999.5 of a unit would be rounded to four digits. */
    while (power < 6 && (power == 0 ? value >= 1000 : value / unit * 2 >= 1999)) {
        unit *= 1000;
        power++;
    }
    uint64_t tenths = power == 0 ? 0 : value / (unit / 10) + (value % (unit / 10) >= unit / 20);
    if (power == 0)
        snprintf(out, HUMAN_SIZE, "%llu%s%s", (unsigned long long)value, blank, units[0]);
    else if (tenths < 100)
        snprintf(out, HUMAN_SIZE, "%u.%u%s%s", (unsigned)(tenths / 10), (unsigned)(tenths % 10), blank, units[power]);
    else
        snprintf(out, HUMAN_SIZE, "%llu%s%s", (unsigned long long)((tenths + 5) / 10), blank, units[power]);
}

const char *human_size(char out[HUMAN_SIZE], uint64_t bytes)
{
    static const char *const units[7] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    scaled(out, bytes, " ", units);
    return out;
}

const char *human_count(char out[HUMAN_SIZE], uint64_t count)
{
    static const char *const units[7] = {"", "k", "M", "G", "T", "P", "E"};
    scaled(out, count, "", units);
    return out;
}

const char *human_duration(char out[HUMAN_SIZE], int64_t nanoseconds)
{
    int64_t ns = nanoseconds < 0 ? 0 : nanoseconds;
    int64_t whole = ns / second;
    if (ns < second)
        snprintf(out, HUMAN_SIZE, "%d ms", (int)(ns / 1000000));
    else if (whole < 120)
        snprintf(out, HUMAN_SIZE, "%d.%d s", (int)whole, (int)(ns / (second / 10) % 10));
    else if (whole < 7200)
        snprintf(out, HUMAN_SIZE, "%d m %02d s", (int)(whole / 60), (int)(whole % 60));
    else if (whole < 86400)
        snprintf(out, HUMAN_SIZE, "%d h %02d m", (int)(whole / 3600), (int)(whole / 60 % 60));
    else
        snprintf(out, HUMAN_SIZE, "%lld d %02d h", (long long)(whole / 86400), (int)(whole / 3600 % 24));
    return out;
}

unsigned human_percent(uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return 0;
    double percent = 100.0 * (double)part / (double)whole + 0.5;
    return percent < 1e9 ? (unsigned)percent : 1000000000u;
}

bool human_clock_set(struct human_clock *clock, int64_t nanoseconds)
{
    int64_t whole = nanoseconds / second - (nanoseconds % second < 0);
    if (clock->begun && whole == clock->second)
        return false;
    struct tm tm;
    time_t seconds = (time_t)whole;
    char date[sizeof clock->date];
    if (localtime_r(&seconds, &tm) == NULL)
        tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    strftime(clock->time, sizeof clock->time, "%H:%M:%S", &tm);
    strftime(date, sizeof date, "%Y-%m-%d", &tm);
    bool other_day = clock->begun && strcmp(date, clock->date) != 0;
    memcpy(clock->date, date, sizeof date);
    clock->second = whole;
    clock->begun = true;
    return other_day;
}

void human_clock_time(struct writer *w, const struct human_clock *clock, int64_t nanoseconds)
{
    writer_put(w, clock->time, 8);
    writer_put(w, ".", 1);
    writer_digits(w, (uint64_t)(nanoseconds - clock->second * second) / 1000, 6);
}
