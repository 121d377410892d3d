/*
 * net_reassembly_test.c: segments of a known stream, in every order: its bytes come out once, in order, from the packets that
 * brought them first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/random.h"
#include "support/segments.h"

static struct segments s;

/* ---- bytes, once and in order */

static void in_order(void **state)
{
    (void)state;
    segments_begin(&s, 1000);
    for (uint32_t at = 0; at < 10000; at += 100) {
        assert_int_equal(segments_put(&s, at, 100), 0);
        assert_true(segments_told(&s, at + 100));
        assert_true(s.at_packet == s.packet);
    }
    assert_true(segments_empty(&s));
}

static void in_reverse(void **state)
{
    (void)state;
    segments_begin(&s, 1000);
    for (uint32_t at = 10000; at > 0; at -= 100) {
        assert_true(segments_told(&s, 0));
        assert_int_equal(segments_pending(&s), 10000 - at);
        assert_int_equal(segments_put(&s, at - 100, 100), 0);
    }
    assert_true(segments_told(&s, 10000));
    assert_true(segments_empty(&s));
    assert_int_equal(s.gaps, 0);
}

static void retransmissions(void **state)
{
    (void)state;
    segments_begin(&s, 1000);
    segments_put(&s, 0, 100);
    segments_put(&s, 0, 100); /* the same again */
    segments_put(&s, 99, 1);  /* a keep-alive's byte */
    segments_put(&s, 20, 30);
    assert_true(segments_told(&s, 100));
    segments_put(&s, 0, 150); /* again, with new bytes */
    assert_true(segments_told(&s, 150));
    segments_put(&s, 149, 2);
    assert_true(segments_told(&s, 151));
    assert_int_equal(s.conflicts, 0);
}

/* A keep-alive carries a byte in front of the next one that nobody reads, whatever it is (RFC 9293 3.8.4). */
static void keep_alive_garbage(void **state)
{
    (void)state;
    segments_begin(&s, 1000);
    segments_put(&s, 0, 10);
    const struct wsd_moment moment = {.packet = 2};
    assert_int_equal(reassembly_segment(&s.r, &s.host, &s, 1, s.start + 9, bytes_text("?"), 1, &moment), 0);
    segments_put(&s, 10, 10);
    assert_true(segments_told(&s, 20));
    assert_int_equal(s.conflicts, 0);
}

/* Half of the numbers lie before the next one, half behind it, wherever that stands. */
static void half_of_the_numbers_are_old(void **state)
{
    (void)state;
    static const uint32_t far[] = {0x80000000, 0x80000001, 0xC0000000, 0xFFFFFFF0};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        segments_begin(&s, 0x7FFFFFF0);
        const struct wsd_moment moment = {.packet = 1};
        assert_int_equal(reassembly_segment(&s.r, &s.host, &s, 1, s.start + far[i], bytes_text("?"), 1, &moment), 0);
        assert_null(s.r.held);
        assert_true(segments_told(&s, 0));
    }
}

static void overlaps_of_what_waits(void **state)
{
    (void)state;
    segments_begin(&s, 1000);
    segments_put(&s, 100, 100);
    segments_put(&s, 300, 100);
    segments_put(&s, 150, 100); /* 50 to the right of the first one are new */
    segments_put(&s, 50, 400);  /* around and between all */
    segments_put(&s, 50, 400);
    assert_int_equal(segments_pending(&s), 400);
    segments_put(&s, 0, 60);
    assert_true(segments_told(&s, 450));
    assert_true(segments_empty(&s));
    assert_int_equal(s.conflicts, 0);
}

