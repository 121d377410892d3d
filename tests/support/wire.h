/*
 * wire.h: two byte streams through all stream layers, as dissector/wiring.c puts them together, without packets.
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

#include "dissector_state.h"

struct wire {
    struct wsd_dissector *dissector;
    struct websocket_host *host; /* the dissector's */
    struct flow flow;         /* in no table; upper: the outermost stream, NULL: none yet, or nothing more is wanted */
    struct wsd_moment moment; /* of what comes next */
    bool over;                /* nothing more is wanted */
    bool ended[2];
};

void wire_start(struct wire *w, const struct wsd_options *options);

void wire_data(struct wire *w, enum wsd_direction d, struct wsd_bytes bytes);
void wire_gap(struct wire *w, enum wsd_direction d, uint64_t missing);
void wire_end(struct wire *w, enum wsd_direction d, enum wsd_how how);

/* Both directions at once, the first one first: a reset, silence, the capture's end. */
void wire_end_both(struct wire *w, enum wsd_direction first, enum wsd_how how);

void wire_finish(struct wire *w);

#endif
