/*
 * describe_tunnel.c: the headers between an IP header and the one that it carries in a tunnel (net/tunnel.h draws which).
 *
 * The same rules as there decide what is a tunnel at all; here they need not be as strict, since a packet that is described
 * carried a frame: a version or a type that is not known is told as not decoded.
 */
#include "describe.h"
#include "net/ip.h"
#include "net/udp.h"

enum { TYPE_PPP = 0x880b, TYPE_ERSPAN_2 = 0x88be, TYPE_ERSPAN_3 = 0x22eb, TYPE_ETHERNET = 0x6558 };

static void carried(struct fields *f, uint64_t type)
{
    if (type == TYPE_ETHERNET)
        describe_ethernet(f);
    else
        describe_ethertype(f, type);
}

/* ---- GRE */

/* What both types begin with; `two` is what two of the bits mean. */
static bool erspan_head(struct fields *f, const char *type, const char *two)
{
    f->layer = "ERSPAN";
    if (!field_take(f, 4))
        return false;
    field_bits(f, "version", 0, 4, "%u: type %s", (unsigned)field_value(f, 0, 4), type);
    field_bits(f, "VLAN", 4, 12, "%u", (unsigned)field_value(f, 4, 12));
    field_bits(f, "class of service", 16, 3, "%u", (unsigned)field_value(f, 16, 3));
    field_bits(f, two, 19, 2, "%u", (unsigned)field_value(f, 19, 2));
    field_flag(f, "truncated", 21, "the mirror shortened the packet");
    field_bits(f, "session", 22, 10, "%u", (unsigned)field_value(f, 22, 10));
    return true;
}

static void erspan2(struct fields *f)
{
    if (!erspan_head(f, "II", "encapsulation"))
        return;
    if (field_take(f, 4)) {
        field_bits(f, "reserved", 0, 12, "%u", (unsigned)field_value(f, 0, 12));
        field_bits(f, "index", 12, 20, "%u", (unsigned)field_value(f, 12, 20));
    }
    describe_ethernet(f);
}

static void erspan3(struct fields *f)
{
    if (!erspan_head(f, "III", "bad, short, oversized"))
        return;
    field_number(f, "time stamp", 4);
    field_number(f, "security group", 2);
    if (!field_take(f, 2))
        return;
    unsigned type = (unsigned)field_value(f, 1, 5);
    bool subheader = field_value(f, 15, 1) != 0;
    field_flag(f, "P", 0, "an Ethernet protocol frame");
    field_bits(f, "frame type", 1, 5, "%s (%u)", type == 0 ? "Ethernet" : type == 2 ? "IP" : "unknown", type);
    field_bits(f, "hardware", 6, 6, "%u", (unsigned)field_value(f, 6, 6));
    field_flag(f, "D", 12, "egress");
    field_bits(f, "granularity", 13, 2, "%u", (unsigned)field_value(f, 13, 2));
    field_flag(f, "O", 15, "a platform's subheader follows");
    field_bytes(f, "platform subheader", subheader ? 8 : 0);
    if (type == 0)
        describe_ethernet(f);
}

static void gre_flags(struct fields *f)
{
    field_flag(f, "C", 0, "checksum present");
    field_flag(f, "R", 1, "routing present");
    field_flag(f, "K", 2, "key present");
    field_flag(f, "S", 3, "sequence number present");
    field_flag(f, "s", 4, "strict source route");
    field_bits(f, "recursion", 5, 3, "%u", (unsigned)field_value(f, 5, 3));
    field_flag(f, "A", 8, "acknowledgment number present");
    field_bits(f, "reserved", 9, 4, "%u", (unsigned)field_value(f, 9, 4));
    field_bits(f, "version", 13, 3, "%u", (unsigned)field_value(f, 13, 3));
}

static void gre_routing(struct fields *f)
{
    for (bool last = false; !last && !f->ended;) {
        uint64_t family = field_number(f, "route address family", 2);
        field_number(f, "route offset", 1);
        uint64_t length = field_number(f, "route length", 1);
        field_bytes(f, "route", (size_t)length);
        last = family == 0 && length == 0;
    }
}

static void gre_key(struct fields *f, bool enhanced)
{
    if (enhanced) {
        field_number(f, "payload length", 2);
        field_number(f, "call", 2);
    } else {
        field_hex(f, "key", 4);
    }
}

static void gre(struct fields *f)
{
    static const struct field_word tunnels[] = {
        {TYPE_ETHERNET, "Ethernet"},
        {TYPE_PPP, "PPP"},
        {TYPE_ERSPAN_2, "ERSPAN"},
        {TYPE_ERSPAN_3, "ERSPAN III"},
        {0x0800, "IPv4"},
        {0x86dd, "IPv6"},
        {0x8847, "MPLS"},
        {0x8100, "802.1Q tag"},
    };
    f->layer = "GRE";
    if (!field_take(f, 2))
        return;
    uint64_t flags = f->value;
    bool enhanced = (flags & 7) == 1;
    gre_flags(f);
    uint64_t type = field_named_hex(f, "type", 2, FIELD_WORDS(tunnels));
    if ((flags & 0xc000) != 0 && !enhanced) {
        field_hex(f, "checksum", 2);
        field_number(f, "routing offset", 2);
    }
    if (flags & 0x2000)
        gre_key(f, enhanced);
    if (flags & 0x1000)
        field_number(f, "sequence number", 4);
    if (flags & 0x0080)
        field_number(f, "acknowledgment number", 4);
    if ((flags & 0x4000) != 0 && !enhanced)
        gre_routing(f);
    if (enhanced)
        describe_ppp(f);
    else if (type == TYPE_ERSPAN_2 && (flags & 0x1000) != 0)
        erspan2(f);
    else if (type == TYPE_ERSPAN_3)
        erspan3(f);
    else
        carried(f, type == TYPE_ERSPAN_2 ? TYPE_ETHERNET : type);
}

