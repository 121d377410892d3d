#include "support/packets.h"
#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- packets */

void packet_put(struct packet *p, const void *bytes, size_t n)
{
    if (n > sizeof p->bytes - p->length)
        abort();
    if (n > 0)
        memcpy(p->bytes + p->length, bytes, n);
    p->length += n;
}

void packet_put_u8(struct packet *p, uint8_t v)
{
    packet_put(p, &v, 1);
}

void packet_put_u16(struct packet *p, uint16_t v)
{
    packet_put_u8(p, (uint8_t)(v >> 8));
    packet_put_u8(p, (uint8_t)v);
}

void packet_put_u32(struct packet *p, uint32_t v)
{
    packet_put_u16(p, (uint16_t)(v >> 16));
    packet_put_u16(p, (uint16_t)v);
}

static void put_address(struct packet *p, uint8_t family, enum wsd_direction who)
{
    static const uint8_t v4[2][4] = {{10, 0, 0, 7}, {10, 0, 0, 1}};
    static const uint8_t v6[2][16] = {{0x20, 1, 0x0d, 0xb8, [15] = 7}, {0x20, 1, 0x0d, 0xb8, [15] = 1}};
    packet_put(p, family == 6 ? v6[who] : v4[who], family == 6 ? 16 : 4);
}

void packet_put_ipv4(struct packet *p, const struct packet_spec *s, uint8_t protocol, size_t payload_length)
{
    packet_put(p, "\x45\0", 2);
    packet_put_u16(p, (uint16_t)(20 + payload_length));
    packet_put(p, "\0\1\x40\0\x40", 5); /* identification 1, do not fragment, time to live 64 */
    packet_put_u8(p, protocol);
    packet_put_u16(p, 0);
    put_address(p, 4, s->from);
    put_address(p, 4, !s->from);
}

void packet_put_ipv6(struct packet *p, const struct packet_spec *s, uint8_t protocol, size_t payload_length)
{
    packet_put_u32(p, 0x60000000);
    packet_put_u16(p, (uint16_t)payload_length);
    packet_put_u8(p, protocol);
    packet_put_u8(p, 64);
    put_address(p, 6, s->from);
    put_address(p, 6, !s->from);
}

void packet_put_segment(struct packet *p, const struct packet_spec *s)
{
    packet_put_u16(p, s->port[s->from]);
    packet_put_u16(p, s->port[!s->from]);
    packet_put_u32(p, s->seq);
    packet_put_u32(p, s->ack);
    packet_put_u8(p, 0x50);
    packet_put_u8(p, s->flags);
    packet_put_u16(p, s->window);
    packet_put_u32(p, 0); /* checksum, urgent pointer */
    packet_put(p, s->payload.data, s->payload.length);
}

