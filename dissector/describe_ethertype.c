/*
 * describe_ethertype.c: what stands between an EtherType (or a PPP protocol number) and the IP header.
 *
 *     type ─┬─ 802.1Q, 802.1ad, 802.1BR tag ── type ...
 *           ├─ length: 802.2 SNAP ── type ...
 *           ├─ MPLS labels ─┬─ IP
 *           │               └─ pseudowire ── Ethernet ── type ...
 *           ├─ PPPoE ── PPP ─┬─ IP
 *           │                └─ MPLS ...
 *           └─ IP
 *
 * The calls of one another nest as deeply as the packet does, at most WSD_DETAIL_HEADERS / 22 times.
 *
 * Sources: IEEE 802.1Q, 802.1BR, 802.2; RFC 1661 and 1662 (PPP), RFC 2516 (PPPoE), RFC 3032 and 5462 (MPLS), RFC 4385
 * and 4448 (pseudowire).
 */
#include "describe.h"

enum {
    ETHERTYPE_LARGEST_LENGTH = 1500,
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848,
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_PROVIDER = 0x88a8,
    ETHERTYPE_ETAG = 0x893f,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_QINQ_OLD_2 = 0x9200,
    ETHERTYPE_QINQ_OLD_3 = 0x9300,
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
    PPP_MPLS = 0x0281
};

static const struct field_word ethertypes[] = {
    {ETHERTYPE_IPV4, "IPv4"},
    {0x0806, "ARP"},
    {ETHERTYPE_VLAN, "802.1Q tag"},
    {ETHERTYPE_IPV6, "IPv6"},
    {ETHERTYPE_MPLS, "MPLS"},
    {ETHERTYPE_MPLS_UPSTREAM, "MPLS, upstream label"},
    {0x8863, "PPPoE discovery"},
    {ETHERTYPE_PPPOE, "PPPoE session"},
    {ETHERTYPE_PROVIDER, "802.1ad tag"},
    {ETHERTYPE_ETAG, "802.1BR tag"},
    {ETHERTYPE_QINQ_OLD, "QinQ tag"},
    {ETHERTYPE_QINQ_OLD_2, "QinQ tag"},
    {ETHERTYPE_QINQ_OLD_3, "QinQ tag"},
};

uint64_t describe_type(struct fields *f, const char *name)
{
    struct cursor ahead = f->at;
    uint16_t type = cursor_u16(&ahead);
    if (!ahead.short_of && type <= ETHERTYPE_LARGEST_LENGTH)
        return field_number(f, "length", 2);
    return field_named_hex(f, name, 2, FIELD_WORDS(ethertypes));
}

/* The tag behind its type: priority, drop eligible, VLAN. */
static void vlan(struct fields *f, const char *layer)
{
    static const char *const priorities[] = {"best effort",           "background",     "excellent effort",
                                             "critical applications", "video",          "voice",
                                             "internetwork control",  "network control"};
    f->layer = layer;
    if (!field_take(f, 2))
        return;
    unsigned priority = (unsigned)field_value(f, 0, 3), id = (unsigned)field_value(f, 4, 12);
    field_bits(f, "priority", 0, 3, "%s (%u)", priorities[priority], priority);
    field_flag(f, "drop eligible", 3, "may be dropped first");
    field_bits(f, "VLAN", 4, 12, id == 0 ? "%u: priority only" : "%u", id);
}

static void etag(struct fields *f)
{
    f->layer = "802.1BR";
    if (!field_take(f, 6))
        return;
    field_bits(f, "priority", 0, 3, "%u", (unsigned)field_value(f, 0, 3));
    field_flag(f, "drop eligible", 3, "may be dropped first");
    field_bits(f, "ingress channel, base", 4, 12, "%u", (unsigned)field_value(f, 4, 12));
    field_bits(f, "reserved", 16, 2, "%u", (unsigned)field_value(f, 16, 2));
    field_bits(f, "group", 18, 2, "%u", (unsigned)field_value(f, 18, 2));
    field_bits(f, "channel, base", 20, 12, "%u", (unsigned)field_value(f, 20, 12));
    field_bits(f, "ingress channel, extension", 32, 8, "%u", (unsigned)field_value(f, 32, 8));
    field_bits(f, "channel, extension", 40, 8, "%u", (unsigned)field_value(f, 40, 8));
}

/* Behind an 802.3 length. Only SNAP names an EtherType. */
static void llc(struct fields *f)
{
    f->layer = "802.2";
    uint64_t destination = field_hex(f, "destination access point", 1);
    uint64_t source = field_hex(f, "source access point", 1);
    uint64_t control = field_hex(f, "control", 1);
    if (destination != 0xaa || source != 0xaa || control != 0x03)
        field_undecoded(f, "a link control that carries no EtherType");
    field_hex(f, "organization", 3);
}

/* Not being IP, what follows the labels is an Ethernet frame behind a control word. */
static void pseudowire(struct fields *f)
{
    f->layer = "pseudowire";
    if (field_take(f, 4)) {
        field_bits(f, "zero", 0, 4, "no IP version");
        field_bits(f, "flags", 4, 4, "0x%x", (unsigned)field_value(f, 4, 4));
        field_bits(f, "fragmentation", 8, 2, "%u", (unsigned)field_value(f, 8, 2));
        field_bits(f, "length", 10, 6, "%u", (unsigned)field_value(f, 10, 6));
        field_bits(f, "sequence number", 16, 16, "%u", (unsigned)field_value(f, 16, 16));
        describe_ethernet(f);
    }
}

