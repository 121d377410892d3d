#include "stream/http1.h"
#include "base/bytes.h"
#include "stream/early.h"
#include "stream/http.h"

#include <errno.h>
#include <stdlib.h>

/* What the next bytes of a direction are. */
enum phase {
    HEAD,       /* of a request or a response */
    BODY,       /* `left` bytes of it */
    CHUNK_SIZE, /* RFC 9112 7.1: a line with the size */
    CHUNK_DATA, /* `left` bytes, the line end behind included */
    TRAILER,    /* lines up to an empty one */
    UNTIL_CLOSE,
    WAIT, /* held: what they are depends on the other direction */
    LOST, /* bytes are missing: anything, until something looks like a head again */
};

/* What an answer needs to know of its request. */
enum kind { PLAIN, NO_BODY /* HEAD */, CONNECT, UPGRADE };

enum { HIXIE_KEY = 8 };

struct half {
    uint8_t phase;      /* enum phase */
    uint8_t after_body; /* HEAD, or WAIT: the body is that of an attempt */
    uint8_t after_wait; /* the phase that goes on when the wait was in vain */
    bool ended;
    uint64_t left;
    struct buffer line; /* a head, or a chunk's size line, that is not whole yet */
    size_t searched;    /* bytes of it without an end */
};

struct http1 {
    struct stream base;
    const struct http1_hooks *hooks;
    void *user;
    struct http1_limits limits;
    struct half half[2];
    struct early early[2];
    uint8_t pipeline[HTTP1_PIPELINE_MOST]; /* enum kind of the requests not answered yet, oldest first */
    uint8_t waiting;                 /* how many */
    bool orphan;                     /* an answer 101 may be taken without its request */
    struct buffer request;           /* the head of the attempt that waits for its answer */
    bool partial;                    /* these are only its first lines: the rest is not in the capture */
    bool answered;                   /* of an answer 101 the capture has the beginning */
    struct wsd_moment request_at;
    uint64_t bytes;
    uint64_t dropped;          /* bytes of the client behind early[WSD_CLIENT] that were not kept */
    struct stream_limit limit; /* reached while an attempt or a CONNECT waits */
    struct via *via; /* the proxies in front, and a CONNECT that waits for its answer */
};

/* ---- framing of bodies ---------------------------------------------------------------------------------------- */

/* RFC 9112 6.3, for a request; a response without either goes on until close. */
static enum phase body_of(const struct wsd_head *head, struct half *half, enum phase otherwise)
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

static enum phase response_body(const struct wsd_head *head, enum kind kind, struct half *half)
{
    if (kind == NO_BODY || head->status == 204 || head->status == 304)
        return HEAD;
    return body_of(head, half, UNTIL_CLOSE);
}

/* RFC 9112 7.1: hexadecimal digits, then perhaps extensions. Returns -1 when there are none. */
static int64_t chunk_size(struct wsd_bytes line)
{
    int64_t size = 0;
    size_t i = 0;
    for (; i < line.length && i < 15; i++) {
        uint8_t c = bytes_lower(line.data[i]);
        if (c >= '0' && c <= '9')
            size = size * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            size = size * 16 + (c - 'a' + 10);
        else
            break;
    }
    return i > 0 && i < 15 ? size : -1;
}

/* ---- heads ---------------------------------------------------------------------------------------------------- */

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

/* A limit was reached: it is told with the attempt that waits, or else now. */
static void reach(struct http1 *h, enum wsd_direction d, const char *what, const struct wsd_moment *moment)
{
    bool attempted = h->request.length > 0;
    if (!attempted)
        h->hooks->limit(h->user, d, what, moment);
    h->limit = (struct stream_limit){attempted ? what : NULL, d, *moment};
    h->limit.at.headers = (struct wsd_bytes){NULL, 0};
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

static int on_request(struct http1 *h, struct wsd_bytes raw, const struct wsd_moment *moment)
{
    struct half *half = &h->half[WSD_CLIENT];
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
    h->request_at = *moment;
    h->request_at.headers = (struct wsd_bytes){NULL, 0};
    h->request_at.record = NULL;
    h->request.length = 0;
    return buffer_append(&h->request, raw, raw.length);
}

static enum kind take_kind(struct http1 *h)
{
    if (h->waiting == 0)
        return PLAIN;
    enum kind kind = h->pipeline[0];
    memmove(h->pipeline, h->pipeline + 1, --h->waiting);
    return kind;
}

/* What was held becomes what it would have been without the wait. For the server that may be an upgrade: then this stream
 * is gone on return. */
static int stop_waiting(struct http1 *h, enum wsd_direction d)
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
    int rc = early_give(&held, slot, d);
    return rc == 0 && dropped > 0 ? stream_gap(*slot, d, dropped, &at) : rc;
}

