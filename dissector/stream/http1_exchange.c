/*
 * http1_exchange.c: requests and their answers, in order (RFC 9112 9.3), and what an upgrade, or a CONNECT, becomes once it is
 * answered; or when it never is.
 */
#include "base/bytes.h"
#include "stream/http.h"
#include "stream/http1_state.h"

#include <errno.h>

/* What an answer needs to know of its request. */
enum kind { PLAIN, NO_BODY /* HEAD */, CONNECT, UPGRADE };

enum { HIXIE_KEY = 8 };

/* ---- framing of bodies ---------------------------------------------------------------------------------------- */

/* RFC 9112 6.3, for a request; a response without either goes on until close. */
static enum http1_phase body_of(const struct wsd_head *head, struct http1_half *half, enum http1_phase otherwise)
{
    half->left = 0;
    half->after_body = HEAD;
    if (http_has_token(head, "Transfer-Encoding", "chunked"))
        return CHUNK_SIZE;
    const struct wsd_header *length = http_header(head, "Content-Length", 0);
    int64_t n = length != NULL ? http_number(length->value) : -1;
    if (n < 0)
        return otherwise;
    half->left = (uint64_t)n;
    return n > 0 ? BODY : HEAD;
}

static enum http1_phase response_body(const struct wsd_head *head, enum kind kind, struct http1_half *half)
{
    if (kind == NO_BODY || head->status == 204 || head->status == 304)
        return HEAD;
    return body_of(head, half, UNTIL_CLOSE);
}

/* ---- requests ----------------------------------------------------------------------------------------------------- */

static bool is_attempt(const struct wsd_head *request)
{
    return http_has_token(request, "Upgrade", "websocket") || http_has_token(request, "Upgrade", "websockets") ||
           http_header(request, "Sec-WebSocket-Key", 0) != NULL;
}

static enum kind kind_of(const struct wsd_head *request)
{
    if (is_attempt(request))
        return UPGRADE;
    if (bytes_equal(request->method, bytes_text("CONNECT")))
        return CONNECT;
    return bytes_equal(request->method, bytes_text("HEAD")) ? NO_BODY : PLAIN;
}

void http1_reach(struct http1 *h, enum wsd_direction d, const char *what, const struct wsd_moment *moment)
{
    bool attempted = h->request.length > 0;
    if (!attempted)
        h->hooks->limit(h->user, d, what, moment);
    h->limit = (struct stream_limit){attempted ? what : NULL, d, stream_moment(moment)};
}

/* The answer decides whether the hop counts. */
static int propose_tunnel(struct http1 *h, const struct wsd_head *request, const struct wsd_moment *moment)
{
    const struct wsd_hop hop = {.kind = WSD_HOP_HTTP_CONNECT,
                                .user = http_header(request, "Proxy-Authorization", 0) != NULL,
                                .target = request->target};
    int rc = via_propose(&h->via, &hop);
    if (rc != -ENOSPC)
        return rc;
    h->hooks->limit(h->user, WSD_CLIENT, VIA_LIMIT, moment);
    return STREAM_DONE;
}

int http1_request(struct http1 *h, struct wsd_bytes raw, const struct wsd_moment *moment)
{
    struct http1_half *half = &h->half[WSD_CLIENT];
    struct http_head request;
    if (http_parse_request(raw, &request) < 0)
        return STREAM_DONE;
    if (h->waiting == HTTP1_PIPELINE_MOST) {
        h->hooks->limit(h->user, WSD_CLIENT, "HTTP requests without an answer", moment);
        return STREAM_DONE;
    }
    enum kind kind = kind_of(&request.head);
    h->pipeline[h->waiting++] = (uint8_t)kind;
    half->phase = (uint8_t)body_of(&request.head, half, HEAD);
    if (kind != UPGRADE && kind != CONNECT)
        return 0;
    h->limit.what = NULL;
    half->after_wait = HEAD;
    if (http_header(&request.head, "Sec-WebSocket-Key1", 0) != NULL) {
        half->after_wait = BODY; /* hixie-76 has a third key behind the head, which goes to what follows the upgrade */
        half->left = HIXIE_KEY;
        half->phase = HEAD;
    }
    if (kind == CONNECT || half->phase == HEAD) /* RFC 9110 9.3.6: a CONNECT has no body */
        half->phase = WAIT;
    else
        half->after_body = WAIT;
    if (kind == CONNECT)
        return propose_tunnel(h, &request.head, moment);
    h->partial = false;
    h->request_at = stream_moment(moment);
    h->request.length = 0;
    int rc = buffer_append(&h->request, raw, raw.length);
    if (rc == 0 && h->hooks->asked != NULL)
        rc = h->hooks->asked(h->user, &request.head, moment);
    return rc;
}

