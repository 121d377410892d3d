#include "stream/proxy.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "stream/early.h"
#include "stream/preamble.h"

#include <errno.h>
#include <stdlib.h>

struct proxy {
    struct stream base;
    const struct proxy_hooks *hooks;
    void *user;
    uint32_t early_bytes;
    uint8_t turn;      /* enum wsd_direction: whose bytes are read; the other side's are held */
    uint8_t kind;      /* enum wsd_hop_kind that is asked for, in the server's turn */
    bool client_ended; /* by FIN, in the server's turn */
    bool server_first; /* what is held of the server came before what is staged of the client */
    size_t skip;       /* of the client: rest of a PROXY 2 header */
    uint64_t bytes;    /* of the request */
    uint64_t
        lost[2]; /* bytes that the capture lacks, perhaps with STREAM_ABOUT: what comes next is not from the beginning */
    struct buffer stage; /* what is not whole yet, of the side whose turn it is */
    struct early held[2];
    struct via *via;
    bool *gone; /* set when this stream is freed, while it is given what it has held; else NULL */
};

/* ---- giving way ------------------------------------------------------------------------------------------------ */

/* Everything that is kept goes to inner, which takes this stream's place. inner NULL: no memory, and this one stays. */
static int give_way(struct proxy *p, struct stream *inner, const struct wsd_moment *moment, bool *gone)
{
    if (inner == NULL)
        return -ENOMEM;
    struct stream **slot = p->base.slot;
    enum wsd_direction turn = p->turn;
    struct buffer stage = p->stage;
    struct early held[2] = {p->held[0], p->held[1]};
    bool ended = p->client_ended, server_first = p->server_first && turn == WSD_CLIENT;
    p->stage = (struct buffer){0};
    p->held[0] = p->held[1] = (struct early){0};
    *gone = true;
    stream_replace(&p->base, inner);
    int rc = server_first ? early_give(&held[WSD_SERVER], slot, WSD_SERVER) : 0;
    if (rc == 0 && stage.length > 0)
        rc = stream_data(*slot, turn, buffer_bytes(&stage), moment);
    for (int d = 0; d < 2; d++) {
        if (rc == 0)
            rc = early_give(&held[d], slot, d);
        early_free(&held[d]);
    }
    buffer_free(&stage);
    return rc == 0 && ended ? stream_end(*slot, WSD_CLIENT, WSD_BY_FIN, moment) : rc;
}

static struct via *pass_via(struct proxy *p)
{
    struct via *via = p->via;
    p->via = NULL;
    return via;
}

/* first: what the client, or the server, says inside. */
static int give_way_inside(struct proxy *p, enum wsd_direction d, struct wsd_bytes first,
                           const struct wsd_moment *moment, bool *gone)
{
    struct stream **slot = p->base.slot;
    const uint64_t lost[2] = {p->lost[0], p->lost[1]};
    bool late = (lost[0] | lost[1]) != 0;
    int rc = give_way(p, p->hooks->inside_take(p->user, pass_via(p), d, first, late), moment, gone);
    for (int i = 0; i < 2 && rc == 0; i++)
        if (lost[i] != 0)
            rc = stream_gap(*slot, (enum wsd_direction)i, lost[i], moment);
    return rc;
}

/* The hop counts; another may follow. */
static int next_hop(struct proxy *p, size_t answer, const struct wsd_moment *moment, bool *gone)
{
    via_accept(p->via, p->bytes + answer);
    struct stream *next = proxy_new_take(p->base.slot, p->hooks, p->user, p->early_bytes, pass_via(p));
    return give_way(p, next, moment, gone);
}

/* ---- the client's turn ----------------------------------------------------------------------------------------- */

/* What the server said before the request was whole is read now. */
static int await_answer(struct proxy *p, enum wsd_hop_kind kind, bool *gone)
{
    struct early held = p->held[WSD_SERVER];
    p->held[WSD_SERVER] = (struct early){0};
    p->turn = WSD_SERVER;
    p->kind = (uint8_t)kind;
    p->gone = gone;
    int rc = early_give(&held, p->base.slot, WSD_SERVER);
    if (!*gone)
        p->gone = NULL;
    return rc;
}

