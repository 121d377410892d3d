#include "net/tunnel.h"
#include "base/bytes.h"
#include "net/udp.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGMENT = 0x0080, /* version 1 */
    GRE_ZERO = 0x0078,           /* reserved in all versions */
    GRE_VERSION = 0x0007,
};

enum tunnel_type {
    TYPE_ETHERNET = 0x6558, /* transparent Ethernet bridging */
    TYPE_ERSPAN_2 = 0x88BE, /* and ERSPAN I, without a sequence number */
    TYPE_ERSPAN_3 = 0x22EB,
    TYPE_PPP = 0x880B,
    TYPE_LARGEST_LENGTH = 1500,
};

/* A mirror that shortens packets says so, but not by how much: then the inner IP header's length is what counts. */
#define CUT_UNKNOWN 65535

static enum link_result version_is(struct cursor *c, uint8_t version)
{
    return cursor_has(c, 1) && *c->at >> 4 == version ? LINK_IP : LINK_OTHER;
}

/* Ethernet, or what the EtherType names. 802.3 lengths are no types. */
static enum link_result typed(uint16_t type, struct cursor *c)
{
    if (type == TYPE_ETHERNET)
        return link_decode(LINK_TYPE_ETHERNET, c);
    return type > TYPE_LARGEST_LENGTH ? link_ethertype(type, c) : LINK_OTHER;
}

/* ---- ERSPAN (draft-foschiano-erspan-03) */

/* |version 4|VLAN 12|CoS 3|encapsulation 2|truncated 1|session 10|reserved 12|index 20| */
static enum link_result erspan2(struct cursor *c, uint32_t *wire_cut)
{
    uint32_t head = cursor_u32(c);
    cursor_skip(c, 4);
    if (head >> 28 != 1)
        return LINK_OTHER;
    if (head & 0x400)
        *wire_cut = CUT_UNKNOWN;
    return link_decode(LINK_TYPE_ETHERNET, c);
}

/* |version 4|VLAN 12|CoS 3|bad/short 2|truncated 1|session 10|time stamp 32|group 16|P 1|frame type 5|hardware 6|D 1|
 *  granularity 2|subheader 1| and, if the last bit says so, a subheader of eight bytes */
static enum link_result erspan3(struct cursor *c, uint32_t *wire_cut)
{
    uint32_t head = cursor_u32(c);
    cursor_skip(c, 6);
    uint16_t flags = cursor_u16(c);
    if (flags & 1)
        cursor_skip(c, 8);
    if (head >> 28 != 2)
        return LINK_OTHER;
    if (head & 0x400)
        *wire_cut = CUT_UNKNOWN;
    switch (flags >> 10 & 31) {
    case 0: return link_decode(LINK_TYPE_ETHERNET, c);
    case 2: return link_decode(LINK_TYPE_RAW, c);
    default: return LINK_OTHER;
    }
}

/* ---- GRE */

/* RFC 1701: source route entries of (address family, offset, length, route), until one of family 0 and length 0. */
static void skip_routing(struct cursor *c)
{
    for (bool last = false; !last && !c->short_of;) {
        uint32_t entry = cursor_u32(c);
        last = (entry & 0xFFFF00FF) == 0;
        cursor_skip(c, entry & 0xFF);
    }
}

/* RFC 2637: the key is the payload's length and the call. */
static enum link_result pptp(uint16_t flags, uint16_t type, struct cursor *c)
{
    if ((flags & (GRE_CHECKSUM | GRE_ROUTING | GRE_ZERO)) != 0 || (flags & GRE_KEY) == 0 || type != TYPE_PPP)
        return LINK_OTHER;
    uint16_t length = cursor_u16(c);
    cursor_skip(c, 2u + (flags & GRE_SEQUENCE ? 4 : 0) + (flags & GRE_ACKNOWLEDGMENT ? 4 : 0));
    return length == 0 ? LINK_OTHER : link_decode(LINK_TYPE_PPP, c);
}

static enum link_result gre(struct cursor *c, uint32_t *wire_cut)
{
    uint16_t flags = cursor_u16(c), type = cursor_u16(c);
    if ((flags & GRE_VERSION) == 1)
        return pptp(flags, type, c);
    if ((flags & (GRE_ACKNOWLEDGMENT | GRE_ZERO | GRE_VERSION)) != 0)
        return LINK_OTHER;
    if (flags & (GRE_CHECKSUM | GRE_ROUTING)) /* checksum and offset come together */
        cursor_skip(c, 4);
    cursor_skip(c, (flags & GRE_KEY ? 4u : 0) + (flags & GRE_SEQUENCE ? 4u : 0));
    if (flags & GRE_ROUTING)
        skip_routing(c);
    if (type == TYPE_ERSPAN_2)
        return flags & GRE_SEQUENCE ? erspan2(c, wire_cut) : link_decode(LINK_TYPE_ETHERNET, c);
    return type == TYPE_ERSPAN_3 ? erspan3(c, wire_cut) : typed(type, c);
}

