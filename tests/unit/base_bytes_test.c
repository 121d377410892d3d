/*
 * base_bytes_test.c: the small helpers that everything reads and keeps bytes with: cursor, buffer, stage, bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/stage.h"

#include <errno.h>

/* ---- cursor */

static const uint8_t counted[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void cursor_reads_network_order(void **state)
{
    (void)state;
    struct cursor c = cursor_of(bytes_of(counted, sizeof counted));
    assert_int_equal(cursor_u8(&c), 1);
    assert_int_equal(cursor_u16(&c), 0x0203);
    assert_int_equal(cursor_u32(&c), 0x04050607);
    assert_true(cursor_u64(&c) == UINT64_C(0x08090a0b0c0d0e0f));
    assert_int_equal(cursor_left(&c), 1);
    assert_false(c.short_of);
    assert_true(cursor_rest(&c).data == counted + 15 && cursor_rest(&c).length == 1);
}

/* Each kind of read that lacks a byte yields zero, takes what was left, and every later read yields zero too. */
static void cursor_failure_sticks(void **state)
{
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        static const size_t wants[] = {1, 2, 4, 8, 5, 5};
        for (size_t have = 0; have < wants[kind]; have++) {
            struct cursor c = cursor_of(bytes_of(counted, have));
            switch (kind) {
            case 0: assert_int_equal(cursor_u8(&c), 0); break;
            case 1: assert_int_equal(cursor_u16(&c), 0); break;
            case 2: assert_int_equal(cursor_u32(&c), 0); break;
            case 3: assert_int_equal((uint32_t)cursor_u64(&c), 0); break;
            case 4: assert_int_equal(cursor_bytes(&c, 5).length, 0); break;
            case 5: cursor_skip(&c, 5); break;
            }
            assert_true(c.short_of);
            assert_int_equal(cursor_left(&c), 0);
            assert_int_equal(cursor_u8(&c), 0);
            assert_false(cursor_has(&c, 1));
            assert_true(cursor_has(&c, 0));
            assert_true(c.short_of);
        }
    }
}

static void cursor_of_nothing(void **state)
{
    (void)state;
    struct cursor c = cursor_of((struct wsd_bytes){NULL, 0});
    assert_int_equal(cursor_left(&c), 0);
    assert_int_equal(cursor_bytes(&c, 0).length, 0);
    assert_false(c.short_of);
    assert_int_equal(cursor_u16(&c), 0);
    assert_true(c.short_of);
}

/* A length near SIZE_MAX must not wrap around the end. */
static void cursor_lengths_do_not_overflow(void **state)
{
    (void)state;
    struct cursor c = cursor_of(bytes_of(counted, sizeof counted));
    cursor_skip(&c, 3);
    assert_int_equal(cursor_bytes(&c, SIZE_MAX).length, 0);
    assert_true(c.short_of);
}

/* ---- buffer */

static void buffer_stops_at_its_ceiling(void **state)
{
    (void)state;
    for (uint64_t ceiling = 0; ceiling <= 40; ceiling++) {
        struct buffer b = {0};
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(buffer_append(&b, bytes_of(counted + i, 7 + i), ceiling), 0);
        assert_int_equal(b.length, ceiling < 34 ? ceiling : 34);
        uint8_t expected[34];
        size_t at = 0;
        for (size_t i = 0; i < 4; at += 7 + i, i++)
            memcpy(expected + at, counted + i, 7 + i);
        assert_memory_equal(expected, b.data == NULL ? expected : b.data, b.length);
        buffer_free(&b);
        assert_true(b.data == NULL && b.length == 0 && b.capacity == 0);
    }
}

/* A ceiling that has shrunk below what is held neither cuts nor grows it. */
static void buffer_keeps_what_it_has(void **state)
{
    (void)state;
    struct buffer b = {0};
    assert_int_equal(buffer_append(&b, bytes_of(counted, 10), UINT64_MAX), 0);
    assert_int_equal(buffer_append(&b, bytes_of(counted, 10), 4), 0);
    assert_int_equal(b.length, 10);
    assert_int_equal(buffer_append(&b, (struct wsd_bytes){NULL, 0}, UINT64_MAX), 0);
    assert_int_equal(buffer_bytes(&b).length, 10);
    buffer_free(&b);
}

/* Growing by doubling: a million appends move the bytes some twenty times. */
static void buffer_grows_by_doubling(void **state)
{
    (void)state;
    struct buffer b = {0};
    size_t capacity = 0;
    unsigned grown = 0;
    for (uint32_t i = 0; i < 1000000; i++) {
        uint8_t byte = (uint8_t)(i * 7);
        assert_int_equal(buffer_append(&b, bytes_of(&byte, 1), UINT64_MAX), 0);
        grown += b.capacity != capacity;
        capacity = b.capacity;
    }
    assert_true(grown <= 16);
    assert_true(b.capacity <= 2 * b.length);
    for (uint32_t i = 0; i < b.length; i++)
        if (b.data[i] != (uint8_t)(i * 7))
            fail();
    buffer_free(&b);
}