/* Cut into random pieces, in any order, doubled, overlapping, over the wrap of the sequence numbers. */
static void a_thousand_random_orders(void **state)
{
    (void)state;
    uint64_t random = 77;
    for (uint32_t turn = 0; turn < 1000; turn++) {
        struct {
            uint32_t at, n;
        } pieces[400];
        uint32_t total = 1 + random_below(&random, 5000), longest = 1 + random_below(&random, 300);
        uint32_t count = 0;
        for (uint32_t at = 0, n; at < total && count < 300; at += n, count++) {
            n = 1 + random_below(&random, longest);
            if (n > total - at || count == 299)
                n = total - at;
            pieces[count].at = at;
            pieces[count].n = n;
        }
        for (uint32_t more = random_below(&random, 100); more > 0; more--, count++) {
            pieces[count].at = random_below(&random, total);
            pieces[count].n = 1 + random_below(&random, total - pieces[count].at);
        }
        segments_begin(&s, turn % 2 ? random_next(&random) : 0 - random_below(&random, total));
        for (uint32_t left = count; left > 0; left--) {
            /* any of those that are left, or one of the next few: real reordering */
            uint32_t pick =
                turn % 3 == 0 ? left - 1 - random_below(&random, left < 8 ? left : 8) : random_below(&random, left);
            assert_int_equal(segments_put(&s, pieces[pick].at, pieces[pick].n), 0);
            pieces[pick] = pieces[left - 1];
            if (turn % 50 == 0)
                segments_pending(&s);
        }
        assert_true(segments_told(&s, total));
        assert_true(segments_empty(&s));
        assert_int_equal(s.gaps + s.conflicts, 0);
    }
}

/* The same with segments that never come and segments cut by the snaplen: at the end every byte was either told or a gap. */
static void random_losses(void **state)
{
    (void)state;
    uint64_t random = 99;
    for (uint32_t turn = 0; turn < 300; turn++) {
        segments_begin(&s, random_next(&random));
        uint32_t total = 0;
        for (uint32_t i = 0; i < 60; i++) {
            uint32_t at = random_below(&random, 4000), n = 1 + random_below(&random, 100);
            assert_int_equal(segments_put_cut(&s, at, n, random_below(&random, 4) == 0 ? random_below(&random, n) : n),
                             0);
            total = at + n > total ? at + n : total;
            assert_int_equal(s.gap_bytes != 0, s.gaps != 0);
        }
        s.r.fin_seen = true;
        s.r.fin = s.start + 4200;
        assert_int_equal(segments_finish(&s), 0);
        assert_true(segments_told(&s, 4200));
        assert_true(segments_empty(&s));
        uint32_t known = 0;
        for (uint32_t i = 0; i < 4200; i++)
            known += s.owner[i] != 0;
        assert_int_equal(s.gap_bytes, 4200 - known);
        assert_int_equal(s.conflicts, 0);
    }
}

static void conflicting_copies(void **state)
{
    (void)state;
    static const char *const copies[] = {"????????????????????", "????????????????????"};
    segments_begin(&s, 1000);
    segments_put(&s, 10, 10);
    segments_put(&s, 20, 10); /* a run of its own */
    for (int i = 0; i < 2; i++) {
        s.packet++;
        const struct wsd_moment moment = {.packet = s.packet};
        assert_int_equal(reassembly_segment(&s.r, &s.host, &s, 1, s.start + 10, bytes_text(copies[i]), 20, &moment), 0);
        assert_int_equal(s.conflicts, i + 1); /* each segment that disagrees is told once */
    }
    segments_put(&s, 0, 30);            /* agrees */
    assert_true(segments_told(&s, 30)); /* and the first copy was taken */
    assert_int_equal(s.conflicts, 2);
}

static void snaplen_cuts(void **state)
{
    (void)state;
    segments_begin(&s, 1000);
    segments_put_cut(&s, 0, 100, 60);
    assert_true(segments_told(&s, 100));
    assert_int_equal(s.gap_bytes, 40);
    segments_put_cut(&s, 200, 100, 0); /* waits, with nothing of it here */
    segments_put_cut(&s, 150, 100, 10);
    segments_put_cut(&s, 100, 100, 80); /* 100 to 149 are new, then what was cut before */
    assert_true(segments_told(&s, 300));
    assert_int_equal(s.gap_bytes, 40 + 40 + 100);
    assert_true(segments_empty(&s));
    segments_put_cut(&s, 300, 60, 40);
    segments_put(&s, 320, 40); /* its last byte is the last that was delivered, not that of the 40 */
    segments_put(&s, 340, 20);
    assert_int_equal(s.conflicts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),
        cmocka_unit_test(in_reverse),
        cmocka_unit_test(retransmissions),
        cmocka_unit_test(keep_alive_garbage),
        cmocka_unit_test(half_of_the_numbers_are_old),
        cmocka_unit_test(overlaps_of_what_waits),
        cmocka_unit_test(a_thousand_random_orders),
        cmocka_unit_test(random_losses),
        cmocka_unit_test(conflicting_copies),
        cmocka_unit_test(snaplen_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
