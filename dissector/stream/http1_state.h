/*
 * http1_state.h: what is remembered of one HTTP/1 connection, shared by the files that walk over it: http1.c takes heads and bodies
 * apart, http1_exchange.c knows which request an answer belongs to, and what comes of both.
 */
#ifndef STREAM_HTTP1_STATE_H
#define STREAM_HTTP1_STATE_H

#include "base/buffer.h"
#include "stream/early.h"
#include "stream/http1.h"

/* What the next bytes of a direction are. */
enum http1_phase {
    HEAD,       /* of a request or a response */
    BODY,       /* `left` bytes of it */
    CHUNK_SIZE, /* RFC 9112 7.1: a line with the size */
    CHUNK_DATA, /* `left` bytes, the line end behind included */
    TRAILER,    /* lines up to an empty one */
    UNTIL_CLOSE,
    WAIT, /* held: what they are depends on the other direction */
    LOST, /* bytes are missing: anything, until something looks like a head again */
};

struct http1_half {
    uint8_t phase;      /* enum http1_phase */
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
    struct http1_half half[2];
    struct early early[2];
    uint8_t pipeline[HTTP1_PIPELINE_MOST]; /* enum kind of the requests not answered yet, oldest first */
    uint8_t waiting;                       /* how many */
    bool orphan;                           /* an answer 101 may be taken without its request */
    struct buffer request;                 /* the head of the attempt that waits for its answer */
    bool partial;                          /* these are only its first lines: the rest is not in the capture */
    bool answered;                         /* of an answer 101 the capture has the beginning */
    bool early_heard; /* the client may have had the answer, which is not there yet, when it went on */
    struct wsd_moment request_at;
    struct wsd_moment ended_at; /* the server did, while its answer waits for the request; */
    uint64_t missing;           /* and so many bytes of the client are, perhaps with STREAM_ABOUT */
    uint64_t bytes;
    uint64_t dropped;          /* bytes of the client behind early[WSD_CLIENT] that were not kept */
    struct stream_limit limit; /* reached while an attempt or a CONNECT waits */
    struct via *via;           /* the proxies in front, and a CONNECT that waits for its answer */
};

/* Acts upon a whole head. Each returns 0, STREAM_DONE or -ENOMEM. */
int http1_request(struct http1 *h, struct wsd_bytes raw, const struct wsd_moment *moment);

/* tail: what follows it in the same segment. Sets *gone when the stream was replaced: then that has got the tail. */
int http1_response(struct http1 *h, struct wsd_bytes raw, struct wsd_bytes tail, const struct wsd_moment *moment,
                   bool *gone);

/* What was held of a direction becomes what it would have been without the wait. For the server that may be an upgrade: then this
 * stream is gone on return, and the next one was told what the capture lacks of the client since, at this moment, and the server's end. */
int http1_stop_waiting(struct http1 *h, enum wsd_direction d, const struct wsd_moment *moment);

/* What must hold of the bytes that come where a head should be. */
enum http1_condition { ANYTHING, A_FRAME, A_FRAME_UNHEARD /* nor is the server in the capture */ };

/* No head stands here, behind a gap or where an answer is missing: another stream, which gets what the client sent early and these
 * bytes, finds out whether it is a WebSocket's. When the condition does not hold *gone stays false. */
int http1_lose(struct http1 *h, enum wsd_direction d, struct wsd_bytes first, enum http1_condition condition,
               struct wsd_bytes bytes, const struct wsd_moment *moment, bool *gone);

/* Nothing will be answered any more: an attempt that waits is told so. Returns STREAM_DONE or -ENOMEM. */
int http1_give_up(struct http1 *h, const struct wsd_moment *moment);

/* The snaplen cut a head. Its whole lines are a head too, but nothing may be concluded from what they lack: it is kept for what
 * they have, if frames follow. Returns 0 or -ENOMEM. */
int http1_keep_cut_request(struct http1 *h, struct wsd_bytes line);

/* A limit was reached: it is told with the attempt that waits, or else now. what: printable. */
void http1_reach(struct http1 *h, enum wsd_direction d, const char *what, const struct wsd_moment *moment);

#endif