/* An answer 101 came before its request: the capture has them the wrong way round, or has no request. It waits for the
 * client's side to say which. */
static bool must_wait(const struct http1 *h)
{
    const struct half *client = &h->half[WSD_CLIENT];
    return h->waiting == 0 && !h->orphan && !client->ended && client->phase == HEAD;
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
    struct http1_exchange x = {.request_at = h->request_at, .via = h->via, .bytes = h->bytes, .limit = h->limit,
                              .partial = h->partial};
    x.unheard = h->half[WSD_SERVER].phase == LOST;
    x.bytes += h->via != NULL ? h->via->bytes : 0;
    if (h->request.length > 0 && http_parse_request(buffer_bytes(&h->request), request) == 0)
        x.request = &request->head;
    if (h->early[WSD_CLIENT].count > 0) {
        x.early = h->early[WSD_CLIENT].bytes.length;
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
    enum wsd_direction other = (enum wsd_direction)!d;
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

/* No head stands here, behind a gap or where an answer is missing: another stream, which gets what the client sent early and these
 * bytes, finds out whether it is a WebSocket's. border: first must begin with a frame, or *gone stays false. */
static int give_way_lost(struct http1 *h, enum wsd_direction d, struct wsd_bytes first, bool border, struct wsd_bytes bytes,
                         const struct wsd_moment *moment, bool *gone)
{
    struct stream *inner = NULL;
    const struct http1_lost lost = {buffer_bytes(&h->request), h->partial, h->answered, first, border};
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
    return response->status == 101 ? STREAM_DONE : stop_waiting(h, WSD_CLIENT);
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

/* A head of the server, and what follows it in the same segment. Sets *gone when this stream was replaced. */
static int on_response(struct http1 *h, struct wsd_bytes raw, struct wsd_bytes tail, const struct wsd_moment *moment,
                       bool *gone)
{
    struct half *half = &h->half[WSD_SERVER];
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
    return kind == CONNECT ? stop_waiting(h, WSD_CLIENT) : 0;
}

/* ---- bytes ---------------------------------------------------------------------------------------------------- */

/* One head from *bytes, or from what was kept of it and *bytes. Returns 1 with it in *raw, 0 when it is not whole yet (all
 * of *bytes is kept), TOO_LONG, NO_HEAD, -ENOMEM. */
enum { TOO_LONG = 2, NO_HEAD };
static int whole_head(struct http1 *h, struct half *half, struct wsd_bytes *bytes, struct wsd_bytes *raw)
{
    size_t had = half->line.length;
    if (had == 0) {
        size_t n = http_head_length(*bytes, 0);
        if (n > 0 && n <= h->limits.head_bytes) {
            *raw = bytes_first(*bytes, n);
            *bytes = bytes_after(*bytes, n);
            return 1;
        }
    }
    if (buffer_append(&half->line, *bytes, (uint64_t)h->limits.head_bytes) < 0)
        return -ENOMEM;
    size_t n = http_head_length(buffer_bytes(&half->line), half->searched);
    half->searched = half->line.length;
    if (n == 0 && half == &h->half[WSD_CLIENT] && http_is_no_request(buffer_bytes(&half->line)))
        return NO_HEAD;
    if (n == 0 && half->line.length >= h->limits.head_bytes)
        return half == &h->half[WSD_CLIENT] && !http_is_likely_request(buffer_bytes(&half->line)) ? NO_HEAD : TOO_LONG;
    *raw = bytes_first(buffer_bytes(&half->line), n);
    *bytes = n == 0 ? (struct wsd_bytes){NULL, 0} : bytes_after(*bytes, n - had);
    return n > 0;
}

static bool may_begin(enum wsd_direction d, struct wsd_bytes bytes)
{
    return d == WSD_CLIENT ? http_may_be_request(bytes) : http_may_be_response(bytes);
}

/* Whether what is kept of a head, and these bytes behind it, may be one: its first bytes say. */
static bool may_go_on(const struct half *half, enum wsd_direction d, struct wsd_bytes bytes)
{
    uint8_t first[32];
    size_t kept = half->line.length;
    if (kept == 0)
        return may_begin(d, bytes);
    if (kept >= sizeof first)
        return true;
    bytes = bytes_first(bytes, sizeof first - kept);
    memcpy(first, half->line.data, kept);
    memcpy(first + kept, bytes.data, bytes.length);
    return may_begin(d, bytes_of(first, kept + bytes.length));
}

/* No head begins here. The client's bytes may stand behind a request that the capture does not have. */
static int no_head(struct http1 *h, enum wsd_direction d)
{
    if (d != WSD_CLIENT || h->half[WSD_SERVER].phase != WAIT)
        return STREAM_DONE;
    h->half[d].phase = WAIT;
    h->orphan = true;
    return 0;
}

/* RFC 9112 2.2: empty lines in front of a request are passed over. */
static void skip_empty_lines(struct http1 *h, struct wsd_bytes *bytes)
{
    size_t n = 0;
    while (n < bytes->length && (bytes->data[n] == '\r' || bytes->data[n] == '\n'))
        n++;
    h->bytes += n;
    *bytes = bytes_after(*bytes, n);
}

static int take_head(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment,
                     bool *gone)
{
    struct half *half = &h->half[d];
    struct wsd_bytes raw;
    if (d == WSD_CLIENT && half->line.length == 0)
        skip_empty_lines(h, bytes);
    if (bytes->length == 0)
        return 0;
    if (!may_go_on(half, d, *bytes))
        return no_head(h, d);
    int rc = whole_head(h, half, bytes, &raw);
    if (rc == TOO_LONG)
        reach(h, d, "HTTP head", moment);
    if (rc == TOO_LONG || rc == NO_HEAD)
        return STREAM_DONE;
    if (rc <= 0)
        return rc;
    h->bytes += raw.length;
    struct buffer line = half->line; /* raw may lie in it, and the stream may be gone when the head was acted upon */
    half->line = (struct buffer){0};
    half->searched = 0;
    rc = d == WSD_CLIENT ? on_request(h, raw, moment) : on_response(h, raw, *bytes, moment, gone);
    buffer_free(&line);
    return rc;
}

static void skip(struct http1 *h, struct half *half, struct wsd_bytes *bytes, enum phase then)
{
    size_t n = bytes->length < half->left ? bytes->length : (size_t)half->left;
    h->bytes += n;
    half->left -= n;
    *bytes = bytes_after(*bytes, n);
    if (half->left == 0)
        half->phase = (uint8_t)then;
}

/* One line of a chunked body: a size, or a trailer's. */
static int take_line(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment)
{
    struct half *half = &h->half[d];
    const uint8_t *lf = memchr(bytes->data, '\n', bytes->length);
    size_t n = lf != NULL ? (size_t)(lf - bytes->data) + 1 : bytes->length;
    h->bytes += n;
    if (buffer_append(&half->line, bytes_first(*bytes, n), HTTP1_CHUNK_LINE_MOST) < 0)
        return -ENOMEM;
    *bytes = bytes_after(*bytes, n);
    if (half->line.length >= HTTP1_CHUNK_LINE_MOST) {
        reach(h, d, "line of a chunked body", moment);
        return STREAM_DONE;
    }
    if (lf == NULL)
        return 0;
    if (half->phase == TRAILER) {
        if (half->line.data[0] == '\n' || (half->line.data[0] == '\r' && half->line.length == 2))
            half->phase = half->after_body;
    } else {
        int64_t size = chunk_size(buffer_bytes(&half->line));
        if (size < 0)
            return STREAM_DONE;
        half->left = (uint64_t)size + 2;
        half->phase = size == 0 ? TRAILER : CHUNK_DATA;
    }
    half->line.length = 0;
    return 0;
}

static int hold(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment)
{
    if (d == WSD_SERVER) {
        int rc = early_add(&h->early[d], *bytes, moment, (size_t)h->limits.early_bytes + h->limits.head_bytes);
        if (rc != -ENOSPC)
            *bytes = (struct wsd_bytes){NULL, 0};
        else
            h->orphan = true;
        return rc == -ENOSPC ? 0 : rc;
    }
    size_t room = h->limits.early_bytes - h->early[d].bytes.length;
    struct wsd_bytes kept = h->dropped > 0 ? (struct wsd_bytes){NULL, 0} : bytes_first(*bytes, room);
    if (kept.length < bytes->length && h->dropped == 0)
        reach(h, d, "bytes before the answer to an upgrade", moment);
    h->dropped += bytes->length - kept.length;
    *bytes = (struct wsd_bytes){NULL, 0};
    return early_add(&h->early[d], kept, moment, h->limits.early_bytes);
}

static int step(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment,
                bool *gone)
{
    struct half *half = &h->half[d];
    int rc;
    switch ((enum phase)half->phase) {
    case HEAD:
        return take_head(h, d, bytes, moment, gone);
    case BODY:
        skip(h, half, bytes, (enum phase)half->after_body);
        return 0;
    case CHUNK_DATA:
        skip(h, half, bytes, CHUNK_SIZE);
        return 0;
    case CHUNK_SIZE:
    case TRAILER:
        return take_line(h, d, bytes, moment);
    case WAIT:
        return hold(h, d, bytes, moment);
    case LOST:
        if (bytes->length >= 8 && may_begin(d, *bytes)) {
            half->phase = HEAD;
            return 0;
        }
        rc = give_way_lost(h, d, *bytes, false, *bytes, moment, gone);
        return rc == 0 && !*gone ? STREAM_DONE : rc;
    case UNTIL_CLOSE:
        break;
    }
    h->bytes += bytes->length;
    *bytes = (struct wsd_bytes){NULL, 0};
    return 0;
}

/* Whether the server's side need not wait any longer. */
static bool may_answer(const struct http1 *h)
{
    return h->half[WSD_SERVER].phase == WAIT && (h->orphan || h->request.length > 0);
}

/* The answer that waited replaces this stream; behind it come what was kept of a head that is none, and these bytes. */
static int answer_late(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment,
                       bool *gone)
{
    struct stream **slot = h->base.slot;
    struct buffer kept = h->half[WSD_CLIENT].line;
    h->half[WSD_CLIENT].line = (struct buffer){0};
    h->half[WSD_CLIENT].searched = 0;
    int rc = stop_waiting(h, WSD_SERVER);
    *gone = *slot != &h->base;
    if (*gone && rc == 0 && kept.length > 0)
        rc = stream_data(*slot, WSD_CLIENT, buffer_bytes(&kept), moment);
    if (*gone && rc == 0 && bytes->length > 0)
        rc = stream_data(*slot, d, *bytes, moment);
    buffer_free(&kept);
    return rc;
}

/* Each step consumes something or changes the phase to one that does, so the loop ends. */
static int feed(struct http1 *h, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment, bool *gone)
{
    int rc = 0;
    while (bytes.length > 0 && rc == 0 && !*gone) {
        rc = step(h, d, &bytes, moment, gone);
        if (rc == 0 && !*gone && may_answer(h))
            rc = answer_late(h, d, &bytes, moment, gone);
    }
    return rc;
}

/* ---- the stream's operations ---------------------------------------------------------------------------------- */

/* Nothing will be answered any more. */
static int give_up(struct http1 *h, const struct wsd_moment *moment)
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

static int http1_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    bool gone = false;
    int rc = feed((struct http1 *)s, d, bytes, moment, &gone);
    return rc == STREAM_DONE && !gone ? give_up((struct http1 *)s, moment) : rc;
}

/* The snaplen cut a head. Its whole lines are a head too, but nothing may be concluded from what they lack: it is kept for what
 * they have, if frames follow. Returns 0 or -ENOMEM. */
static int keep_cut_request(struct http1 *h, struct wsd_bytes line)
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

static bool switches(struct wsd_bytes line)
{
    return line.length >= 12 && http_may_be_response(line) && memcmp(line.data + 8, " 101", 4) == 0;
}

static int note_cut_head(struct http1 *h, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct wsd_bytes line = buffer_bytes(&h->half[d].line);
    if (h->half[d].phase != HEAD || line.length == 0)
        return 0;
    if (d == WSD_CLIENT) {
        h->request_at = *moment;
        h->request_at.headers = (struct wsd_bytes){NULL, 0};
        return keep_cut_request(h, line);
    }
    h->answered = switches(line);
    return 0;
}

static int http1_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct http1 *h = (struct http1 *)s;
    struct half *half = &h->half[d];
    if (half->phase == UNTIL_CLOSE || half->phase == LOST)
        return 0; /* an estimated gap is larger than any body */
    if ((half->phase == BODY || half->phase == CHUNK_DATA) && missing < half->left) {
        half->left -= missing;
        return 0;
    }
    int rc = note_cut_head(h, d, moment);
    half->phase = LOST;
    half->line.length = 0;
    half->searched = 0;
    h->waiting = 0;
    return rc;
}

static int http1_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct http1 *h = (struct http1 *)s;
    struct stream **slot = s->slot;
    h->orphan = true;
    if (may_answer(h)) {
        int rc = stop_waiting(h, WSD_SERVER);
        if (rc != 0 || *slot != s)
            return rc != 0 ? rc : stream_end(*slot, d, how, moment);
    }
    h->half[d].ended = true;
    bool over = d == WSD_SERVER || how != WSD_BY_FIN || h->half[WSD_SERVER].ended, gone = false;
    /* The answer will not come any more, but the client went on after its request: with frames, if there was an answer. */
    if (over && h->request.length > 0 && h->early[WSD_CLIENT].count > 0) {
        const struct wsd_bytes none = {NULL, 0};
        int rc = give_way_lost(h, d, buffer_bytes(&h->early[WSD_CLIENT].bytes), true, none, moment, &gone);
        if (rc != 0 || gone)
            return rc != 0 ? rc : stream_end(*slot, d, how, moment);
    }
    return over ? give_up(h, moment) : 0;
}

