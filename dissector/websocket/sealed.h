/*
 * sealed.h: a TLS connection that stays closed and may carry a WebSocket: a row with sizes and times, and nothing else.
 */
#ifndef WEBSOCKET_SEALED_H
#define WEBSOCKET_SEALED_H

#include "websocket/websocket.h"

/* Tells the connection; what the stream is then given is counted as wire bytes, and its end is told. What of `attempt` is of no use
 * here (heads, hops aside) is not read. NULL: no memory. */
struct stream *sealed_new(struct websocket_host *host, const struct websocket_attempt *attempt);

/* NULL for other streams. */
const struct wsd_connection *sealed_connection(const struct stream *stream);

#endif
