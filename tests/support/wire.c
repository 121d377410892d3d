#include "support/wire.h"
#include "websocket/websocket.h"

#include <stdlib.h>
#include <string.h>

static int attempt(void *user, const struct http1_exchange *x, struct stream **inner)
{
    struct wire *w = user;
    const struct websocket_attempt a = {.endpoint = {{{10, 0, 0, 7}, 4, 51022}, {{10, 0, 0, 1}, 4, 8080}},
                                        .carrier = WSD_CARRIER_TCP,
                                        .community_id = "",
                                        .via = x->via != NULL ? x->via->hops : NULL,
                                        .via_count = x->via != NULL ? x->via->count : 0,
                                        .request = x->request,
                                        .response = x->response,
                                        .request_at = x->request_at,
                                        .response_at = x->response_at,
                                        .partial = x->partial,
                                        .server_unheard = x->unheard,
                                        .early = x->early,
                                        .early_at = x->early_at,
                                        .limit = x->limit};
    w->attempts++;
    return websocket_open(&w->host, &a, inner);
}

static int unanswered(void *user, const struct http1_exchange *x)
{
    struct stream *none;
    return attempt(user, x, &none);
}

static int accepted(void *user, bool swapped, struct websocket_attempt *a)
{
    struct wire *w = user;
    (void)swapped;
    a->endpoint[WSD_CLIENT] = (struct wsd_endpoint){{10, 0, 0, 7}, 4, 51022};
    a->endpoint[WSD_SERVER] = (struct wsd_endpoint){{10, 0, 0, 1}, 4, 8080};
    a->community_id = "";
    w->attempts++;
    return 0;
}

static int lost(void *user, const struct http1_lost *what, struct stream **inner)
{
    struct wire *w = user;
    const struct websocket_guess guess = {
        .user = w, .accepted = accepted, .roles_known = true, .partial = what->partial, .answered = what->answered};
    if (what->waits || (what->border && websocket_sender(what->first) != WSD_CLIENT))
        return 0; /* the server is always heard here */
    *inner = websocket_guess_new(&w->host, &guess, what->request);
    return *inner == NULL ? -1 : 0;
}

static void limit(void *user, enum wsd_direction d, const char *what, const struct wsd_moment *moment)
{
    struct wire *w = user;
    host_finding(&w->host, NULL, d, WSD_FINDING_LIMIT_REACHED, what, moment);
}

static struct stream *tunnel_take(void *user, struct via *via);
static struct stream *inside_take(void *user, struct via *via, enum wsd_direction d, struct wsd_bytes first);

static const struct http1_hooks hooks = {attempt, unanswered, lost, tunnel_take, limit, NULL, NULL};
static const struct proxy_hooks proxy_hooks = {inside_take, limit};

static struct stream *inside_take(void *user, struct via *via, enum wsd_direction d, struct wsd_bytes first)
{
    (void)d, (void)first;
    struct wire *w = user;
    return http1_new_take(&w->stream, &hooks, w, &w->limits, via);
}

static struct stream *tunnel_take(void *user, struct via *via)
{
    struct wire *w = user;
    return proxy_new_take(&w->stream, &proxy_hooks, w, w->limits.early_bytes, via);
}

void wire_start(struct wire *w, const struct wsd_options *o)
{
    *w = (struct wire){.limits = {o->limits.head_bytes, o->limits.early_bytes},
                       .moment = {.time = INT64_C(1000000000000000)}};
    w->host = (struct websocket_host){.event = o->event,
                                      .user = o->user,
                                      .keep_payload = o->keep_payload,
                                      .frames = o->frames,
                                      .detail = o->detail,
                                      .inflate_bytes = o->limits.inflate_bytes,
                                      .inflate_ratio = o->limits.inflate_ratio,
                                      .inflate_excess = o->limits.inflate_excess};
    w->stream = tunnel_take(w, NULL);
    if (w->stream == NULL)
        abort();
}

/* The next packet. */
static const struct wsd_moment *tick(struct wire *w)
{
    w->moment.packet++;
    w->moment.time += 1000000;
    return &w->moment;
}

static void settle(struct wire *w, int rc)
{
    if (rc < 0)
        abort();
    if (rc != STREAM_DONE)
        return;
    w->stream->ops->free(w->stream);
    w->stream = NULL;
}

static bool open(const struct wire *w, enum wsd_direction d)
{
    return w->stream != NULL && !w->ended[d];
}

void wire_data(struct wire *w, enum wsd_direction d, struct wsd_bytes bytes)
{
    if (!open(w, d) || bytes.length == 0)
        return;
    uint8_t *copy = malloc(bytes.length);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes.data, bytes.length);
    settle(w, stream_data(w->stream, d, (struct wsd_bytes){copy, bytes.length}, tick(w)));
    free(copy);
}

void wire_gap(struct wire *w, enum wsd_direction d, uint64_t missing)
{
    if (open(w, d))
        settle(w, stream_gap(w->stream, d, missing, tick(w)));
}

void wire_end(struct wire *w, enum wsd_direction d, enum wsd_how how)
{
    if (open(w, d) || (w->stream != NULL && how == WSD_BY_RESET)) /* a RST is told also of a side that sent a FIN */
        settle(w, stream_end(w->stream, d, how, tick(w)));
    w->ended[d] = true;
}

void wire_end_both(struct wire *w, enum wsd_direction first, enum wsd_how how)
{
    wire_end(w, first, how);
    if (!w->ended[!first])
        wire_end(w, !first, how);
}

void wire_finish(struct wire *w)
{
    wire_end_both(w, WSD_CLIENT, WSD_BY_CAPTURE_END);
    if (w->stream != NULL)
        w->stream->ops->free(w->stream);
    w->stream = NULL;
    websocket_host_free(&w->host);
}
