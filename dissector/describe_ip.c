/*
 * describe_ip.c: the IPv4 header with its options (RFC 791, 2474, 3168), and what IPv4 and IPv6 share.
 *
 * The walk over IP goes through tunnels and ends at TCP; anything else is told as not decoded, and so is a datagram's later
 * fragment, since only the first has a TCP header. The header checksum is judged when the header was captured whole.
 */
#include "describe.h"
#include "net/ip.h"

enum { IPV4_HEADER = 20, IP_PROTOCOL_NOTHING = 59 };

static const struct field_word protocols[] = {
    {IP_PROTOCOL_HOP_BY_HOP, "hop-by-hop options"},
    {1, "ICMP"},
    {IP_PROTOCOL_IPV4, "IPv4"},
    {IP_PROTOCOL_TCP, "TCP"},
    {IP_PROTOCOL_UDP, "UDP"},
    {IP_PROTOCOL_IPV6, "IPv6"},
    {IP_PROTOCOL_ROUTING, "routing"},
    {IP_PROTOCOL_FRAGMENT, "fragment"},
    {IP_PROTOCOL_GRE, "GRE"},
    {50, "encapsulating security payload"},
    {IP_PROTOCOL_AH, "authentication"},
    {58, "ICMPv6"},
    {IP_PROTOCOL_NOTHING, "nothing"},
    {IP_PROTOCOL_DESTINATION, "destination options"},
    {132, "SCTP"},
    {IP_PROTOCOL_MOBILITY, "mobility"},
    {IP_PROTOCOL_HIP, "host identity"},
    {IP_PROTOCOL_SHIM6, "shim6"},
};

uint64_t describe_protocol(struct fields *f, const char *name)
{
    return field_named(f, name, 1, FIELD_WORDS(protocols));
}

void describe_traffic_class(struct fields *f, unsigned first)
{
    static const struct field_word services[] = {
        {0, "default"},
        {1, "lower effort"},
        {8, "CS1"},
        {16, "CS2"},
        {24, "CS3"},
        {32, "CS4"},
        {40, "CS5"},
        {48, "CS6"},
        {56, "CS7"},
        {10, "AF11"},
        {12, "AF12"},
        {14, "AF13"},
        {18, "AF21"},
        {20, "AF22"},
        {22, "AF23"},
        {26, "AF31"},
        {28, "AF32"},
        {30, "AF33"},
        {34, "AF41"},
        {36, "AF42"},
        {38, "AF43"},
        {44, "voice admit"},
        {46, "expedited forwarding"},
    };
    static const char *const congestion[] = {"not capable", "capable (1)", "capable (0)", "congestion experienced"};
    unsigned service = (unsigned)field_value(f, first, 6);
    const char *word = field_word(FIELD_WORDS(services), service);
    field_bits(f, "differentiated services", first, 6, "%s (%u)", word != NULL ? word : "unknown", service);
    field_bits(f, "congestion notification", first + 6, 2, "%s", congestion[field_value(f, first + 6, 2)]);
}

void describe_fragment_offset(struct fields *f, unsigned first)
{
    unsigned units = (unsigned)field_value(f, first, 13);
    field_bits(f, "fragment offset", first, 13, "%u%s", units * 8, units != 0 ? " bytes" : "");
}

void describe_later_fragment(struct fields *f, uint64_t units)
{
    if (units != 0)
        field_undecoded(f, "a later fragment: the TCP header is in the first");
}

static void route(struct fields *f, size_t size)
{
    field_number(f, "pointer", 1);
    for (size--; size >= 4; size -= 4)
        field_address(f, "route address", 4);
    field_bytes(f, "option data", size);
}

/* RFC 791 3.1: the flag says whether addresses stand with the timestamps; either is four bytes. */
static void timestamps(struct fields *f, size_t size)
{
    field_number(f, "pointer", 1);
    if (--size == 0 || !field_take(f, 1))
        return;
    unsigned flag = (unsigned)field_value(f, 4, 4);
    field_bits(f, "overflow", 0, 4, "%u", (unsigned)field_value(f, 0, 4));
    field_bits(f, "flag", 4, 4, flag == 0 ? "timestamps only (%u)" : "with addresses (%u)", flag);
    bool address = flag != 0;
    for (size--; size >= 4; size -= 4, address = flag != 0 && !address) {
        if (address)
            field_address(f, "timestamp address", 4);
        else
            field_number(f, "timestamp", 4);
    }
    field_bytes(f, "option data", size);
}

