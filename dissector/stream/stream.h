/*
 * stream.h: what every layer above TCP implements: two ordered byte streams come in, something more meaningful goes on.
 *
 * The two directions are data, indexed by enum wsd_direction, never twin functions. A layer may replace itself by the
 * one it found inside (stream_replace); whoever holds the pointer holds it through a slot, and needs not know.
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include "base/event.h"

struct stream;

/* data, gap and end return 0, STREAM_DONE (nothing more is wanted of this connection: free it), or -ENOMEM. */
enum { STREAM_DONE = 1 };

/* A limit that was reached before it was known for whom. what: printable, static; NULL: none was. */
struct stream_limit {
    const char *what;
    enum wsd_direction direction;
    struct wsd_moment at; /* without what it borrows */
};
/* Added to a gap's bytes when their number is only an estimate: framing by lengths cannot go on behind it. */
#define STREAM_ABOUT (UINT64_C(1) << 63)

/* Two gaps of a direction as one: an estimate when either is. */
static inline uint64_t stream_gaps(uint64_t one, uint64_t other)
{
    return ((one & ~STREAM_ABOUT) + (other & ~STREAM_ABOUT)) | ((one | other) & STREAM_ABOUT);
}

/* A moment to be kept: without what it borrows. */
static inline struct wsd_moment stream_moment(const struct wsd_moment *moment)
{
    struct wsd_moment kept = *moment;
    kept.headers = (struct wsd_bytes){NULL, 0};
    kept.record = NULL;
    return kept;
}

struct stream_ops {
    const char *name;
    /* Consumes all bytes; it may stage a few. */
    int (*data)(struct stream *, enum wsd_direction, struct wsd_bytes, const struct wsd_moment *);
    /* So many bytes were sent that the capture never saw, or about so many (STREAM_ABOUT). */
    int (*gap)(struct stream *, enum wsd_direction, uint64_t missing, const struct wsd_moment *);
    /* This direction ended: WSD_BY_FIN, _RESET, _IDLE or _CAPTURE_END. The one whose sender reset is told first, again if it had
     * ended by FIN. */
    int (*end)(struct stream *, enum wsd_direction, enum wsd_how, const struct wsd_moment *);
    void (*free)(struct stream *);
    /* Bytes of memory that it holds, about: its own struct and what grew by what strangers sent. What it keeps inside counts. All
     * connections together have one limit (wsd_limits.memory), so what is left out here has none. */
    size_t (*memory)(const struct stream *);
};

/* First member of every layer's own struct. */
struct stream {
    const struct stream_ops *ops;
    struct stream **slot; /* where its holder keeps it */
};

static inline int stream_data(struct stream *s, enum wsd_direction d, struct wsd_bytes b, const struct wsd_moment *m)
{
    return s->ops->data(s, d, b, m);
}

static inline int stream_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *m)
{
    return s->ops->gap(s, d, missing, m);
}

static inline int stream_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *m)
{
    return s->ops->end(s, d, how, m);
}

static inline size_t stream_memory(const struct stream *s)
{
    return s == NULL ? 0 : s->ops->memory(s);
}

/* Puts inner in the place of outer, and frees outer: its caller must not touch it any more. */
static inline void stream_replace(struct stream *outer, struct stream *inner)
{
    struct stream **slot = outer->slot;
    inner->slot = slot;
    *slot = inner;
    outer->ops->free(outer);
}

#endif
