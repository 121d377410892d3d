#include "net/tcp.h"

enum { TCP_HEADER = 20 };

int tcp_decode(struct wsd_bytes bytes, uint32_t on_wire, struct tcp_segment *out)
{
    struct cursor c = cursor_of(bytes);
    if (!cursor_has(&c, TCP_HEADER))
        return -1;
    out->port[0] = cursor_u16(&c);
    out->port[1] = cursor_u16(&c);
    out->seq = cursor_u32(&c);
    out->ack = cursor_u32(&c);
    out->header_length = (uint8_t)((cursor_u8(&c) >> 4) * 4);
    out->flags = cursor_u8(&c) & 0x3F;
    out->window = cursor_u16(&c);
    if (out->header_length < TCP_HEADER || out->header_length > on_wire)
        return -1;
    /* Options that the snaplen cut take the payload with them. */
    size_t skip = out->header_length < bytes.length ? out->header_length : bytes.length;
    out->payload = (struct wsd_bytes){bytes.data + skip, bytes.length - skip};
    out->length = on_wire - out->header_length;
    return 0;
}
