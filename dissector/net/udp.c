#include "net/udp.h"
#include "base/bytes.h"

enum { LARGEST = 65535 };

int udp_decode(struct wsd_bytes bytes, uint32_t on_wire, struct udp_datagram *out)
{
    struct cursor c = cursor_of(bytes);
    out->port[0] = cursor_u16(&c);
    out->port[1] = cursor_u16(&c);
    uint32_t length = cursor_u16(&c);
    cursor_skip(&c, 2); /* checksum: captures on the sending host hold partial ones */
    if (length == 0 && on_wire > LARGEST)
        length = on_wire; /* RFC 2675 4: so much that the field cannot say it */
    if (c.short_of || length < UDP_HEADER || length > on_wire)
        return -1;
    out->length = length - UDP_HEADER;
    out->payload = bytes_first(cursor_rest(&c), out->length);
    return 0;
}
