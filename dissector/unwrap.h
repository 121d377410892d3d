/*
 * unwrap.h: from an outermost IP header to the IP packet that carries TCP, through fragments and tunnels.
 *
 *     IP (── all its fragments) ─┬─ TCP
 *                                └─ tunnel ── IP (── all its fragments) ─ ...
 *
 * Both the tunnel's datagram and what it carries may come in fragments. Tunnels are followed WSD_TUNNELS_MOST deep. Most packets
 * have neither: unwrap_plain() reads those, and says which ones need unwrap().
 */
#ifndef UNWRAP_H
#define UNWRAP_H

#include "dissector.h"
#include "net/fragment.h"

enum unwrap_result {
    UNWRAP_OTHER = WSD_NOBODY,      /* not TCP */
    UNWRAP_WAITING = WSD_UNDECIDED, /* a fragment that waits for others */
    UNWRAP_UNREADABLE,              /* cut or damaged before it was known what it is, or in too many tunnels */
    UNWRAP_UNKNOWN_LINK,            /* a link type that nobody here knows */
    UNWRAP_INSIDE,                  /* a fragment, or something else than TCP, in which TCP may be */
    UNWRAP_TCP,
};

/* Borrows from the packet, and from what the fragments were put together to. */
struct unwrapped {
    struct ip_packet ip; /* the innermost, whole */
    uint32_t headers; /* bytes of the packet up to the innermost IP header's end, or to where fragments' bytes begin */
    struct packet_cost cost; /* with that of the other packets whose fragments were put together */
    uint64_t datagram;       /* of which it brought a fragment (fragments_datagram()), 0: none, */
    uint64_t outer;          /* and the one around that: fragments in what came in fragments */
    bool whole;              /* no fragments were put together: the payload lies in the packet */
};

/* A packet as most are: TCP in IP behind the link layer. Returns an enum unwrap_result, not UNWRAP_WAITING; *out is whole for
 * UNWRAP_TCP, and for UNWRAP_INSIDE enough of it for unwrap(). Keeps nothing. */
int unwrap_plain(const struct wsd_packet *packet, struct unwrapped *out);

/* Behind UNWRAP_INSIDE, with the same *out. Returns an enum unwrap_result, or -ENOMEM. */
int unwrap(const struct wsd_packet *packet, struct fragments *fragments, int64_t now, struct unwrapped *out);

#endif
