/*
 * invariants.h: what holds for the events of any input, however broken.
 *
 *     - The first event of a connection is its `connection`, the last one its `close`; ids count up from 1. Attempts that were
 *       refused, or never answered, have no close.
 *     - Every event but a finding has a connection; directions, opcodes and codes are in their ranges.
 *     - A payload is no longer than the message and than what is to be kept; a whole message is told whole; text is UTF-8;
 *       unknown ranges lie in the payload, in order, and add up.
 *     - What a connection counts is the sum of its events, and the totals are the sum of all.
 *     - Every borrowed byte can be read; no packet number lies in the future.
 *
 * The first one that does not hold is kept in `broken`, with words.
 */
#ifndef SUPPORT_INVARIANTS_H
#define SUPPORT_INVARIANTS_H

#include "dissector.h"

#define INVARIANTS_CONNECTIONS 1024 /* connections looked at; further ones only count in the totals */

struct invariants_connection {
    bool open, closed, attempt; /* attempt: not more than that, so it has no close */
    struct wsd_counts counts[2];
};

struct invariants {
    const char *broken; /* NULL: all is well */
    bool given_up; /* set by the test: a flow was given up for lack of memory, so it has no close, nor all its counts */
    uint64_t keep_payload;
    bool frames;
    uint64_t packets; /* given to the dissector so far; the test counts */
    uint64_t seen, last_id, data_messages;
    struct wsd_counts sum;
    uint64_t findings[WSD_FINDING_COUNT];
    uint64_t touched; /* so that reading is not left out */
    struct invariants_connection connection[INVARIANTS_CONNECTIONS];
};

/* For a dissector made with these options. */
void invariants_begin(struct invariants *v, const struct wsd_options *options);

/* A wsd_event_fn whose user is a struct invariants. */
void invariants_event(void *invariants, const struct wsd_event *event);

/* After wsd_finish(). */
void invariants_end(struct invariants *v, const struct wsd_totals *totals);

#endif
