/*
 * net_ip_test.c: IPv4, IPv6 and TCP headers: lengths that lie, options, extension headers, cut at every length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "net/ip.h"
#include "net/tcp.h"
#include "support/packets.h"

#include <stdlib.h>

static struct packet p;

/* Decodes the first n bytes of p, of which the wire had `cut` more, from memory that ends there. The payload is given as an
 * offset in p. */
struct decoded {
    int rc;
    struct ip_packet ip;
    size_t at;
};

static struct decoded decode(size_t n, uint32_t cut)
{
    struct decoded d;
    uint8_t *exact = malloc(n + 1);
    assert_non_null(exact);
    memcpy(exact + 1, p.bytes, n);
    d.rc = ip_decode(bytes_of(exact + 1, n), cut, &d.ip);
    if (d.rc == 0) {
        d.at = (size_t)(d.ip.payload.data - (exact + 1));
        assert_true(d.at + d.ip.payload.length <= n);
        assert_true(d.ip.payload.length <= d.ip.payload_length);
    }
    free(exact);
    return d;
}

static void is(struct decoded d, uint8_t protocol, size_t at, size_t captured, uint32_t on_wire)
{
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.ip.protocol, protocol);
    assert_int_equal(d.at, at);
    assert_int_equal(d.ip.payload.length, captured);
    assert_int_equal(d.ip.payload_length, on_wire);
}

/* ---- IPv4 */

/* A header with these options, total length field and fragment field, then 30 bytes. */
static void make_v4(unsigned words, uint16_t total, uint16_t fragment)
{
    p.length = 0;
    packet_put_u8(&p, (uint8_t)(0x40 | words));
    packet_put_u8(&p, 0);
    packet_put_u16(&p, total);
    packet_put_u16(&p, 0xBEEF);
    packet_put_u16(&p, fragment);
    packet_put(&p, "\x40\x06\0\0\x0A\0\0\7\x0A\0\0\1", 12);
    while (p.length < words * 4)
        packet_put_u8(&p, 1);
    for (uint8_t i = 0; i < 30; i++)
        packet_put_u8(&p, i);
}

static void v4_with_options(void **state)
{
    (void)state;
    for (unsigned words = 5; words <= 15; words++) {
        make_v4(words, (uint16_t)(words * 4 + 30), 0x4000);
        struct decoded d = decode(p.length, 0);
        is(d, 6, words * 4, 30, 30);
        assert_int_equal(d.ip.family, 4);
        assert_false(d.ip.fragment);
        for (size_t n = 0; n < words * 4; n++)
            assert_int_equal(decode(n, 0).rc, -1);
        for (size_t n = words * 4; n <= p.length; n++) /* cut by the snaplen */
            is(decode(n, (uint32_t)(p.length - n)), 6, words * 4, n - words * 4, 30);
    }
    for (unsigned words = 0; words < 5; words++) {
        make_v4(words, 50, 0);
        assert_int_equal(decode(p.length, 0).rc, -1);
    }
}

static void v4_addresses(void **state)
{
    (void)state;
    struct ip_packet ip;
    make_v4(5, 50, 0);
    assert_int_equal(ip_decode(bytes_of(p.bytes, p.length), 0, &ip), 0);
    assert_memory_equal(ip.address[0], "\x0A\0\0\7", 4);
    assert_memory_equal(ip.address[1], "\x0A\0\0\1", 4);
}

static void v4_lengths_that_lie(void **state)
{
    (void)state;
    make_v4(5, 30, 0); /* the link layer padded */
    is(decode(50, 0), 6, 20, 10, 10);
    is(decode(50, 100), 6, 20, 10, 10);
    is(decode(25, 5), 6, 20, 5, 10);
    make_v4(5, 60000, 0); /* more than the wire had */
    is(decode(50, 0), 6, 20, 30, 30);
    is(decode(50, 70), 6, 20, 30, 100);
    make_v4(5, 20, 0);
    is(decode(50, 0), 6, 20, 0, 0);
    make_v4(5, 0, 0); /* segmentation offload: all there is counts */
    is(decode(50, 0), 6, 20, 30, 30);
    is(decode(50, 70), 6, 20, 30, 100);
    is(decode(20, 0), 6, 20, 0, 0);
    for (uint16_t total = 1; total < 20; total++) {
        make_v4(5, total, 0);
        assert_int_equal(decode(50, 0).rc, -1);
    }
    make_v4(8, 31, 0);
    assert_int_equal(decode(62, 0).rc, -1);
}

