/*
 * dissector.c: the one file that knows all layers, and wires them: packets through link, IP, tunnels and TCP into flows, each
 * flow's two byte streams into a stream layer (a proxy's preamble or HTTP/1 first), an answered upgrade into a WebSocket.
 */
#include "dissector.h"
#include "base/bytes.h"
#include "net/flow.h"
#include "net/link.h"
#include "stream/http1.h"
#include "stream/proxy.h"
#include "unwrap.h"
#include "websocket/state.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

struct wsd_dissector {
    struct wsd_options options;
    struct websocket_host host;
    struct flows *flows;
    struct fragments *fragments;
    struct wsd_totals totals;
    struct packet_cost websocket_cost; /* of the packets of WebSocket flows */
    uint64_t http_bytes;             /* of these flows, before their upgrade */
    struct wsd_moment now;           /* the packet at hand, or the last one */
    struct flow *last;    /* the packet's flow, NULL: it has none */
    uint64_t datagram;    /* of which it was a fragment, 0: none, */
    uint64_t outer;       /* and the one around that */
    struct flow *opening;            /* whose bytes are being read, for the hooks of the stream layers */
    bool evicted_told[2];            /* that flows are given up: for their number, for memory */
    char community_id[FLOW_COMMUNITY_ID_SIZE]; /* of the connection that is being told */
};

static const uint64_t SECOND = UINT64_C(1000000000);

void wsd_options_init(struct wsd_options *options)
{
    *options = (struct wsd_options){.keep_payload = 65536};
    for (int i = 0; i < WSD_LIMIT_COUNT; i++)
        *wsd_limit_at(&options->limits, (enum wsd_limit)i) = wsd_limit_info((enum wsd_limit)i)->normal;
}

/* ---- an upgrade ----------------------------------------------------------------------------------------------- */

/* What the flow has cost until now was a WebSocket connection's, and so will be the rest. */
static void become_websocket(struct wsd_dissector *d, struct flow *flow, uint64_t http_bytes)
{
    flow->kind = FLOW_WEBSOCKET;
    flow->websocket = true;
    d->http_bytes += http_bytes;
    packet_cost_add(&d->websocket_cost, &flow->cost);
}

static int attempt(struct wsd_dissector *d, const struct http1_exchange *x, struct stream **inner)
{
    struct flow *flow = d->opening;
    char community_id[FLOW_COMMUNITY_ID_SIZE];
    struct websocket_attempt a = {.endpoint = {flow_endpoint(flow, WSD_CLIENT), flow_endpoint(flow, WSD_SERVER)},
                                  .carrier = WSD_CARRIER_TCP,
                                  .community_id = community_id,
                                  .flow = flow->number,
                                  .via = x->via != NULL ? x->via->hops : NULL,
                                  .via_count = x->via != NULL ? x->via->count : 0,
                                  .request = x->request,
                                  .response = x->response,
                                  .request_at = x->request_at,
                                  .response_at = x->response_at,
                                  .partial = x->partial,
                                  .server_unheard = x->unheard || !flow_heard(flow, WSD_SERVER),
                                  .early = x->early,
                                  .early_at = x->early_at,
                                  .limit = x->limit};
    int rc = flow_community_id(flow, community_id);
    flow->attempted = true;
    if (rc == 0)
        rc = websocket_open(&d->host, &a, inner);
    if (rc != 0 || *inner == NULL)
        return rc;
    become_websocket(d, flow, x->bytes);
    return 0;
}

static int on_answered(void *user, const struct http1_exchange *x, struct stream **inner)
{
    return attempt(user, x, inner);
}

static int on_unanswered(void *user, const struct http1_exchange *x)
{
    struct stream *none;
    return attempt(user, x, &none);
}

