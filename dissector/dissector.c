/*
 * dissector.c: packets through link, IP, tunnels and TCP into flows; sums; life. What becomes of a flow's bytes: dissector_state.h
 * names the files.
 */
#include "base/bytes.h"
#include "dissector_state.h"
#include "flow_events.h"
#include "unwrap.h"
#include "waiting.h"
#include "wiring.h"

#include <stdlib.h>

static const uint64_t SECOND = UINT64_C(1000000000);

void wsd_options_init(struct wsd_options *options)
{
    *options = (struct wsd_options){.keep_payload = 65536, .secrets_wait = UINT64_MAX};
    for (int i = 0; i < WSD_LIMIT_COUNT; i++)
        *wsd_limit_at(&options->limits, (enum wsd_limit)i) = wsd_limit_info((enum wsd_limit)i)->normal;
}

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

/* A packet that was looked at, and on the way to its flow. */
struct ahead {
    int what; /* enum unwrap_result; with UNWRAP_TCP the rest is set */
    struct unwrapped in;
    struct tcp_segment tcp;
    struct flow_seek seek;
};

enum {
    AHEAD = 16 /* packets: enough for their memory to arrive meanwhile, and few enough for the first-level cache */
};

static inline void look_at_tcp(const struct wsd_dissector *d, const struct flow_seek *before, struct ahead *a)
{
    if (tcp_decode(a->in.ip.payload, a->in.ip.payload_length, &a->tcp) < 0)
        a->what = UNWRAP_OTHER;
    else
        flows_seek(d->flows, &a->in.ip, &a->tcp, before, &a->seek);
}

/* Fragments and tunnels: the innermost IP packet takes the place of the outermost. Out of line, so that the plain way stays
 * short. */
static __attribute__((noinline)) void look_inside(struct wsd_dissector *d, const struct wsd_packet *packet,
                                                  struct ahead *a)
{
    a->what = unwrap(packet, d->fragments, d->now.time, &a->in);
    d->datagram = a->in.datagram;
    d->outer = a->in.outer;
    if (a->what == UNWRAP_TCP)
        look_at_tcp(d, NULL, a);
    if (a->what == UNWRAP_TCP)
        flows_reach(d->flows, &a->seek);
}

static int not_tcp(struct wsd_dissector *d, int what)
{
    if (what != UNWRAP_UNREADABLE && what != UNWRAP_UNKNOWN_LINK)
        return what;
    d->totals.undecoded++;
    d->totals.unknown_link += what == UNWRAP_UNKNOWN_LINK;
    return WSD_NOBODY;
}

/* Returns what wsd_packet() does. */
static inline int read_packet(struct wsd_dissector *d, const struct wsd_packet *packet, struct ahead *a)
{
    note_packet(d, packet);
    if (a->what == UNWRAP_INSIDE)
        look_inside(d, packet, a);
    if (a->what != UNWRAP_TCP)
        return not_tcp(d, a->what);
    if (d->options.detail) {
        size_t headers = a->in.headers + (a->in.whole ? (size_t)(a->tcp.payload.data - a->in.ip.payload.data) : 0);
        d->now.headers = bytes_first(bytes_of(packet->data, headers), WSD_DETAIL_HEADERS);
    }
    struct flow *flow;
    int rc = flows_segment(d->flows, &a->seek, &a->in.ip, &a->tcp, &d->now, &flow);
    return rc < 0 ? rc : belongs(d, flow, &a->in.cost);
}

