/*
 * tls_held.h: what a TLS connection keeps while its secrets are not known: whole records, bytes between which no record is known to
 * begin, gaps and ends, of both directions in the order of the capture.
 *
 * Bounded for one connection and for all together. What is beyond is counted, record by record, so that the sequence numbers stay
 * exact; it becomes a gap.
 */
#ifndef STREAM_TLS_HELD_H
#define STREAM_TLS_HELD_H

#include "stream/stream.h"

enum tls_held_kind {
    TLS_HELD_RECORD, /* bytes: one record, header first */
    TLS_HELD_RAW,    /* bytes */
    TLS_HELD_LOST, /* `records` records with `count` bytes, headers included, were not kept; unframed: and some that were not counted */
    TLS_HELD_GAP, /* `count` bytes are not in the capture */
    TLS_HELD_END, /* how */
};

struct tls_held {
    struct tls_held *next;
    struct wsd_moment moment;
    uint64_t count, records;
    size_t length;
    uint8_t kind, direction, how;
    bool damaged, unframed;
    uint8_t bytes[];
};

/* What all connections of a dissector share. */
struct tls_held_total {
    uint64_t bytes, most;
    uint32_t most_each;
};

/* In order of arrival. */
struct tls_queue {
    struct tls_held *first, *last;
    struct tls_held
        *lost[2]; /* once there was no room: where all that follows of a direction is counted, but for its end */
    size_t bytes;
};

/* Adds a copy. What there is no room for is counted as LOST. Returns 0 or -ENOMEM. */
int tls_queue_add(struct tls_queue *queue, struct tls_held_total *total, const struct tls_held *what,
                  struct wsd_bytes bytes);

/* Adds a copy behind `at` (NULL: in front of all), however much is held: it is of what was held before. Returns 0 or -ENOMEM. */
int tls_queue_insert(struct tls_queue *queue, struct tls_held_total *total, struct tls_held *at,
                     const struct tls_held *what, struct wsd_bytes bytes);

/* Removes and frees one; before: the one in front of it, NULL: it is the first. */
void tls_queue_remove(struct tls_queue *queue, struct tls_held_total *total, struct tls_held *before);

void tls_queue_free(struct tls_queue *queue, struct tls_held_total *total);

#endif
