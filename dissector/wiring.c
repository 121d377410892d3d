#include "wiring.h"
#include "base/bytes.h"
#include "stream/http1.h"
#include "stream/proxy.h"
#include "websocket/handshake.h"
#include "websocket/sealed.h"
#include "websocket/websocket.h"

#include <errno.h>
#include <stdlib.h>

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
static struct stream *on_inside_take(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first,
                                     bool late);

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

static struct stream *on_inside_take(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first,
                                     bool late)
{
    struct wsd_dissector *d = user;
    if (tls_may_begin(direction, first, late) && tls_depth(d->opening) < TLS_NESTED_MOST)
        return tls_take(d, late && tls_sender(first) == WSD_NEITHER, via);
    return http_take(d, via);
}

static struct stream *on_tunnel_take(void *user, struct via *via)
{
    struct wsd_dissector *d = user;
    return proxy_new_take(slot_of(d), &proxy_hooks, d, (uint32_t)d->options.limits.early_bytes, via);
}

/* ---- TLS ------------------------------------------------------------------------------------------------------ */

/* HTTP whose beginning the capture lacks: what follows is a head, or anything. */
static struct stream *http_lost_take(struct wsd_dissector *d, struct via *via)
{
    const struct wsd_moment none = {.time = 0};
    struct stream *http = http_take(d, via);
    for (int direction = 0; direction < 2 && http != NULL; direction++)
        (void)stream_gap(http, (enum wsd_direction)direction, 1 | STREAM_ABOUT,
                         &none); /* nothing is kept that could fail */
    return http;
}

/* What is in it: a proxy's preamble or HTTP; or, when nobody saw its beginning, perhaps a WebSocket's frames. A connection that begins
 * with a gap (first is empty) may still go on with the handshake. */
static struct stream *on_opened_take(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first,
                                     bool late)
{
    struct wsd_dissector *d = user;
    struct stream *inner;
    if (proxy_may_begin(direction, first))
        return on_tunnel_take(d, via);
    if (!late || http1_sender(first) != WSD_NEITHER)
        return http_take(d, via);
    if (first.length == 0)
        return http_lost_take(d, via);
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

const struct wsd_connection *wiring_connection(const struct flow *flow)
{
    const struct tls *tls = tls_in(flow);
    return connection_in(tls != NULL ? tls_inner(tls) : flow->upper);
}
const struct tls_hooks *wiring_tls_hooks(bool secrets)
{
    return secrets ? &tls_hooks_secret : &tls_hooks;
}

/* ---- first bytes ---------------------------------------------------------------------------------------------- */

enum wsd_direction wiring_sender(struct wsd_bytes bytes)
{
    static enum wsd_direction (*const ask[])(struct wsd_bytes) = {proxy_sender, http1_sender, tls_sender,
                                                                  websocket_sender};
    enum wsd_direction sender = WSD_NEITHER;
    for (size_t i = 0; i < sizeof ask / sizeof *ask && sender == WSD_NEITHER; i++)
        sender = ask[i](bytes);
    return sender;
}

bool wiring_opens(struct wsd_bytes bytes)
{
    enum { ENOUGH = 16 }; /* of a request's line */
    return bytes.length >= ENOUGH && (http1_sender(bytes) == WSD_CLIENT || tls_sender(bytes) == WSD_CLIENT);
}

/* The first bytes decide: a proxy's preamble, which nearly no flow begins with, TLS, HTTP, or what may be a WebSocket joined late. A
 * connection whose SYN was seen does not begin in the middle, unless its first bytes were lost. */
int wiring_open(struct wsd_dissector *d, enum wsd_direction direction, struct wsd_bytes bytes)
{
    struct stream **slot = slot_of(d);
    const struct flow *flow = d->opening;
    bool late = !flow->from_syn || flow->headless;
    if (proxy_may_begin(direction, bytes)) {
        *slot = on_tunnel_take(d, NULL);
    } else if (tls_may_begin(direction, bytes, late)) {
        *slot = tls_take(d, tls_sender(bytes) == WSD_NEITHER, NULL);
    } else if (!late || http1_sender(bytes) != WSD_NEITHER) {
        *slot = http_take(d, NULL);
    } else {
        const struct websocket_guess hooks = {.user = d, .accepted = on_accepted, .roles_known = flow->from_syn};
        int rc = guess(d, &hooks, bytes_of(NULL, 0), slot);
        if (rc != 0)
            return rc;
        (*slot)->slot = slot;
    }
    return *slot == NULL ? -ENOMEM : 0;
}
