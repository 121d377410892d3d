#include "net/link.h"

enum ethertype {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_VLAN = 0x8100, /* 802.1Q */
    ETHERTYPE_IPV6 = 0x86DD,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_MULTICAST = 0x8848,
    ETHERTYPE_PPPOE_SESSION = 0x8864,
    ETHERTYPE_QINQ = 0x88A8,     /* 802.1ad */
    ETHERTYPE_ETAG = 0x893F,     /* 802.1BR */
    ETHERTYPE_QINQ_OLD = 0x9100, /* and two more: what switches used before 802.1ad */
    ETHERTYPE_QINQ_OLD_2 = 0x9200,
    ETHERTYPE_QINQ_OLD_3 = 0x9300,
    ETHERTYPE_LARGEST_LENGTH = 1500, /* at and below it the field is an 802.3 length */
};

enum ppp_protocol { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281 };

static enum link_result ethernet(struct cursor *c);

static enum link_result at_ip(struct cursor *c)
{
    return cursor_has(c, 1) ? LINK_IP : LINK_OTHER;
}

/* RFC 3032: labels of four bytes until the bottom of the stack; then no protocol field, so the first nibble tells. */
static enum link_result mpls(struct cursor *c)
{
    bool bottom = false;
    while (!bottom && cursor_has(c, 4))
        bottom = (cursor_u32(c) & 0x100) != 0;
    if (!bottom || !cursor_has(c, 1))
        return LINK_OTHER;
    uint8_t nibble = *c->at >> 4;
    if (nibble == 4 || nibble == 6)
        return LINK_IP;
    if (nibble != 0)
        return LINK_OTHER;
    cursor_skip(c, 4); /* RFC 4448: a pseudowire's control word, then an Ethernet frame */
    return ethernet(c);
}

/* RFC 1661: the protocol field is two bytes, or one when it is compressed (its lowest bit is then set). */
static enum link_result ppp(struct cursor *c)
{
    uint16_t protocol = cursor_u8(c);
    if ((protocol & 1) == 0)
        protocol = (uint16_t)(protocol << 8 | cursor_u8(c));
    if (protocol == PPP_MPLS)
        return mpls(c);
    return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? at_ip(c) : LINK_OTHER;
}

/* RFC 1662: an address and a control byte may stand in front. */
static enum link_result ppp_framed(struct cursor *c)
{
    if (cursor_left(c) >= 2 && (c->at[0] == 0xFF || c->at[0] == 0x0F) && (c->at[1] == 0x03 || c->at[1] == 0x00)) {
        bool cisco = c->at[0] == 0x0F;
        cursor_skip(c, 2);
        if (cisco)
            return link_ethertype(cursor_u16(c), c);
    }
    return ppp(c);
}

/* An address, a control byte, then an EtherType, whatever they say (RFC 1547 4.3.1). */
static enum link_result cisco_hdlc(struct cursor *c)
{
    cursor_skip(c, 2);
    uint16_t type = cursor_u16(c);
    return c->short_of ? LINK_OTHER : link_ethertype(type, c);
}

/* RFC 2516: version and type, code (0 in a session), session id, length. */
static enum link_result pppoe(struct cursor *c)
{
    uint16_t head = cursor_u16(c);
    cursor_skip(c, 4);
    return head == 0x1100 ? ppp(c) : LINK_OTHER;
}

/* An 802.3 frame with a length: only 802.2 SNAP with an EtherType behind carries IP. */
static enum link_result snap(struct cursor *c)
{
    struct wsd_bytes head = cursor_bytes(c, 6);
    if (head.data == NULL || head.data[0] != 0xAA || head.data[1] != 0xAA || head.data[2] != 0x03)
        return LINK_OTHER;
    uint16_t type = cursor_u16(c);
    return type > ETHERTYPE_LARGEST_LENGTH ? link_ethertype(type, c) : LINK_OTHER;
}

enum link_result link_ethertype(uint16_t type, struct cursor *c)
{
    for (;;) {
        switch (type) {
        case ETHERTYPE_IPV4:
        case ETHERTYPE_IPV6: return at_ip(c);
        case ETHERTYPE_VLAN:
        case ETHERTYPE_QINQ:
        case ETHERTYPE_QINQ_OLD:
        case ETHERTYPE_QINQ_OLD_2:
        case ETHERTYPE_QINQ_OLD_3: cursor_skip(c, 2); break;
        case ETHERTYPE_ETAG: cursor_skip(c, 6); break;
        case ETHERTYPE_MPLS:
        case ETHERTYPE_MPLS_MULTICAST: return mpls(c);
        case ETHERTYPE_PPPOE_SESSION: return pppoe(c);
        default: return type <= ETHERTYPE_LARGEST_LENGTH ? snap(c) : LINK_OTHER;
        }
        type = cursor_u16(c);
        if (c->short_of)
            return LINK_OTHER;
    }
}

static enum link_result ethernet(struct cursor *c)
{
    cursor_skip(c, 12);
    uint16_t type = cursor_u16(c);
    return c->short_of ? LINK_OTHER : link_ethertype(type, c);
}

/* Linux cooked capture: fixed fields, with the protocol at a place of its own. */
static enum link_result cooked(struct cursor *c, size_t before_protocol, size_t after_protocol)
{
    cursor_skip(c, before_protocol);
    uint16_t type = cursor_u16(c);
    cursor_skip(c, after_protocol);
    return c->short_of ? LINK_OTHER : link_ethertype(type, c);
}

/* The address family is in the byte order of the capturing host (NULL) or in network order (LOOP), and IPv6 has
 * another number on every system: the IP version says it all. */
static enum link_result bsd_loopback(struct cursor *c)
{
    cursor_skip(c, 4);
    return at_ip(c);
}

enum link_result link_decode_any(uint32_t link_type, struct cursor *c)
{
    switch (link_type) {
    case LINK_TYPE_ETHERNET: return ethernet(c);
    case LINK_TYPE_LINUX_SLL: return cooked(c, 14, 0);
    case LINK_TYPE_LINUX_SLL2: return cooked(c, 0, 18);
    case LINK_TYPE_NULL:
    case LINK_TYPE_LOOP: return bsd_loopback(c);
    case LINK_TYPE_RAW:
    case LINK_TYPE_DLT_RAW_BSD:
    case LINK_TYPE_DLT_RAW_OPENBSD:
    case LINK_TYPE_IPV4:
    case LINK_TYPE_IPV6: return at_ip(c);
    case LINK_TYPE_PPP:
    case LINK_TYPE_PPP_HDLC: return ppp_framed(c);
    case LINK_TYPE_PPP_ETHER: return pppoe(c);
    case LINK_TYPE_CISCO_HDLC: return cisco_hdlc(c);
    default: return LINK_UNKNOWN;
    }
}