static void http1_free(struct stream *s)
{
    struct http1 *h = (struct http1 *)s;
    for (int d = 0; d < 2; d++) {
        buffer_free(&h->half[d].line);
        early_free(&h->early[d]);
    }
    buffer_free(&h->request);
    free(h->via);
    free(h);
}

static size_t http1_memory(const struct stream *s)
{
    const struct http1 *h = (const struct http1 *)s;
    size_t sum = sizeof *h + h->request.capacity + (h->via != NULL ? sizeof *h->via : 0);
    for (int d = 0; d < 2; d++)
        sum += h->half[d].line.capacity + early_memory(&h->early[d]);
    return sum;
}

static const struct stream_ops ops = {"http/1", http1_data, http1_gap, http1_end, http1_free, http1_memory};

struct stream *http1_new_take(struct stream **slot, const struct http1_hooks *hooks, void *user,
                              const struct http1_limits *limits, struct via *via)
{
    struct http1 *h = calloc(1, sizeof *h);
    if (h == NULL) {
        free(via);
        return NULL;
    }
    h->via = via;
    h->base = (struct stream){&ops, slot};
    h->hooks = hooks;
    h->user = user;
    h->limits = *limits;
    return &h->base;
}

enum wsd_direction http1_sender(struct wsd_bytes bytes)
{
    if (bytes.length >= 2 && http_may_be_response(bytes))
        return WSD_SERVER;
    return bytes.length >= 1 && http_is_likely_request(bytes) ? WSD_CLIENT : WSD_NEITHER;
}
