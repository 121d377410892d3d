/*
 * tunnel_test.c: every tunnel in front of a TCP segment: cut at every length, damaged, in each other, past the limit; and headers
 * between IP and TCP, also of a datagram in fragments.
 *
 * A case is what stands between the outer IP header and the inner one, in hex; "M" is two MAC addresses, "L" the length of
 * the UDP datagram, "G" that of GTP-U's content.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "net/tunnel.h"
#include "support/packets.h"
#include "unwrap.h"

#include <stdlib.h>

#define VXLAN "C350 12B5 L 0000 "

static const struct {
    uint8_t protocol;
    const char *between;
} tunnels[] = {
    {4, ""},
    {47, "0000 0800"},
    {47, "8000 0800 12340000"},
    {47, "2000 0800 00000007"},
    {47, "1000 0800 00000001"},
    {47, "B000 0800 12340000 00000007 00000001"},
    {47, "4000 0800 00000000 0800 00 04 0A000001 0000 00 00"},
    {47, "0000 6558 M 0800"},
    {47, "2000 6558 00000007 M 8100 0001 0800"},
    {47, "0000 8847 00010140"},
    {47, "3081 880B 0032 0001 00000001 00000001 0021"},
    {47, "0000 88BE M 0800"},
    {47, "1000 88BE 00000001 1000 0005 00000000 M 0800"},
    {47, "1000 22EB 00000001 2000 0005 00000000 0000 0000 M 0800"},
    {47, "1000 22EB 00000001 2000 0005 00000000 0000 0801"
         "0000000000000000"},
    {17, VXLAN "08000000 00002A00 M 0800"},
    {17, VXLAN "88000007 00002A00 M 8100 0001 0800"},
    {17, "C350 2118 L 0000 08000000 00002A00 M 0800"},
    {17, "C350 17C1 L 0000 0000 6558 00002A00 M 0800"},
    {17, "C350 17C1 L 0000 0340 0800 00002A00 0103 01 02 0000000000000000"},
    {17, "0868 0868 L 0000 30FF G 00000007"},
    {17, "0868 0868 L 0000 32FF G 00000007 0009 00 00"},
    {17, "0868 0868 L 0000 34FF G 00000007 0000 00 85 01 0003 C0 01 0003 00"},
};

/* Near misses. */
static const struct {
    uint8_t protocol;
    const char *between;
} no_tunnels[] = {
    {41, ""},                                             /* says IPv6, is IPv4 */
    {47, "0002 0800"},                                    /* version 2 */
    {47, "0008 0800"},                                    /* a reserved bit */
    {47, "0080 0800"},                                    /* an acknowledgment in version 0 */
    {47, "0000 0806"},                                    /* ARP */
    {47, "2001 880B 0000 0001 FF03 0021"},                /* PPTP without content */
    {47, "1000 88BE 00000001 2000 0005 00000000 M 0800"}, /* another version */
    {47, "1000 22EB 00000001 1000 0005 00000000 0000 0000 M 0800"},
    {47, "1000 22EB 00000001 2000 0005 00000000 0000 0400 M 0800"}, /* another frame type */
    {17, "C350 12B6 L 0000 08000000 00002A00 M 0800"},              /* another port */
    {17, "12B5 C350 L 0000 08000000 00002A00 M 0800"},              /* source and destination the other way round */
    {17, "C350 12B5 FFFF 0000 08000000 00002A00 M 0800"},           /* longer than the packet */
    {17, "C350 12B5 0007 0000 08000000 00002A00 M 0800"},
    {17, "C350 12B5 0000 0000 08000000 00002A00 M 0800"},
    {17, VXLAN "00000000 00002A00 M 0800"}, /* no network */
    {17, VXLAN "09000000 00002A00 M 0800"},
    {17, VXLAN "08000001 00002A00 M 0800"},
    {17, VXLAN "08000000 00002A01 M 0800"},
    {17, VXLAN "08000000 00002A00 M 0806"},
    {17, "C350 17C1 L 0000 4000 6558 00002A00 M 0800"}, /* version 1 */
    {17, "C350 17C1 L 0000 0080 6558 00002A00 M 0800"}, /* control */
    {17, "C350 17C1 L 0000 0001 6558 00002A00 M 0800"},
    {17, "C350 17C1 L 0000 0140 0800 00002A00 0103 01 02"}, /* an option past its room */
    {17, "0868 0868 L 0000 30FE G 00000007"},               /* not user data */
    {17, "0868 0868 L 0000 20FF G 00000007"},               /* GTP' */
    {17, "0868 0868 L 0000 50FF G 00000007"},               /* version 2 */
    {17, "0868 0868 L 0000 38FF G 00000007"},
    {17, "0868 0868 L 0000 30FF 0004 00000007"}, /* a length of its own */
    {17, "0868 0868 L 0000 34FF G 00000007 0000 00 85 00 0003 C0 01 0003 00"},
};