/* The handshake is not in the capture, or not all of it, but frames are. */
static int on_accepted(void *user, bool swapped, struct websocket_attempt *a)
{
    struct wsd_dissector *d = user;
    struct flow *flow = d->opening;
    if (swapped)
        flow->client = !flow->client;
    a->endpoint[WSD_CLIENT] = flow_endpoint(flow, WSD_CLIENT);
    a->endpoint[WSD_SERVER] = flow_endpoint(flow, WSD_SERVER);
    a->community_id = d->community_id;
    a->flow = flow->number;
    flow->attempted = true;
    become_websocket(d, flow, 0);
    return flow_community_id(flow, d->community_id);
}

static int guess(struct wsd_dissector *d, const struct websocket_guess *hooks, struct wsd_bytes request,
                 struct stream **out)
{
    *out = websocket_guess_new(&d->host, hooks, request);
    return *out == NULL ? -ENOMEM : 0;
}

/* HTTP that lost bytes or an answer, and goes on with something else. */
static int on_lost(void *user, const struct http1_lost *lost, struct stream **inner)
{
    const struct websocket_guess hooks = {.user = user, .accepted = on_accepted, .roles_known = true,
                                          .partial = lost->partial, .answered = lost->answered};
    if (lost->border && websocket_sender(lost->first) != WSD_CLIENT)
        return 0;
    return guess(user, &hooks, lost->request, inner);
}

static void on_limit(void *user, enum wsd_direction direction, const char *what, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    host_finding(&d->host, NULL, direction, WSD_FINDING_LIMIT_REACHED, what, moment);
}

static struct stream *on_tunnel_take(void *user, struct via *via);
static struct stream *on_inside_take(void *user, struct via *via);

static const struct http1_hooks http1_hooks = {on_answered, on_unanswered, on_lost, on_tunnel_take, on_limit};
static const struct proxy_hooks proxy_hooks = {on_inside_take, on_limit};

/* Where streams are kept is the flow at hand. */
static struct stream **slot_of(struct wsd_dissector *d)
{
    return (struct stream **)&d->opening->upper;
}

static struct stream *on_inside_take(void *user, struct via *via)
{
    struct wsd_dissector *d = user;
    const struct http1_limits limits = {(uint32_t)d->options.limits.head_bytes, (uint32_t)d->options.limits.early_bytes};
    return http1_new_take(slot_of(d), &http1_hooks, d, &limits, via);
}

static struct stream *on_tunnel_take(void *user, struct via *via)
{
    struct wsd_dissector *d = user;
    return proxy_new_take(slot_of(d), &proxy_hooks, d, (uint32_t)d->options.limits.early_bytes, via);
}

/* ---- what flows tell ------------------------------------------------------------------------------------------ */

static enum wsd_direction first_sender(struct wsd_bytes bytes)
{
    enum wsd_direction (*const ask[])(struct wsd_bytes) = {proxy_sender, http1_sender, websocket_sender};
    enum wsd_direction sender = WSD_NEITHER;
    for (size_t i = 0; i < sizeof ask / sizeof *ask && sender == WSD_NEITHER; i++)
        sender = ask[i](bytes);
    return sender;
}

/* The first bytes decide: a proxy's preamble, which nearly no flow begins with, HTTP, or what may be a WebSocket joined late. A
 * connection whose SYN was seen does not begin in the middle. */
static int open_stream(struct wsd_dissector *d, enum wsd_direction direction, struct wsd_bytes bytes)
{
    struct stream **slot = slot_of(d);
    if (proxy_may_begin(direction, bytes)) {
        *slot = on_tunnel_take(d, NULL);
    } else if (d->opening->from_syn || http1_sender(bytes) != WSD_NEITHER) {
        *slot = on_inside_take(d, NULL);
    } else {
        const struct websocket_guess hooks = {.user = d, .accepted = on_accepted};
        int rc = guess(d, &hooks, bytes_of(NULL, 0), slot);
        if (rc != 0)
            return rc;
        (*slot)->slot = slot;
    }
    return *slot == NULL ? -ENOMEM : 0;
}

/* Behind each piece of bytes: what is held because of it. Most WebSocket bytes change nothing. rc: what reading it returned. */
static inline int count_memory(struct wsd_dissector *d, struct flow *flow, int rc)
{
    if (rc == 0 && (flow->kind == FLOW_UNDECIDED || d->host.memory_changed)) {
        d->host.memory_changed = false;
        flows_hold(d->flows, flow, stream_memory(flow->upper));
    }
    return rc;
}

