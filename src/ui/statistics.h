/*
 * statistics.h: what many messages add up to, in a few kilobytes, however many there are and for however long.
 *
 * Rates stand in a fixed number of buckets from the first message on. When a message comes behind the last bucket, two
 * and two are added up and a bucket is twice as long: so all the time there was is always there, at between half and all of
 * the resolution. Sizes and times are counted by powers of two.
 */
#ifndef UI_STATISTICS_H
#define UI_STATISTICS_H

#include "dissector/dissector.h"

enum {
    STATISTICS_BUCKETS = 96,     /* even */
    STATISTICS_FINEST = 1000000, /* ns: a bucket at first */
    STATISTICS_POWERS = 36,      /* 0, 1, 2 to 3, 4 to 7 ...; the last holds everything above, too */
    STATISTICS_OPCODES = 16,
    STATISTICS_CODES = 32 /* close codes that are told apart: more of them count as others */
};

/* Counts by powers of two: what is in a slot is below statistics_limit(slot), and not below that of the slot before. */
struct statistics_powers {
    uint64_t counts[STATISTICS_POWERS];
};

struct statistics_bucket {
    uint64_t messages, bytes;
};

struct statistics {
    int64_t began;                                         /* ns, of the first bucket; 0: there was none yet */
    unsigned doubled;                                      /* how often: see statistics_width() */
    unsigned used;                                         /* buckets, up to the last that has something */
    struct statistics_bucket rates[STATISTICS_BUCKETS][2]; /* data messages, by sender */
    struct statistics_powers sizes[2];                     /* bytes of data messages, inflated */
    struct statistics_powers intervals[2]; /* us from one data message to the next of the same sender and connection */
    uint64_t opcodes[STATISTICS_OPCODES][2]; /* messages */
    struct statistics_powers round_trips;    /* us */
    uint64_t round_trip_count;
    int64_t least_round_trip, most_round_trip; /* ns, when there is one */
};

/* How connections closed: by code, -1 for a close frame without one. */
struct statistics_closes {
    struct {
        int code;
        uint64_t count;
    } codes[STATISTICS_CODES];
    unsigned code_count;
    uint64_t other_codes;
    uint64_t without; /* that ended without a closing handshake */
};

/* A message (also a control frame) of `length` bytes. interval: ns since the sender's data message before, below 0: none. */
void statistics_message(struct statistics *s, uint8_t opcode, enum wsd_direction direction, uint64_t length,
                        int64_t time, int64_t interval);

/* ns of a bucket. */
static inline int64_t statistics_width(const struct statistics *s)
{
    return (int64_t)STATISTICS_FINEST << s->doubled;
}

void statistics_round_trip(struct statistics *s, int64_t nanoseconds);
void statistics_close(struct statistics_closes *c, enum wsd_how how, int code);

/* The slot of a value, and the first value that is too large for a slot. */
unsigned statistics_slot(uint64_t value);
uint64_t statistics_limit(unsigned slot);

#endif