static int take_request(struct proxy *p, struct wsd_bytes *bytes, const struct wsd_moment *moment, bool *gone)
{
    struct preamble request;
    size_t had = p->stage.length;
    if (had == 0)
        p->server_first = p->held[WSD_SERVER].count > 0;
    if (buffer_append(&p->stage, *bytes, PREAMBLE_MOST) < 0)
        return -ENOMEM;
    enum preamble_result result = preamble_request(buffer_bytes(&p->stage), &request);
    if (result == PREAMBLE_NONE) {
        struct wsd_bytes first = buffer_bytes(&p->stage);
        p->stage.length = had;
        return give_way_inside(p, WSD_CLIENT, first, moment, gone);
    }
    *bytes = bytes_after(*bytes, (result == PREAMBLE_WHOLE ? request.length : p->stage.length) - had);
    if (result == PREAMBLE_MORE)
        return 0;
    int rc = via_propose(&p->via, &request.hop);
    if (rc == -ENOSPC)
        p->hooks->limit(p->user, WSD_CLIENT, VIA_LIMIT, moment);
    if (rc != 0)
        return rc == -ENOSPC ? STREAM_DONE : rc;
    p->stage.length = 0;
    p->skip = request.skip;
    p->bytes = request.length + request.skip;
    if (request.answered)
        return await_answer(p, request.hop.kind, gone);
    return p->skip == 0 ? next_hop(p, 0, moment, gone) : 0;
}

static int take_skipped(struct proxy *p, struct wsd_bytes *bytes, const struct wsd_moment *moment, bool *gone)
{
    size_t n = bytes->length < p->skip ? bytes->length : p->skip;
    *bytes = bytes_after(*bytes, n);
    p->skip -= n;
    return p->skip == 0 ? next_hop(p, 0, moment, gone) : 0;
}

/* ---- the server's turn ----------------------------------------------------------------------------------------- */

static int take_answer(struct proxy *p, struct wsd_bytes *bytes, const struct wsd_moment *moment, bool *gone)
{
    size_t had = p->stage.length, length = 0;
    if (buffer_append(&p->stage, *bytes, PREAMBLE_MOST) < 0)
        return -ENOMEM;
    enum preamble_result result = preamble_answer(p->kind, buffer_bytes(&p->stage), &length);
    if (result == PREAMBLE_NONE || result == PREAMBLE_REFUSED)
        return STREAM_DONE;
    *bytes = bytes_after(*bytes, (result == PREAMBLE_WHOLE ? length : p->stage.length) - had);
    if (result == PREAMBLE_MORE)
        return 0;
    p->stage.length = 0;
    return next_hop(p, length, moment, gone);
}

/* ---- the side whose turn it is not ----------------------------------------------------------------------------- */

/* What is held comes before what comes now. */
static struct wsd_bytes first_of(const struct proxy *p, enum wsd_direction d, struct wsd_bytes bytes)
{
    return p->held[d].count > 0 ? buffer_bytes(&p->held[d].bytes) : bytes;
}

static int hold(struct proxy *p, enum wsd_direction d, struct wsd_bytes *bytes, const struct wsd_moment *moment,
                bool *gone)
{
    int rc = early_add(&p->held[d], *bytes, moment, d == WSD_CLIENT ? p->early_bytes : PROXY_HELD_MOST);
    if (rc == -ENOSPC && d == WSD_SERVER)
        return give_way_inside(p, d, first_of(p, d, *bytes), moment, gone);
    *bytes = (struct wsd_bytes){NULL, 0};
    if (rc != -ENOSPC)
        return rc;
    p->hooks->limit(p->user, d, "bytes before a proxy's answer", moment);
    return STREAM_DONE;
}

/* ---- the stream's operations ----------------------------------------------------------------------------------- */

static int proxy_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct proxy *p = (struct proxy *)s;
    struct stream **slot = s->slot;
    bool gone = false;
    int rc = 0;
    while (rc == 0 && !gone && bytes.length > 0) {
        if ((p->lost[0] | p->lost[1]) != 0)
            rc = give_way_inside(p, d, bytes, moment, &gone);
        else if (d != p->turn)
            rc = hold(p, d, &bytes, moment, &gone);
        else if (d == WSD_SERVER)
            rc = take_answer(p, &bytes, moment, &gone);
        else if (p->skip > 0)
            rc = take_skipped(p, &bytes, moment, &gone);
        else
            rc = take_request(p, &bytes, moment, &gone);
    }
    return rc != 0 || bytes.length == 0 ? rc : stream_data(*slot, d, bytes, moment);
}

