/*
 * wiring.h: which stream layer stands on which.
 *
 *     first bytes ─┬─ a proxy's preamble ──▶ what is inside ─┬─ HTTP/1 ──▶ an answered upgrade: WebSocket
 *                  ├─ TLS ──▶ what is inside                 └─ TLS
 *                  ├─ HTTP/1
 *                  └─ what may be a WebSocket joined late
 *
 * A layer that needs one above it is given constructors from here. All of them speak of the flow at hand, `opening` of the dissector:
 * its `upper` is where its stream is kept.
 */
#ifndef WIRING_H
#define WIRING_H

#include "dissector_state.h"

/* Who sends these first bytes; WSD_NEITHER: they do not say. */
enum wsd_direction wiring_sender(struct wsd_bytes bytes);

/* Whether they are an HTTP request's, or a TLS ClientHello. */
bool wiring_opens(struct wsd_bytes bytes);

/* The first bytes of the flow at hand decide which stream it gets. Returns 0 or -ENOMEM. */
int wiring_open(struct wsd_dissector *d, enum wsd_direction direction, struct wsd_bytes bytes);

/* The connection that a flow's events are about, or NULL. */
const struct wsd_connection *wiring_connection(const struct flow *flow);

/* What TLS is given. secrets: wsd_options.secret wants to know of those that are used. */
const struct tls_hooks *wiring_tls_hooks(bool secrets);

#endif
