#include "stream/http1.h"
#include "base/bytes.h"
#include "stream/http.h"
#include "stream/http1_state.h"

#include <errno.h>
#include <stdlib.h>

/* ---- bytes ---------------------------------------------------------------------------------------------------- */

/* One head from *bytes, or from what was kept of it and *bytes. Returns 1 with it in *raw, 0 when it is not whole yet (all
 * of *bytes is kept), TOO_LONG, NO_HEAD, -ENOMEM. */
enum { TOO_LONG = 2, NO_HEAD };
static int whole_head(struct http1 *h, struct http1_half *half, struct wsd_bytes *bytes, struct wsd_bytes *raw)
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
static bool may_go_on(const struct http1_half *half, enum wsd_direction d, struct wsd_bytes bytes)
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

/* RFC 9112 2.2: empty lines in front of a request are passed over. Clients do so in front of an answer, too. */
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
    struct http1_half *half = &h->half[d];
    struct wsd_bytes raw;
    if (half->line.length == 0)
        skip_empty_lines(h, bytes);
    if (bytes->length == 0)
        return 0;
    if (!may_go_on(half, d, *bytes))
        return no_head(h, d);
    int rc = whole_head(h, half, bytes, &raw);
    if (rc == TOO_LONG)
        http1_reach(h, d, "HTTP head", moment);
    if (rc == TOO_LONG || rc == NO_HEAD)
        return STREAM_DONE;
    if (rc <= 0)
        return rc;
    h->bytes += raw.length;
    struct buffer line = half->line; /* raw may lie in it, and the stream may be gone when the head was acted upon */
    half->line = (struct buffer){0};
    half->searched = 0;
    rc = d == WSD_CLIENT ? http1_request(h, raw, moment) : http1_response(h, raw, *bytes, moment, gone);
    buffer_free(&line);
    return rc;
}

