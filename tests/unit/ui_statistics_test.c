/* What many messages add up to: src/ui/statistics.c. */
#include "ui/statistics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const int64_t second = 1000000000, began = 1700000000 * (int64_t)1000000000;

static uint64_t sum(const struct statistics *s, int side)
{
    uint64_t n = 0;
    for (int i = 0; i < STATISTICS_BUCKETS; i++)
        n += s->rates[i][side].messages;
    return n;
}

static void slots_are_powers_of_two(void **state)
{
    (void)state;
    assert_int_equal(statistics_slot(0), 0);
    assert_int_equal(statistics_slot(1), 1);
    assert_int_equal(statistics_slot(127), 7);
    assert_int_equal(statistics_slot(128), 8);
    assert_int_equal(statistics_slot(UINT64_MAX), STATISTICS_POWERS - 1);
    for (unsigned slot = 1; slot < STATISTICS_POWERS - 1; slot++) {
        assert_int_equal(statistics_slot(statistics_limit(slot) - 1), slot);
        assert_int_equal(statistics_slot(statistics_limit(slot)), slot + 1);
    }
}

/* Weeks, one message a second from the client and every other from the server: nothing is lost, all buckets are of the same
 * length, and at least half of them are in use. */
static void all_the_time_stays(void **state)
{
    static struct statistics s;
    (void)state;
    memset(&s, 0, sizeof s);
    int64_t seconds = 3 * 7 * 24 * 3600;
    for (int64_t i = 0; i < seconds; i++)
        statistics_message(&s, WSD_OPCODE_TEXT, i % 3 == 2 ? WSD_SERVER : WSD_CLIENT, 100, began + i * second, second);
    assert_int_equal(sum(&s, WSD_CLIENT) + sum(&s, WSD_SERVER), seconds);
    assert_int_equal(sum(&s, WSD_SERVER), seconds / 3);
    assert_in_range(s.used, STATISTICS_BUCKETS / 2, STATISTICS_BUCKETS);
    assert_true(statistics_width(&s) * STATISTICS_BUCKETS >= (seconds - 1) * second);
    for (unsigned i = 0; i + 1 < s.used; i++) {
        double rate = (double)(s.rates[i][0].messages + s.rates[i][1].messages) * 1e9 / (double)statistics_width(&s);
        assert_true(rate > 0.99 && rate < 1.01);
    }
    assert_int_equal(s.sizes[WSD_CLIENT].counts[statistics_slot(100)], seconds - seconds / 3);
    assert_int_equal(s.intervals[WSD_SERVER].counts[statistics_slot(1000000)], seconds / 3);
}

/* Times that lie before the first, or absurdly far behind it, come to an end and are counted. */
static void strange_times(void **state)
{
    struct statistics s = {0};
    (void)state;
    statistics_message(&s, WSD_OPCODE_BINARY, WSD_CLIENT, 1, began, -1);
    statistics_message(&s, WSD_OPCODE_BINARY, WSD_CLIENT, 1, began - second, -1);
    statistics_message(&s, WSD_OPCODE_BINARY, WSD_CLIENT, 1, INT64_MIN, -1);
    assert_int_equal(s.rates[0][WSD_CLIENT].messages, 3);
    statistics_message(&s, WSD_OPCODE_BINARY, WSD_CLIENT, 1, INT64_MAX, 0);
    assert_int_equal(sum(&s, WSD_CLIENT), 4);
    assert_true(s.used <= STATISTICS_BUCKETS);
    statistics_message(&s, WSD_OPCODE_TEXT, WSD_NEITHER, 1, began, -1);
    assert_int_equal(sum(&s, WSD_CLIENT), 4);
}

static void control_frames_have_no_rate(void **state)
{
    struct statistics s = {0};
    (void)state;
    statistics_message(&s, WSD_OPCODE_PING, WSD_SERVER, 4, began, -1);
    assert_int_equal(s.opcodes[WSD_OPCODE_PING][WSD_SERVER], 1);
    assert_int_equal(s.used, 0);
    statistics_round_trip(&s, 3000);
    statistics_round_trip(&s, -5);
    statistics_round_trip(&s, 9000000);
    assert_int_equal(s.round_trip_count, 3);
    assert_int_equal(s.least_round_trip, 0);
    assert_int_equal(s.most_round_trip, 9000000);
    assert_int_equal(s.round_trips.counts[statistics_slot(3)], 1);
}

static void close_codes(void **state)
{
    struct statistics_closes c = {0};
    (void)state;
    statistics_close(&c, WSD_BY_HANDSHAKE, 1000);
    statistics_close(&c, WSD_BY_HANDSHAKE, -1);
    statistics_close(&c, WSD_BY_HANDSHAKE, 1000);
    statistics_close(&c, WSD_BY_RESET, 1000);
    statistics_close(&c, WSD_BY_CAPTURE_END, -1);
    assert_int_equal(c.code_count, 2);
    assert_int_equal(c.codes[0].count, 2);
    assert_int_equal(c.codes[1].code, -1);
    assert_int_equal(c.without, 1);
    for (int code = 3000; code < 3100; code++)
        statistics_close(&c, WSD_BY_HANDSHAKE, code);
    assert_int_equal(c.code_count, STATISTICS_CODES);
    assert_int_equal(c.other_codes, 100 - (STATISTICS_CODES - 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_powers_of_two),
        cmocka_unit_test(all_the_time_stays),
        cmocka_unit_test(strange_times),
        cmocka_unit_test(control_frames_have_no_rate),
        cmocka_unit_test(close_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
