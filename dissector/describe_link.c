/*
 * describe_link.c: the link layer as the capture has it, up to the first byte of IP.
 *
 * One function for each link type, in a table by LINKTYPE_ value. What an EtherType announces (tags, labels, PPP) is in
 * describe_ethertype.c. A packet that carried a frame has IP behind all that; what has none, being damaged, is told as
 * not decoded.
 *
 * Sources: IEEE 802.3, tcpdump.org's list of link-layer header types.
 */
#include "describe.h"
#include "net/link.h"

static const struct field_word cooked_directions[] = {
    {0, "to this host"}, {1, "broadcast"}, {2, "multicast"}, {3, "to another host"}, {4, "sent by this host"},
};

/* Linux's ARPHRD_ values of what carries IP. */
static const struct field_word hardware[] = {
    {1, "Ethernet"}, {512, "PPP"}, {519, "raw IP"}, {768, "IPv4 tunnel"},   {769, "IPv6 tunnel"}, {772, "loopback"},
    {776, "SIT"},    {778, "GRE"}, {801, "802.11"}, {823, "GRE over IPv6"}, {65534, "no header"},
};

/* AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on Darwin. */
static const struct field_word families[] = {
    {2, "IPv4"}, {10, "IPv6"}, {24, "IPv6"}, {28, "IPv6"}, {30, "IPv6"},
};

static void hardware_address(struct fields *f, const char *name)
{
    if (!field_take(f, 6))
        return;
    const uint8_t *a = f->raw.data;
    const char *kind = f->value == 0xffffffffffff ? " (broadcast)" : (a[0] & 1) != 0 ? " (multicast)" : "";
    field_tell(f, name, "%02x:%02x:%02x:%02x:%02x:%02x%s", a[0], a[1], a[2], a[3], a[4], a[5], kind);
}

void describe_ethernet(struct fields *f)
{
    f->layer = "Ethernet";
    hardware_address(f, "destination");
    hardware_address(f, "source");
    describe_ethertype(f, describe_type(f, "type"));
}

/* The address has room for eight bytes, of which the length says how many count. */
static void cooked_source(struct fields *f, uint64_t length)
{
    if (length == 6) {
        hardware_address(f, "source");
        field_bytes(f, "source, unused", 2);
    } else {
        field_bytes(f, "source", length < 8 ? (size_t)length : 8);
        field_bytes(f, "source, unused", length < 8 ? 8 - (size_t)length : 0);
    }
}

static void cooked(struct fields *f)
{
    f->layer = "Linux cooked";
    field_named(f, "packet type", 2, FIELD_WORDS(cooked_directions));
    field_named(f, "hardware type", 2, FIELD_WORDS(hardware));
    cooked_source(f, field_number(f, "source length", 2));
    describe_ethertype(f, describe_type(f, "protocol"));
}

static void cooked2(struct fields *f)
{
    f->layer = "Linux cooked v2";
    uint64_t type = describe_type(f, "protocol");
    field_hex(f, "reserved", 2);
    field_number(f, "interface", 4);
    field_named(f, "hardware type", 2, FIELD_WORDS(hardware));
    field_named(f, "packet type", 1, FIELD_WORDS(cooked_directions));
    cooked_source(f, field_number(f, "source length", 1));
    describe_ethertype(f, type);
}

/* NULL has the family in the byte order of the machine that captured, LOOP in network order. A family is a small
 * number, so that the order shows, and one reading does for both. IP itself says its version once more. */
static void loopback(struct fields *f)
{
    f->layer = "loopback";
    if (!field_take(f, 4))
        return;
    uint32_t family = (uint32_t)f->value;
    if (family > 0xffff)
        family = family >> 24 | (family >> 8 & 0xff00) | (family << 8 & 0xff0000) | family << 24;
    const char *word = field_word(FIELD_WORDS(families), family);
    field_tell(f, "family", "%s (%u)", word != NULL ? word : "unknown", (unsigned)family);
}

static void raw_ip(struct fields *f)
{
    f->layer = "IP";
}

static const struct link {
    enum link_type type;
    void (*describe)(struct fields *f);
} links[] = {
    {LINK_TYPE_NULL, loopback},
    {LINK_TYPE_ETHERNET, describe_ethernet},
    {LINK_TYPE_PPP, describe_ppp},
    {LINK_TYPE_DLT_RAW_BSD, raw_ip},
    {LINK_TYPE_DLT_RAW_OPENBSD, raw_ip},
    {LINK_TYPE_PPP_HDLC, describe_ppp},
    {LINK_TYPE_PPP_ETHER, describe_pppoe},
    {LINK_TYPE_RAW, raw_ip},
    {LINK_TYPE_CISCO_HDLC, describe_cisco_hdlc},
    {LINK_TYPE_LOOP, loopback},
    {LINK_TYPE_LINUX_SLL, cooked},
    {LINK_TYPE_IPV4, raw_ip},
    {LINK_TYPE_IPV6, raw_ip},
    {LINK_TYPE_LINUX_SLL2, cooked2},
};

void describe_link(struct fields *f, uint32_t link_type)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].type == link_type) {
            links[i].describe(f);
            return;
        }
    f->layer = "link";
    field_undecoded(f, "a link type that is not known here");
}