static enum kind take_kind(struct http1 *h)
{
    if (h->waiting == 0)
        return PLAIN;
    enum kind kind = h->pipeline[0];
    memmove(h->pipeline, h->pipeline + 1, --h->waiting);
    return kind;
}

int http1_stop_waiting(struct http1 *h, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct stream **slot = h->base.slot;
    h->half[d].after_body = HEAD;
    if (h->half[d].phase != WAIT)
        return 0;
    h->half[d].phase = h->half[d].after_wait;
    struct early held = h->early[d];
    uint64_t dropped = d == WSD_CLIENT ? h->dropped : 0;
    struct wsd_moment at = h->limit.at;
    h->early[d] = (struct early){0};
    h->dropped = d == WSD_CLIENT ? 0 : h->dropped;
    const struct stream *this = &h->base;
    const bool ended = d == WSD_SERVER && h->half[d].ended;
    const uint64_t missing = d == WSD_SERVER && (h->request.length == 0 || h->partial) ? h->missing : 0;
    const struct wsd_moment ended_at = h->ended_at;
    int rc = early_give(&held, slot, d);
    if (rc == 0 && dropped > 0)
        rc = stream_gap(*slot, d, dropped, &at);
    if (rc == 0 && missing > 0 && *slot != this)
        rc = stream_gap(*slot, WSD_CLIENT, missing, moment);
    return rc == 0 && ended && *slot != this ? stream_end(*slot, d, WSD_BY_FIN, &ended_at) : rc;
}

/* An answer 101 came before its request: the capture has them the wrong way round, or has no request. It waits for the
 * client's side to say which. */
static bool must_wait(const struct http1 *h)
{
    const struct http1_half *client = &h->half[WSD_CLIENT];
    return h->waiting == 0 && !h->orphan && h->request.length == 0 && !client->ended && client->phase == HEAD;
}

static int wait_for_request(struct http1 *h, struct wsd_bytes raw, const struct wsd_moment *moment)
{
    h->bytes -= raw.length;
    h->half[WSD_SERVER].phase = WAIT;
    h->half[WSD_SERVER].after_wait = HEAD;
    return early_add(&h->early[WSD_SERVER], raw, moment, h->limits.head_bytes);
}

static struct http1_exchange exchange_of(const struct http1 *h, struct http_head *request)
{
    struct http1_exchange x = {
        .request_at = h->request_at, .via = h->via, .bytes = h->bytes, .limit = h->limit, .partial = h->partial};
    x.unheard = h->half[WSD_SERVER].phase == LOST;
    x.bytes += h->via != NULL ? h->via->bytes : 0;
    if (h->request.length > 0 && http_parse_request(buffer_bytes(&h->request), request) == 0)
        x.request = &request->head;
    if (h->early[WSD_CLIENT].count > 0) {
        x.early = h->early_heard ? 0 : h->early[WSD_CLIENT].bytes.length;
        x.early_at = h->early[WSD_CLIENT].runs[0].moment;
    }
    return x;
}

/* inner takes this one's place: it gets what the client sent early, the other direction's end if that has ended already, and these
 * bytes of d. */
static int give_way(struct http1 *h, struct stream *inner, enum wsd_direction d, struct wsd_bytes bytes,
                    const struct wsd_moment *moment, bool *gone)
{
    struct stream **slot = h->base.slot;
    struct early held = h->early[WSD_CLIENT];
    struct wsd_moment dropped_at = h->limit.at;
    uint64_t dropped = h->dropped;
    enum wsd_direction other = (enum wsd_direction) !d;
    bool ended = h->half[other].ended;
    *gone = true;
    h->early[WSD_CLIENT] = (struct early){0};
    stream_replace(&h->base, inner);
    int rc = early_give(&held, slot, WSD_CLIENT);
    if (rc == 0 && dropped > 0)
        rc = stream_gap(*slot, WSD_CLIENT, dropped, &dropped_at);
    if (rc == 0 && ended)
        rc = stream_end(*slot, other, WSD_BY_FIN, moment);
    return rc != 0 || bytes.length == 0 ? rc : stream_data(*slot, d, bytes, moment);
}

