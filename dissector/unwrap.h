/*
 * unwrap.h: from an outermost IP header to the IP packet that carries TCP, through fragments and tunnels.
 *
 *     IP (── all its fragments) ─┬─ TCP
 *                                └─ tunnel ── IP (── all its fragments) ─ ...
 *
 * Both the tunnel's datagram and what it carries may come in fragments. Tunnels are followed WSD_TUNNELS_MOST deep. Most packets
 * have neither, and do without this file.
 */
#ifndef UNWRAP_H
#define UNWRAP_H

#include "dissector.h"
#include "net/fragment.h"

enum unwrap_result {
    UNWRAP_OTHER = WSD_NOBODY,      /* not TCP */
    UNWRAP_WAITING = WSD_UNDECIDED, /* a fragment that waits for others */
    UNWRAP_UNREADABLE,              /* cut or damaged before it was known what it is, or in too many tunnels */
    UNWRAP_TCP,
};

/* Borrows from the packet, and from what the fragments were put together to. */
struct unwrapped {
    struct ip_packet ip; /* the innermost, whole */
    uint32_t headers; /* bytes of the packet up to the innermost IP header's end, or to where fragments' bytes begin */
    struct packet_cost cost; /* with that of the other packets whose fragments were put together */
    uint64_t datagram;   /* of which it brought a fragment (fragments_datagram()), 0: none, */
    uint64_t outer;      /* and the one around that: fragments in what came in fragments */
    bool whole;          /* no fragments were put together: the payload lies in the packet */
};

/* ip_at: the outermost IP header, in the packet. Returns an enum unwrap_result, or -ENOMEM. */
int unwrap(const struct wsd_packet *packet, const uint8_t *ip_at, struct fragments *fragments, int64_t now,
           struct unwrapped *out);

#endif