static struct packet p;
static const struct packet_spec spec = {
    .family = 4, .port = {51022, 8080}, .flags = TCP_ACK, .payload = {(const uint8_t *)"hello", 5}};
enum { INNER = 45 }; /* bytes from the inner IP header on */

static void patch(size_t at, size_t value)
{
    p.bytes[at] = (uint8_t)(value >> 8);
    p.bytes[at + 1] = (uint8_t)value;
}

/* Appends the outer IP header, what stands between, and room for lengths that are filled in once all is there. */
static void wrap(uint8_t protocol, const char *between, size_t inside)
{
    size_t size = 0;
    for (const char *h = between; *h != 0; h++)
        size += *h == ' ' ? 0 : *h == 'M' ? 24 : *h == 'L' || *h == 'G' ? 4 : 1;
    size = size / 2 + inside;
    packet_put_ipv4(&p, &spec, protocol, size);
    size_t start = p.length;
    while (*between != 0) {
        char pair[3] = {between[0], between[1], 0};
        if (*between == 'M')
            packet_put(&p, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
        else if (*between == 'L' || *between == 'G')
            packet_put_u16(&p, 0), patch(p.length - 2, *between == 'L' ? size : size - 16);
        else if (*between != ' ')
            packet_put_u8(&p, (uint8_t)strtoul(pair, NULL, 16)), between++;
        between++;
    }
    assert_int_equal(p.length - start, size - inside);
}

static void put_inner(void)
{
    packet_put_ipv4(&p, &spec, 6, 25);
    packet_put_segment(&p, &spec);
}

/* The first n bytes of p as raw IP, from memory that ends there. */
static int unwrap_cut(size_t n, struct unwrapped *u)
{
    uint8_t *exact = malloc(n + 1);
    struct fragments *fragments = fragments_new(4);
    assert_true(exact != NULL && fragments != NULL);
    memcpy(exact + 1, p.bytes, n);
    struct wsd_packet packet = {0, exact + 1, (uint32_t)n, (uint32_t)p.length, 101};
    int rc = unwrap_plain(&packet, u);
    if (rc == UNWRAP_INSIDE)
        rc = unwrap(&packet, fragments, 0, u);
    if (rc == UNWRAP_TCP) {
        assert_true(u->ip.payload.length <= u->ip.payload_length && u->headers <= n);
        assert_ptr_equal(u->ip.payload.data, exact + 1 + u->headers);
    }
    bool later;
    struct wsd_packet inside[WSD_TUNNELS_MOST + 1];
    unsigned count = wsd_ip_packets(&packet, inside, &later);
    assert_true(count <= WSD_TUNNELS_MOST + 1 && !later);
    for (unsigned i = 0; i < count; i++)
        assert_true(inside[i].data + inside[i].captured <= exact + 1 + n);
    fragments_free(fragments);
    free(exact);
    return rc;
}

static void every_tunnel_cut_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
        p.length = 0;
        print_message("%u %s\n", tunnels[i].protocol, tunnels[i].between);
        wrap(tunnels[i].protocol, tunnels[i].between, INNER);
        size_t prefix = p.length;
        put_inner();
        for (size_t n = 20; n <= p.length; n++) {
            struct unwrapped u;
            int rc = unwrap_cut(n, &u);
            assert_int_equal(rc, n < prefix + 20 ? UNWRAP_UNREADABLE : UNWRAP_TCP);
            if (rc != UNWRAP_TCP)
                continue;
            assert_int_equal(u.cost.link, prefix);
            assert_int_equal(u.cost.ip, 20);
            assert_int_equal(u.cost.wire, p.length);
            assert_int_equal(u.headers, prefix + 20);
            assert_int_equal(u.ip.payload_length, 25); /* whatever the snaplen took */
            assert_true(u.whole);
        }
    }
}

static void what_is_no_tunnel(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof no_tunnels / sizeof *no_tunnels; i++) {
        struct unwrapped u;
        p.length = 0;
        print_message("%u %s\n", no_tunnels[i].protocol, no_tunnels[i].between);
        wrap(no_tunnels[i].protocol, no_tunnels[i].between, INNER);
        put_inner();
        assert_int_equal(unwrap_cut(p.length, &u), UNWRAP_OTHER);
    }
}

