#include "flow_events.h"
#include "base/bytes.h"
#include "stream/stream.h"
#include "waiting.h"
#include "websocket/state.h"
#include "wiring.h"

#include <stddef.h>

/* Behind each piece of bytes: what is held because of it. Most WebSocket bytes change nothing. rc: what reading it returned. */
static inline int count_memory(struct wsd_dissector *d, struct flow *flow, int rc)
{
    if (rc == 0 && (flow->kind == FLOW_UNDECIDED || d->host.memory_changed)) {
        d->host.memory_changed = false;
        flow->guessed = flow->guessed && !websocket_both_found(flow->upper);
        flows_hold(d->flows, flow, stream_memory(flow->upper));
    }
    return rc;
}

/* Out of line, so that the way of all others stays short. */
static __attribute__((noinline)) int open_flow(struct wsd_dissector *d, struct flow *flow, enum wsd_direction direction,
                                               struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    int rc = wiring_open(d, direction, bytes);
    /* The other side may have ended before there was a stream to tell. */
    if (rc == 0 && flow_ended(flow, !direction))
        rc = stream_end(flow->upper, (enum wsd_direction) !direction, WSD_BY_FIN, moment);
    return rc;
}

static int on_data(void *user, struct flow *flow, enum wsd_direction direction, struct wsd_bytes bytes,
                   const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    d->opening = flow;
    int rc = flow->upper == NULL ? open_flow(d, flow, direction, bytes, moment) : 0;
    return rc != 0 ? rc : count_memory(d, flow, stream_data(flow->upper, direction, bytes, moment));
}

static int on_gap(void *user, struct flow *flow, enum wsd_direction direction, uint64_t missing,
                  const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    d->opening = flow;
    flow->headless = flow->headless || flow->upper == NULL;
    return flow->upper == NULL ? 0 : count_memory(d, flow, stream_gap(flow->upper, direction, missing, moment));
}

static int on_end(void *user, struct flow *flow, enum wsd_direction direction, enum wsd_how how,
                  const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    d->opening = flow;
    return flow->upper == NULL ? 0 : stream_end(flow->upper, direction, how, moment);
}

static void on_conflict(void *user, struct flow *flow, enum wsd_direction direction, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    const struct wsd_connection *connection = wiring_connection(flow);
    if (connection != NULL)
        host_finding(&d->host, connection, direction, WSD_FINDING_TCP_OVERLAP_CONFLICT, "", moment);
}

static void on_held_limit(void *user, struct flow *flow, enum wsd_direction direction, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    const struct wsd_connection *connection = wiring_connection(flow);
    if (connection != NULL)
        host_finding(&d->host, connection, direction, WSD_FINDING_LIMIT_REACHED, "bytes behind a missing segment",
                     moment);
}

/* Told once for all of them, but a WebSocket connection that ends for it is told of its own. */
static void on_evicted(void *user, struct flow *flow, bool for_memory, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    const struct wsd_connection *connection = websocket_connection(flow->upper);
    if (!d->evicted_told[for_memory])
        host_finding(&d->host, NULL, WSD_NEITHER, WSD_FINDING_LIMIT_REACHED,
                     for_memory ? "memory: the least valuable connections are given up"
                                : "TCP connections: the least valuable ones are given up",
                     moment);
    d->evicted_told[for_memory] = true;
    if (connection != NULL)
        host_finding(&d->host, connection, WSD_NEITHER, WSD_FINDING_LIMIT_REACHED,
                     for_memory ? "memory: this connection is given up" : "TCP connections: this one is given up",
                     moment);
}

static void note_beginning(struct wsd_dissector *d, const struct flow *flow, enum wsd_direction direction, int64_t time)
{
    struct beginning *b = beginning_of(d, flow);
    if (b->flow != flow->number)
        *b = (struct beginning){.flow = flow->number};
    if (b->syn_time[direction] == 0) /* a SYN may be sent again */
        b->syn_time[direction] = time;
}

static void on_transport(void *user, struct flow *flow, enum wsd_direction direction, enum wsd_transport_what what,
                         const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    struct wsd_event event = {.type = WSD_EVENT_TRANSPORT, .at = *moment};
    if (what == WSD_TRANSPORT_SYN)
        note_beginning(d, flow, direction, moment->time);
    event.connection = wiring_connection(flow);
    event.transport = (struct wsd_transport){direction, what};
    if (event.connection != NULL)
        host_tell(&d->host, &event);
}

static void on_release(void *user, struct flow *flow)
{
    struct wsd_dissector *d = user;
    struct stream *stream = flow->upper;
    if (d->ending || !waiting_take(d, flow))
        stream->ops->free(stream);
}

/* Of a WebSocket stream in order, every whole frame needs these lines. */
#define HOT(d)                                                                                                         \
    {                                                                                                                  \
        0, offsetof(struct websocket, half[d]), offsetof(struct websocket, info.counts[d])                             \
    }

/* asked: who is told of transport */
#define OPS(asked)                                                                                                     \
    {                                                                                                                  \
        .hot = {HOT(WSD_CLIENT), HOT(WSD_SERVER)}, .sender = wiring_sender, .opens = wiring_opens, .data = on_data,    \
        .gap = on_gap, .end = on_end, .conflict = on_conflict, .held_limit = on_held_limit, .evicted = on_evicted,     \
        .transport = asked, .release = on_release                                                                      \
    }
static const struct flow_ops ops = OPS(NULL), ops_transport = OPS(on_transport);

const struct flow_ops *flow_events(bool transport)
{
    return transport ? &ops_transport : &ops;
}