/* At most AHEAD of them, at least one. Returns an error of any, else what wsd_packet() does for the last. */
static int read_together(struct wsd_dissector *d, const struct wsd_packet *packets, size_t count)
{
    struct ahead ahead[AHEAD];
    const struct flow_seek *before = NULL;
    int rc = 0, told = 0;
    for (size_t i = 0; i < count; i++) {
        ahead[i].what = unwrap_plain(&packets[i], &ahead[i].in);
        if (ahead[i].what == UNWRAP_TCP) {
            look_at_tcp(d, before, &ahead[i]);
            before = ahead[i].what == UNWRAP_TCP ? &ahead[i].seek : before;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (ahead[i].what == UNWRAP_TCP)
            flows_reach(d->flows, &ahead[i].seek);
    for (size_t i = 0; i < count; i++)
        if (ahead[i].what == UNWRAP_TCP && ahead[i].tcp.length > 0)
            flows_touch(d->flows, &ahead[i].seek);
    for (size_t i = 0; i < count; i++) {
        told = read_packet(d, &packets[i], &ahead[i]);
        rc = told < 0 ? told : rc;
    }
    return rc < 0 ? rc : told;
}

int wsd_packet(struct wsd_dissector *d, const struct wsd_packet *packet)
{
    return wsd_packets(d, packet, 1);
}

int wsd_packets(struct wsd_dissector *d, const struct wsd_packet *packets, size_t count)
{
    int rc = 0, told = 0;
    for (size_t at = 0; at < count; at += AHEAD) {
        told = read_together(d, packets + at, count - at < AHEAD ? count - at : AHEAD);
        rc = told < 0 ? told : rc;
    }
    return rc < 0 ? rc : told;
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
    int rc = flows_time(d->flows, &d->now);
    int others = d->tls.waiting == NULL ? 0 : waiting_resume(d, true);
    return rc != 0 ? rc : others;
}

int wsd_finish(struct wsd_dissector *d)
{
    d->now.headers = bytes_of(NULL, 0); /* the last packet is gone */
    int rc = waiting_finish(d);
    int flows = flows_finish(d->flows, &d->now);
    return rc != 0 ? rc : flows;
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
    struct wsd_dissector *d =
        (struct wsd_dissector *)(uintptr_t)dissector; /* the sums are put together when asked for */
    struct wsd_totals *t = &d->totals;
    const struct flow_totals *flows = flows_totals(d->flows);
    t->connections = d->host.connections;
    t->rejected = d->host.rejected;
    t->encrypted = d->host.encrypted;
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
                                      .inflate_excess = (uint32_t)o->limits.inflate_excess,
                                      .windows = o->windows};
}

static int set_tls(struct wsd_dissector *d)
{
    const struct wsd_options *o = &d->options;
    d->tls.hooks = wiring_tls_hooks(o->secret != NULL);
    d->tls.user = d;
    d->tls.secrets_wait = o->secrets_wait;
    d->tls.detail = o->detail;
    d->tls.held.most_each = (uint32_t)o->limits.sealed_bytes;
    d->tls.held.most = o->limits.sealed_total;
    return tls_host_init(&d->tls, o->seed);
}

struct wsd_dissector *wsd_new(const struct wsd_options *options)
{
    struct wsd_dissector *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->options = *options;
    for (int i = 0; i < WSD_LIMIT_COUNT; i++) {
        uint64_t *limit = wsd_limit_at(&d->options.limits, (enum wsd_limit)i),
                 most = wsd_limit_info((enum wsd_limit)i)->most;
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
    d->flows = flows_new(flow_events(options->transport), d, &limits, options->seed);
    d->fragments = fragments_new((uint32_t)l->fragments);
    d->beginnings = options->transport ? calloc(BEGINNINGS, sizeof *d->beginnings) : NULL;
    d->newest = &d->oldest;
    if (d->flows == NULL || d->fragments == NULL || (options->transport && d->beginnings == NULL) || set_tls(d) < 0) {
        wsd_free(d);
        return NULL;
    }
    return d;
}

void wsd_free(struct wsd_dissector *d)
{
    if (d == NULL)
        return;
    d->ending = true;
    waiting_free(d);
    flows_free(d->flows);
    tls_host_free(&d->tls);
    fragments_free(d->fragments);
    websocket_host_free(&d->host);
    free(d->beginnings);
    free(d);
}