static void skip(struct http1 *h, struct http1_half *half, struct wsd_bytes *bytes, enum http1_phase then)
{
    size_t n = bytes->length < half->left ? bytes->length : (size_t)half->left;
    h->bytes += n;
    half->left -= n;
    *bytes = bytes_after(*bytes, n);
    if (half->left == 0)
        half->phase = (uint8_t)then;
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

/* One line of a chunked body: a size, or a trailer's. */
static int take_line(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment)
{
    struct http1_half *half = &h->half[d];
    const uint8_t *lf = memchr(bytes->data, '\n', bytes->length);
    size_t n = lf != NULL ? (size_t)(lf - bytes->data) + 1 : bytes->length;
    h->bytes += n;
    if (buffer_append(&half->line, bytes_first(*bytes, n), HTTP1_CHUNK_LINE_MOST) < 0)
        return -ENOMEM;
    *bytes = bytes_after(*bytes, n);
    if (half->line.length >= HTTP1_CHUNK_LINE_MOST) {
        http1_reach(h, d, "line of a chunked body", moment);
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
        http1_reach(h, d, "bytes before the answer to an upgrade", moment);
    if (h->early[d].count == 0 && h->dropped == 0)
        h->early_heard = h->hooks->heard_more != NULL && h->hooks->heard_more(h->user);
    h->dropped += bytes->length - kept.length;
    *bytes = (struct wsd_bytes){NULL, 0};
    return early_add(&h->early[d], kept, moment, h->limits.early_bytes);
}

/* Whether the answer to an upgrade is lost, or what the client goes on with is more than is held for it: the answer may be missing in
 * the capture. */
static bool waits_in_vain(const struct http1 *h, size_t more)
{
    bool full = h->dropped == 0 && more > h->limits.early_bytes - h->early[WSD_CLIENT].bytes.length;
    return h->request.length > 0 && (full || h->half[WSD_SERVER].phase == LOST);
}

/* Then it goes on without it, if it went on with frames. */
static int begin_unanswered(struct http1 *h, struct wsd_bytes bytes, const struct wsd_moment *moment, bool *gone)
{
    struct wsd_bytes first = h->early[WSD_CLIENT].count > 0 ? buffer_bytes(&h->early[WSD_CLIENT].bytes) : bytes;
    enum http1_condition condition = h->half[WSD_SERVER].phase == LOST ? A_FRAME : A_FRAME_UNHEARD;
    return http1_lose(h, WSD_CLIENT, first, condition, bytes, moment, gone);
}

/* Behind lost bytes: a head, or what goes on inside the connection. No frame begins like an answer, so a few bytes of one wait for more. */
static int take_lost(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment,
                     bool *gone)
{
    enum { TELLING = 8 };
    struct http1_half *half = &h->half[d];
    bool answered = d == WSD_CLIENT && h->half[WSD_SERVER].phase == WAIT;
    if (may_go_on(half, d, *bytes) && (d == WSD_SERVER || answered || bytes->length >= TELLING)) {
        half->phase = half->line.length + bytes->length >= TELLING ? HEAD : LOST;
        if (half->phase == HEAD)
            return 0;
        int rc = buffer_append(&half->line, *bytes, TELLING);
        *bytes = (struct wsd_bytes){NULL, 0};
        return rc < 0 ? -ENOMEM : 0;
    }
    if (answered)
        return no_head(h, d);
    struct buffer kept = half->line;
    half->line = (struct buffer){0};
    int rc = kept.length > 0 ? buffer_append(&kept, *bytes, kept.length + bytes->length) : 0;
    struct wsd_bytes all = kept.length > 0 ? buffer_bytes(&kept) : *bytes;
    rc = rc < 0 ? -ENOMEM : http1_lose(h, d, all, ANYTHING, all, moment, gone);
    buffer_free(&kept);
    return rc == 0 && !*gone ? STREAM_DONE : rc;
}

static int step(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment,
                bool *gone)
{
    struct http1_half *half = &h->half[d];
    int rc;
    switch ((enum http1_phase)half->phase) {
    case HEAD: return take_head(h, d, bytes, moment, gone);
    case BODY: skip(h, half, bytes, (enum http1_phase)half->after_body); return 0;
    case CHUNK_DATA: skip(h, half, bytes, CHUNK_SIZE); return 0;
    case CHUNK_SIZE:
    case TRAILER: return take_line(h, d, bytes, moment);
    case WAIT:
        rc = d == WSD_CLIENT && waits_in_vain(h, bytes->length) ? begin_unanswered(h, *bytes, moment, gone) : 0;
        return rc != 0 || *gone ? rc : hold(h, d, bytes, moment);
    case LOST: return take_lost(h, d, bytes, moment, gone);
    case UNTIL_CLOSE: break;
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

/* The answer that waited replaces this stream; what was kept of a head that is none comes with the client's next bytes, behind what was held of
 * the server, or where it is the server's turn in front of that: so it does not depend on the pieces that they came in. */
static int answer_late(struct http1 *h, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment,
                       bool *gone)
{
    struct stream **slot = h->base.slot;
    struct buffer kept = h->half[WSD_CLIENT].line;
    bool early = d == WSD_SERVER && kept.length > 0;
    h->half[WSD_CLIENT].line = (struct buffer){0};
    h->half[WSD_CLIENT].searched = 0;
    h->early_heard = h->early_heard || early; /* nobody can say that they were too early */
    int rc = early ? early_add(&h->early[WSD_CLIENT], buffer_bytes(&kept), moment, SIZE_MAX) : 0;
    rc = rc == 0 ? http1_stop_waiting(h, WSD_SERVER, moment) : rc;
    *gone = *slot != &h->base;
    if (!*gone && early)
        early_free(&h->early[WSD_CLIENT]);
    if (*gone && rc == 0 && kept.length > 0 && !early)
        rc = stream_data(*slot, WSD_CLIENT, buffer_bytes(&kept), moment);
    if (*gone && rc == 0 && bytes->length > 0)
        rc = stream_data(*slot, d, *bytes, moment);
    buffer_free(&kept);
    return rc;
}

/* Each step consumes something or changes the phase to one that does, so the loop ends. */
static int feed(struct http1 *h, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment,
                bool *gone)
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

static int http1_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    bool gone = false;
    int rc = feed((struct http1 *)s, d, bytes, moment, &gone);
    return rc == STREAM_DONE && !gone ? http1_give_up((struct http1 *)s, moment) : rc;
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
        h->request_at = stream_moment(moment);
        return http1_keep_cut_request(h, line);
    }
    h->answered = switches(line);
    return 0;
}

/* Behind what the client sent early bytes are missing. If these were frames, they are read now; in any case what follows does not lie
 * next to them. */
static int lose_early(struct http1 *h, uint64_t missing, const struct wsd_moment *moment, bool *gone)
{
    const struct wsd_bytes none = {NULL, 0};
    struct stream **slot = h->base.slot;
    int rc = h->early[WSD_CLIENT].count > 0 ? begin_unanswered(h, none, moment, gone) : 0;
    if (rc != 0 || *gone)
        return rc != 0 ? rc : stream_gap(*slot, WSD_CLIENT, missing, moment);
    h->dropped = stream_gaps(h->dropped, missing);
    if (h->limit.what == NULL)
        h->limit.at = (struct wsd_moment){.time = moment->time, .packet = moment->packet};
    return 0;
}

static int http1_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct http1 *h = (struct http1 *)s;
    struct http1_half *half = &h->half[d];
    bool gone = false;
    if (d == WSD_CLIENT && half->phase == WAIT) {
        int lost = lose_early(h, missing, moment, &gone);
        if (lost != 0 || gone)
            return lost;
    }
    if (d == WSD_SERVER && half->phase == WAIT) {
        /* Nobody will ask for the answer that waits: what it held is read, and what is missing follows. */
        struct stream **slot = s->slot;
        h->orphan = true;
        int waited = http1_stop_waiting(h, d, moment);
        return waited != 0 ? waited : stream_gap(*slot, d, missing, moment);
    }
    if (half->phase == UNTIL_CLOSE || half->phase == LOST) {
        half->line.length = 0;
        return 0; /* an estimated gap is larger than any body */
    }
    if ((half->phase == BODY || half->phase == CHUNK_DATA) && missing < half->left) {
        half->left -= missing;
        return 0;
    }
    int rc = note_cut_head(h, d, moment);
    if (d == WSD_CLIENT && h->half[WSD_SERVER].phase == WAIT)
        h->missing = stream_gaps(h->missing, missing);
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
    if (d == WSD_SERVER && how == WSD_BY_FIN && h->half[d].phase == WAIT && !h->half[WSD_CLIENT].ended) {
        /* The request may still come, behind what the capture lacks of the client. */
        h->half[d].ended = true;
        h->ended_at =
            (struct wsd_moment){.time = moment->time, .packet = moment->packet, .link_type = moment->link_type};
        return 0;
    }
    h->orphan = true;
    if (may_answer(h)) {
        int rc = http1_stop_waiting(h, WSD_SERVER, moment);
        if (rc != 0 || *slot != s)
            return rc != 0 ? rc : stream_end(*slot, d, how, moment);
    }
    h->half[d].ended = true;
    bool over = d == WSD_SERVER || how != WSD_BY_FIN || h->half[WSD_SERVER].ended, gone = false;
    /* The answer will not come any more, but the client went on after its request: with frames, if there was an answer. */
    if (over && h->request.length > 0 && h->early[WSD_CLIENT].count > 0) {
        const struct wsd_bytes none = {NULL, 0};
        int rc = http1_lose(h, d, buffer_bytes(&h->early[WSD_CLIENT].bytes), A_FRAME, none, moment, &gone);
        if (rc != 0 || gone)
            return rc != 0 ? rc : stream_end(*slot, d, how, moment);
    }
    return over ? http1_give_up(h, moment) : 0;
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
