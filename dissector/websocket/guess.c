/*
 * guess.c: is this a WebSocket? A connection joined late, or whose handshake was lost, is judged by its bytes alone.
 *
 * Each direction is searched for a chain of frames, as after a gap, but with much more evidence asked for: nothing else may be
 * taken for a WebSocket. The first direction that has it decides for both, and says who is who: the client masks. A WebSocket
 * stream then takes this one's place, reads what was held, and looks for the other direction's frames in its own time.
 */
#include "base/buffer.h"
#include "stream/http.h"
#include "websocket/handshake.h"
#include "websocket/state.h"

#include <errno.h>
#include <stdlib.h>

struct guess {
    struct stream base;
    struct websocket_host *host;
    struct websocket_guess hooks;
    struct resync *resync[2];
    bool ended[2];
    uint8_t how[2]; /* enum wsd_how, when ended */
    struct buffer request;
};

static struct resync_terms terms_of(const struct guess *g, enum wsd_direction d)
{
    return (struct resync_terms){.masked = d == WSD_CLIENT,
                                 .either = !g->hooks.roles_known,
                                 .deflate = true,
                                 .strict = g->request.length == 0 && !g->hooks.answered};
}

/* The terms of a direction that is known to carry frames. */
static struct resync_terms terms_after(enum wsd_direction d)
{
    return (struct resync_terms){.masked = d == WSD_CLIENT, .deflate = true};
}

static struct websocket *accept(struct guess *g, bool swapped, const struct wsd_moment *first, int *rc)
{
    struct http_head request;
    struct handshake h = {.version = -1};
    struct websocket_attempt attempt = {.carrier = WSD_CARRIER_TCP, .request_at = *first, .response_at = *first};
    struct websocket *ws = NULL;
    *rc = g->hooks.accepted(g->hooks.user, swapped, &attempt);
    if (g->request.length > 0 && http_parse_request(buffer_bytes(&g->request), &request) == 0)
        attempt.request = &request.head;
    if (*rc == 0)
        *rc = handshake_judge_request(attempt.request, attempt.tls != NULL, &h);
    if (g->hooks.partial)
        handshake_forgive(&h);
    if (*rc == 0) {
        h.outcome = WSD_HANDSHAKE_MISSING;
        ws = websocket_new(g->host, &attempt, &h);
        *rc = ws == NULL ? -ENOMEM : 0;
    }
    if (ws != NULL)
        websocket_tell_opening(g->host, &attempt, &h, &ws->info);
    handshake_free(&h);
    return ws;
}

/* The stream is a WebSocket's: hands over what was held. *direction showed it; client and server may turn out to be the other
 * way round, and then it is the other one for whatever follows. */
static int become_websocket(struct guess *g, enum wsd_direction *direction)
{
    enum wsd_direction found = *direction;
    bool masked = resync_masked(g->resync[found]), swapped = masked != (found == WSD_CLIENT) && !g->hooks.roles_known;
    struct stream **slot = g->base.slot;
    const bool ended[2] = {g->ended[0], g->ended[1]};
    const uint8_t how[2] = {g->how[0], g->how[1]};
    int rc;
    struct websocket *ws = accept(g, swapped, resync_first(g->resync[found]), &rc);
    if (ws == NULL)
        return rc;
    for (int d = 0; d < 2; d++) {
        enum wsd_direction to = (enum wsd_direction)(swapped ? !d : d);
        const struct resync_terms terms = terms_after(to);
        ws->resync[to] = g->resync[d];
        g->resync[d] = NULL;
        ws->half[to].searching = ws->half[to].tail_unseen = ws->half[to].unseen = true;
        if (d != (int)found)
            resync_learn(ws->resync[to], &terms);
    }
    if (swapped)
        *direction = found = (enum wsd_direction) !found;
    stream_replace(&g->base, &ws->base);
    rc = search_resume(ws, found);
    if (rc == 0 && resync_held(ws->resync[!found]) > 0)
        rc = search_again(ws, (enum wsd_direction) !found);
    for (int d = 0; d < 2 && rc == 0; d++)
        if (ended[d]) {
            const struct wsd_moment none = {.time = ws->info.opened};
            rc = stream_end(*slot, (enum wsd_direction)(swapped ? !d : d), (enum wsd_how)how[d], &none);
        }
    return rc;
}

static int guess_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct guess *g = (struct guess *)s;
    int rc = resync_add(g->resync[d], bytes, moment);
    if (rc != 0)
        return rc;
    if (resync_found(g->resync[d], false))
        return become_websocket(g, &d);
    size_t held = resync_held(g->resync[d]);
    if (held <= WEBSOCKET_GUESS_MOST || (held <= WEBSOCKET_GUESS_LONG && resync_likely(g->resync[d])))
        return 0;
    if (resync_seen(g->resync[d]) > WEBSOCKET_GUESS_FAR)
        return STREAM_DONE;
    if (held > WEBSOCKET_GUESS_LONG)
        resync_give_up(g->resync[d]);
    else
        resync_thin(g->resync[d]);
    return 0;
}

static int guess_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct guess *g = (struct guess *)s;
    resync_expect_gap(g->resync[d], missing);
    if (!resync_found(g->resync[d], true)) {
        resync_give_up(g->resync[d]);
        return 0;
    }
    struct stream **slot = s->slot;
    int rc = become_websocket(g, &d);
    return rc != 0 ? rc : stream_gap(*slot, d, missing, moment);
}

static int guess_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct guess *g = (struct guess *)s;
    struct stream **slot = s->slot;
    if (resync_found(g->resync[d], true)) {
        int rc = become_websocket(g, &d);
        return rc != 0 ? rc : stream_end(*slot, d, how, moment);
    }
    g->ended[d] = true;
    g->how[d] = (uint8_t)how;
    return g->ended[!d] ? STREAM_DONE : 0;
}

static void guess_free(struct stream *s)
{
    struct guess *g = (struct guess *)s;
    resync_free(g->resync[0]);
    resync_free(g->resync[1]);
    buffer_free(&g->request);
    free(g);
}

static size_t guess_memory(const struct stream *s)
{
    const struct guess *g = (const struct guess *)s;
    return sizeof *g + g->request.capacity + resync_memory(g->resync[0]) + resync_memory(g->resync[1]);
}

static const struct stream_ops ops = {"guess", guess_data, guess_gap, guess_end, guess_free, guess_memory};

struct stream *websocket_guess_new(struct websocket_host *host, const struct websocket_guess *guess,
                                   struct wsd_bytes request)
{
    struct guess *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->base.ops = &ops;
    g->host = host;
    g->hooks = *guess;
    int rc = buffer_append(&g->request, request, request.length);
    for (int d = 0; d < 2 && rc == 0; d++) {
        const struct resync_terms terms = terms_of(g, (enum wsd_direction)d);
        g->resync[d] = resync_new(&terms);
        rc = g->resync[d] == NULL ? -ENOMEM : 0;
    }
    if (rc == 0)
        return &g->base;
    guess_free(&g->base);
    return NULL;
}

enum wsd_direction websocket_sender(struct wsd_bytes bytes)
{
    uint8_t opcode = bytes.length >= 2 ? bytes.data[0] & 0x0F : 0;
    if (bytes.length < 2 || (bytes.data[0] & 0xB0) != 0x80 || frame_is_reserved(opcode))
        return WSD_NEITHER;
    return bytes.data[1] & 0x80 ? WSD_CLIENT : WSD_SERVER;
}