static void mpls(struct fields *f)
{
    static const struct field_word labels[] = {
        {0, ": IPv4 explicit null"},
        {1, ": router alert"},
        {2, ": IPv6 explicit null"},
        {3, ": implicit null"},
        {7, ": entropy label follows"},
        {13, ": associated channel"},
        {14, ": OAM alert"},
        {15, ": extension"},
    };
    bool bottom = false;
    f->layer = "MPLS";
    while (!bottom && field_take(f, 4)) {
        unsigned label = (unsigned)field_value(f, 0, 20);
        const char *word = field_word(FIELD_WORDS(labels), label);
        bottom = field_value(f, 23, 1) != 0;
        field_bits(f, "label", 0, 20, "%u%s", label, word != NULL ? word : "");
        field_bits(f, "traffic class", 20, 3, "%u", (unsigned)field_value(f, 20, 3));
        field_bits(f, "bottom of stack", 23, 1, "%s", bottom ? "the last label" : "more labels follow");
        field_bits(f, "time to live", 24, 8, "%u", (unsigned)field_value(f, 24, 8));
    }
    if (bottom && cursor_left(&f->at) > 0 && *f->at.at >> 4 == 0)
        pseudowire(f);
}

static void ppp_protocol(struct fields *f)
{
    static const struct field_word protocols[] = {
        {PPP_IPV4, "IPv4"},
        {PPP_IPV6, "IPv6"},
        {PPP_MPLS, "MPLS"},
        {0x00fd, "compressed"},
        {0x002d, "VJ compressed"},
        {0x002f, "VJ uncompressed"},
        {0x8021, "IP control"},
        {0x8057, "IPv6 control"},
        {0xc021, "link control"},
        {0xc023, "password authentication"},
        {0xc223, "challenge authentication"},
    };
    /* One byte when it is odd: protocol field compression (RFC 1661 6.5). */
    bool compressed = cursor_left(&f->at) >= 1 && (*f->at.at & 1) != 0;
    uint64_t protocol = field_named_hex(f, "protocol", compressed ? 1 : 2, FIELD_WORDS(protocols));
    if (protocol == PPP_MPLS)
        mpls(f);
    else if (protocol != PPP_IPV4 && protocol != PPP_IPV6)
        field_undecoded(f, "a PPP protocol that carries no IP");
}

/* An address and a control byte may stand in front (RFC 1662); Cisco's have an EtherType behind them. */
void describe_ppp(struct fields *f)
{
    static const struct field_word stations[] = {{0xff, "all stations"}, {0x0f, "unicast, Cisco framing"}};
    static const struct field_word controls[] = {{0x03, "unnumbered information"}};
    struct cursor ahead = f->at;
    uint8_t address = cursor_u8(&ahead), control = cursor_u8(&ahead);
    bool framed = (address == 0xff || address == 0x0f) && (ahead.short_of || control == 0x03 || control == 0x00);
    f->layer = "PPP";
    if (framed) {
        field_named_hex(f, "address", 1, FIELD_WORDS(stations));
        field_named_hex(f, "control", 1, FIELD_WORDS(controls));
        if (address == 0x0f) {
            describe_ethertype(f, describe_type(f, "protocol"));
            return;
        }
    }
    ppp_protocol(f);
}

void describe_cisco_hdlc(struct fields *f)
{
    static const struct field_word stations[] = {{0x0f, "unicast"}, {0x8f, "broadcast"}};
    f->layer = "Cisco HDLC";
    field_named_hex(f, "address", 1, FIELD_WORDS(stations));
    field_hex(f, "control", 1);
    describe_ethertype(f, describe_type(f, "protocol"));
}

void describe_pppoe(struct fields *f)
{
    static const struct field_word codes[] = {
        {0x00, "session data"}, {0x07, "offer"},        {0x09, "initiation"},
        {0x19, "request"},      {0x65, "confirmation"}, {0xa7, "termination"},
    };
    f->layer = "PPPoE";
    if (!field_take(f, 1))
        return;
    field_bits(f, "version", 0, 4, "%u", (unsigned)field_value(f, 0, 4));
    field_bits(f, "type", 4, 4, "%u", (unsigned)field_value(f, 4, 4));
    field_named_hex(f, "code", 1, FIELD_WORDS(codes));
    field_hex(f, "session", 2);
    field_number(f, "length", 2);
    f->layer = "PPP";
    ppp_protocol(f);
}

void describe_ethertype(struct fields *f, uint64_t type)
{
    while (!f->ended) {
        switch (type) {
        case ETHERTYPE_VLAN:
        case ETHERTYPE_QINQ_OLD:
        case ETHERTYPE_QINQ_OLD_2:
        case ETHERTYPE_QINQ_OLD_3: vlan(f, "802.1Q"); break;
        case ETHERTYPE_PROVIDER: vlan(f, "802.1ad"); break;
        case ETHERTYPE_ETAG: etag(f); break;
        case ETHERTYPE_MPLS:
        case ETHERTYPE_MPLS_UPSTREAM: mpls(f); return;
        case ETHERTYPE_PPPOE: describe_pppoe(f); return;
        case ETHERTYPE_IPV4:
        case ETHERTYPE_IPV6: return;
        default:
            if (type > ETHERTYPE_LARGEST_LENGTH) {
                field_undecoded(f, "a type that carries no IP");
                return;
            }
            llc(f);
        }
        type = describe_type(f, "type");
    }
}
