/*
 * udp.h: a UDP header (RFC 768). Only tunnels are looked for in UDP.
 */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "base/cursor.h"

enum { UDP_HEADER = 8 };

/* IANA's, but for the one that Linux used for VXLAN before there was a number, and still does when nobody names another. */
enum udp_port {
    UDP_PORT_GTP_USER = 2152,
    UDP_PORT_VXLAN = 4789,
    UDP_PORT_GENEVE = 6081,
    UDP_PORT_VXLAN_LINUX = 8472,
};

struct udp_datagram {
    uint16_t port[2];         /* source, destination */
    struct wsd_bytes payload; /* what the capture has of it */
    uint32_t length;          /* of the payload, on the wire */
};

/* bytes: the IP payload that was captured; on_wire: its length on the wire. Returns 0, or -1 when it cannot be read, or its
 * length cannot be true. */
int udp_decode(struct wsd_bytes bytes, uint32_t on_wire, struct udp_datagram *out);

#endif
