/*
 * resync.h: finds the next frame when the capture lacks bytes and nobody knows where it begins.
 *
 * What comes after the gap is held, and every place in it where a frame could begin is a candidate: opcode, RSV bits, masking
 * and length must be legal for this direction. A candidate lives as long as its lengths land on further legal headers. Evidence
 * is counted in bits, each the logarithm of how unlikely it is by chance: a legal header, a start or an end at the border of a
 * TCP segment, a long form of length, a text that is UTF-8 once unmasked. The first candidate with enough of it wins, and
 * everything from its start on is read as if nothing had happened; nothing that was held is lost.
 *
 * Each byte is looked at once as a start, and each candidate steps over its frames once: the search is linear.
 */
#ifndef WEBSOCKET_RESYNC_H
#define WEBSOCKET_RESYNC_H

#include "stream/early.h"

enum {
    RESYNC_HELD_MOST = 1 << 20, /* bytes; when they are full, all but the last RESYNC_HELD_KEPT go */
    RESYNC_HELD_KEPT = 64 << 10,
    RESYNC_CANDIDATES = 64, /* alive at once; the weakest gives way */
};

/* What is known of the direction. */
struct resync_terms {
    bool masked;         /* its frames are, */
    bool either;         /* or not: nobody knows which side this is */
    bool strict;         /* nobody knows whether this is a WebSocket at all: much more evidence is needed */
    bool deflate;        /* RSV1 is legal on a message's first frame */
    uint8_t known[4];    /* first bytes of frames that this direction has sent, */
    uint8_t known_count; /* if any */
};

struct resync;

/* NULL when there is no memory. */
struct resync *resync_new(const struct resync_terms *terms);
void resync_free(struct resync *resync);

/* Takes one segment's bytes. Returns 0 or -ENOMEM. */
int resync_add(struct resync *resync, struct wsd_bytes bytes, const struct wsd_moment *moment);

/* Whether a frame's beginning was found. final: no more bytes will come that could tell, so less evidence is enough. */
bool resync_found(struct resync *resync, bool final);

/* Whether there is some evidence, though not enough, of a frame that is longer than what is held. */
bool resync_likely(const struct resync *resync);

/* Nothing of what is held is likely to be a frame: all but what is goes. From here on only what begins where a segment does is looked
 * at, as long messages do, which costs next to nothing. */
void resync_thin(struct resync *resync);

/* Bytes that were looked at, also those that are not held any more. */
uint64_t resync_seen(const struct resync *resync);

/* A gap of so many bytes follows: a frame that ends with it, where the next segment begins, has one more piece of evidence. */
void resync_expect_gap(struct resync *resync, uint64_t missing);

/* After it was found: whether its frames are masked. */
bool resync_masked(const struct resync *resync);

/* Something was learned of the direction: candidates that it rules out go. */
void resync_learn(struct resync *resync, const struct resync_terms *terms);

/* The packet of the first byte that is held; there must be one. */
const struct wsd_moment *resync_first(const struct resync *resync);

/* Bytes held. */
size_t resync_held(const struct resync *resync);

/* Bytes of memory it takes; NULL: 0. */
size_t resync_memory(const struct resync *resync);

/* After it was found: the bytes from the frame on, for the caller to free. Returns how many were skipped before. The search is over
 * then. */
uint64_t resync_take(struct resync *resync, struct early *held);

/* Nothing was found, and another gap follows or it is too much to hold: all bytes are skipped. */
void resync_give_up(struct resync *resync);

#endif
