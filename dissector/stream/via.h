/*
 * via.h: the proxies that a TCP connection went through so far, from the outermost to the innermost.
 *
 * Each stream layer owns the list while it reads and hands it to the one that takes its place; NULL is the empty list, which is
 * what nearly all connections have. A hop is proposed when the client asks for it, and counts once it was accepted. Strings from
 * the wire are copied, and cut at VIA_TARGET_MOST bytes: a host name has 253 at most (RFC 1035 2.3.4).
 */
#ifndef STREAM_VIA_H
#define STREAM_VIA_H

#include "base/event.h"

enum { VIA_HOPS_MOST = 8, VIA_TARGET_MOST = 272 };

struct via {
    struct wsd_hop hops[VIA_HOPS_MOST];
    size_t count; /* that were accepted; a proposed one stands behind them */
    bool proposed;
    uint64_t bytes; /* of these proxies' protocols, both ways */
    uint8_t target[VIA_HOPS_MOST][VIA_TARGET_MOST];
};

#define VIA_LIMIT "proxies in front of the handshake" /* what is told when there are more */

/* Copies the hop. Makes *via when it is NULL. Returns 0, -ENOMEM, or -ENOSPC when there are VIA_HOPS_MOST already. */
int via_propose(struct via **via, const struct wsd_hop *hop);

/* The proposed hop counts from now on; `bytes` were exchanged for it. Nothing is done without one. */
void via_accept(struct via *via, uint64_t bytes);

#endif
