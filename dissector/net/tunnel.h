/*
 * tunnel.h: from an IP packet that is a tunnel's to the IP header of what it carries.
 *
 *     IP ─┬─ IPv4 or IPv6 (protocol 4, 41; RFC 2003, 2473, 4213)
 *         ├─ GRE (47; RFC 2784, 2890, 1701, version 1: RFC 2637) ─┬─ what an EtherType names, IP first of all
 *         │                                                      ├─ Ethernet (0x6558)
 *         │                                                      ├─ ERSPAN I, II (0x88be), III (0x22eb) ── Ethernet, IP
 *         │                                                      └─ PPP (version 1)
 *         └─ UDP ─┬─ 4789, 8472: VXLAN (RFC 7348, with the group policy extension) ── Ethernet
 *                 ├─ 6081: Geneve (RFC 8926) ── Ethernet, or what an EtherType names
 *                 └─ 2152: GTP-U (3GPP TS 29.281) ── IP
 *
 * A UDP port proves nothing: versions, flags that must be set, fields that must be zero and lengths that must agree are all
 * looked at, and what does not hold makes it some other packet, not a damaged tunnel.
 */
#ifndef NET_TUNNEL_H
#define NET_TUNNEL_H

#include "net/ip.h"
#include "net/link.h"

/* Must be called only where ip is not a fragment, or is the first one. On LINK_IP the cursor stands at the inner IP header
 * (or what claims to be one), ends where the tunnel's bytes end, and *wire_cut is what the capture lacks behind it. LINK_OTHER: no tunnel that is
 * known, or it carries no IP; with c->short_of it was too short to tell. Never LINK_UNKNOWN. */
enum link_result tunnel_enter(const struct ip_packet *ip, struct cursor *c, uint32_t *wire_cut);

#endif