static int on_data(void *user, struct flow *flow, enum wsd_direction direction, struct wsd_bytes bytes,
                   const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    d->opening = flow;
    if (flow->upper == NULL) {
        int rc = open_stream(d, direction, bytes);
        /* The other side may have ended before there was a stream to tell. */
        if (rc == 0 && flow_ended(flow, !direction))
            rc = stream_end(flow->upper, (enum wsd_direction)!direction, WSD_BY_FIN, moment);
        if (rc != 0)
            return rc;
    }
    return count_memory(d, flow, stream_data(flow->upper, direction, bytes, moment));
}

static int on_gap(void *user, struct flow *flow, enum wsd_direction direction, uint64_t missing,
                  const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    d->opening = flow;
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
    const struct wsd_connection *connection = websocket_connection(flow->upper);
    if (connection != NULL)
        host_finding(&d->host, connection, direction, WSD_FINDING_TCP_OVERLAP_CONFLICT, "", moment);
}

static void on_held_limit(void *user, struct flow *flow, enum wsd_direction direction, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    const struct wsd_connection *connection = websocket_connection(flow->upper);
    if (connection != NULL)
        host_finding(&d->host, connection, direction, WSD_FINDING_LIMIT_REACHED, "bytes behind a missing segment", moment);
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
                     for_memory ? "memory: this connection is given up" : "TCP connections: this one is given up", moment);
}

static void on_transport(void *user, struct flow *flow, enum wsd_direction direction, enum wsd_transport_what what,
                         const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    struct wsd_event event = {.type = WSD_EVENT_TRANSPORT, .at = *moment};
    event.connection = websocket_connection(flow->upper);
    event.transport = (struct wsd_transport){direction, what};
    if (event.connection != NULL)
        host_tell(&d->host, &event);
}

static void on_release(void *user, struct flow *flow)
{
    struct stream *stream = flow->upper;
    (void)user;
    stream->ops->free(stream);
}

/* Of a WebSocket stream in order, every whole frame needs these lines. */
#define HOT(d) {0, offsetof(struct websocket, half[d]), offsetof(struct websocket, info.counts[d])}

static const struct flow_ops ops = {.hot = {HOT(WSD_CLIENT), HOT(WSD_SERVER)},
                                    .sender = first_sender,
                                    .data = on_data,
                                    .gap = on_gap,
                                    .end = on_end,
                                    .conflict = on_conflict,
                                    .held_limit = on_held_limit,
                                    .evicted = on_evicted,
                                    .release = on_release};
static const struct flow_ops ops_transport = {.hot = {HOT(WSD_CLIENT), HOT(WSD_SERVER)},
                                              .sender = first_sender,
                                              .data = on_data,
                                              .gap = on_gap,
                                              .end = on_end,
                                              .conflict = on_conflict,
                                              .held_limit = on_held_limit,
                                              .evicted = on_evicted,
                                              .transport = on_transport,
                                              .release = on_release};

/* ---- packets -------------------------------------------------------------------------------------------------- */

static void note_packet(struct wsd_dissector *d, const struct wsd_packet *packet)
{
    struct wsd_totals *t = &d->totals;
    int64_t time = packet->time > 0 ? packet->time : 0;
    if (t->packets++ == 0)
        t->first_time = t->last_time = time;
    if (time > t->last_time)
        t->last_time = time;
    else if (time < t->first_time)
        t->first_time = time;
    t->bytes += packet->length;
    d->last = NULL;
    d->datagram = d->outer = 0;
    d->now.headers.length = 0;
    d->now.time = time;
    d->now.packet = t->packets;
    d->now.link_type = packet->link_type;
}