static void v4_fragments(void **state)
{
    (void)state;
    make_v4(5, 50, 0x2000);
    struct decoded d = decode(50, 0);
    assert_true(d.ip.fragment && d.ip.more && d.ip.fragment_offset == 0 && d.ip.id == 0xBEEF);
    make_v4(5, 50, 0x0003);
    d = decode(50, 0);
    assert_true(d.ip.fragment && !d.ip.more && d.ip.fragment_offset == 24);
    make_v4(5, 50, 0x3FFF);
    d = decode(50, 0);
    assert_true(d.ip.fragment && d.ip.more && d.ip.fragment_offset == 65528);
    make_v4(5, 50, 0xC000); /* reserved, do not fragment */
    assert_false(decode(50, 0).ip.fragment);
}

/* ---- IPv6 */

/* A fixed header with this payload length (0: the true one), then these bytes, then 20. */
static size_t make_v6(uint16_t length, uint8_t next, const char *extensions, size_t n)
{
    p.length = 0;
    packet_put_u32(&p, 0x60000000);
    packet_put_u16(&p, (uint16_t)(length != 0 ? length : n + 20));
    packet_put_u8(&p, next);
    packet_put_u8(&p, 64);
    for (int i = 0; i < 32; i++)
        packet_put_u8(&p, (uint8_t)i);
    packet_put(&p, extensions, n);
    for (int i = 0; i < 20; i++)
        packet_put_u8(&p, 0xEE);
    return 40 + n;
}

/* Made so that a walk which takes a wrong length ends up somewhere else. */
#define HOP_BY_HOP  "\x2B\0\1\4\0\0\0\0"
#define ROUTING     "\x3C\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define DESTINATION "\x33\0\1\4\0\0\0\0"
#define AH          "\x87\4\0\0\0\0\0\1\0\0\0\1\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA"
#define MOBILITY    "\6\0\0\0\0\0\0\0"
#define ATOMIC      "\6\0\0\0\0\0\0\7"
#define ALL         HOP_BY_HOP ROUTING DESTINATION AH MOBILITY

static void v6_extensions(void **state)
{
    (void)state;
    size_t at = make_v6(0, 6, "", 0);
    is(decode(p.length, 0), 6, at, 20, 20);
    at = make_v6(0, 0, ALL, sizeof ALL - 1);
    is(decode(p.length, 0), 6, at, 20, 20);
    at = make_v6(0, 139, "\x8C\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0", 16); /* HIP, Shim6 */
    is(decode(p.length, 0), 6, at, 20, 20);
    make_v6(0, 59, "", 0); /* nothing follows */
    assert_int_equal(decode(p.length, 0).ip.protocol, 59);
    make_v6(0, 50, "", 0); /* ESP: nothing can be read behind it */
    assert_int_equal(decode(p.length, 0).ip.protocol, 50);
}

/* Cut inside the extension headers it is IPv6 still, but what it carries is not known. */
static void v6_cut_everywhere(void **state)
{
    (void)state;
    size_t at = make_v6(0, 0, ALL, sizeof ALL - 1);
    for (size_t n = 0; n < 40; n++)
        assert_int_equal(decode(n, (uint32_t)(p.length - n)).rc, -1);
    for (size_t n = 40; n < at; n++) {
        struct decoded d = decode(n, (uint32_t)(p.length - n));
        assert_int_equal(d.rc, 0);
        assert_int_equal(d.ip.protocol, 255);
    }
    for (size_t n = at; n <= p.length; n++)
        is(decode(n, (uint32_t)(p.length - n)), 6, at, n - at, 20);
}

static void v6_fragments(void **state)
{
    (void)state;
    size_t at = make_v6(0, 44, ATOMIC, 8);
    struct decoded d = decode(p.length, 0);
    is(d, 6, at, 20, 20); /* RFC 6946: the fragment is the whole datagram */
    assert_false(d.ip.fragment);
    at = make_v6(0, 44, "\x3C\0\0\1\xDE\xAD\xBE\xEF", 8);
    d = decode(p.length, 0);
    is(d, 60, at, 20, 20); /* the destination options behind it are a part of the datagram: not to be walked */
    assert_true(d.ip.fragment && d.ip.more && d.ip.fragment_offset == 0 && d.ip.id == 0xDEADBEEF);
    at = make_v6(0, 0, "\x2C\0\1\4\0\0\0\0\6\0\xFF\xF8\0\0\0\1", 16);
    d = decode(p.length, 0);
    is(d, 6, at, 20, 20);
    assert_true(d.ip.fragment && !d.ip.more && d.ip.fragment_offset == 65528);
}