/* ---- in UDP */

static void vxlan(struct fields *f)
{
    f->layer = "VXLAN";
    if (!field_take(f, 4))
        return;
    bool policy = field_value(f, 0, 1) != 0;
    field_flag(f, "G", 0, "group policy");
    field_bits(f, "reserved", 1, 3, "%u", (unsigned)field_value(f, 1, 3));
    field_flag(f, "I", 4, "network identifier is valid");
    field_bits(f, "reserved", 5, 11, "%u", (unsigned)field_value(f, 5, 11));
    field_bits(f, policy ? "group" : "reserved", 16, 16, "%u", (unsigned)field_value(f, 16, 16));
    field_number(f, "network", 3);
    field_hex(f, "reserved", 1);
    describe_ethernet(f);
}

static void geneve_options(struct fields *f, size_t room)
{
    while (room >= 4 && !f->ended) {
        field_hex(f, "option class", 2);
        field_hex(f, "option type", 1);
        if (!field_take(f, 1))
            return;
        size_t length = (size_t)field_value(f, 3, 5) * 4;
        field_bits(f, "option reserved", 0, 3, "%u", (unsigned)field_value(f, 0, 3));
        field_bits(f, "option length", 3, 5, "%zu bytes", length);
        room -= 4;
        length = length < room ? length : room;
        field_bytes(f, "option data", length);
        room -= length;
    }
}

static void geneve(struct fields *f)
{
    f->layer = "Geneve";
    if (!field_take(f, 2))
        return;
    size_t options = (size_t)field_value(f, 2, 6) * 4;
    field_bits(f, "version", 0, 2, "%u", (unsigned)field_value(f, 0, 2));
    field_bits(f, "options length", 2, 6, "%zu bytes", options);
    field_flag(f, "O", 8, "control packet");
    field_flag(f, "C", 9, "critical options present");
    field_bits(f, "reserved", 10, 6, "%u", (unsigned)field_value(f, 10, 6));
    uint64_t type = field_hex(f, "type", 2);
    field_number(f, "network", 3);
    field_hex(f, "reserved", 1);
    geneve_options(f, options);
    carried(f, type);
}

static void gtp_extensions(struct fields *f, uint64_t next)
{
    while (next != 0 && !f->ended) {
        size_t length = (size_t)field_number(f, "extension length", 1) * 4;
        if (length == 0)
            field_undecoded(f, "after an impossible extension length");
        else
            field_bytes(f, "extension data", length - 2);
        next = field_hex(f, "next extension", 1);
    }
}

static void gtp(struct fields *f)
{
    f->layer = "GTP-U";
    if (!field_take(f, 1))
        return;
    bool extensions = field_value(f, 5, 1) != 0, more = field_value(f, 5, 3) != 0;
    field_bits(f, "version", 0, 3, "%u", (unsigned)field_value(f, 0, 3));
    field_flag(f, "PT", 3, "GTP");
    field_bits(f, "reserved", 4, 1, "%u", (unsigned)field_value(f, 4, 1));
    field_flag(f, "E", 5, "extension headers present");
    field_flag(f, "S", 6, "sequence number present");
    field_flag(f, "PN", 7, "N-PDU number present");
    uint64_t type = field_hex(f, "message type", 1);
    field_number(f, "length", 2);
    field_hex(f, "tunnel", 4);
    if (more) {
        field_number(f, "sequence number", 2);
        field_number(f, "N-PDU number", 1);
        uint64_t next = field_hex(f, "next extension", 1);
        gtp_extensions(f, extensions ? next : 0);
    }
    if (type != 0xff)
        field_undecoded(f, "a message without user data");
}

static void udp(struct fields *f)
{
    f->layer = "UDP";
    field_number(f, "source port", 2);
    uint64_t port = field_number(f, "destination port", 2);
    field_number(f, "length", 2);
    field_hex(f, "checksum", 2);
    switch (port) {
    case UDP_PORT_VXLAN:
    case UDP_PORT_VXLAN_LINUX: vxlan(f); break;
    case UDP_PORT_GENEVE: geneve(f); break;
    case UDP_PORT_GTP_USER: gtp(f); break;
    default: field_undecoded(f, "a UDP port that is no tunnel's");
    }
}

bool describe_tunnel(struct fields *f, uint64_t protocol)
{
    switch (protocol) {
    case IP_PROTOCOL_IPV4:
    case IP_PROTOCOL_IPV6: break;
    case IP_PROTOCOL_GRE: gre(f); break;
    case IP_PROTOCOL_UDP: udp(f); break;
    default: return false;
    }
    return !f->ended;
}
