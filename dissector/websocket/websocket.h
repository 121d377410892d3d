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
    const char *community_id;
    const struct wsd_head *request;  /* NULL: not seen */
    const struct wsd_head *response; /* NULL: never came */
    struct wsd_moment request_at, response_at;
    bool early; /* the client sent something before the answer, first at: */
    struct wsd_moment early_at;
};

/* Judges the attempt and tells it. Sets *out to the stream that goes on when there is a connection now, else to NULL. Returns
 * 0 or -ENOMEM. */
int websocket_open(struct websocket_host *host, const struct websocket_attempt *attempt, struct stream **out);

/* What a stream that websocket_open() made knows of its connection; for findings of other layers. NULL for other streams. */
const struct wsd_connection *websocket_connection(const struct stream *stream);

#endif