int http1_lose(struct http1 *h, enum wsd_direction d, struct wsd_bytes first, enum http1_condition condition,
               struct wsd_bytes bytes, const struct wsd_moment *moment, bool *gone)
{
    struct stream *inner = NULL;
    const struct http1_lost lost = {buffer_bytes(&h->request),   h->partial, h->answered, first, condition != ANYTHING,
                                    condition == A_FRAME_UNHEARD};
    int rc = h->hooks->lost(h->user, &lost, &inner);
    if (rc != 0 || inner == NULL)
        return rc;
    if (h->limit.what != NULL)
        h->hooks->limit(h->user, h->limit.direction, h->limit.what, &h->limit.at);
    return give_way(h, inner, d, bytes, moment, gone);
}

static int on_answer(struct http1 *h, const struct wsd_head *response, struct wsd_bytes tail,
                     const struct wsd_moment *moment, bool *gone)
{
    struct http_head request;
    struct http1_exchange x = exchange_of(h, &request);
    struct stream *inner = NULL;
    x.response = response;
    x.response_at = *moment;
    int rc = h->hooks->answered(h->user, &x, &inner);
    if (rc < 0)
        return rc;
    if (inner != NULL)
        return give_way(h, inner, WSD_SERVER, tail, moment, gone);
    h->request.length = 0;
    return response->status == 101 ? STREAM_DONE : http1_stop_waiting(h, WSD_CLIENT, moment);
}

/* Inside a tunnel everything begins anew. */
static int enter_tunnel(struct http1 *h, struct wsd_bytes tail, const struct wsd_moment *moment, bool *gone)
{
    struct via *via = h->via;
    h->via = NULL;
    via_accept(via, h->bytes);
    struct stream *inner = h->hooks->tunnel_take(h->user, via);
    if (inner == NULL)
        return -ENOMEM;
    return give_way(h, inner, WSD_SERVER, tail, moment, gone);
}

int http1_response(struct http1 *h, struct wsd_bytes raw, struct wsd_bytes tail, const struct wsd_moment *moment,
                   bool *gone)
{
    struct http1_half *half = &h->half[WSD_SERVER];
    struct http_head response;
    if (http_parse_response(raw, &response) < 0)
        return STREAM_DONE;
    int status = response.head.status;
    if (status < 200 && status != 101) /* interim: the answer is still to come */
        return 0;
    bool upgraded = status == 101 && http_has_token(&response.head, "Upgrade", "websocket");
    if (upgraded && must_wait(h))
        return wait_for_request(h, raw, moment);
    enum kind kind = take_kind(h);
    if (kind == UPGRADE || upgraded) {
        half->phase = (uint8_t)response_body(&response.head, kind, half);
        return on_answer(h, &response.head, tail, moment, gone);
    }
    if (status == 101)
        return STREAM_DONE;
    if (kind == CONNECT && status < 300)
        return enter_tunnel(h, tail, moment, gone);
    half->phase = (uint8_t)response_body(&response.head, kind, half);
    return kind == CONNECT ? http1_stop_waiting(h, WSD_CLIENT, moment) : 0;
}

int http1_give_up(struct http1 *h, const struct wsd_moment *moment)
{
    struct http_head request;
    if (h->request.length == 0 || h->partial)
        return STREAM_DONE;
    struct http1_exchange x = exchange_of(h, &request);
    x.response_at = *moment;
    int rc = h->hooks->unanswered(h->user, &x);
    h->request.length = 0;
    return rc < 0 ? rc : STREAM_DONE;
}

int http1_keep_cut_request(struct http1 *h, struct wsd_bytes line)
{
    struct http_head request;
    struct wsd_bytes whole = line;
    while (whole.length > 0 && whole.data[whole.length - 1] != '\n')
        whole.length--;
    if (whole.length == 0 || http_parse_request(whole, &request) < 0 || !is_attempt(&request.head))
        return 0;
    h->request.length = 0;
    h->partial = true;
    return buffer_append(&h->request, whole, whole.length);
}
