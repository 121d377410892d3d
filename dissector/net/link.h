/*
 * link.h: from the first byte of a packet to its IP header.
 *
 * Knows Ethernet (DIX and 802.2 SNAP) with any number of 802.1Q and 802.1ad tags and 802.1BR E-tags, Linux cooked
 * capture v1 and v2, BSD NULL and LOOP, raw IP, PPP (with and without HDLC framing), Cisco HDLC, PPPoE sessions and MPLS
 * label stacks, and what these carry of each other. Link types are the LINKTYPE_ values that pcap files have.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "base/cursor.h"

#define LINK_TYPES(X)                                                                                                  \
    X(NULL, 0)                                                                                                         \
    X(ETHERNET, 1)                                                                                                     \
    X(PPP, 9)                                                                                                          \
    X(DLT_RAW_BSD, 12)                                                                                                 \
    X(DLT_RAW_OPENBSD, 14)                                                                                             \
    X(PPP_HDLC, 50)                                                                                                    \
    X(PPP_ETHER, 51)                                                                                                   \
    X(RAW, 101)                                                                                                        \
    X(CISCO_HDLC, 104)                                                                                                 \
    X(LOOP, 108)                                                                                                       \
    X(LINUX_SLL, 113)                                                                                                  \
    X(IPV4, 228)                                                                                                       \
    X(IPV6, 229)                                                                                                       \
    X(LINUX_SLL2, 276)
#define LINK_ENUM(name, value) LINK_TYPE_##name = value,
enum link_type { LINK_TYPES(LINK_ENUM) };
#undef LINK_ENUM

enum link_result {
    LINK_IP,      /* the cursor stands at an IP header */
    LINK_OTHER,   /* something else than IP, or cut short */
    LINK_UNKNOWN, /* a link type this file does not know */
};

/* Moves the cursor over everything in front of the IP header. */
enum link_result link_decode_any(uint32_t link_type, struct cursor *c);

/* The same, the short way for Ethernet without tags that carries IPv4. */
static inline enum link_result link_decode(uint32_t link_type, struct cursor *c)
{
    if (link_type != LINK_TYPE_ETHERNET || cursor_left(c) <= 14 || c->at[12] != 8 || c->at[13] != 0)
        return link_decode_any(link_type, c);
    c->at += 14;
    return LINK_IP;
}

/* The same, for what an EtherType names (IEEE 802): how a tunnel's inner frame is read. */
enum link_result link_ethertype(uint16_t type, struct cursor *c);

#endif
