/*
 * net_gap_test.c: when a hole becomes a gap, and when not yet: each rule of reassembly.h by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/segments.h"

static struct segments s;

/* 100 bytes told, 100 missing, 100 waiting. */
static void with_a_hole(void)
{
    segments_begin(&s, 1000);
    segments_put(&s, 0, 100);
    segments_put(&s, 200, 100);
    assert_true(segments_told(&s, 100));
}

static void gap_after_packets(void **state)
{
    (void)state;
    with_a_hole();
    segments_ack(&s, 199); /* not past the hole yet: somebody may send it again */
    for (int i = 0; i < 1000; i++)
        segments_wait(&s);
    assert_true(segments_told(&s, 100));
    segments_ack(&s, 200);
    for (int i = 0; i < REASSEMBLY_LATE_PACKETS; i++)
        segments_wait(&s);
    assert_true(segments_told(&s, 100)); /* acknowledged before seen is not a gap yet */
    segments_wait(&s);
    assert_true(segments_told(&s, 300));
    assert_int_equal(s.gap_bytes, 100);
    assert_true(s.at_gap == 2); /* of the packet behind the hole, not of the one that ended the wait */
}

static void gap_after_time(void **state)
{
    (void)state;
    with_a_hole();
    segments_ack(&s, 300);
    s.time += REASSEMBLY_LATE_TIME;
    segments_wait(&s);
    assert_true(segments_told(&s, 100));
    s.time += 1;
    segments_wait(&s);
    assert_true(segments_told(&s, 300));
    assert_int_equal(s.gap_bytes, 100);
}

static void late_but_in_time(void **state)
{
    (void)state;
    with_a_hole();
    segments_ack(&s, 300);
    for (int i = 0; i < REASSEMBLY_LATE_PACKETS; i++)
        segments_wait(&s);
    segments_put(&s, 100, 100);
    assert_true(segments_told(&s, 300));
    assert_int_equal(s.gaps, 0);
}

/* A tap of one direction: the peer is never heard, so time alone decides; when it is heard, it does not. */
static void gap_when_the_peer_is_silent(void **state)
{
    (void)state;
    for (int heard = 0; heard < 2; heard++) {
        with_a_hole();
        s.r.held->heard = heard;
        s.time += REASSEMBLY_SILENT_TIME;
        segments_wait(&s);
        assert_true(segments_told(&s, 100));
        s.time += 1;
        segments_wait(&s);
        assert_true(segments_told(&s, heard ? 100 : 300));
        reassembly_free(&s.r, &s.host);
    }
}

/* Who was heard while the first hole was open may have gone silent behind the next one. */
static void silence_is_of_each_hole(void **state)
{
    (void)state;
    with_a_hole();
    segments_put(&s, 400, 100);
    s.r.held->heard = true;
    segments_put(&s, 100, 100);
    assert_true(segments_told(&s, 300));
    s.time += REASSEMBLY_SILENT_TIME + 1;
    segments_wait(&s);
    assert_true(segments_told(&s, 500));
}

/* The next hole has waited since its own first segment came, not since the one before was given up. */
static void each_hole_waits_for_itself(void **state)
{
    (void)state;
    with_a_hole();
    s.time += REASSEMBLY_LATE_TIME / 2;
    segments_put(&s, 400, 100);
    segments_ack(&s, 500);
    s.time += REASSEMBLY_LATE_TIME / 2 + 1;
    segments_wait(&s);
    assert_true(segments_told(&s, 300));
    segments_wait(&s);
    assert_true(segments_told(&s, 300));
    s.time += REASSEMBLY_LATE_TIME / 2;
    segments_wait(&s);
    assert_true(segments_told(&s, 500));
    assert_int_equal(s.gaps, 2);
}

static void gap_at_a_limit(void **state)
{
    (void)state;
    for (int total = 0; total < 2; total++) {
        segments_begin(&s, 1000);
        if (total)
            s.host.most_held_total = 10000;
        else
            s.host.most_held = 10000;
        for (uint32_t at = 100; at < 60000; at += 200) {
            segments_put(&s, at, 100);
            assert_true(s.host.held_total <= 10000);
            segments_pending(&s);
        }
        assert_false(s.wrong);
        assert_true(s.gaps > 200);
        segments_finish(&s);
        assert_true(segments_told(&s, 60000));
        assert_int_equal(s.gap_bytes, 30000);
        assert_true(segments_empty(&s));
    }
}

static void gap_at_the_end(void **state)
{
    (void)state;
    with_a_hole();
    segments_put(&s, 400, 100);
    segments_finish(&s);
    assert_true(segments_told(&s, 500));
    assert_int_equal(s.gaps, 2);
    assert_true(segments_empty(&s));
}

/* What was acknowledged, or announced by a FIN, and never seen. An acknowledgement one ahead is for the FIN. */
static void gap_behind_the_last_segment(void **state)
{
    (void)state;
    segments_begin(&s, 1000);
    segments_put(&s, 0, 100);
    segments_ack(&s, 101);
    segments_finish(&s);
    assert_true(segments_told(&s, 100));
    segments_ack(&s, 150);
    segments_finish(&s);
    assert_true(segments_told(&s, 150));
    segments_ack(&s, 40);
    s.r.fin_seen = true;
    s.r.fin = s.start + 151;
    segments_finish(&s);
    assert_true(segments_told(&s, 151));
    assert_true(reassembly_at_fin(&s.r));
    segments_finish(&s);
    assert_int_equal(s.gaps, 2);
}

static void forgotten_without_a_word(void **state)
{
    (void)state;
    with_a_hole();
    reassembly_free(&s.r, &s.host);
    assert_true(segments_empty(&s));
    assert_true(segments_told(&s, 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gap_after_packets),
        cmocka_unit_test(gap_after_time),
        cmocka_unit_test(late_but_in_time),
        cmocka_unit_test(gap_when_the_peer_is_silent),
        cmocka_unit_test(silence_is_of_each_hole),
        cmocka_unit_test(each_hole_waits_for_itself),
        cmocka_unit_test(gap_at_a_limit),
        cmocka_unit_test(gap_at_the_end),
        cmocka_unit_test(gap_behind_the_last_segment),
        cmocka_unit_test(forgotten_without_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