/* ---- in UDP */

/* |flags 8|reserved 24|network 24|reserved 8|, or with group policy (G, draft-smith-vxlan-group-policy) in the first reserved
 * bits |D 1 in 8|group 16|. */
static enum link_result vxlan(struct cursor *c)
{
    uint32_t head = cursor_u32(c), network = cursor_u32(c);
    bool policy = (head & 0x80000000) != 0;
    uint32_t zero = policy ? 0x77B70000 : 0xF7FFFFFF;
    if ((head & 0x08000000) == 0 || (head & zero) != 0 || (network & 0xFF) != 0)
        return LINK_OTHER;
    return link_decode(LINK_TYPE_ETHERNET, c);
}

/* |version 2|options' length 6|O 1|C 1|reserved 6|type 16|network 24|reserved 8|options, which must fill their room exactly:
 * |class 16|type 8|reserved 3|length 5|data|. A control packet (O) carries nobody's data. */
static enum link_result geneve(struct cursor *c)
{
    uint32_t head = cursor_u32(c), network = cursor_u32(c);
    if ((head & 0xC0BF0000) != 0 || (network & 0xFF) != 0)
        return LINK_OTHER;
    struct cursor options = cursor_of(cursor_bytes(c, (head >> 24 & 0x3F) * 4));
    while (!c->short_of && cursor_left(&options) > 0)
        cursor_skip(&options, (cursor_u32(&options) & 0x1F) * 4);
    return options.short_of ? LINK_OTHER : typed(head & 0xFFFF, c);
}

/* Each: |length 8, in units of four bytes|data|next header's type 8|. */
static void skip_extensions(struct cursor *c, uint8_t next)
{
    while (next != 0 && !c->short_of) {
        uint8_t length = cursor_u8(c);
        if (length == 0)
            c->short_of = true; /* not allowed, and the walk would not end */
        else
            cursor_skip(c, (size_t)length * 4 - 2);
        next = cursor_u8(c);
    }
}

/* |version 3|protocol type 1|0|E|S|PN|message type 8|length 16|tunnel 32|, and with any of E, S and PN |sequence 16|N-PDU 8|
 * next extension header's type 8|. The length counts what follows the tunnel's number. */
static enum link_result gtp(struct cursor *c, uint32_t on_wire)
{
    uint32_t head = cursor_u32(c);
    bool user_data = (head >> 16 & 0xF8FF) == 0x30FF;
    cursor_skip(c, 4);
    if (!user_data || (head & 0xFFFF) + 8 != on_wire)
        return LINK_OTHER;
    if (head & 0x07000000) {
        uint8_t next = (uint8_t)cursor_u32(c);
        skip_extensions(c, head & 0x04000000 ? next : 0);
    }
    if (!cursor_has(c, 1))
        return LINK_OTHER;
    return version_is(c, 4) == LINK_IP ? LINK_IP : version_is(c, 6);
}

static enum link_result in_udp(struct cursor *c, uint32_t *wire_cut)
{
    struct udp_datagram udp;
    uint32_t on_wire = (uint32_t)cursor_left(c) + *wire_cut;
    if (udp_decode(cursor_rest(c), on_wire, &udp) < 0) {
        cursor_has(c, UDP_HEADER);
        return LINK_OTHER;
    }
    *c = cursor_of(udp.payload);
    *wire_cut = udp.length - (uint32_t)udp.payload.length;
    switch (udp.port[1]) {
    case UDP_PORT_VXLAN:
    case UDP_PORT_VXLAN_LINUX: return vxlan(c);
    case UDP_PORT_GENEVE: return geneve(c);
    case UDP_PORT_GTP_USER: return gtp(c, udp.length);
    default: return LINK_OTHER;
    }
}

enum link_result tunnel_enter(const struct ip_packet *ip, struct cursor *c, uint32_t *wire_cut)
{
    enum link_result result = LINK_OTHER;
    *c = cursor_of(ip->payload);
    *wire_cut = ip->payload_length - (uint32_t)ip->payload.length;
    switch (ip->protocol) {
    case IP_PROTOCOL_IPV4: result = version_is(c, 4); break;
    case IP_PROTOCOL_IPV6: result = version_is(c, 6); break;
    case IP_PROTOCOL_GRE: result = gre(c, wire_cut); break;
    case IP_PROTOCOL_UDP: result = in_udp(c, wire_cut); break;
    default: break;
    }
    return c->short_of ? LINK_OTHER : result;
}
