/*
 * describe_ipv6.c: the IPv6 header and the extension headers, each of which names the next (RFC 8200).
 *
 *     | next header | length | content ...   |      the length counts units of eight bytes, the first not counted
 *
 * Hop-by-hop and destination options, routing (RFC 8200 4.4, 8754), fragment, authentication (RFC 4302, also behind
 * IPv4), and the others of the same shape, whose content is not taken apart. Each extension takes at least eight bytes,
 * so that the walk ends.
 */
#include "describe.h"
#include "net/ip.h"

uint64_t describe_ipv6(struct fields *f)
{
    f->layer = "IPv6";
    if (field_take(f, 4)) {
        field_bits(f, "version", 0, 4, "6");
        describe_traffic_class(f, 4);
        field_bits(f, "flow label", 12, 20, "0x%05x", (unsigned)field_value(f, 12, 20));
    }
    if (field_take(f, 2))
        field_tell(f, "payload length", f->value != 0 ? "%u" : "%u: jumbogram or segmentation offload",
                   (unsigned)f->value);
    uint64_t next = describe_protocol(f, "next header");
    field_number(f, "hop limit", 1);
    field_address(f, "source", 6);
    field_address(f, "destination", 6);
    return next;
}

static void padding(struct fields *f, size_t size)
{
    field_bytes(f, "padding", size);
}

static void jumbo(struct fields *f, size_t size)
{
    field_number(f, "jumbo payload length", size);
}

static void encapsulation_limit(struct fields *f, size_t size)
{
    field_number(f, "tunnel encapsulation limit", size);
}

static void home_address(struct fields *f, size_t size)
{
    (void)size;
    field_address(f, "home address", 6);
}

static const struct option_kind ipv6_kinds[] = {
    {0, 0, "one byte of padding", NULL},
    {1, 0, "padding", padding},
    {4, 1, "tunnel encapsulation limit", encapsulation_limit},
    {5, 2, "router alert", describe_router_alert},
    {38, 0, "quick start", NULL},
    {48, 0, "path MTU", NULL},
    {99, 0, "RPL", NULL},
    {194, 4, "jumbo payload", jumbo},
    {201, 16, "home address", home_address},
};
static const struct option_format ipv6_options = {ipv6_kinds, sizeof ipv6_kinds / sizeof ipv6_kinds[0], .single = 1,
                                                  .overhead = 0, .ends = false};

/* The second byte of most extension headers: the length in units of eight bytes, the first unit not counted. Returns
 * the bytes that follow it. */
static size_t extension_length(struct fields *f)
{
    if (!field_take(f, 1))
        return 0;
    size_t length = ((size_t)f->value + 1) * 8;
    field_tell(f, "header length", "%zu bytes", length);
    return length - 2;
}

static void routing(struct fields *f)
{
    static const struct field_word types[] = {
        {0, "source route, deprecated"},
        {2, "mobile"},
        {3, "RPL source route"},
        {4, "segment routing"},
    };
    size_t left = extension_length(f);
    uint64_t type = field_named(f, "routing type", 1, FIELD_WORDS(types));
    field_number(f, "segments left", 1);
    size_t addresses = 0;
    if (f->ended)
        return;
    if (type == 4) { /* RFC 8754 2: what follows the addresses are further options */
        addresses = (size_t)field_number(f, "last entry", 1) + 1;
        field_hex(f, "flags", 1);
        field_hex(f, "tag", 2);
    } else {
        field_hex(f, "reserved", 4);
        addresses = type == 0 || type == 2 ? left / 16 : 0;
    }
    for (left -= 6; addresses > 0 && left >= 16; addresses--, left -= 16)
        field_address(f, "address", 6);
    field_bytes(f, "routing data", left);
}

/* Returns the offset in units. */
static uint64_t fragment(struct fields *f)
{
    field_hex(f, "reserved", 1);
    if (!field_take(f, 2))
        return 0;
    uint64_t units = field_value(f, 0, 13);
    describe_fragment_offset(f, 0);
    field_bits(f, "reserved", 13, 2, "%u", (unsigned)field_value(f, 13, 2));
    field_flag(f, "M", 15, "More fragments follow");
    field_hex(f, "identification", 4);
    return units;
}

/* The length counts units of four bytes, without two of them: another rule than the others'. */
static void authentication(struct fields *f)
{
    if (!field_take(f, 1))
        return;
    size_t length = ((size_t)f->value + 2) * 4;
    field_tell(f, "header length", "%zu bytes", length);
    field_hex(f, "reserved", 2);
    if (length < 12) {
        field_bytes(f, "authentication data", length - 4);
        return;
    }
    field_hex(f, "security parameters index", 4);
    field_number(f, "sequence number", 4);
    field_bytes(f, "integrity check value", length - 12);
}

static const char *extension_name(uint64_t protocol)
{
    static const struct field_word names[] = {
        {IP_PROTOCOL_HOP_BY_HOP, "IPv6 hop-by-hop"},
        {IP_PROTOCOL_ROUTING, "IPv6 routing"},
        {IP_PROTOCOL_FRAGMENT, "IPv6 fragment"},
        {IP_PROTOCOL_AH, "authentication"},
        {IP_PROTOCOL_DESTINATION, "IPv6 destination"},
        {IP_PROTOCOL_MOBILITY, "IPv6 mobility"},
        {IP_PROTOCOL_HIP, "host identity"},
        {IP_PROTOCOL_SHIM6, "shim6"},
    };
    return field_word(FIELD_WORDS(names), protocol);
}

/* Returns the protocol that follows. */
static uint64_t extension(struct fields *f, uint64_t protocol)
{
    uint64_t next = describe_protocol(f, "next header");
    uint64_t units = 0;
    switch (protocol) {
    case IP_PROTOCOL_HOP_BY_HOP:
    case IP_PROTOCOL_DESTINATION: describe_options(f, &ipv6_options, extension_length(f)); break;
    case IP_PROTOCOL_ROUTING: routing(f); break;
    case IP_PROTOCOL_FRAGMENT: units = fragment(f); break;
    case IP_PROTOCOL_AH: authentication(f); break;
    default: field_bytes(f, "header data", extension_length(f));
    }
    describe_later_fragment(f, units);
    return next;
}

uint64_t describe_extensions(struct fields *f, uint64_t protocol)
{
    for (; !f->ended && extension_name(protocol) != NULL; protocol = extension(f, protocol))
        f->layer = extension_name(protocol);
    return protocol;
}
