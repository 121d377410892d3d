/*
 * opening.c: an upgrade that was answered, or will not be any more, becomes a connection that is told, with what is to be said of its
 * handshake (RFC 6455 4); and, where frames follow, the stream that reads them.
 */
#include "base/bytes.h"
#include "websocket/forwarded.h"
#include "websocket/state.h"

#include <errno.h>
#include <stdlib.h>

/* URL and subprotocol in one piece of memory, which begins with the URL. */
static int keep_words(struct wsd_connection *info, const struct handshake *h)
{
    size_t url = h->url.length, subprotocol = h->subprotocol.length;
    uint8_t *words = malloc(url + subprotocol + 1);
    if (words == NULL)
        return -ENOMEM;
    if (url > 0)
        memcpy(words, h->url.data, url);
    if (subprotocol > 0)
        memcpy(words + url, h->subprotocol.data, subprotocol);
    info->url = bytes_of(words, url);
    info->subprotocol = bytes_of(words + url, subprotocol);
    return 0;
}

static struct wsd_connection describe(struct websocket_host *host, const struct websocket_attempt *a,
                                      const struct handshake *h)
{
    struct wsd_connection info = {.id = ++host->last_id,
                                  .endpoint = {a->endpoint[0], a->endpoint[1]},
                                  .carrier = a->carrier,
                                  .handshake = h->outcome,
                                  .status = a->response != NULL ? (int16_t)a->response->status : 0,
                                  .version = (int16_t)h->version,
                                  .opened = a->response_at.time,
                                  .url = buffer_bytes(&h->url),
                                  .subprotocol = h->subprotocol,
                                  .deflate = h->deflate,
                                  .tls = a->tls};
    return info;
}

void websocket_tell_opening(struct websocket_host *host, const struct websocket_attempt *a, const struct handshake *h,
                            const struct wsd_connection *info)
{
    struct wsd_event event = {.type = WSD_EVENT_CONNECTION, .at = a->response_at, .connection = info};
    event.opening =
        (struct wsd_opening){.request = a->request,
                             .response = a->response,
                             .extensions = buffer_bytes(&h->extensions),
                             .community_id = a->community_id,
                             .flow = a->flow,
                             .via = a->via,
                             .via_count = a->via_count,
                             .request_time = info->handshake == WSD_HANDSHAKE_MISSING ? 0 : a->request_at.time,
                             .forwarded_for = forwarded_for(a->request)};
    for (int d = 0; d < 2 && a->syn_time != NULL; d++)
        event.opening.syn_time[d] = a->syn_time[d];
    host_tell(host, &event);
    for (size_t i = 0; i < h->finding_count; i++) {
        const struct handshake_finding *f = &h->findings[i];
        if (f->code == WSD_FINDING_HANDSHAKE_UNANSWERED && a->server_unheard)
            continue;
        const struct wsd_moment *moment =
            f->direction == WSD_SERVER || a->request == NULL ? &a->response_at : &a->request_at;
        host_finding(host, info, f->direction, f->code, f->detail, moment);
    }
    size_t key = h->draft == DRAFT_HIXIE_76 ? LEGACY_KEY : 0; /* belongs to the request */
    /* Where the server's bytes had to wait for lost ones, what came behind its answer was read before it. */
    if (a->early > key && info->handshake == WSD_HANDSHAKE_COMPLETE && a->early_at.packet < a->response_at.packet)
        host_finding(host, info, WSD_CLIENT, WSD_FINDING_HANDSHAKE_DATA_BEFORE_RESPONSE, "", &a->early_at);
    if (a->limit.what != NULL)
        host_finding(host, info, a->limit.direction, WSD_FINDING_LIMIT_REACHED, a->limit.what, &a->limit.at);
}

struct websocket *websocket_new(struct websocket_host *host, const struct websocket_attempt *a,
                                const struct handshake *h)
{
    struct websocket *ws = aligned_alloc(WS_LINE, sizeof *ws);
    struct wsd_connection info = describe(host, a, h);
    if (ws == NULL || keep_words(&info, h) < 0) {
        free(ws);
        host->last_id--;
        return NULL;
    }
    host->memory_changed = true;
    *ws = (struct websocket){.base.ops = &websocket_ops, .host = host, .info = info, .first_closed = WSD_NEITHER};
    ws->half[WSD_CLIENT].heard = a->request != NULL;
    ws->half[WSD_SERVER].heard = a->response != NULL;
    for (int d = 0; d < 2; d++)
        ws->half[d].inflation = (struct inflation){.negotiated = h->deflate.negotiated,
                                                   .window_bits = h->deflate.max_window_bits[d],
                                                   .no_takeover = h->deflate.no_context_takeover[d],
                                                   .per_frame = h->per_frame};
    host->connections++;
    if (h->draft == DRAFT_NONE || h->draft == DRAFT_HYBI)
        return ws;
    ws->base.ops = &websocket_legacy_ops;
    if (legacy_begin(ws, h->draft, a->request) == 0)
        return ws;
    host->connections--;
    host->last_id--;
    ws->base.ops->free(&ws->base);
    return NULL;
}

static int open_judged(struct websocket_host *host, const struct websocket_attempt *a, const struct handshake *h,
                       struct stream **out)
{
    if (h->outcome != WSD_HANDSHAKE_COMPLETE) {
        struct wsd_connection info = describe(host, a, h);
        host->rejected++;
        websocket_tell_opening(host, a, h, &info);
        return 0;
    }
    struct websocket *ws = websocket_new(host, a, h);
    if (ws == NULL)
        return -ENOMEM;
    websocket_tell_opening(host, a, h, &ws->info);
    *out = &ws->base;
    return 0;
}

int websocket_open(struct websocket_host *host, const struct websocket_attempt *attempt, struct stream **out)
{
    struct handshake h;
    bool secure = attempt->carrier == WSD_CARRIER_TLS || attempt->carrier == WSD_CARRIER_H2_TLS;
    *out = NULL;
    int rc = handshake_judge(attempt->request, attempt->response, secure, &h);
    if (attempt->partial)
        handshake_forgive(&h);
    if (rc == 0)
        rc = open_judged(host, attempt, &h, out);
    handshake_free(&h);
    return rc;
}
