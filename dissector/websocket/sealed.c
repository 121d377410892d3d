#include "websocket/sealed.h"

#include <stdlib.h>

struct sealed {
    struct stream base;
    struct websocket_host *host;
    struct wsd_connection info;
    bool ended[2];
    uint8_t first_ended; /* enum wsd_direction */
    uint8_t how[2];      /* enum wsd_how */
};

static int sealed_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    (void)moment;
    ((struct sealed *)s)->info.counts[d].wire_bytes += bytes.length;
    return 0;
}

static int sealed_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct sealed *x = (struct sealed *)s;
    struct wsd_event event = {.type = WSD_EVENT_GAP, .at = *moment, .connection = &x->info};
    struct wsd_counts *counts[] = {&x->info.counts[d], &x->host->sum};
    event.gap = (struct wsd_gap){d, missing & ~STREAM_ABOUT};
    for (int i = 0; i < 2; i++) {
        counts[i]->gaps++;
        counts[i]->gap_bytes += event.gap.bytes;
    }
    host_tell(x->host, &event);
    return 0;
}

static void tell_close(struct sealed *x, const struct wsd_moment *moment)
{
    struct wsd_event event = {.type = WSD_EVENT_CLOSE, .at = *moment, .connection = &x->info};
    bool reset = x->how[0] == WSD_BY_RESET || x->how[1] == WSD_BY_RESET;
    bool ended = reset || x->how[x->first_ended] == WSD_BY_FIN;
    event.close.by = ended ? (enum wsd_direction)x->first_ended : WSD_NEITHER;
    event.close.how = reset ? WSD_BY_RESET : (enum wsd_how)x->how[x->first_ended];
    event.close.code = event.close.reported = -1;
    event.close.duration = moment->time > x->info.opened ? moment->time - x->info.opened : 0;
    host_tell(x->host, &event);
}

static int sealed_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct sealed *x = (struct sealed *)s;
    bool again = x->ended[d];
    if (again && how != WSD_BY_RESET)
        return 0;
    x->ended[d] = true;
    x->how[d] = (uint8_t)how;
    if (!x->ended[!d]) {
        x->first_ended = (uint8_t)d;
        return 0;
    }
    tell_close(x, moment);
    return STREAM_DONE;
}

static void sealed_free(struct stream *s)
{
    free(s);
}

static size_t sealed_memory(const struct stream *s)
{
    (void)s;
    return sizeof(struct sealed);
}

static const struct stream_ops ops = {"sealed", sealed_data, sealed_gap, sealed_end, sealed_free, sealed_memory};

struct stream *sealed_new(struct websocket_host *host, const struct websocket_attempt *a)
{
    struct sealed *x = calloc(1, sizeof *x);
    if (x == NULL)
        return NULL;
    x->base.ops = &ops;
    x->host = host;
    x->info = (struct wsd_connection){.id = ++host->last_id,
                                      .endpoint = {a->endpoint[0], a->endpoint[1]},
                                      .carrier = a->carrier,
                                      .handshake = WSD_HANDSHAKE_ENCRYPTED,
                                      .version = -1,
                                      .opened = a->response_at.time,
                                      .tls = a->tls};
    host->encrypted++;
    struct wsd_event event = {.type = WSD_EVENT_CONNECTION, .at = a->response_at, .connection = &x->info};
    event.opening = (struct wsd_opening){.community_id = a->community_id, .via = a->via, .via_count = a->via_count};
    host_tell(host, &event);
    return &x->base;
}

const struct wsd_connection *sealed_connection(const struct stream *stream)
{
    return stream != NULL && stream->ops == &ops ? &((const struct sealed *)stream)->info : NULL;
}
