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

enum { TCP_HEADER = 20 };

/* bytes: the IP payload that was captured; on_wire: its length on the wire. Returns 0, or -1 when it cannot be read. */
static inline int tcp_decode(struct wsd_bytes bytes, uint32_t on_wire, struct tcp_segment *out)
{
    const uint8_t *h = bytes.data;
    if (bytes.length < TCP_HEADER)
        return -1;
    uint32_t header = (h[12] >> 4) * 4u;
    if (header < TCP_HEADER || header > on_wire)
        return -1;
    uint32_t ports = cursor_peek_u32(h);
    out->port[0] = (uint16_t)(ports >> 16);
    out->port[1] = (uint16_t)ports;
    out->seq = cursor_peek_u32(h + 4);
    out->ack = cursor_peek_u32(h + 8);
    out->header_length = (uint8_t)header;
    out->flags = h[13] & 0x3F;
    out->window = (uint16_t)(h[14] << 8 | h[15]);
    /* Options that the snaplen cut take the payload with them. */
    size_t skip = header < bytes.length ? header : bytes.length;
    out->payload = (struct wsd_bytes){h + skip, bytes.length - skip};
    out->length = on_wire - header;
    return 0;
}

#endif