void packet_tcp(struct packet *p, const struct packet_spec *s)
{
    p->length = 0;
    packet_put(p, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
    packet_put_u16(p, s->family == 6 ? 0x86DD : 0x0800);
    if (s->family == 6)
        packet_put_ipv6(p, s, 6, 20 + s->payload.length);
    else
        packet_put_ipv4(p, s, 6, 20 + s->payload.length);
    packet_put_segment(p, s);
}

size_t frame_make(uint8_t *out, uint8_t first, bool masked, struct wsd_bytes payload)
{
    static const uint8_t mask[4] = {0x37, 0xFA, 0x21, 0x3D};
    size_t at = 0, bytes = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
    out[at++] = first;
    out[at++] = (uint8_t)((masked ? 0x80 : 0) | (bytes == 0 ? payload.length : bytes == 2 ? 126 : 127));
    for (size_t i = bytes; i-- > 0;)
        out[at++] = (uint8_t)((uint64_t)payload.length >> 8 * i);
    if (masked) {
        memcpy(out + at, mask, 4);
        at += 4;
    }
    for (size_t i = 0; i < payload.length; i++)
        out[at++] = (uint8_t)(payload.data[i] ^ (masked ? mask[i % 4] : 0));
    return at;
}

/* ---- conversations */

void talk_begin(struct talk *t, struct wsd_dissector *dissector, uint16_t client_port)
{
    memset(t, 0, offsetof(struct talk, made));
    t->dissector = dissector;
    t->family = 4;
    t->port[WSD_CLIENT] = client_port;
    t->port[WSD_SERVER] = 8080;
    t->start[WSD_CLIENT] = 1000;
    t->start[WSD_SERVER] = 5000000;
    t->window = 65535;
    t->time = INT64_C(1000000000000000);
    t->step = 1000000;
}

void talk_segment(struct talk *t, enum wsd_direction from, uint32_t at, uint8_t flags, struct wsd_bytes bytes)
{
    struct packet_spec s = {.family = t->family, .from = from, .flags = flags, .window = t->window, .payload = bytes};
    memcpy(s.port, t->port, sizeof s.port);
    s.seq = t->start[from] + at;
    if (flags & TCP_ACK)
        s.ack = t->start[!from] + t->acked[!from];
    packet_tcp(&t->made, &s);
    uint32_t length = (uint32_t)t->made.length;
    struct wsd_packet packet = {.time = t->time, .data = t->made.bytes, .length = length, .link_type = 1};
    packet.captured = length - (t->cut < bytes.length ? t->cut : (uint32_t)bytes.length);
    t->time += t->step;
    int rc = t->packet != NULL ? t->packet(t, &packet) : wsd_packet(t->dissector, &packet);
    if (t->result >= 0)
        t->result = rc;
}

void talk_open(struct talk *t)
{
    static const struct wsd_bytes nothing = {NULL, 0};
    talk_segment(t, WSD_CLIENT, UINT32_MAX, TCP_SYN, nothing);
    talk_segment(t, WSD_SERVER, UINT32_MAX, TCP_SYN | TCP_ACK, nothing);
    talk_ack(t, WSD_CLIENT);
}

static void note_sent(struct talk *t, enum wsd_direction from, uint32_t n)
{
    t->sent[from] += n;
    if (!t->silent)
        t->acked[from] = t->sent[from];
}

void talk_send(struct talk *t, enum wsd_direction from, struct wsd_bytes bytes)
{
    for (struct wsd_bytes some; bytes.length > 0; bytes = bytes_after(bytes, some.length)) {
        some = bytes_first(bytes, bytes.length <= 60000 ? 60000 : 1400);
        talk_segment(t, from, t->sent[from], TCP_ACK | TCP_PSH, some);
        note_sent(t, from, (uint32_t)some.length);
    }
}

void talk_send_text(struct talk *t, enum wsd_direction from, const char *text)
{
    talk_send(t, from, bytes_text(text));
}

const char TALK_REQUEST[] =
    "GET /chat HTTP/1.1\r\nHost: server.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
const char TALK_RESPONSE[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

void talk_upgrade_with(struct talk *t, const char *in_request, const char *in_response)
{
    char head[1024];
    for (int i = 0; i < 2; i++) {
        int n = snprintf(head, sizeof head, "%s%s\r\n", i == 0 ? TALK_REQUEST : TALK_RESPONSE,
                         i == 0 ? in_request : in_response);
        if (n < 0 || (size_t)n >= sizeof head)
            abort();
        talk_send_text(t, i == 0 ? WSD_CLIENT : WSD_SERVER, head);
    }
}

void talk_upgrade(struct talk *t, const char *both)
{
    talk_upgrade_with(t, both, both);
}

void talk_frame_bytes(struct talk *t, enum wsd_direction from, uint8_t first, struct wsd_bytes payload)
{
    uint8_t *frame = malloc(payload.length + 14);
    if (frame == NULL)
        abort();
    talk_send(t, from, bytes_of(frame, frame_make(frame, first, from == WSD_CLIENT, payload)));
    free(frame);
}

void talk_frame(struct talk *t, enum wsd_direction from, uint8_t first, const char *text)
{
    talk_frame_bytes(t, from, first, bytes_text(text));
}

void talk_ack(struct talk *t, enum wsd_direction from)
{
    talk_segment(t, from, t->sent[from], TCP_ACK, (struct wsd_bytes){NULL, 0});
}

void talk_fin(struct talk *t, enum wsd_direction from)
{
    talk_segment(t, from, t->sent[from], TCP_FIN | TCP_ACK, (struct wsd_bytes){NULL, 0});
    note_sent(t, from, 1);
}

void talk_reset(struct talk *t, enum wsd_direction from)
{
    talk_segment(t, from, t->sent[from], TCP_RST | TCP_ACK, (struct wsd_bytes){NULL, 0});
}
