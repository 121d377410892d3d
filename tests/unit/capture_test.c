/*
 * capture_test.c: capture files, byte by byte. Every format in both byte orders, cut at every place, with lengths that
 * lie, in pieces of every size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture_bytes.h"
#include "capture_read.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)

static void is_packet(const struct wsd_packet *p, int64_t time, uint32_t captured, uint32_t length, uint32_t link_type)
{
    assert_true(p->time == time);
    assert_int_equal(p->captured, captured);
    assert_int_equal(p->length, length);
    assert_int_equal(p->link_type, link_type);
}

/* ---- pcap */

static void pcap_in_both_byte_orders_and_units(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct out o;
        int64_t unit = i & 1 ? 1 : 1000;
        three_packets(&o, i & 1 ? NANO : MICRO, i & 2);
        struct got got = read_in_pieces(&o);
        assert_int_equal(got.count, 3);
        assert_int_equal(got.errors, 0);
        is_packet(&got.packets[0], SECOND + 999999 * unit, 0, 60, 1);
        is_packet(&got.packets[1], 2 * SECOND + 2500000 * unit, 60, 60, 1);
        is_packet(&got.packets[2], UINT32_MAX * SECOND + UINT32_MAX * unit, 301, 1500, 1);
    }
}

static void pcap_modified_has_longer_headers(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct out o = {.big = big};
        put_pcap(&o, MODIFIED, 65535, 113);
        for (int i = 0; i < 2; i++) {
            put_pcap_packet(&o, 5, 1, 0, 3);
            o.length -= 8;
            put_u32(&o, 3);
            put_u32(&o, 3);
            put_u64(&o, 0x1122334455667788);
            put(&o, "abc", 3);
        }
        struct got got = read_in_pieces(&o);
        assert_int_equal(got.count, 2);
        is_packet(&got.packets[1], 5 * SECOND + 1000, 3, 3, 113);
    }
}

static void pcap_link_type_and_length_are_mended(void **state)
{
    (void)state;
    struct out o = {0};
    put_pcap(&o, MICRO, 65535, 0x24000000u | 101); /* a frame check sequence of four bytes */
    put_pcap_packet(&o, 1, 0, 20, 10);
    struct got got = read_whole(&o);
    is_packet(&got.packets[0], SECOND, 20, 20, 101);
}

static void pcap_cut_anywhere(void **state)
{
    (void)state;
    static const size_t borders[] = {24, 40, 116, 433};
    struct out o;
    three_packets(&o, MICRO, false);
    assert_int_equal(o.length, borders[3]);
    for (size_t cut = 0; cut <= o.length; cut++) {
        struct got got = read_back(o.data, cut, 7, &no_hooks);
        size_t packets = 0;
        while (packets < 3 && cut >= borders[packets + 1])
            packets++;
        assert_int_equal(got.count, packets);
        assert_int_equal(got.errors, cut != borders[packets]);
    }
    struct got got = read_back(o.data, 100, 7, &no_hooks);
    assert_string_equal(got.error, "test: cut short in packet 2 (wanted 76 bytes, 60 are there)");
}

static void pcap_damage_ends_it(void **state)
{
    (void)state;
    struct out o = {0};
    put_pcap(&o, MICRO, 65535, 1);
    put_pcap_packet(&o, 1, 0, 4, 4);
    put_pcap_packet(&o, 2, 0, 4, 4);
    memset(o.data + 24 + 20 + 8, 0xee, 4);
    struct got got = read_in_pieces(&o);
    assert_int_equal(got.count, 1);
    assert_string_equal(got.error, "test: damaged: packet 2 claims 4008636142 captured bytes");
}

static void pcap_captured_length_has_a_limit(void **state)
{
    (void)state;
    for (uint32_t snaplen = 65535; snaplen < 600000; snaplen += 400000) {
        struct out o = {0};
        put_pcap(&o, MICRO, snaplen, 1);
        put_u64(&o, 0);
        put_u32(&o, 262145);
        put_u32(&o, 262145);
        const char *expected = snaplen < 262145 ? "test: damaged: packet 1 claims 262145 captured bytes"
                                                : "test: cut short in packet 1 (wanted 262161 bytes, 16 are there)";
        assert_string_equal(read_whole(&o).error, expected);
    }
}

