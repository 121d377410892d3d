/*
 * http1.h: an HTTP/1 connection, walked over until an upgrade to WebSocket is answered (RFC 9112, RFC 6455 4).
 *
 * Requests and responses are followed by their framing (Content-Length, chunked, none, until close), pipelined or not,
 * on any port; bodies are skipped, not kept. A request that attempts an upgrade is kept until its answer; what the client
 * sends meanwhile is held. The answer is handed to the hooks: either they return the stream that goes on from here, which
 * then replaces this one, or HTTP goes on. CONNECT answered with 2xx is a hop, and what the hooks say goes on inside.
 * What the client sends beyond the limit before it is answered is a gap in what goes on.
 */
#ifndef STREAM_HTTP1_H
#define STREAM_HTTP1_H

#include "stream/stream.h"
#include "stream/via.h"

/* An upgrade attempt and what came of it. */
struct http1_exchange {
    const struct wsd_head *request;  /* NULL: not seen */
    const struct wsd_head *response; /* NULL: never came */
    bool partial;                    /* of the request only its first lines are in the capture */
    bool unheard;                    /* of the answer, if there was one, nothing whole is */
    struct wsd_moment request_at, response_at;
    const struct via *via; /* the proxies in front; NULL: none */
    uint64_t bytes;        /* of HTTP and these proxies, both ways, since the connection began */
    size_t early; /* bytes that the client sent before the answer, 0 where it had acknowledged more; the first at: */
    struct wsd_moment early_at;
    struct stream_limit limit; /* reached while it waited */
};

/* Bytes were lost, or the answer was, and what follows is no HTTP. */
struct http1_lost {
    struct wsd_bytes request; /* the head of an attempt, or empty */
    bool partial;             /* only the first lines of that head are in the capture */
    bool answered;            /* the capture has the beginning of an answer 101 */
    struct wsd_bytes first;   /* what follows */
    bool border;              /* it must begin with a frame, */
    bool waits;               /* and the server, which may still answer, must not be in the capture at all */
};

struct http1_hooks {
    /* The attempt was answered. Sets *inner to the stream that goes on, or leaves it NULL: refused. 0 or -ENOMEM. */
    int (*answered)(void *user, const struct http1_exchange *exchange, struct stream **inner);
    /* It never will be. Returns 0 or -ENOMEM. */
    int (*unanswered)(void *user, const struct http1_exchange *exchange);
    /* Is it a WebSocket? Sets *inner to a stream that finds out, or leaves it NULL. Returns 0 or -ENOMEM. */
    int (*lost)(void *user, const struct http1_lost *lost, struct stream **inner);
    /* CONNECT was answered with 2xx: the stream that goes on inside, which gets the list. NULL: no memory. */
    struct stream *(*tunnel_take)(void *user, struct via *via);
    /* A limit was reached that has to do with no attempt. what: printable. */
    void (*limit)(void *user, enum wsd_direction direction, const char *what, const struct wsd_moment *moment);
    /* An upgrade is attempted: here is its request, and its answer is waited for. Returns 0 or -ENOMEM. NULL: nobody asks. */
    int (*asked)(void *user, const struct wsd_head *request, const struct wsd_moment *moment);
    /* Whether the client has acknowledged bytes of the server that did not come yet. NULL: nobody knows. */
    bool (*heard_more)(void *user);
};

enum {
    HTTP1_PIPELINE_MOST = 255,   /* requests without their answers */
    HTTP1_CHUNK_LINE_MOST = 4096 /* bytes of a chunk's size line, or of a trailer's */
};

struct http1_limits {
    uint32_t head_bytes, early_bytes;
};

/* NULL when there is no memory; via is freed then. hooks and user must outlive it. slot: where the caller will keep it. */
struct stream *http1_new_take(struct stream **slot, const struct http1_hooks *hooks, void *user,
                              const struct http1_limits *limits, struct via *via);

/* Who sends these first bytes of a connection? WSD_NEITHER: neither a request nor a response. */
enum wsd_direction http1_sender(struct wsd_bytes bytes);

#endif