/* A preamble that has begun is lost with the gap, and what is inside has to be found behind it: a gap on both sides says so. What was
 * asked for before counts, since nothing could follow otherwise. What comes next says what it is, or what is held already. */
static int proxy_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct proxy *p = (struct proxy *)s;
    bool begun = p->turn == WSD_SERVER || p->stage.length > 0 || p->skip > 0, gone = false;
    if (d == WSD_CLIENT && missing < p->skip) {
        p->skip -= (size_t)missing;
        return 0;
    }
    if (begun) {
        p->stage.length = 0;
        via_accept(p->via, p->bytes);
        early_free(&p->held[WSD_SERVER]);
    }
    const bool lost[2] = {d == WSD_CLIENT || (begun && p->turn == WSD_CLIENT), d == WSD_SERVER || begun};
    for (int i = 0; i < 2; i++)
        if (lost[i])
            p->lost[i] = stream_gaps(p->lost[i], i == (int)d ? missing : 1);
    for (int i = 0; i < 2; i++)
        if (p->held[i].count > 0)
            return give_way_inside(p, (enum wsd_direction)i, buffer_bytes(&p->held[i].bytes), moment, &gone);
    return 0;
}

static int proxy_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct proxy *p = (struct proxy *)s;
    struct stream **slot = s->slot;
    bool gone = false;
    if (p->turn == WSD_SERVER && (p->lost[0] | p->lost[1]) == 0) {
        if (d == WSD_CLIENT && how == WSD_BY_FIN) {
            p->client_ended = true;
            return 0;
        }
        if (d == WSD_SERVER || p->stage.length > 0 || p->held[WSD_CLIENT].count == 0)
            return STREAM_DONE;
        via_accept(p->via, p->bytes); /* the proxy is not in the capture, the client went on */
    }
    /* Of the client there may be nothing behind its last preamble: then what the server said is all there is to go by. */
    enum wsd_direction first = p->held[WSD_SERVER].count > 0 && p->stage.length == 0 && p->held[WSD_CLIENT].count == 0
                                   ? WSD_SERVER
                                   : WSD_CLIENT;
    int rc = give_way_inside(p, first, first_of(p, first, bytes_of(NULL, 0)), moment, &gone);
    return rc != 0 ? rc : stream_end(*slot, d, how, moment);
}

static void proxy_free(struct stream *s)
{
    struct proxy *p = (struct proxy *)s;
    if (p->gone != NULL)
        *p->gone = true;
    for (int d = 0; d < 2; d++)
        early_free(&p->held[d]);
    buffer_free(&p->stage);
    free(p->via);
    free(p);
}

static size_t proxy_memory(const struct stream *s)
{
    const struct proxy *p = (const struct proxy *)s;
    size_t sum = sizeof *p + p->stage.capacity + (p->via != NULL ? sizeof *p->via : 0);
    return sum + early_memory(&p->held[WSD_CLIENT]) + early_memory(&p->held[WSD_SERVER]);
}

static const struct stream_ops ops = {"proxy", proxy_data, proxy_gap, proxy_end, proxy_free, proxy_memory};

struct stream *proxy_new_take(struct stream **slot, const struct proxy_hooks *hooks, void *user, uint32_t early_bytes,
                              struct via *via)
{
    struct proxy *p = calloc(1, sizeof *p);
    if (p == NULL) {
        free(via);
        return NULL;
    }
    p->base = (struct stream){&ops, slot};
    p->hooks = hooks;
    p->user = user;
    p->early_bytes = early_bytes;
    p->via = via;
    return &p->base;
}

/* ---- guesses from the first bytes ------------------------------------------------------------------------------ */

bool proxy_may_begin(enum wsd_direction direction, struct wsd_bytes bytes)
{
    struct preamble request;
    if (bytes.length == 0)
        return false;
    if (direction == WSD_CLIENT)
        return preamble_request(bytes, &request) != PREAMBLE_NONE;
    /* The capture has the answer first: of SOCKS, or to an upgrade behind a PROXY header. */
    return bytes.data[0] == 5 || bytes.data[0] == 0 || bytes_begin(bytes, "HTTP/1.1 101");
}

enum wsd_direction proxy_sender(struct wsd_bytes bytes)
{
    return preamble_sender(bytes);
}