/* A packet larger than the buffer makes it grow; one that only claims to be does not. */
static void pcap_packet_larger_than_the_buffer(void **state)
{
    (void)state;
    const uint32_t captured = 262144 + 1000, snaplen = 1 << 20;
    uint8_t *data = calloc(1, 200 + captured);
    struct out o = {0};
    put_pcap(&o, MICRO, snaplen, 1);
    put_pcap_packet(&o, 1, 0, 100, 100);
    put_u64(&o, 0);
    put_u32(&o, captured);
    put_u32(&o, captured);
    memcpy(data, o.data, o.length);
    struct got got = read_back(data, o.length + captured, 5000, &no_hooks);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.errors, 0);
    is_packet(&got.packets[1], 0, captured, captured, 1);
    got = read_back(data, o.length + 50, 5000, &no_hooks);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.errors, 1);
    free(data);
}

static void what_is_no_capture_is_named(void **state)
{
    (void)state;
    struct out o = {0};
    assert_string_equal(read_whole(&o).error, "test: not a capture file: it is empty");
    put(&o, "PK\3\4....", 8);
    assert_string_equal(read_whole(&o).error, "test: not a capture file: this is zip, which is not read");
    o.length = 3;
    assert_string_equal(read_whole(&o).error,
                        "test: not a capture file: neither pcap nor pcapng, nor one of them in gzip");
    o.length = 0;
    put_pcap(&o, MICRO, 65535, 1);
    o.data[4] = 9;
    assert_string_equal(read_whole(&o).error, "test: pcap of version 9.4, which is not known");
}

/* ---- pcapng */

static void pcapng_interfaces_have_their_own_time(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct out o = {.big = big};
        put_section(&o);
        put_interface(&o, 1, 0, -1, 0);
        put_interface(&o, 113, 96, 9, 0);
        put_interface(&o, 101, 0, 0x80 | 10, -5);
        put_enhanced(&o, 0, 1700000000123456, 61, 1500);
        put_enhanced(&o, 1, 1700000000123456789, 62, 62);
        put_enhanced(&o, 2, 1700000000ull << 10 | 512, 63, 62);
        struct got got = read_in_pieces(&o);
        assert_int_equal(got.count, 3);
        assert_int_equal(got.errors, 0);
        is_packet(&got.packets[0], 1700000000 * SECOND + 123456000, 61, 1500, 1);
        is_packet(&got.packets[1], 1700000000 * SECOND + 123456789, 62, 62, 113);
        is_packet(&got.packets[2], 1699999995 * SECOND + 500000000, 63, 63, 101);
    }
}

static void pcapng_sections_start_anew(void **state)
{
    (void)state;
    struct out o = {0};
    put_section(&o);
    put_interface(&o, 1, 0, -1, 0);
    put_interface(&o, 113, 0, -1, 0);
    put_enhanced(&o, 1, 1000000, 5, 5);
    o.big = true;
    put_section(&o);
    put_interface(&o, 276, 0, 9, 0);
    put_enhanced(&o, 0, 7, 6, 6);
    put_enhanced(&o, 1, 8, 6, 6); /* there is no second interface any more */
    put_enhanced(&o, 0, 9, 6, 6);
    struct got got = read_in_pieces(&o);
    assert_int_equal(got.count, 2);
    is_packet(&got.packets[0], SECOND, 5, 5, 113);
    is_packet(&got.packets[1], 7, 6, 6, 276);
    assert_string_equal(got.error, "test: damaged after packet 2: a packet of an interface that is not described (1)");
}

