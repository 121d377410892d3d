#include "ui/statistics.h"

unsigned statistics_slot(uint64_t value)
{
#if defined(__GNUC__)
    unsigned slot = value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
    return slot < STATISTICS_POWERS - 1 ? slot : STATISTICS_POWERS - 1;
#else
    unsigned slot = 0;
    while (value != 0 && slot < STATISTICS_POWERS - 1) {
        value >>= 1;
        slot++;
    }
    return slot;
#endif
}

uint64_t statistics_limit(unsigned slot)
{
    return (uint64_t)1 << slot;
}

/* A bucket becomes twice as long. */
static void halve(struct statistics *s)
{
    for (unsigned i = 0; i < STATISTICS_BUCKETS; i++) {
        for (int side = 0; side < 2; side++) {
            struct statistics_bucket sum = {0};
            for (unsigned k = 2 * i; k < 2 * i + 2 && k < STATISTICS_BUCKETS; k++) {
                sum.messages += s->rates[k][side].messages;
                sum.bytes += s->rates[k][side].bytes;
            }
            s->rates[i][side] = sum;
        }
    }
    s->doubled++;
    s->used = (s->used + 1) / 2;
}

/* What is earlier than the first counts as the first: files may be given in any order. */
static struct statistics_bucket *bucket_at(struct statistics *s, int64_t time, enum wsd_direction direction)
{
    if (s->began == 0)
        s->began = time;
    int64_t passed;
    if (__builtin_sub_overflow(time, s->began, &passed) || passed < 0)
        passed = 0;
    passed /= STATISTICS_FINEST; /* by a constant, and then by a shift: divisions would take most of the time here */
    while (passed >> s->doubled >= STATISTICS_BUCKETS)
        halve(s);
    unsigned at = (unsigned)(passed >> s->doubled);
    if (at >= s->used)
        s->used = at + 1;
    return &s->rates[at][direction];
}

void statistics_message(struct statistics *s, uint8_t opcode, enum wsd_direction direction, uint64_t length,
                        int64_t time, int64_t interval)
{
    if (direction > WSD_SERVER)
        return;
    s->opcodes[opcode % STATISTICS_OPCODES][direction]++;
    if (opcode != WSD_OPCODE_TEXT && opcode != WSD_OPCODE_BINARY)
        return;
    struct statistics_bucket *bucket = bucket_at(s, time, direction);
    bucket->messages++;
    bucket->bytes += length;
    s->sizes[direction].counts[statistics_slot(length)]++;
    if (interval >= 0)
        s->intervals[direction].counts[statistics_slot((uint64_t)interval / 1000)]++;
}

void statistics_round_trip(struct statistics *s, int64_t nanoseconds)
{
    if (nanoseconds < 0)
        nanoseconds = 0;
    if (s->round_trip_count == 0 || nanoseconds < s->least_round_trip)
        s->least_round_trip = nanoseconds;
    if (s->round_trip_count == 0 || nanoseconds > s->most_round_trip)
        s->most_round_trip = nanoseconds;
    s->round_trip_count++;
    s->round_trips.counts[statistics_slot((uint64_t)nanoseconds / 1000)]++;
}

void statistics_close(struct statistics_closes *c, enum wsd_how how, int code)
{
    unsigned i = 0;
    if (how == WSD_BY_CAPTURE_END)
        return;
    if (how != WSD_BY_HANDSHAKE) {
        c->without++;
        return;
    }
    while (i < c->code_count && c->codes[i].code != code)
        i++;
    if (i == STATISTICS_CODES) {
        c->other_codes++;
        return;
    }
    if (i == c->code_count)
        c->codes[c->code_count++].code = code;
    c->codes[i].count++;
}