static void buffer_refuses_absurd_sizes(void **state)
{
    (void)state;
    struct buffer b = {0};
    assert_int_equal(buffer_append(&b, bytes_of(counted, 3), 100), 0);
    assert_int_equal(buffer_reserve(&b, SIZE_MAX), -ENOMEM);
    assert_int_equal(buffer_reserve(&b, SIZE_MAX - 3), -ENOMEM);
    assert_int_equal(b.length, 3);
    assert_memory_equal(b.data, counted, 3);
    buffer_free(&b);
}

/* ---- stage */

/* A header of n bytes is whole at exactly its last byte, however it arrives, and what follows stays in the input. */
static void stage_fills_at_every_split(void **state)
{
    (void)state;
    for (size_t want = 0; want <= STAGE_SIZE; want++)
        for (size_t first = 0; first <= sizeof counted; first++) {
            struct stage s = {0};
            struct wsd_bytes in = bytes_of(counted, first);
            assert_int_equal(stage_fill(&s, &in, want), first >= want);
            assert_int_equal(s.have, first < want ? first : want);
            assert_int_equal(in.length, first - s.have);
            in = bytes_of(counted + s.have, sizeof counted - s.have);
            assert_true(stage_fill(&s, &in, want));
            assert_int_equal(s.have, want);
            assert_memory_equal(s.bytes, counted, want);
            assert_int_equal(in.length, sizeof counted - want);
            assert_ptr_equal(in.data, counted + want);
        }
}

static void stage_grows_its_wish(void **state)
{
    (void)state;
    struct stage s = {0};
    struct wsd_bytes in = bytes_of(counted, sizeof counted);
    assert_true(stage_fill(&s, &in, 2));
    assert_true(stage_fill(&s, &in, 14));
    assert_true(stage_fill(&s, &in, 4)); /* less than it has: nothing moves */
    assert_int_equal(s.have, 14);
    assert_int_equal(in.length, 2);
    assert_memory_equal(s.bytes, counted, 14);
}

/* ---- bytes */

static void bytes_are_cut(void **state)
{
    (void)state;
    struct wsd_bytes b = bytes_text("abcdef");
    assert_true(bytes_equal(bytes_after(b, 2), bytes_text("cdef")));
    assert_true(bytes_equal(bytes_after(b, 0), b));
    assert_int_equal(bytes_after(b, 6).length, 0);
    assert_int_equal(bytes_after(b, SIZE_MAX).length, 0);
    assert_true(bytes_equal(bytes_first(b, 2), bytes_text("ab")));
    assert_true(bytes_equal(bytes_first(b, 7), b));
    assert_int_equal(bytes_first((struct wsd_bytes){NULL, 0}, 3).length, 0);
}

static void bytes_are_compared(void **state)
{
    (void)state;
    const struct wsd_bytes none = {NULL, 0};
    assert_true(bytes_equal(none, bytes_text("")));
    assert_false(bytes_equal(bytes_text("ab"), bytes_text("abc")));
    assert_false(bytes_equal(bytes_text("abd"), bytes_text("abc")));
    assert_true(bytes_equal_nocase(bytes_text("UpGrade"), "upgrade"));
    assert_false(bytes_equal_nocase(bytes_text("upgrade"), "upgrades"));
    assert_false(bytes_equal_nocase(bytes_text("upgrades"), "upgrade"));
    assert_true(bytes_equal_nocase(none, ""));
    assert_false(bytes_equal_nocase(none, "a"));
    assert_false(bytes_equal_nocase(bytes_of("a\0b", 3), "a"));
    assert_false(bytes_equal_nocase(bytes_text("@"), "`")); /* 32 apart, but no letters */
    assert_false(bytes_equal_nocase(bytes_text("["), "{"));
    assert_true(bytes_begin(bytes_text("GET /"), "GET "));
    assert_false(bytes_begin(bytes_text("GET"), "GET "));
    assert_false(bytes_begin(none, "G"));
}

static void bytes_are_trimmed(void **state)
{
    (void)state;
    assert_true(bytes_equal(bytes_trim(bytes_text(" \t a b\t ")), bytes_text("a b")));
    assert_int_equal(bytes_trim(bytes_text(" \t ")).length, 0);
    assert_int_equal(bytes_trim((struct wsd_bytes){NULL, 0}).length, 0);
    assert_true(bytes_equal(bytes_trim(bytes_text("\r\n")), bytes_text("\r\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_reads_network_order),
        cmocka_unit_test(cursor_failure_sticks),
        cmocka_unit_test(cursor_of_nothing),
        cmocka_unit_test(cursor_lengths_do_not_overflow),
        cmocka_unit_test(buffer_stops_at_its_ceiling),
        cmocka_unit_test(buffer_keeps_what_it_has),
        cmocka_unit_test(buffer_grows_by_doubling),
        cmocka_unit_test(buffer_refuses_absurd_sizes),
        cmocka_unit_test(stage_fills_at_every_split),
        cmocka_unit_test(stage_grows_its_wish),
        cmocka_unit_test(bytes_are_cut),
        cmocka_unit_test(bytes_are_compared),
        cmocka_unit_test(bytes_are_trimmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