/* Counts the packet where its flow's bytes go, and says to whom it belonged. */
static int belongs(struct wsd_dissector *d, struct flow *flow, const struct packet_cost *cost)
{
    d->last = flow;
    if (flow == NULL || (flow->kind == FLOW_IGNORED && !flow->attempted))
        return WSD_NOBODY;
    struct packet_cost *sum = flow->websocket ? &d->websocket_cost : &flow->cost;
    packet_cost_add(sum, cost);
    return flow->attempted ? WSD_WEBSOCKET : WSD_UNDECIDED;
}

static int undecoded(struct wsd_dissector *d, bool unknown_link)
{
    d->totals.undecoded++;
    d->totals.unknown_link += unknown_link;
    return WSD_NOBODY;
}

/* Fragments and tunnels: the innermost IP packet takes the place of the outermost. Out of line, so that the plain way stays
 * short. */
static __attribute__((noinline)) int look_inside(struct wsd_dissector *d, const struct wsd_packet *packet,
                                                 const uint8_t *ip_at, const uint8_t **tcp_at, struct ip_packet *ip,
                                                 bool *whole, struct packet_cost *cost)
{
    struct unwrapped u;
    int rc = unwrap(packet, ip_at, d->fragments, d->now.time, &u);
    d->datagram = u.datagram;
    d->outer = u.outer;
    if (rc == UNWRAP_UNREADABLE)
        return undecoded(d, false);
    if (rc != UNWRAP_TCP)
        return rc;
    *tcp_at = packet->data + u.headers;
    *ip = u.ip;
    *whole = u.whole;
    *cost = u.cost;
    return UNWRAP_TCP;
}

int wsd_packet(struct wsd_dissector *d, const struct wsd_packet *packet)
{
    struct ip_packet ip;
    struct tcp_segment tcp;
    note_packet(d, packet);
    if (packet->captured == 0) /* data may be NULL */
        return undecoded(d, false);
    struct cursor c = {packet->data, packet->data + packet->captured, false};
    enum link_result link = link_decode(packet->link_type, &c);
    if (link != LINK_IP)
        return link == LINK_UNKNOWN || c.short_of ? undecoded(d, link == LINK_UNKNOWN) : WSD_NOBODY;
    const uint8_t *ip_at = c.at;
    uint32_t cut = packet->length > packet->captured ? packet->length - packet->captured : 0;
    d->host.packet_cut = cut > 0;
    if (ip_decode(cursor_rest(&c), cut, &ip) < 0)
        return undecoded(d, false);
    const uint8_t *tcp_at = ip.payload.data;
    struct packet_cost cost = {packet->length, (uint64_t)(ip_at - packet->data), (uint64_t)(tcp_at - ip_at)};
    bool whole = true;
    if (ip.fragment || ip.protocol != IP_PROTOCOL_TCP) {
        int rc = look_inside(d, packet, ip_at, &tcp_at, &ip, &whole, &cost);
        if (rc != UNWRAP_TCP)
            return rc;
    }
    if (tcp_decode(ip.payload, ip.payload_length, &tcp) < 0)
        return WSD_NOBODY;
    if (d->options.detail) {
        const uint8_t *end = whole ? tcp.payload.data : tcp_at;
        d->now.headers = bytes_first(bytes_of(packet->data, (size_t)(end - packet->data)), WSD_DETAIL_HEADERS);
    }
    struct flow *flow;
    int rc = flows_segment(d->flows, &ip, &tcp, &d->now, &flow);
    return rc < 0 ? rc : belongs(d, flow, &cost);
}

struct wsd_owner wsd_owner(const struct wsd_dissector *d)
{
    return (struct wsd_owner){d->last != NULL ? d->last->number : 0, d->datagram, d->outer};
}

int wsd_time(struct wsd_dissector *d, int64_t time)
{
    if (time <= d->now.time)
        return 0;
    d->now.time = time;
    d->now.headers = bytes_of(NULL, 0);
    return flows_time(d->flows, &d->now);
}

int wsd_finish(struct wsd_dissector *d)
{
    d->now.headers = bytes_of(NULL, 0); /* the last packet is gone */
    return flows_finish(d->flows, &d->now);
}

/* ---- sums ----------------------------------------------------------------------------------------------------- */

