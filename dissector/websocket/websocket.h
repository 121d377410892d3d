/*
 * websocket.h: the stream layer of a WebSocket connection: from its answered handshake to its close.
 */
#ifndef WEBSOCKET_WEBSOCKET_H
#define WEBSOCKET_WEBSOCKET_H

#include "stream/stream.h"
#include "websocket/host.h"

/* An upgrade attempt, as the layer below saw it. */
struct websocket_attempt {
    struct wsd_endpoint endpoint[2];
    enum wsd_carrier carrier;
    const struct wsd_tls *tls; /* NULL: not inside TLS */
    const char *community_id;
    uint64_t flow;
    const struct wsd_hop *via; /* the proxies in front, the outermost first */
    size_t via_count;
    const struct wsd_head *request;  /* NULL: not seen */
    const struct wsd_head *response; /* NULL: never came */
    struct wsd_moment request_at, response_at;
    const int64_t *syn_time; /* of each side's SYN, 0: not known; NULL: of neither */
    bool partial;            /* the capture has only the first lines of the request: what it lacks is no fault */
    bool server_unheard;     /* nor a whole answer of the server, or no packet: that it did not answer is not known */
    size_t early;            /* bytes that the client sent before the answer, the first at: */
    struct wsd_moment early_at;
    struct stream_limit limit; /* reached while it waited for its answer */
};

/* Judges the attempt and tells it. Sets *out to the stream that goes on when there is a connection now, else to NULL. Returns
 * 0 or -ENOMEM. */
int websocket_open(struct websocket_host *host, const struct websocket_attempt *attempt, struct stream **out);

/* A connection whose handshake, or the answer to it, is not in the capture: whether it is a WebSocket must be seen from its bytes.
 * The stream holds both directions' bytes until one of them is surely a chain of frames, at most WEBSOCKET_GUESS_MOST of each, or
 * WEBSOCKET_GUESS_LONG while one long frame is likely. Behind the first WEBSOCKET_GUESS_MOST only what begins where a segment does is
 * looked at, up to WEBSOCKET_GUESS_FAR. If none is, it returns STREAM_DONE and nothing was told. When it is, accepted() is called first. */
enum { WEBSOCKET_GUESS_MOST = 128 << 10, WEBSOCKET_GUESS_LONG = 960 << 10, WEBSOCKET_GUESS_FAR = 4 << 20 };

struct websocket_guess {
    void *user;
    /* swapped: the frames' masking shows that client and server are the other way round. Fills what it knows of the connection. */
    int (*accepted)(void *user, bool swapped, struct websocket_attempt *attempt);
    bool roles_known; /* from a SYN or an HTTP head: then unmasked frames of the client are just wrong */
    bool partial;     /* only the first lines of the request are known: what they lack is no fault */
    bool answered;    /* something was answered 101: less evidence is needed */
};

/* request: a head that was sent for this connection, or empty; it is copied. NULL: no memory. */
struct stream *websocket_guess_new(struct websocket_host *host, const struct websocket_guess *guess,
                                   struct wsd_bytes request);

/* Who sends these first bytes, if they are a frame's: masked ones are the client's. WSD_NEITHER: they are none. */
enum wsd_direction websocket_sender(struct wsd_bytes bytes);

/* What a stream that websocket_open() made knows of its connection; for findings of other layers. NULL for other streams. */
const struct wsd_connection *websocket_connection(const struct stream *stream);

/* Whether frames were found in both directions of a WebSocket. */
bool websocket_both_found(const struct stream *websocket);

#endif
