#include "net/ip.h"
#include "base/bytes.h"

enum { IPV4_HEADER = 20, IPV6_HEADER = 40 };

/* Cuts what the link layer padded, and says what the snaplen took. rest: all that was captured behind the header; `total`
 * is what the header says that there is. 0: it does not say (segmentation offload, jumbograms), then everything on the wire
 * counts. */
static void set_payload(struct ip_packet *out, struct wsd_bytes rest, uint64_t total, uint32_t wire_cut)
{
    uint64_t on_wire = (uint64_t)rest.length + wire_cut;
    if (total == 0 || total > on_wire)
        total = on_wire;
    out->payload = bytes_first(rest, total < rest.length ? (size_t)total : rest.length);
    out->payload_length = (uint32_t)total;
}

static inline int ipv4(struct wsd_bytes bytes, uint32_t wire_cut, struct ip_packet *out)
{
    const uint8_t *h = bytes.data;
    if (bytes.length < IPV4_HEADER)
        return -1;
    uint32_t header = (h[0] & 15u) * 4, total = (uint32_t)h[2] << 8 | h[3];
    uint32_t fragment = (uint32_t)h[6] << 8 | h[7];
    if (header < IPV4_HEADER || bytes.length < header || (total != 0 && total < header))
        return -1;
    out->family = 4;
    out->protocol = h[9];
    out->address[0] = h + 12;
    out->address[1] = h + 16;
    out->id = (uint32_t)h[4] << 8 | h[5];
    out->more = (fragment & 0x2000) != 0;
    out->fragment_offset = (fragment & 0x1FFF) * 8;
    out->fragment = (fragment & 0x3FFF) != 0;
    struct wsd_bytes rest = {h + header, bytes.length - header};
    if (total == header)
        out->payload = bytes_first(rest, 0), out->payload_length = 0;
    else
        set_payload(out, rest, total == 0 ? 0 : total - header, wire_cut);
    return 0;
}

/* Of what IPv6 knows, AH alone stands in IPv4 too (RFC 4302 3.1). */
static bool is_extension(uint8_t family, uint8_t protocol)
{
    if (family == 4)
        return protocol == IP_PROTOCOL_AH;
    switch (protocol) {
    case IP_PROTOCOL_FRAGMENT:
    case IP_PROTOCOL_HOP_BY_HOP:
    case IP_PROTOCOL_ROUTING:
    case IP_PROTOCOL_DESTINATION:
    case IP_PROTOCOL_AH:
    case IP_PROTOCOL_MOBILITY:
    case IP_PROTOCOL_HIP:
    case IP_PROTOCOL_SHIM6: return true;
    default: return false;
    }
}

/* RFC 8200 4: each extension header says what follows it. A fragment header ends the walk unless the fragment is the
 * whole datagram (RFC 6946, atomic fragments). Each turn moves at least eight bytes, so the loop ends. */
void ip_walk(struct ip_packet *out)
{
    struct cursor c = cursor_of(out->payload);
    while (!c.short_of && is_extension(out->family, out->protocol)) {
        bool fragment = out->protocol == IP_PROTOCOL_FRAGMENT, ah = out->protocol == IP_PROTOCOL_AH;
        uint8_t next = cursor_u8(&c), length = cursor_u8(&c);
        if (fragment) {
            uint16_t where = cursor_u16(&c);
            out->id = cursor_u32(&c);
            out->more = (where & 1) != 0;
            out->fragment_offset = where & 0xFFF8u;
            out->fragment = out->more || out->fragment_offset != 0;
        } else {
            cursor_skip(&c, ah ? (size_t)(length + 2) * 4 - 2 : (size_t)(length + 1) * 8 - 2);
        }
        if (c.short_of)
            break;
        out->protocol = next;
        if (out->fragment)
            break;
    }
    uint32_t walked = (uint32_t)(out->payload.length - cursor_left(&c));
    out->payload = cursor_rest(&c);
    out->payload_length -= walked;
    if (c.short_of)
        out->protocol = 255; /* reserved: whatever it was, it cannot be read */
}

static int ipv6(struct wsd_bytes bytes, uint32_t wire_cut, struct ip_packet *out)
{
    const uint8_t *h = bytes.data;
    if (bytes.length < IPV6_HEADER)
        return -1;
    uint32_t length = (uint32_t)h[4] << 8 | h[5];
    out->family = 6;
    out->protocol = h[6];
    out->address[0] = h + 8;
    out->address[1] = h + 24;
    out->fragment = out->more = false;
    out->id = out->fragment_offset = 0;
    set_payload(out, (struct wsd_bytes){h + IPV6_HEADER, bytes.length - IPV6_HEADER}, length, wire_cut);
    ip_walk(out);
    return 0;
}

/* Inline: with link-time optimisation it becomes a part of the plain way of a packet, which is a hundredth faster for it. */
inline int ip_decode(struct wsd_bytes bytes, uint32_t wire_cut, struct ip_packet *out)
{
    switch (bytes.length > 0 ? bytes.data[0] >> 4 : 0) {
    case 4: return ipv4(bytes, wire_cut, out);
    case 6: return ipv6(bytes, wire_cut, out);
    default: return -1;
    }
}