static void fill_layers(const struct wsd_dissector *d, uint64_t layers[WSD_LAYER_COUNT])
{
    layers[WSD_LAYER_LINK] = d->websocket_cost.link;
    layers[WSD_LAYER_IP] = d->websocket_cost.ip;
    layers[WSD_LAYER_HTTP] = d->http_bytes + d->host.challenge_bytes;
    layers[WSD_LAYER_FRAMING] = d->host.sum.header_bytes;
    layers[WSD_LAYER_PAYLOAD] = d->host.sum.wire_bytes - d->host.hole_bytes;
    uint64_t known = 0;
    for (int i = 0; i < WSD_LAYER_COUNT; i++)
        known += i == WSD_LAYER_TCP ? 0 : layers[i];
    layers[WSD_LAYER_TCP] = d->websocket_cost.wire > known ? d->websocket_cost.wire - known : 0;
}

const struct wsd_totals *wsd_totals(const struct wsd_dissector *dissector)
{
    struct wsd_dissector *d = (struct wsd_dissector *)(uintptr_t)dissector; /* the sums are put together when asked for */
    struct wsd_totals *t = &d->totals;
    const struct flow_totals *flows = flows_totals(d->flows);
    t->connections = d->host.connections;
    t->rejected = d->host.rejected;
    t->frames = d->host.sum.frames;
    t->messages = d->host.sum.messages;
    t->payload_bytes = d->host.sum.payload_bytes;
    t->gaps = d->host.sum.gaps;
    t->gap_bytes = d->host.sum.gap_bytes;
    t->flows = flows->seen;
    t->flows_ignored = flows->ignored;
    t->flows_open = flows->open;
    t->flows_evicted = flows->evicted;
    t->connections_evicted = flows->evicted_websockets;
    memcpy(t->findings, d->host.findings, sizeof t->findings);
    fill_layers(d, t->layer_bytes);
    return t;
}

/* ---- life ----------------------------------------------------------------------------------------------------- */

static void set_host(struct wsd_dissector *d)
{
    const struct wsd_options *o = &d->options;
    d->host = (struct websocket_host){.event = o->event,
                                      .user = o->user,
                                      .keep_payload = o->keep_payload,
                                      .frames = o->frames || o->detail,
                                      .detail = o->detail,
                                      .inflate_bytes = o->limits.inflate_bytes,
                                      .inflate_ratio = (uint32_t)o->limits.inflate_ratio,
                                      .inflate_excess = (uint32_t)o->limits.inflate_excess};
}

struct wsd_dissector *wsd_new(const struct wsd_options *options)
{
    struct wsd_dissector *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->options = *options;
    for (int i = 0; i < WSD_LIMIT_COUNT; i++) {
        uint64_t *limit = wsd_limit_at(&d->options.limits, (enum wsd_limit)i), most = wsd_limit_info((enum wsd_limit)i)->most;
        *limit = *limit < most ? *limit : most;
    }
    set_host(d);
    const struct wsd_limits *l = &d->options.limits;
    const struct flow_limits limits = {.flows = (uint32_t)l->flows,
                                       .segment_bytes = (uint32_t)l->segment_bytes,
                                       .segment_total = l->segment_total,
                                       .memory = l->memory,
                                       .idle = {[FLOW_UNDECIDED] = l->idle_undecided * SECOND,
                                                [FLOW_WEBSOCKET] = l->idle_websocket * SECOND,
                                                [FLOW_IGNORED] = l->idle_ignored * SECOND}};
    d->flows = flows_new(options->transport ? &ops_transport : &ops, d, &limits, options->seed);
    d->fragments = fragments_new((uint32_t)l->fragments);
    if (d->flows == NULL || d->fragments == NULL) {
        wsd_free(d);
        return NULL;
    }
    return d;
}

void wsd_free(struct wsd_dissector *d)
{
    if (d == NULL)
        return;
    flows_free(d->flows);
    fragments_free(d->fragments);
    websocket_host_free(&d->host);
    free(d);
}
