/*
 * Frame headers and masking (RFC 6455 5.2, 5.3), all of them at the edge of an unreadable page.
 */
#include "support/page.h"
#include "support/random.h"
#include "websocket/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct page page;

static int setup(void **state)
{
    (void)state;
    page = page_new(4096);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    page_free(&page);
    return 0;
}

static const uint8_t key[4] = {0x37, 0xFA, 0x21, 0x3D};

/* One byte after the other, as RFC 6455 5.3 says it. */
static void unmask_slowly(uint8_t *to, const uint8_t *from, size_t n, uint64_t at)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] ^ key[(at + i) % 4];
}

static void check_unmask(size_t n, uint64_t at, size_t in_front)
{
    uint8_t wanted[256], *to = page.end - n, from[256 + 16];
    uint64_t random = n * 31 + at + 1;
    for (size_t i = 0; i < n; i++)
        from[in_front + i] = (uint8_t)random_next(&random);
    unmask_slowly(wanted, from + in_front, n, at);
    if (n < 4096)
        to[-1] = 0x5A;
    frame_unmask(to, from + in_front, n, key, at);
    assert_memory_equal(to, wanted, n);
    assert_int_equal(to[-1], 0x5A);
    memcpy(to, from + in_front, n);
    frame_unmask(to, to, n, key, at);
    assert_memory_equal(to, wanted, n);
    assert_int_equal(to[-1], 0x5A);
}

/* Every length to 100, every phase, from every alignment, to another place and in place. */
static void unmask_is_the_byte_loop(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 100; n++)
        for (uint64_t at = 0; at < 8; at++)
            for (size_t in_front = 0; in_front < 16; in_front += n < 20 ? 1 : 5)
                check_unmask(n, at, in_front);
}

static void unmask_far_into_a_payload(void **state)
{
    (void)state;
    static const uint64_t far[] = {UINT32_MAX, UINT64_C(1) << 32, (UINT64_C(1) << 32) + 3, UINT64_MAX >> 1};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        for (size_t n = 0; n <= 33; n++)
            check_unmask(n, far[i], 0);
}

/* Cut anywhere, the two parts are what the whole is. */
static void unmask_in_two_parts(void **state)
{
    (void)state;
    uint8_t whole[64], parts[64], from[64];
    for (uint8_t i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)(i * 7);
    frame_unmask(whole, from, sizeof from, key, 0);
    for (size_t cut = 0; cut <= sizeof from; cut++) {
        frame_unmask(parts, from, cut, key, 0);
        frame_unmask(parts + cut, from + cut, sizeof from - cut, key, cut);
        assert_memory_equal(parts, whole, sizeof whole);
    }
}

static void header_sizes(void **state)
{
    (void)state;
    const uint8_t one[] = {0x81};
    assert_int_equal(frame_header_size(page_put(&page, (struct wsd_bytes){one, 1}).data, 1), 2);
    assert_int_equal(frame_header_size(page.end, 0), 2);
    for (unsigned second = 0; second < 256; second++) {
        const uint8_t two[] = {0x82, (uint8_t)second};
        size_t length = second & 0x7F, more = length == 126 ? 2 : length == 127 ? 8 : 0;
        size_t wanted = 2 + more + (second >= 0x80 ? 4 : 0);
        assert_int_equal(frame_header_size(page_put(&page, (struct wsd_bytes){two, 2}).data, 2), wanted);
    }
}

static struct frame_header decode(const char *hex, size_t size)
{
    uint8_t bytes[FRAME_HEADER_MOST];
    struct frame_header h;
    for (size_t i = 0; i < size; i++) {
        unsigned high = (unsigned)hex[2 * i], low = (unsigned)hex[2 * i + 1];
        bytes[i] =
            (uint8_t)((high > '9' ? high - 'a' + 10 : high - '0') << 4 | (low > '9' ? low - 'a' + 10 : low - '0'));
    }
    struct wsd_bytes at_the_edge = page_put(&page, (struct wsd_bytes){bytes, size});
    assert_int_equal(frame_header_size(at_the_edge.data, size), size);
    frame_header_decode(at_the_edge.data, size, &h);
    assert_int_equal(h.size, size);
    assert_memory_equal(h.bytes, bytes, size);
    return h;
}

static void headers_decoded(void **state)
{
    (void)state;
    struct frame_header h = decode("8105", 2);
    assert_true(frame_fin(&h) && frame_opcode(&h) == 1 && frame_rsv(&h) == 0 && h.length == 5 && h.mask_at == 0);
    h = decode("718537fa213d", 6);
    assert_true(!frame_fin(&h) && frame_opcode(&h) == 1 && frame_rsv(&h) == (FRAME_RSV1 | FRAME_RSV2 | FRAME_RSV3));
    assert_true(h.length == 5 && h.mask_at == 2);
    assert_memory_equal(h.bytes + h.mask_at, key, 4);
    h = decode("827efffe", 4);
    assert_true(h.length == 65534 && h.mask_at == 0);
    h = decode("82fe010037fa213d", 8);
    assert_true(h.length == 256 && h.mask_at == 4);
    assert_memory_equal(h.bytes + h.mask_at, key, 4);
    h = decode("827f0102030405060708", 10);
    assert_true(h.length == UINT64_C(0x0102030405060708) && h.mask_at == 0);
    h = decode("82ff000000010000000037fa213d", 14);
    assert_true(h.length == UINT64_C(1) << 32 && h.mask_at == 10);
    assert_memory_equal(h.bytes + h.mask_at, key, 4);
}

static void lengths_judged(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        size_t size;
        bool not_minimal, msb;
    } rows[] = {
        {"8100", 2, false, false},
        {"817d", 2, false, false},
        {"817e0000", 4, true, false},
        {"817e007d", 4, true, false},
        {"817e007e", 4, false, false},
        {"817effff", 4, false, false},
        {"817f0000000000000000", 10, true, false},
        {"817f000000000000ffff", 10, true, false},
        {"817f0000000000010000", 10, false, false},
        {"817f7fffffffffffffff", 10, false, false},
        {"817f8000000000000000", 10, false, true},
        {"817fffffffffffffffff", 10, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct frame_header h = decode(rows[i].hex, rows[i].size);
        assert_int_equal(frame_length_not_minimal(&h), rows[i].not_minimal);
        assert_int_equal(frame_length_msb(&h), rows[i].msb);
    }
}

static void opcodes_sorted(void **state)
{
    (void)state;
    for (uint8_t opcode = 0; opcode < 16; opcode++) {
        assert_int_equal(frame_is_control(opcode), opcode >= 8);
        assert_int_equal(frame_is_reserved(opcode), (opcode >= 3 && opcode <= 7) || opcode >= 11);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unmask_is_the_byte_loop), cmocka_unit_test(unmask_far_into_a_payload),
        cmocka_unit_test(unmask_in_two_parts),     cmocka_unit_test(header_sizes),
        cmocka_unit_test(headers_decoded),         cmocka_unit_test(lengths_judged),
        cmocka_unit_test(opcodes_sorted),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
