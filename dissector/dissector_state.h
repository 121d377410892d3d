/*
 * dissector_state.h: what a dissector remembers, shared by the files that wire its layers:
 *
 *     dissector.c     packets on their way to flows, sums, life
 *     flow_events.c   what flows tell: bytes, gaps, ends
 *     wiring.c        which stream layer stands on which
 *     waiting.c       connections that wait for their secrets
 */
#ifndef DISSECTOR_STATE_H
#define DISSECTOR_STATE_H

#include "dissector.h"
#include "net/flow.h"
#include "net/fragment.h"
#include "stream/tls.h"
#include "websocket/host.h"

struct remnant;

/* When a flow began: a SYN comes long before anybody knows what it opens. In a table by the flow's number, where a later one
 * takes the place of an older one. */
struct beginning {
    uint64_t flow;
    int64_t syn_time[2];
};

enum { BEGINNINGS = 4096 };

struct wsd_dissector {
    struct wsd_options options;
    struct websocket_host host;
    struct tls_host tls;
    struct remnant *oldest, **newest; /* newest: where the next one is linked */
    uint32_t remnants;
    bool ending; /* none are kept any more */
    struct flows *flows;
    struct fragments *fragments;
    struct wsd_totals totals;
    struct packet_cost websocket_cost;         /* of the packets of WebSocket flows */
    uint64_t http_bytes;                       /* of these flows, before their upgrade */
    struct wsd_moment now;                     /* the packet at hand, or the last one */
    struct flow *last;                         /* the packet's flow, NULL: it has none */
    uint64_t datagram;                         /* of which it was a fragment, 0: none, */
    uint64_t outer;                            /* and the one around that */
    struct beginning *beginnings;              /* NULL: nobody asks for transport events */
    struct flow *opening;                      /* whose bytes are being read, for the hooks of the stream layers */
    bool evicted_told[2];                      /* that flows are given up: for their number, for memory */
    char community_id[FLOW_COMMUNITY_ID_SIZE]; /* of the connection that is being told */
};

/* The place of a flow's beginning; NULL where none are kept. */
static inline struct beginning *beginning_of(const struct wsd_dissector *d, const struct flow *flow)
{
    return d->beginnings != NULL ? &d->beginnings[flow->number % BEGINNINGS] : NULL;
}

/* NULL: not known (any more). */
static inline const int64_t *syn_times(const struct wsd_dissector *d, const struct flow *flow)
{
    const struct beginning *b = beginning_of(d, flow);
    return b != NULL && b->flow == flow->number ? b->syn_time : NULL;
}

#endif
