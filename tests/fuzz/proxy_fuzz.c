/*
 * proxy_fuzz.c: any bytes in both directions in front of HTTP, cut anywhere.
 *
 * Pieces of the input: a byte with the direction and the length, then the bytes. They are played as they are and byte by byte.
 * Invariants: what is handed on in each direction is the end of what was sent in it, or all of it; it is the same however the bytes
 * were cut, and so is the list of proxies, which counts no more bytes than were kept back; nothing is told twice.
 */
#include "base/buffer.h"
#include "base/bytes.h"
#include "stream/proxy.h"
#include "support/require.h"

#include <stdlib.h>

enum { MOST = 1 << 17, EARLY = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What stands in the place of HTTP: keeps everything. */
struct sink {
    struct stream base;
    struct play *play;
};

struct play {
    struct stream *stream;
    struct buffer sent[2], got[2];
    struct via *via;
    unsigned inside, limits, done;
};

static int sink_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct play *p = ((struct sink *)s)->play;
    (void)moment;
    require(buffer_append(&p->got[d], bytes, MOST) == 0);
    return 0;
}

static int sink_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    (void)s, (void)d, (void)missing, (void)moment;
    return 0;
}

static int sink_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    (void)s, (void)d, (void)how, (void)moment;
    return 0;
}

static void sink_free(struct stream *s)
{
    free(s);
}

static size_t sink_memory(const struct stream *s)
{
    (void)s;
    return sizeof(struct sink);
}

static const struct stream_ops sink_ops = {"sink", sink_data, sink_gap, sink_end, sink_free, sink_memory};

static struct stream *inside_take(void *user, struct via *via, enum wsd_direction d, struct wsd_bytes first, bool late)
{
    (void)d, (void)first, (void)late;
    struct play *p = user;
    struct sink *sink = calloc(1, sizeof *sink);
    require(sink != NULL && p->inside++ == 0);
    sink->base = (struct stream){&sink_ops, &p->stream};
    sink->play = p;
    p->via = via;
    return &sink->base;
}

static void limit(void *user, enum wsd_direction d, const char *what, const struct wsd_moment *moment)
{
    (void)d, (void)what, (void)moment;
    ((struct play *)user)->limits++;
}

static void give(struct play *p, enum wsd_direction d, struct wsd_bytes bytes)
{
    const struct wsd_moment moment = {.packet = 1};
    if (p->stream == NULL || bytes.length == 0)
        return;
    uint8_t *exact = malloc(bytes.length);
    require(exact != NULL);
    memcpy(exact, bytes.data, bytes.length);
    require(buffer_append(&p->sent[d], bytes, MOST) == 0);
    int rc = stream_data(p->stream, d, bytes_of(exact, bytes.length), &moment);
    free(exact);
    require(rc == 0 || rc == STREAM_DONE);
    if (rc != STREAM_DONE)
        return;
    p->done = 1;
    p->stream->ops->free(p->stream);
    p->stream = NULL;
}

static void play(struct play *p, struct wsd_bytes in, bool byte_by_byte)
{
    static const struct proxy_hooks hooks = {inside_take, limit};
    *p = (struct play){.stream = NULL};
    p->stream = proxy_new_take(&p->stream, &hooks, p, EARLY, NULL);
    require(p->stream != NULL);
    while (in.length > 0) {
        enum wsd_direction d = in.data[0] & 1 ? WSD_SERVER : WSD_CLIENT;
        struct wsd_bytes piece = bytes_first(bytes_after(in, 1), in.data[0] >> 1);
        in = bytes_after(in, 1 + piece.length);
        for (size_t i = 0; byte_by_byte && i < piece.length; i++)
            give(p, d, bytes_of(piece.data + i, 1));
        if (!byte_by_byte)
            give(p, d, piece);
    }
}

static void check(const struct play *p)
{
    uint64_t kept = 0;
    for (int d = 0; d < 2; d++) {
        size_t sent = p->sent[d].length, got = p->got[d].length;
        require(got <= sent && (got == 0 || memcmp(p->sent[d].data + sent - got, p->got[d].data, got) == 0));
        kept += sent - got;
    }
    require(p->inside == 1 || (p->got[0].length == 0 && p->got[1].length == 0));
    require(p->limits <= 1 && (p->limits == 0 || p->done));
    require(p->via == NULL || (p->via->count <= VIA_HOPS_MOST && p->via->bytes == kept));
    require(p->inside == 0 || p->via != NULL || kept == 0);
}

static void finish(struct play *p)
{
    if (p->stream != NULL)
        p->stream->ops->free(p->stream);
    for (int d = 0; d < 2; d++) {
        buffer_free(&p->sent[d]);
        buffer_free(&p->got[d]);
    }
    free(p->via);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct play whole, cut;
    if (size > MOST / 2)
        return 0;
    play(&whole, bytes_of(data, size), false);
    play(&cut, bytes_of(data, size), true);
    check(&whole);
    check(&cut);
    require(whole.inside == cut.inside && whole.limits == cut.limits && whole.done == cut.done);
    for (int d = 0; d < 2; d++)
        require(bytes_equal(buffer_bytes(&whole.got[d]), buffer_bytes(&cut.got[d])));
    size_t hops = whole.via != NULL ? whole.via->count : 0;
    require(hops == (cut.via != NULL ? cut.via->count : 0));
    for (size_t i = 0; i < hops; i++)
        require(whole.via->hops[i].kind == cut.via->hops[i].kind && whole.via->hops[i].user == cut.via->hops[i].user &&
                bytes_equal(whole.via->hops[i].target, cut.via->hops[i].target));
    finish(&whole);
    finish(&cut);
    return 0;
}