static void pcapng_simple_and_obsolete_packets(void **state)
{
    (void)state;
    struct out o = {0};
    put_section(&o);
    put_interface(&o, 1, 60, -1, 0);
    size_t start = block_begin(&o, 2);
    put_u16(&o, 0);
    put_u16(&o, 17); /* dropped */
    put_u32(&o, 0);
    put_u32(&o, 3000000);
    put_u32(&o, 6);
    put_u32(&o, 9);
    put_data(&o, 6, 1);
    block_end(&o, start);
    for (uint32_t length = 58; length <= 1500; length += 1442) {
        start = block_begin(&o, 3);
        put_u32(&o, length);
        put_data(&o, length < 60 ? length : 60, 2);
        block_end(&o, start);
    }
    struct got got = read_in_pieces(&o);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.errors, 0);
    is_packet(&got.packets[0], 3 * SECOND, 6, 9, 1);
    is_packet(&got.packets[1], 3 * SECOND, 58, 58, 1);
    is_packet(&got.packets[2], 3 * SECOND, 60, 1500, 1);
}

struct told {
    uint32_t type;
    char text[32];
};

static void on_secrets(void *user, uint32_t type, struct wsd_bytes secrets)
{
    struct told *told = user;
    told->type = type;
    memcpy(told->text, secrets.data, secrets.length);
}

static void pcapng_secrets_are_handed_on(void **state)
{
    (void)state;
    struct out o = {.big = true};
    put_section(&o);
    size_t start = block_begin(&o, 10);
    put_u32(&o, 0x544c534b);
    put_u32(&o, 13);
    put(&o, "CLIENT_RANDOM", 13);
    block_end(&o, start);
    start = block_begin(&o, 0x0bad); /* one that nobody knows */
    put_data(&o, 4000, 0);
    block_end(&o, start);
    put_interface(&o, 1, 0, -1, 0);
    put_enhanced(&o, 0, 1, 1, 1);
    struct told told = {0};
    struct file_hooks hooks = {.secrets = on_secrets, .user = &told};
    struct got got = read_back(o.data, o.length, 3, &hooks);
    assert_int_equal(got.count, 1);
    assert_int_equal(told.type, 0x544c534b);
    assert_string_equal(told.text, "CLIENT_RANDOM");
    assert_int_equal(read_in_pieces(&o).count, 1);
    o.data[28 + 8 + 4 + 3] = 200; /* longer than the block */
    assert_string_equal(read_whole(&o).error,
                        "test: damaged after packet 0: secrets are longer than their block (200)");
}

static void pcapng_cut_anywhere(void **state)
{
    (void)state;
    struct out o = {0};
    size_t borders[6], packets[] = {0, 0, 1, 1, 2}, n = 0;
    put_section(&o);
    borders[n++] = o.length;
    put_interface(&o, 1, 0, -1, 0);
    borders[n++] = o.length;
    put_enhanced(&o, 0, 1, 33, 33);
    borders[n++] = o.length;
    size_t start = block_begin(&o, 5);
    put_data(&o, 40, 0);
    block_end(&o, start);
    borders[n++] = o.length;
    put_enhanced(&o, 0, 2, 4, 4);
    borders[n++] = o.length;
    for (size_t cut = 1; cut <= o.length; cut++) {
        struct got got = read_back(o.data, cut, 9, &no_hooks);
        size_t whole = 0;
        while (whole < n && cut >= borders[whole])
            whole++;
        assert_int_equal(got.count, whole > 0 ? packets[whole - 1] : 0);
        assert_int_equal(got.errors, whole == 0 || cut != borders[whole - 1]);
    }
    struct got got = read_back(o.data, borders[3] - 3, 9, &no_hooks);
    assert_string_equal(got.error, "test: cut short in the block after packet 1 (wanted 52 bytes, 49 are there)");
}

