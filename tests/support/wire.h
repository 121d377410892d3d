/*
 * wire.h: two byte streams through proxies, HTTP/1 and WebSocket, wired as dissector.c does it, without packets.
 *
 *     struct wire w;
 *     wire_start(&w, &options);
 *     wire_data(&w, WSD_CLIENT, bytes);         each call is a packet of its own: w.moment.packet counts them
 *     wire_end(&w, WSD_CLIENT, WSD_BY_FIN);
 *     wire_finish(&w);                          the capture ends: tells what is open, frees everything
 *
 * Bytes are handed on from memory of exactly their size, so that a sanitizer sees who reads past them. What comes after a
 * direction's end, or after a layer wants no more, is dropped. Running out of memory aborts.
 */
#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

#include "dissector.h"
#include "stream/http1.h"
#include "stream/proxy.h"
#include "websocket/host.h"

struct wire {
    struct websocket_host host;
    struct http1_limits limits;
    struct stream *stream;    /* NULL: nothing more is wanted */
    struct wsd_moment moment; /* of what comes next */
    bool ended[2];
    uint64_t attempts; /* upgrade attempts that were told */
};

/* options: event, user, keep_payload, frames, detail and limits count. */
void wire_start(struct wire *w, const struct wsd_options *options);

void wire_data(struct wire *w, enum wsd_direction d, struct wsd_bytes bytes);
void wire_gap(struct wire *w, enum wsd_direction d, uint64_t missing);
void wire_end(struct wire *w, enum wsd_direction d, enum wsd_how how);

/* Both directions at once, the first one first: a reset, silence, the capture's end. */
void wire_end_both(struct wire *w, enum wsd_direction first, enum wsd_how how);

void wire_finish(struct wire *w);

#endif
