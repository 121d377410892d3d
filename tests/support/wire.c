#include "support/wire.h"
#include "stream/stream.h"
#include "wiring.h"

#include <stdlib.h>
#include <string.h>

/* 10.0.0.7:51022 is the client of 10.0.0.1:8080, and both were heard. */
void wire_start(struct wire *w, const struct wsd_options *o)
{
    *w = (struct wire){.dissector = wsd_new(o), .moment = {.time = INT64_C(1000000000000000)}};
    if (w->dissector == NULL)
        abort();
    w->host = &w->dissector->host;
    w->flow = (struct flow){.key = {{{0x0A000001, 0}, {0x0A000007, 0}}, UINT64_C(4) << 32 | 8080 << 16 | 51022},
                            .kind = FLOW_UNDECIDED,
                            .client = 1,
                            .from_syn = true,
                            .half = {{.known = true}, {.known = true}},
                            .number = 1};
    w->dissector->opening = &w->flow;
}

static struct stream *stream(const struct wire *w)
{
    return w->flow.upper;
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
    stream(w)->ops->free(w->flow.upper);
    w->flow.upper = NULL;
    w->over = true;
}

static bool open(const struct wire *w, enum wsd_direction d)
{
    return !w->over && !w->ended[d];
}

void wire_data(struct wire *w, enum wsd_direction d, struct wsd_bytes bytes)
{
    if (!open(w, d) || bytes.length == 0)
        return;
    uint8_t *copy = malloc(bytes.length);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes.data, bytes.length);
    struct wsd_bytes what = {copy, bytes.length};
    if (stream(w) == NULL)
        settle(w, wiring_open(w->dissector, d, what));
    settle(w, stream_data(stream(w), d, what, tick(w)));
    free(copy);
}

void wire_gap(struct wire *w, enum wsd_direction d, uint64_t missing)
{
    if (open(w, d) && stream(w) != NULL)
        settle(w, stream_gap(stream(w), d, missing, tick(w)));
}

void wire_end(struct wire *w, enum wsd_direction d, enum wsd_how how)
{
    /* A RST is told also of a side that sent a FIN. */
    if (stream(w) != NULL && (!w->ended[d] || how == WSD_BY_RESET))
        settle(w, stream_end(stream(w), d, how, tick(w)));
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
    if (stream(w) != NULL)
        stream(w)->ops->free(w->flow.upper);
    w->flow.upper = NULL;
    wsd_free(w->dissector);
}