/* Every value in every length of a block: never more than the packets before it, and an error. */
static void pcapng_lengths_that_lie(void **state)
{
    (void)state;
    static const uint32_t lies[] = {0, 4, 8, 11, 12, 16, 31, 32, 36, 41, 44, 100, 65536, 1 << 24, 1 << 30, UINT32_MAX};
    struct out good = {0};
    put_section(&good);
    put_interface(&good, 1, 0, -1, 0);
    put_enhanced(&good, 0, 1, 8, 8);
    size_t second = good.length;
    put_enhanced(&good, 0, 2, 8, 8);
    size_t after = good.length;
    put_enhanced(&good, 0, 3, 8, 8);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        size_t places[] = {second + 4, after - 4, second + 20};
        for (size_t k = 0; k < 3; k++) {
            struct out bad = good, lie = {0};
            put_u32(&lie, lies[i]);
            memcpy(bad.data + places[k], lie.data, 4);
            struct got got = read_in_pieces(&bad);
            bool harmless = k == 2 && lies[i] <= 8;
            assert_int_equal(got.count, harmless ? 3 : 1);
            assert_int_equal(got.errors, !harmless);
        }
    }
}

static void pcapng_blocks_are_multiples_of_four(void **state)
{
    (void)state;
    struct out o = {0};
    put_section(&o);
    put_u32(&o, 0x0bad);
    put_u32(&o, 14);
    put_u16(&o, 0);
    put_u32(&o, 14);
    assert_string_equal(read_in_pieces(&o).error, "test: damaged after packet 0: a block of impossible length (14)");
}

static void time_of_any_unit(void **state)
{
    (void)state;
    static const struct {
        uint8_t resolution;
        int64_t offset;
        uint64_t stamp;
        int64_t time;
    } cases[] = {
        {0, 0, 5, 5 * SECOND},
        {3, 2, 5, 2 * SECOND + 5000000},
        {6, 0, 4000000001, 4000000001000},
        {9, -1, 5, 5 - SECOND},
        {10, 0, 129, 12},
        {12, 0, 1999, 1},
        {28, 0, UINT64_MAX, 1},
        {29, 0, UINT64_MAX, 0},
        {127, 7, UINT64_MAX, 7 * SECOND},
        {0x80, 0, 5, 5 * SECOND},
        {0x80 | 1, 0, 5, 2 * SECOND + SECOND / 2},
        {0x80 | 32, 0, 3ull << 31, SECOND + SECOND / 2},
        {0x80 | 63, 0, 3ull << 62, SECOND + SECOND / 2},
        {0x80 | 64, 0, 1ull << 63, SECOND / 2},
        {0xff, 0, UINT64_MAX, 0},
        {0, 0, UINT64_MAX, TIMESCALE_FARTHEST},
        {6, INT64_MAX, UINT64_MAX, TIMESCALE_FARTHEST},
        {6, INT64_MIN, 0, -TIMESCALE_FARTHEST},
        {0x80, INT64_MIN, UINT64_MAX, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct timescale scale;
        timescale_init(&scale, cases[i].resolution, cases[i].offset);
        assert_true(timescale_nanoseconds(&scale, cases[i].stamp) == cases[i].time);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcap_in_both_byte_orders_and_units),
        cmocka_unit_test(pcap_modified_has_longer_headers),
        cmocka_unit_test(pcap_link_type_and_length_are_mended),
        cmocka_unit_test(pcap_cut_anywhere),
        cmocka_unit_test(pcap_damage_ends_it),
        cmocka_unit_test(pcap_captured_length_has_a_limit),
        cmocka_unit_test(pcap_packet_larger_than_the_buffer),
        cmocka_unit_test(what_is_no_capture_is_named),
        cmocka_unit_test(pcapng_interfaces_have_their_own_time),
        cmocka_unit_test(pcapng_sections_start_anew),
        cmocka_unit_test(pcapng_simple_and_obsolete_packets),
        cmocka_unit_test(pcapng_secrets_are_handed_on),
        cmocka_unit_test(pcapng_cut_anywhere),
        cmocka_unit_test(pcapng_lengths_that_lie),
        cmocka_unit_test(pcapng_blocks_are_multiples_of_four),
        cmocka_unit_test(time_of_any_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
