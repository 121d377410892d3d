/*
 * early.h: bytes that came before it was known what they are, with the packets that carried them.
 *
 * A bounded buffer cut into runs, one for each piece that arrived; given on later piece by piece, so that every event
 * still names its own packet. Packet headers are not kept.
 */
#ifndef STREAM_EARLY_H
#define STREAM_EARLY_H

#include "base/buffer.h"
#include "stream/stream.h"

struct early_run {
    uint64_t begin; /* counted from the first byte that was ever kept */
    struct wsd_moment moment;
};

struct early {
    struct buffer bytes;
    struct early_run *runs;
    size_t count, capacity;
    uint64_t dropped; /* bytes that were in front of bytes */
};

/* Keeps a copy. Returns 0, -ENOMEM, or -ENOSPC when it would hold more than most bytes (nothing is kept then). */
int early_add(struct early *early, struct wsd_bytes bytes, const struct wsd_moment *moment, size_t most);

/* Hands everything to the stream in *slot, as if it came now, and frees it. Stops at the first return that is not 0,
 * which it returns. */
int early_give(struct early *early, struct stream **slot, enum wsd_direction direction);

/* Whether a run begins at this index of bytes, or the last one ends there. */
bool early_border(const struct early *early, size_t at);

/* The first index from `at` on where a run begins; bytes.length: there is none. And where the last one begins; there must be one. */
size_t early_next_border(const struct early *early, size_t at);
size_t early_last_border(const struct early *early);

/* The lengths of up to two runs in front of the one that begins at `at`, or of the end, the latest first. Returns how many there are. */
size_t early_lengths(const struct early *early, size_t at, uint64_t lengths[2]);

/* Forgets the first n bytes. */
void early_drop(struct early *early, size_t n);

/* Bytes of memory that it takes: pieces of a few bytes take more than their bytes. */
static inline size_t early_memory(const struct early *early)
{
    return early->bytes.capacity + early->capacity * sizeof *early->runs;
}

void early_free(struct early *early);

#endif