static void nested_to_the_limit(void **state)
{
    (void)state;
    for (unsigned deep = 1; deep <= WSD_TUNNELS_MOST + 2; deep++) {
        struct unwrapped u;
        p.length = 0;
        for (unsigned i = deep; i > 0; i--)
            wrap(47, "0000 0800", (i - 1) * 24 + INNER);
        put_inner();
        assert_int_equal(unwrap_cut(p.length, &u), deep <= WSD_TUNNELS_MOST ? UNWRAP_TCP : UNWRAP_UNREADABLE);
    }
}

/* ---- headers between IP and TCP */

#define AH          "\6\4\0\0\0\0\0\1\0\0\0\1\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA"
#define DESTINATION "\x33\0\1\4\0\0\0\0" /* AH follows */
enum { AH_SIZE = sizeof AH - 1, DESTINATION_SIZE = sizeof DESTINATION - 1, SEGMENT = 25 };

static void authenticated_v4_cut_everywhere(void **state)
{
    (void)state;
    for (unsigned tunnel = 0; tunnel < 2; tunnel++) {
        p.length = 0;
        if (tunnel != 0)
            wrap(4, "", 20 + AH_SIZE + SEGMENT);
        packet_put_ipv4(&p, &spec, 51, AH_SIZE + SEGMENT);
        packet_put(&p, AH, AH_SIZE);
        size_t at = p.length;
        packet_put_segment(&p, &spec);
        for (size_t n = 20; n <= p.length; n++) {
            struct unwrapped u;
            int rc = unwrap_cut(n, &u);
            assert_true((rc == UNWRAP_TCP) == (n >= at));
            if (rc != UNWRAP_TCP)
                continue;
            assert_true(u.ip.protocol == 6 && u.ip.payload_length == SEGMENT && u.headers == at && u.whole);
            assert_true(u.cost.link == tunnel * 20 && u.cost.ip == 20 + AH_SIZE && u.cost.wire == p.length);
        }
    }
}

/* Extensions behind the fragment header, or AH in front of what was cut into fragments, are a part of the datagram. */
static void extensions_in_fragments(void **state)
{
    (void)state;
    enum { FIRST = 24 };
    static struct packet datagram;
    for (unsigned family = 4; family <= 6; family += 2) {
        struct fragments *fragments = fragments_new(4);
        size_t done = 0;
        assert_non_null(fragments);
        datagram.length = 0;
        if (family == 6)
            packet_put(&datagram, DESTINATION, DESTINATION_SIZE);
        packet_put(&datagram, AH, AH_SIZE);
        packet_put_segment(&datagram, &spec);
        for (unsigned last = 0; last < 2; last++) {
            size_t size = last ? datagram.length - FIRST : FIRST;
            p.length = 0;
            if (family == 4) {
                packet_put_ipv4(&p, &spec, 51, size);
                patch(6, last ? FIRST / 8 : 0x2000);
            } else {
                packet_put_ipv6(&p, &spec, 44, 8 + size);
                packet_put_u16(&p, 60 << 8);
                packet_put_u16(&p, last ? FIRST : 1);
                packet_put_u32(&p, 7);
            }
            packet_put(&p, datagram.bytes + done, size);
            done += size;
            struct unwrapped u;
            struct wsd_packet packet = {0, p.bytes, (uint32_t)p.length, (uint32_t)p.length, 101};
            assert_int_equal(unwrap_plain(&packet, &u), UNWRAP_INSIDE);
            assert_int_equal(unwrap(&packet, fragments, 0, &u), last ? UNWRAP_TCP : UNWRAP_WAITING);
            if (last) {
                assert_true(u.ip.protocol == 6 && u.ip.payload_length == SEGMENT && !u.whole);
                assert_memory_equal(u.ip.payload.data + 20, "hello", 5);
                /* Two IP headers, in IPv6 each with its fragment header, and once what is behind them. */
                assert_int_equal(u.cost.ip, family == 4 ? 40 + AH_SIZE : 96 + DESTINATION_SIZE + AH_SIZE);
            }
        }
        fragments_free(fragments);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tunnel_cut_everywhere), cmocka_unit_test(what_is_no_tunnel),
        cmocka_unit_test(nested_to_the_limit),         cmocka_unit_test(authenticated_v4_cut_everywhere),
        cmocka_unit_test(extensions_in_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