static void v6_lengths_that_lie(void **state)
{
    (void)state;
    make_v6(12, 6, "", 0); /* padded */
    is(decode(p.length, 0), 6, 40, 12, 12);
    make_v6(5000, 6, "", 0);
    is(decode(p.length, 0), 6, 40, 20, 20);
    is(decode(p.length, 80), 6, 40, 20, 100);
    make_v6(4, 0, HOP_BY_HOP, 8); /* the extension header is longer than the payload */
    assert_int_equal(decode(p.length, 0).ip.protocol, 255);
    make_v6(0, 0, "\6\xFF\1\4\0\0\0\0", 8);
    assert_int_equal(decode(p.length, 0).ip.protocol, 255);
    make_v6(0, 6, "", 0);
    p.bytes[4] = p.bytes[5] = 0; /* a jumbogram, or offload */
    is(decode(p.length, 0), 6, 40, 20, 20);
}

static void neither_version(void **state)
{
    (void)state;
    make_v4(5, 50, 0);
    for (int version = 0; version < 16; version++) {
        p.bytes[0] = (uint8_t)(version << 4 | 5);
        assert_int_equal(decode(50, 0).rc == 0, version == 4 || version == 6);
    }
    assert_int_equal(decode(0, 0).rc, -1);
}

/* ---- TCP */

static void tcp_header(void **state)
{
    (void)state;
    static const uint8_t header[] = {0xC7, 0x4E, 0x1F, 0x90, 1, 2, 3, 4, 5, 6, 7, 8, 0x70, 0xFF, 0x12,
                                     0x34, 0,    0,    0,    0, 2, 4, 5, 6, 1, 1, 1, 1,    'h',  'i'};
    struct tcp_segment s;
    assert_int_equal(tcp_decode(bytes_of(header, sizeof header), sizeof header, &s), 0);
    assert_true(s.port[0] == 51022 && s.port[1] == 8080 && s.seq == 0x01020304 && s.ack == 0x05060708);
    assert_true(s.flags == 0x3F && s.window == 0x1234 && s.header_length == 28 && s.length == 2);
    assert_true(bytes_equal(s.payload, bytes_text("hi")));
    for (size_t n = 0; n < sizeof header; n++) {
        uint8_t *exact = malloc(n + 1);
        assert_non_null(exact);
        memcpy(exact + 1, header, n);
        int rc = tcp_decode(bytes_of(exact + 1, n), sizeof header, &s);
        assert_int_equal(rc, n < 20 ? -1 : 0);
        if (rc == 0) {
            assert_int_equal(s.payload.length, n > 28 ? n - 28 : 0);
            assert_int_equal(s.length, 2);
        }
        free(exact);
    }
}

static void tcp_data_offset(void **state)
{
    (void)state;
    uint8_t bytes[60] = {0};
    struct tcp_segment s;
    for (unsigned words = 0; words < 16; words++)
        for (uint32_t n = 20; n <= sizeof bytes; n++) {
            bytes[12] = (uint8_t)(words << 4);
            int rc = tcp_decode(bytes_of(bytes, n), n, &s);
            assert_int_equal(rc, words >= 5 && words * 4 <= n ? 0 : -1);
            if (rc == 0)
                assert_true(s.length == n - words * 4 && s.payload.length == s.length);
        }
}

/* Numbers compare by their distance, also over the end of their range. */
static void tcp_distances(void **state)
{
    (void)state;
    assert_int_equal(tcp_distance(5, 3), 2);
    assert_int_equal(tcp_distance(3, 5), -2);
    assert_int_equal(tcp_distance(1, UINT32_MAX), 2);
    assert_int_equal(tcp_distance(UINT32_MAX, 1), -2);
    assert_int_equal(tcp_distance(0x7FFFFFFF, 0), INT32_MAX);
    assert_int_equal(tcp_distance(0x80000000, 0), INT32_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_with_options), cmocka_unit_test(v4_addresses),        cmocka_unit_test(v4_lengths_that_lie),
        cmocka_unit_test(v4_fragments),    cmocka_unit_test(v6_extensions),       cmocka_unit_test(v6_cut_everywhere),
        cmocka_unit_test(v6_fragments),    cmocka_unit_test(v6_lengths_that_lie), cmocka_unit_test(neither_version),
        cmocka_unit_test(tcp_header),      cmocka_unit_test(tcp_data_offset),     cmocka_unit_test(tcp_distances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
