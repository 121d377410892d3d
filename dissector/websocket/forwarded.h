/*
 * forwarded.h: the client that a reverse proxy names in a request.
 *
 * Forwarded (RFC 7239 4: the `for` of the first element that has one, without its quotation marks), else X-Forwarded-For, else
 * X-Real-IP; of a list the first, which is the original client. It is a claim: anybody may send these headers.
 */
#ifndef WEBSOCKET_FORWARDED_H
#define WEBSOCKET_FORWARDED_H

#include "base/event.h"

/* Borrowed from the request, which may be NULL; empty: no such header. */
struct wsd_bytes forwarded_for(const struct wsd_head *request);

#endif