void describe_router_alert(struct fields *f, size_t size)
{
    field_number(f, "router alert", size);
}

static void stream_id(struct fields *f, size_t size)
{
    field_number(f, "stream identifier", size);
}

static const struct option_kind ipv4_kinds[] = {
    {0, 0, "end of options", NULL},
    {1, 0, "no operation", NULL},
    {7, 0, "record route", route},
    {68, 0, "timestamps", timestamps},
    {82, 0, "traceroute", NULL},
    {130, 0, "security", NULL},
    {131, 0, "loose source route", route},
    {134, 0, "commercial security", NULL},
    {136, 2, "stream identifier", stream_id},
    {137, 0, "strict source route", route},
    {148, 2, "router alert", describe_router_alert},
};
static const struct option_format ipv4_options = {ipv4_kinds, sizeof ipv4_kinds / sizeof ipv4_kinds[0], .single = 2,
                                                  .overhead = 2, .ends = true};

/* RFC 1071, over a header in which the checksum itself counts as zero. */
static uint16_t checksum_of(struct wsd_bytes header)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < header.length; i += 2)
        if (i != 10)
            sum += (uint32_t)header.data[i] << 8 | header.data[i + 1];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* header: empty when it is not captured whole, and cannot be summed up. */
static void checksum(struct fields *f, struct wsd_bytes header)
{
    if (!field_take(f, 2))
        return;
    unsigned is = (unsigned)f->value, ought = header.length != 0 ? checksum_of(header) : is;
    if (is != ought)
        field_tell(f, "header checksum", "0x%04x, should be 0x%04x%s", is, ought,
                   is == 0 ? ": left to the network card" : "");
    else
        field_tell(f, "header checksum", "0x%04x%s", is, header.length != 0 ? ", correct" : "");
}

static uint64_t ipv4_fragment(struct fields *f)
{
    if (!field_take(f, 2))
        return 0;
    uint64_t units = field_value(f, 3, 13);
    field_flag(f, "reserved", 0, "set");
    field_flag(f, "DF", 1, "Don't fragment");
    field_flag(f, "MF", 2, "More fragments follow");
    describe_fragment_offset(f, 3);
    return units;
}

static uint64_t ipv4(struct fields *f)
{
    f->layer = "IPv4";
    struct cursor whole = f->at;
    field_take(f, 1);
    size_t length = (size_t)field_value(f, 4, 4) * 4;
    field_bits(f, "version", 0, 4, "4");
    field_bits(f, "header length", 4, 4, length < IPV4_HEADER ? "%zu bytes: impossible" : "%zu bytes", length);
    if (field_take(f, 1))
        describe_traffic_class(f, 0);
    if (field_take(f, 2))
        field_tell(f, "total length", f->value != 0 ? "%u" : "%u: segmentation offload", (unsigned)f->value);
    field_hex(f, "identification", 2);
    uint64_t units = ipv4_fragment(f);
    field_number(f, "time to live", 1);
    uint64_t protocol = describe_protocol(f, "protocol");
    checksum(f, length >= IPV4_HEADER ? cursor_bytes(&whole, length) : (struct wsd_bytes){NULL, 0});
    field_address(f, "source", 4);
    field_address(f, "destination", 4);
    if (length > IPV4_HEADER)
        describe_options(f, &ipv4_options, length - IPV4_HEADER);
    describe_later_fragment(f, units);
    return protocol;
}

/* One header with its extensions. Returns the protocol that they lead to. */
static uint64_t one_header(struct fields *f)
{
    struct cursor ahead = f->at;
    uint64_t protocol = IP_PROTOCOL_NOTHING;
    switch (cursor_u8(&ahead) >> 4) {
    case 4: protocol = ipv4(f); break;
    case 6: protocol = describe_ipv6(f); break;
    default:
        f->layer = "IP";
        if (ahead.short_of)
            field_take(f, 1);
        else
            field_undecoded(f, "neither IPv4 nor IPv6");
    }
    return describe_extensions(f, protocol);
}

/* Each header takes bytes, so that tunnels in each other end with these. */
void describe_ip(struct fields *f)
{
    while (!f->ended) {
        uint64_t protocol = one_header(f);
        if (protocol == IP_PROTOCOL_TCP)
            return;
        if (!describe_tunnel(f, protocol))
            field_undecoded(f, "a protocol that is not TCP");
    }
}
