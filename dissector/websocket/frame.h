/*
 * frame.h: a WebSocket frame's header, and its masking (RFC 6455 5.2, 5.3).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     |F|R|R|R| opcode|M| length: 7   | 126: 16 more bits of length,  |
 *     |I|S|S|S|       |A| bits, or    | 127: 64 of them; then, when   |
 *     |N|V|V|V|  (4)  |S| 126, 127    | MASK is set, 4 bytes of key   |
 *     | |1|2|3|       |K|             |                               |
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *
 * A header is 2 to 14 bytes. It is decoded when all of it is there; nothing is reserved by the length that it declares.
 */
#ifndef WEBSOCKET_FRAME_H
#define WEBSOCKET_FRAME_H

#include "base/event.h"

enum { FRAME_HEADER_MOST = 14, FRAME_CONTROL_PAYLOAD_MOST = 125 };

struct frame_header {
    uint64_t length; /* of the payload */
    uint8_t bytes[FRAME_HEADER_MOST];
    uint8_t size;    /* of the header */
    uint8_t mask_at; /* where the masking key lies in it, 0: not masked */
};

static inline bool frame_fin(const struct frame_header *h)
{
    return (h->bytes[0] & 0x80) != 0;
}

/* RSV1 is 0x40, RSV2 0x20, RSV3 0x10. */
enum { FRAME_RSV1 = 0x40, FRAME_RSV2 = 0x20, FRAME_RSV3 = 0x10 };
static inline uint8_t frame_rsv(const struct frame_header *h)
{
    return h->bytes[0] & 0x70;
}

static inline uint8_t frame_opcode(const struct frame_header *h)
{
    return h->bytes[0] & 0x0F;
}

static inline bool frame_is_control(uint8_t opcode)
{
    return (opcode & 0x08) != 0;
}

static inline bool frame_is_reserved(uint8_t opcode)
{
    return (opcode & 0x07) > 2;
}

/* The size of the header that begins with these bytes: 2 when there are fewer than two yet. */
size_t frame_header_size(const uint8_t *bytes, size_t n);

/* bytes: a whole header of `size` bytes, which frame_header_size() said. */
void frame_header_decode(const uint8_t *bytes, size_t size, struct frame_header *out);

/* The length could have been written in fewer bytes. */
bool frame_length_not_minimal(const struct frame_header *h);

/* The highest bit of a 64-bit length is set: no frame can be so long, what follows cannot be framed. */
static inline bool frame_length_msb(const struct frame_header *h)
{
    return h->length >> 63 != 0;
}

/* Unmasks n bytes that begin `at` bytes into the payload. to may be from, else they must not overlap. */
void frame_unmask(uint8_t *to, const uint8_t *from, size_t n, const uint8_t key[4], uint64_t at);

#endif
