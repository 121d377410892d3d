/*
 * packets.h: packets for tests, and whole conversations of them.
 *
 *     struct talk t;
 *     talk_begin(&t, dissector, 51022);         10.0.0.7:51022 speaks with 10.0.0.1:8080, over Ethernet and IPv4
 *     talk_open(&t);                            SYN, SYN+ACK, ACK
 *     talk_upgrade(&t, "");                     request and 101, with a header line more or ""
 *     talk_frame(&t, WSD_CLIENT, 0x81, "hi");   one frame in one segment; the client's are masked
 *     talk_fin(&t, WSD_CLIENT);
 *
 * talk_send() sends the next bytes, talk_segment() any segment by its offset in the stream: out of order, again, cut.
 * Each segment acknowledges all that the other side has sent in order. A packet goes to wsd_packet(), or to
 * talk.packet when that is set. Time starts at 1,000,000 s and moves on by talk.step (1 ms) with each packet.
 */
#ifndef SUPPORT_PACKETS_H
#define SUPPORT_PACKETS_H

#include "dissector.h"
#include "net/tcp.h"

#define PACKET_MOST     70000
#define ETHERNET_HEADER 14 /* bytes in front of the IP header of what packet_tcp() makes */

struct packet {
    size_t length;
    uint8_t bytes[PACKET_MOST];
};

/* A segment between the client (10.0.0.7 or 2001:db8::7) and the server (10.0.0.1 or 2001:db8::1). */
struct packet_spec {
    uint8_t family; /* 4 or 6 */
    enum wsd_direction from;
    uint16_t port[2]; /* of the client, of the server */
    uint32_t seq, ack;
    uint8_t flags;
    uint16_t window;
    struct wsd_bytes payload;
};

/* Appends bytes; what does not fit is an error of the test, and aborts. */
void packet_put(struct packet *p, const void *bytes, size_t n);
void packet_put_u8(struct packet *p, uint8_t v);
void packet_put_u16(struct packet *p, uint16_t v);
void packet_put_u32(struct packet *p, uint32_t v);

/* Appends these headers with their payload; packet_tcp() is all of them, from Ethernet on, into an empty packet. */
void packet_put_ipv4(struct packet *p, const struct packet_spec *s, uint8_t protocol, size_t payload_length);
void packet_put_ipv6(struct packet *p, const struct packet_spec *s, uint8_t protocol, size_t payload_length);
void packet_put_segment(struct packet *p, const struct packet_spec *s);
void packet_tcp(struct packet *p, const struct packet_spec *s);

/* A WebSocket frame (RFC 6455 5.2): first is FIN, RSV and opcode; masked with 0x37 0xFA 0x21 0x3D when asked.
 * Returns its length; out must hold 14 bytes more than the payload. */
size_t frame_make(uint8_t *out, uint8_t first, bool masked, struct wsd_bytes payload);

struct talk {
    struct wsd_dissector *dissector;
    int (*packet)(struct talk *, const struct wsd_packet *); /* NULL: wsd_packet() of dissector */
    void *user;                                              /* for packet */
    uint8_t family;                                          /* 4 */
    uint16_t port[2];                                        /* of the client, of the server (8080) */
    uint32_t start[2];                                       /* sequence number of each side's first byte */
    uint32_t sent[2];  /* bytes that each side has sent, counted from start: what talk_send() sends next */
    uint32_t acked[2]; /* bytes of each side that the other one acknowledges; kept equal to sent ... */
    bool silent;       /* ... unless this is set */
    uint16_t window;   /* 65535 */
    int64_t time, step;
    uint32_t cut; /* bytes that the snaplen leaves out at the end of each packet */
    int result;   /* what the last packet returned; the first error stays */
    struct packet made;
};

void talk_begin(struct talk *t, struct wsd_dissector *dissector, uint16_t client_port);
void talk_open(struct talk *t);

/* A segment whose first byte is the stream's byte number `at` (0 is the one after the SYN). Changes nothing in t but
 * the time. Acknowledges when flags hold TCP_ACK. */
void talk_segment(struct talk *t, enum wsd_direction from, uint32_t at, uint8_t flags, struct wsd_bytes bytes);

/* The next bytes, in one segment or, when they are many, in several of 1400. */
void talk_send(struct talk *t, enum wsd_direction from, struct wsd_bytes bytes);
void talk_send_text(struct talk *t, enum wsd_direction from, const char *text);

/* The request and the answer of RFC 6455 1.3, each with more header lines ("Name: value\r\n") or "". */
extern const char TALK_REQUEST[], TALK_RESPONSE[]; /* both without the empty line at their end */
void talk_upgrade(struct talk *t, const char *both);
void talk_upgrade_with(struct talk *t, const char *in_request, const char *in_response);

void talk_frame(struct talk *t, enum wsd_direction from, uint8_t first, const char *text);
void talk_frame_bytes(struct talk *t, enum wsd_direction from, uint8_t first, struct wsd_bytes payload);

/* Only an acknowledgement. */
void talk_ack(struct talk *t, enum wsd_direction from);
void talk_fin(struct talk *t, enum wsd_direction from);
void talk_reset(struct talk *t, enum wsd_direction from);

#endif
