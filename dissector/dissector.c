/*
 * dissector.c: the one file that knows all layers, and wires them: packets through link, IP, tunnels and TCP into flows, each
 * flow's two byte streams into a stream layer (a proxy's preamble or HTTP/1 first), an answered upgrade into a WebSocket.
 */
#include "dissector.h"
#include "base/bytes.h"
#include "net/flow.h"
#include "stream/http1.h"
#include "stream/proxy.h"
#include "stream/tls.h"
#include "unwrap.h"
#include "websocket/handshake.h"
#include "websocket/sealed.h"
#include "websocket/state.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* A connection that ended while its records wait for secrets: what is left of its flow. */
struct remnant {
    struct flow flow; /* a copy, in no table */
    struct remnant *next;
};

enum { REMNANTS_MOST = 4096 };

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

static const uint64_t SECOND = UINT64_C(1000000000);

void wsd_options_init(struct wsd_options *options)
{
    *options = (struct wsd_options){.keep_payload = 65536, .secrets_wait = UINT64_MAX};
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

/* The innermost TLS connection of a flow, or NULL. */
static struct tls *tls_in(const struct flow *flow)
{
    struct tls *found = NULL;
    for (struct tls *t = tls_of(flow->upper); t != NULL; t = tls_of(tls_inner(t)))
        found = t;
    return found;
}

static enum wsd_carrier carrier_of(const struct tls *tls)
{
    return tls != NULL ? WSD_CARRIER_TLS : WSD_CARRIER_TCP;
}

/* The place of a flow's beginning; NULL where none are kept. */
static struct beginning *beginning_of(const struct wsd_dissector *d, const struct flow *flow)
{
    return d->beginnings != NULL ? &d->beginnings[flow->number % BEGINNINGS] : NULL;
}

static void note_beginning(struct wsd_dissector *d, const struct flow *flow, enum wsd_direction direction, int64_t time)
{
    struct beginning *b = beginning_of(d, flow);
    if (b->flow != flow->number)
        *b = (struct beginning){.flow = flow->number};
    if (b->syn_time[direction] == 0) /* a SYN may be sent again */
        b->syn_time[direction] = time;
}

/* NULL: not known (any more). */
static const int64_t *syn_times(const struct wsd_dissector *d, const struct flow *flow)
{
    const struct beginning *b = beginning_of(d, flow);
    return b != NULL && b->flow == flow->number ? b->syn_time : NULL;
}

static int attempt(struct wsd_dissector *d, const struct http1_exchange *x, struct stream **inner)
{
    struct flow *flow = d->opening;
    const struct tls *tls = tls_in(flow);
    char community_id[FLOW_COMMUNITY_ID_SIZE];
    struct websocket_attempt a = {.endpoint = {flow_endpoint(flow, WSD_CLIENT), flow_endpoint(flow, WSD_SERVER)},
                                  .carrier = carrier_of(tls),
                                  .tls = tls != NULL ? tls_info(tls) : NULL,
                                  .community_id = community_id,
                                  .flow = flow->number,
                                  .via = x->via != NULL ? x->via->hops : NULL,
                                  .via_count = x->via != NULL ? x->via->count : 0,
                                  .request = x->request,
                                  .response = x->response,
                                  .request_at = x->request_at,
                                  .response_at = x->response_at,
                                  .syn_time = syn_times(d, flow),
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

/* Nothing is judged yet, and no number given: that is done with the answer. */
static int on_asked(void *user, const struct wsd_head *request, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    const struct flow *flow = d->opening;
    const struct tls *tls = tls_in(flow);
    const int64_t *syn_time = syn_times(d, flow);
    struct handshake h;
    int rc = handshake_judge(request, NULL, tls != NULL, &h);
    const struct wsd_connection connection = {
        .endpoint = {flow_endpoint(flow, WSD_CLIENT), flow_endpoint(flow, WSD_SERVER)},
        .carrier = carrier_of(tls),
        .handshake = WSD_HANDSHAKE_UNANSWERED,
        .version = (int16_t)h.version,
        .opened = moment->time,
        .url = buffer_bytes(&h.url),
        .tls = tls != NULL ? tls_info(tls) : NULL};
    struct wsd_event event = {.type = WSD_EVENT_REQUEST, .at = *moment, .connection = &connection};
    event.opening = (struct wsd_opening){.request = request, .flow = flow->number, .request_time = moment->time};
    for (int side = 0; side < 2 && syn_time != NULL; side++)
        event.opening.syn_time[side] = syn_time[side];
    if (rc == 0)
        host_tell(&d->host, &event);
    handshake_free(&h);
    return rc;
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
    a->carrier = carrier_of(tls_in(flow));
    a->tls = tls_in(flow) != NULL ? tls_info(tls_in(flow)) : NULL;
    a->community_id = d->community_id;
    a->flow = flow->number;
    a->syn_time = syn_times(d, flow);
    flow->attempted = true;
    flow->guessed = a->tls == NULL; /* secrets that open it are evidence enough */
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
    const struct websocket_guess hooks = {.user = user,
                                          .accepted = on_accepted,
                                          .roles_known = true,
                                          .partial = lost->partial,
                                          .answered = lost->answered};
    if (lost->border && websocket_sender(lost->first) != WSD_CLIENT)
        return 0;
    if (lost->waits && flow_heard(((struct wsd_dissector *)user)->opening, WSD_SERVER))
        return 0;
    return guess(user, &hooks, lost->request, inner);
}

static void on_limit(void *user, enum wsd_direction direction, const char *what, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    host_finding(&d->host, NULL, direction, WSD_FINDING_LIMIT_REACHED, what, moment);
}

static struct stream *on_tunnel_take(void *user, struct via *via);
static struct stream *on_inside_take(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first);

/* Lost bytes of the server come late, when it sends them again, or as a gap. */
static bool on_heard_more(void *user)
{
    return flow_acknowledged_more(((struct wsd_dissector *)user)->opening, WSD_SERVER);
}

#define HTTP1_HOOKS(asked)                                                                                             \
    {                                                                                                                  \
        on_answered, on_unanswered, on_lost, on_tunnel_take, on_limit, asked, on_heard_more                            \
    }
static const struct http1_hooks http1_hooks = HTTP1_HOOKS(NULL), http1_hooks_asked = HTTP1_HOOKS(on_asked);
static const struct proxy_hooks proxy_hooks = {on_inside_take, on_limit};

/* Where streams are kept is the flow at hand. */
static struct stream **slot_of(struct wsd_dissector *d)
{
    return (struct stream **)&d->opening->upper;
}

static struct stream *http_take(struct wsd_dissector *d, struct via *via)
{
    const struct http1_limits limits = {(uint32_t)d->options.limits.head_bytes,
                                        (uint32_t)d->options.limits.early_bytes};
    return http1_new_take(slot_of(d), d->options.requests ? &http1_hooks_asked : &http1_hooks, d, &limits, via);
}

static unsigned tls_depth(const struct flow *flow)
{
    unsigned depth = 0;
    for (struct tls *t = tls_of(flow->upper); t != NULL; t = tls_of(tls_inner(t)))
        depth++;
    return depth;
}

static struct stream *tls_take(struct wsd_dissector *d, bool late, struct via *via)
{
    return tls_new_take(slot_of(d), &d->tls, d->opening, tls_depth(d->opening), late, via);
}

static struct stream *on_inside_take(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first)
{
    struct wsd_dissector *d = user;
    if (tls_may_begin(direction, first, false) && tls_depth(d->opening) < TLS_NESTED_MOST)
        return tls_take(d, false, via);
    return http_take(d, via);
}

static struct stream *on_tunnel_take(void *user, struct via *via)
{
    struct wsd_dissector *d = user;
    return proxy_new_take(slot_of(d), &proxy_hooks, d, (uint32_t)d->options.limits.early_bytes, via);
}

/* ---- TLS ------------------------------------------------------------------------------------------------------ */

/* What is in it: a proxy's preamble or HTTP; or, when nobody saw its beginning, perhaps a WebSocket's frames. */
static struct stream *on_opened_take(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first,
                                     bool late)
{
    struct wsd_dissector *d = user;
    struct stream *inner;
    if (proxy_may_begin(direction, first))
        return on_tunnel_take(d, via);
    if (!late || http1_sender(first) != WSD_NEITHER)
        return http_take(d, via);
    free(via);
    const struct websocket_guess hooks = {.user = d, .accepted = on_accepted, .roles_known = true};
    return guess(d, &hooks, bytes_of(NULL, 0), &inner) == 0 ? inner : NULL;
}

static struct stream *on_sealed_take(void *user, struct via *via, const struct wsd_tls *tls,
                                     const struct wsd_moment *at)
{
    struct wsd_dissector *d = user;
    struct flow *flow = d->opening;
    struct websocket_attempt a = {.endpoint = {flow_endpoint(flow, WSD_CLIENT), flow_endpoint(flow, WSD_SERVER)},
                                  .carrier = WSD_CARRIER_TLS,
                                  .tls = tls,
                                  .community_id = d->community_id,
                                  .flow = flow->number,
                                  .via = via != NULL ? via->hops : NULL,
                                  .via_count = via != NULL ? via->count : 0,
                                  .response_at = *at};
    struct stream *sealed = NULL;
    if (flow_community_id(flow, d->community_id) == 0)
        sealed = sealed_new(&d->host, &a);
    flow->attempted = true;
    flow->kind = FLOW_WEBSOCKET; /* it may be one: it is waited for as long, and given up as late */
    free(via);
    return sealed;
}

/* What a WebSocket, or a row of a sealed connection, says of its connection; NULL for all else. */
static const struct wsd_connection *connection_in(const struct stream *stream)
{
    const struct wsd_connection *connection = websocket_connection(stream);
    return connection != NULL ? connection : sealed_connection(stream);
}

static void on_tls_turned(void *user, void *owner)
{
    struct flow *flow = owner;
    (void)user;
    flow->client = !flow->client;
}

static bool on_tls_finding(void *user, const struct stream *inner, enum wsd_direction direction,
                           enum wsd_finding_code code, const char *detail, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    const struct wsd_connection *connection = connection_in(inner);
    if (connection != NULL)
        host_finding(&d->host, connection, direction, code, detail, moment);
    return connection != NULL;
}

static void on_tls_secret(void *user, void *owner, struct wsd_bytes line)
{
    struct wsd_dissector *d = user;
    d->options.secret(d->options.user, ((const struct flow *)owner)->number, line);
}

static const struct tls_hooks tls_hooks = {on_opened_take, on_sealed_take, on_tls_finding, on_tls_turned, NULL};
static const struct tls_hooks tls_hooks_secret = {on_opened_take, on_sealed_take, on_tls_finding, on_tls_turned,
                                                  on_tls_secret};

/* The connection that a flow's events are about, or NULL. */
static const struct wsd_connection *connection_of(const struct flow *flow)
{
    const struct tls *tls = tls_in(flow);
    return connection_in(tls != NULL ? tls_inner(tls) : flow->upper);
}

/* ---- connections that ended before their secrets came ---------------------------------------------------------- */

static bool stream_waits(struct stream *stream)
{
    for (struct tls *t = tls_of(stream); t != NULL; t = tls_of(tls_inner(t)))
        if (tls_is_waiting(t))
            return true;
    return false;
}

static void own(struct stream *stream, struct flow *flow)
{
    stream->slot = (struct stream **)&flow->upper;
    for (struct tls *t = tls_of(stream); t != NULL; t = tls_of(tls_inner(t)))
        tls_set_owner(t, flow);
}

/* What it was waiting for will not come. */
static int end_remnant(struct wsd_dissector *d, struct remnant *r)
{
    int rc = 0;
    d->opening = &r->flow;
    for (struct tls *t = tls_of(r->flow.upper); t != NULL && rc == 0; t = tls_of(tls_inner(t)))
        rc = tls_resume(t, true);
    return rc < 0 ? rc : 0;
}

static void free_remnant(struct wsd_dissector *d, struct remnant *r)
{
    if (r->flow.attempted && !d->ending)
        flows_regain(d->flows);
    ((struct stream *)r->flow.upper)->ops->free(r->flow.upper);
    free(r);
    d->remnants--;
}

/* Unlinks the oldest. */
static struct remnant *take_oldest(struct wsd_dissector *d)
{
    struct remnant *r = d->oldest;
    if (r == NULL)
        return NULL;
    d->oldest = r->next;
    if (d->oldest == NULL)
        d->newest = &d->oldest;
    return r;
}

/* The flow's stream goes on without it. False: no memory. */
static bool keep_remnant(struct wsd_dissector *d, struct flow *flow)
{
    struct remnant *r =
        aligned_alloc(FLOW_ALIGNMENT, (sizeof *r + FLOW_ALIGNMENT - 1) / FLOW_ALIGNMENT * FLOW_ALIGNMENT);
    if (r == NULL)
        return false;
    *r = (struct remnant){.flow = *flow};
    own(flow->upper, &r->flow);
    *d->newest = r;
    d->newest = &r->next;
    d->remnants++;
    while (d->remnants > REMNANTS_MOST || (d->remnants > 1 && d->tls.held.bytes > d->tls.held.most / 4 * 3)) {
        struct remnant *oldest = take_oldest(d);
        (void)end_remnant(d, oldest);
        free_remnant(d, oldest);
    }
    return true;
}

/* Those that do not wait any more are over. */
static void sweep_remnants(struct wsd_dissector *d)
{
    struct remnant **link = &d->oldest;
    while (*link != NULL) {
        struct remnant *r = *link;
        if (stream_waits(r->flow.upper)) {
            link = &r->next;
            continue;
        }
        *link = r->next;
        free_remnant(d, r);
    }
    d->newest = link;
}

static bool is_remnant(const struct wsd_dissector *d, const struct flow *flow)
{
    for (const struct remnant *r = d->oldest; r != NULL; r = r->next)
        if (&r->flow == flow)
            return true;
    return false;
}

/* A flow's stream is over, or failed. */
static int settle(struct wsd_dissector *d, struct flow *flow, int rc)
{
    if (!is_remnant(d, flow))
        return flows_settle(d->flows, flow, rc);
    for (struct tls *t = tls_of(flow->upper); t != NULL; t = tls_of(tls_inner(t)))
        tls_drop_held(t);
    return rc < 0 ? rc : 0;
}

/* All connections that wait go on; late: only those that have waited long enough, without secrets. */
static int resume_waiting(struct wsd_dissector *d, bool late)
{
    int rc = 0;
    tls_host_look(&d->tls);
    for (struct tls *t; (t = tls_host_next(&d->tls)) != NULL;) {
        struct flow *flow = tls_owner(t);
        if (late && !tls_is_late(t, d->now.time))
            continue;
        d->opening = flow;
        int one = tls_resume(t, late);
        if (one != 0)
            one = settle(d, flow, one);
        rc = rc != 0 ? rc : one;
    }
    sweep_remnants(d);
    return rc;
}

int wsd_secrets(struct wsd_dissector *d, const char *text, size_t length, struct wsd_secrets_read *read)
{
    struct wsd_secrets_read none = {0};
    read = read != NULL ? read : &none;
    uint64_t taken = read->taken;
    int rc = tls_secrets_read(&d->tls.secrets, bytes_of(text, length), read);
    int others = read->taken == taken ? 0 : resume_waiting(d, false);
    return rc != 0 ? rc : others;
}

int wsd_private_key(struct wsd_dissector *d, const char *pem, size_t length)
{
    return tls_secrets_key(&d->tls.secrets, bytes_of(pem, length));
}

bool wsd_waits_for_secrets(const struct wsd_dissector *d)
{
    return d->tls.waiting != NULL;
}

/* ---- what flows tell ------------------------------------------------------------------------------------------ */

static enum wsd_direction first_sender(struct wsd_bytes bytes)
{
    static enum wsd_direction (*const ask[])(struct wsd_bytes) = {proxy_sender, http1_sender, tls_sender,
                                                                  websocket_sender};
    enum wsd_direction sender = WSD_NEITHER;
    for (size_t i = 0; i < sizeof ask / sizeof *ask && sender == WSD_NEITHER; i++)
        sender = ask[i](bytes);
    return sender;
}

/* The first bytes decide: a proxy's preamble, which nearly no flow begins with, TLS, HTTP, or what may be a WebSocket joined late. A
 * connection whose SYN was seen does not begin in the middle. */
static int open_stream(struct wsd_dissector *d, enum wsd_direction direction, struct wsd_bytes bytes)
{
    struct stream **slot = slot_of(d);
    if (proxy_may_begin(direction, bytes)) {
        *slot = on_tunnel_take(d, NULL);
    } else if (tls_may_begin(direction, bytes, !d->opening->from_syn)) {
        *slot = tls_take(d, tls_sender(bytes) == WSD_NEITHER, NULL);
    } else if (d->opening->from_syn || http1_sender(bytes) != WSD_NEITHER) {
        *slot = http_take(d, NULL);
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
        flow->guessed = flow->guessed && !websocket_both_found(flow->upper);
        flows_hold(d->flows, flow, stream_memory(flow->upper));
    }
    return rc;
}

/* Out of line, so that the way of all others stays short. */
static __attribute__((noinline)) int open_flow(struct wsd_dissector *d, struct flow *flow, enum wsd_direction direction,
                                               struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    int rc = open_stream(d, direction, bytes);
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
    const struct wsd_connection *connection = connection_of(flow);
    if (connection != NULL)
        host_finding(&d->host, connection, direction, WSD_FINDING_TCP_OVERLAP_CONFLICT, "", moment);
}

static void on_held_limit(void *user, struct flow *flow, enum wsd_direction direction, const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    const struct wsd_connection *connection = connection_of(flow);
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

static void on_transport(void *user, struct flow *flow, enum wsd_direction direction, enum wsd_transport_what what,
                         const struct wsd_moment *moment)
{
    struct wsd_dissector *d = user;
    struct wsd_event event = {.type = WSD_EVENT_TRANSPORT, .at = *moment};
    if (what == WSD_TRANSPORT_SYN)
        note_beginning(d, flow, direction, moment->time);
    event.connection = connection_of(flow);
    event.transport = (struct wsd_transport){direction, what};
    if (event.connection != NULL)
        host_tell(&d->host, &event);
}

static void on_release(void *user, struct flow *flow)
{
    struct wsd_dissector *d = user;
    struct stream *stream = flow->upper;
    if (d->ending || !stream_waits(stream) || !keep_remnant(d, flow))
        stream->ops->free(stream);
}

/* Of a WebSocket stream in order, every whole frame needs these lines. */
#define HOT(d)                                                                                                         \
    {                                                                                                                  \
        0, offsetof(struct websocket, half[d]), offsetof(struct websocket, info.counts[d])                             \
    }

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
    d->host.packet_cut = packet->length > packet->captured;
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
    int others = d->tls.waiting == NULL ? 0 : resume_waiting(d, true);
    return rc != 0 ? rc : others;
}

int wsd_finish(struct wsd_dissector *d)
{
    d->now.headers = bytes_of(NULL, 0); /* the last packet is gone */
    int rc = 0;
    for (struct remnant *r; (r = take_oldest(d)) != NULL;) {
        int one = end_remnant(d, r);
        free_remnant(d, r);
        rc = rc != 0 ? rc : one;
    }
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
    d->tls.hooks = o->secret != NULL ? &tls_hooks_secret : &tls_hooks;
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
    d->flows = flows_new(options->transport ? &ops_transport : &ops, d, &limits, options->seed);
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
    for (struct remnant *r; (r = take_oldest(d)) != NULL;)
        free_remnant(d, r);
    flows_free(d->flows);
    tls_host_free(&d->tls);
    fragments_free(d->fragments);
    websocket_host_free(&d->host);
    free(d->beginnings);
    free(d);
}
