/*
 * capture_gzip_test.c: captures in gzip: several members, cut at every place, damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture_bytes.h"
#include "capture_read.h"

#include <stdlib.h>
#include <zlib.h>

static size_t compress_member(const uint8_t *data, size_t length, int level, uint8_t *to, size_t size)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (uint8_t *)(uintptr_t)data;
    z.avail_in = (uInt)length;
    z.next_out = to;
    z.avail_out = (uInt)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return size - z.avail_out;
}

/* Two members that part a packet between them, then padding. */
static void gzip_members_are_one_file(void **state)
{
    (void)state;
    struct out plain, o = {0};
    three_packets(&plain, MICRO, false);
    struct got expected = read_whole(&plain);
    o.length = compress_member(plain.data, 50, 9, o.data, sizeof o.data);
    o.length += compress_member(plain.data + 50, plain.length - 50, 1, o.data + o.length, sizeof o.data - o.length);
    struct got got = read_in_pieces(&o);
    assert_true(got.hash == expected.hash && got.count == 3 && got.errors == 0);
    put(&o, "\0\0\0\0\0", 5);
    got = read_in_pieces(&o);
    assert_true(got.hash == expected.hash && got.errors == 0);
    put(&o, "x", 1);
    got = read_in_pieces(&o);
    assert_true(got.hash == expected.hash && got.errors == 1);
}

/* Stored, not compressed: which bytes a cut leaves is plain to see. */
static void gzip_cut_anywhere_gives_what_is_there(void **state)
{
    (void)state;
    static const size_t borders[] = {24, 40, 116, 433};
    const size_t header = 10 + 5;
    struct out plain, o = {0};
    three_packets(&plain, MICRO, false);
    o.length = compress_member(plain.data, plain.length, 0, o.data, sizeof o.data);
    for (size_t cut = 2; cut < o.length; cut++) {
        struct got got = read_back(o.data, cut, 11, &no_hooks);
        size_t packets = 0;
        while (packets < 3 && cut >= header + borders[packets + 1])
            packets++;
        assert_int_equal(got.count, packets);
        assert_int_equal(got.errors, 1);
        assert_non_null(strstr(got.error, "the gzip data is cut short"));
    }
}

static void gzip_damage_is_told_after_the_packets(void **state)
{
    (void)state;
    struct out plain, o = {0};
    three_packets(&plain, MICRO, false);
    o.length = compress_member(plain.data, plain.length, 6, o.data, sizeof o.data);
    o.data[o.length - 1] ^= 1; /* the length in the trailer */
    struct got got = read_in_pieces(&o);
    assert_int_equal(got.count, 3);
    assert_string_equal(got.error, "test: the gzip data is damaged in the header of packet 4");
}

/* How many bytes zlib itself gets out of the beginning of a member. */
static size_t inflated_length(const uint8_t *data, size_t length, uint8_t *to, size_t size)
{
    z_stream z = {0};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (uint8_t *)(uintptr_t)data;
    z.avail_in = (uInt)length;
    z.next_out = to;
    z.avail_out = (uInt)size;
    inflate(&z, Z_SYNC_FLUSH);
    inflateEnd(&z);
    return size - z.avail_out;
}

/* Zeros are packets too, empty ones, and compress so well that the bytes before a cut overflow the reader's buffer in the
 * middle of what zlib holds: it must be asked for the rest before the cut is told. */
static void gzip_rest_is_fetched_before_the_cut(void **state)
{
    (void)state;
    const size_t length = READER_SIZE + 2000, size = length + 1;
    uint8_t *plain = calloc(1, length), *space = malloc(size);
    struct out header = {0}, o = {0};
    assert_true(plain != NULL && space != NULL);
    put_pcap(&header, MICRO, 65535, 1);
    memcpy(plain, header.data, header.length);
    o.length = compress_member(plain, length, 9, o.data, sizeof o.data);
    for (size_t cut = o.length / 2; cut < o.length; cut++) {
        size_t inflated = inflated_length(o.data, cut, space, size);
        struct got got = read_back(o.data, cut, cut, &no_hooks);
        assert_int_equal(got.count, (inflated - 24) / 16);
        assert_int_equal(got.errors, 1);
    }
    free(plain);
    free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_members_are_one_file),
        cmocka_unit_test(gzip_cut_anywhere_gives_what_is_there),
        cmocka_unit_test(gzip_damage_is_told_after_the_packets),
        cmocka_unit_test(gzip_rest_is_fetched_before_the_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
