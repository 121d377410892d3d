/*
 * ip.h: an IPv4 or IPv6 header (RFC 791, RFC 8200), its options and extension headers walked over.
 */
#ifndef NET_IP_H
#define NET_IP_H

#include "base/cursor.h"

enum ip_protocol {
    IP_PROTOCOL_HOP_BY_HOP = 0,
    IP_PROTOCOL_IPV4 = 4,
    IP_PROTOCOL_TCP = 6,
    IP_PROTOCOL_UDP = 17,
    IP_PROTOCOL_IPV6 = 41,
    IP_PROTOCOL_ROUTING = 43,
    IP_PROTOCOL_FRAGMENT = 44,
    IP_PROTOCOL_GRE = 47,
    IP_PROTOCOL_AH = 51,
    IP_PROTOCOL_DESTINATION = 60,
    IP_PROTOCOL_MOBILITY = 135,
    IP_PROTOCOL_HIP = 139,
    IP_PROTOCOL_SHIM6 = 140,
};

struct ip_packet {
    uint8_t family;               /* 4 or 6 */
    uint8_t protocol;             /* of the payload */
    const uint8_t *address[2];    /* source, destination; 4 or 16 bytes, borrowed */
    struct wsd_bytes payload;     /* what the capture has of it */
    uint32_t payload_length;      /* what it was on the wire; more than payload.length: cut by the snaplen */
    bool fragment;                /* a part of a datagram: id, offset and more say which */
    bool more;                    /* more fragments follow */
    uint32_t id, fragment_offset; /* offset in bytes */
};

/* What packets cost, in bytes on the wire: all, what lies in front of the innermost IP header, and that with its extensions. */
struct packet_cost {
    uint64_t wire, link, ip;
};

static inline void packet_cost_add(struct packet_cost *sum, const struct packet_cost *cost)
{
    sum->wire += cost->wire;
    sum->link += cost->link;
    sum->ip += cost->ip;
}

/* bytes: from the IP header on. wire_cut: bytes of the packet that the capture lacks behind them. Returns 0, or -1 when this
 * is no IP header that can be read. */
int ip_decode(struct wsd_bytes bytes, uint32_t wire_cut, struct ip_packet *out);

/* Over the extension headers in front of the payload. ip_decode() has done it for IPv6, where they are not behind a fragment header; it
 * is still to be done for IPv4, where they are rare (AH), and for what fragments were put together to. */
void ip_walk(struct ip_packet *out);

#endif
