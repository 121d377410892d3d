/*
 * tcp.h: a TCP header (RFC 9293 3.1). Checksums are not judged: captures on the sending host hold partial ones.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "base/cursor.h"

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

struct tcp_segment {
    uint16_t port[2]; /* source, destination */
    uint32_t seq, ack;
    uint8_t flags;
    uint8_t header_length; /* bytes */
    uint16_t window;
    struct wsd_bytes payload; /* what the capture has of it */
    uint32_t length;          /* of the payload, on the wire */
};

/* A sequence number's distance from another (RFC 9293 3.4): negative when it lies before. */
static inline int32_t tcp_distance(uint32_t seq, uint32_t from)
{
    return (int32_t)(seq - from);
}

/* bytes: the IP payload that was captured; on_wire: its length on the wire. Returns 0, or -1 when it cannot be read. */
int tcp_decode(struct wsd_bytes bytes, uint32_t on_wire, struct tcp_segment *out);

#endif
