/* undecided_test.c: packets that wait until it is known whose they are: order, limits, and fragments that find their connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/undecided.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 4096 };

struct seen {
    int64_t times[MOST];
    size_t count;
};

static void see(void *user, const struct wsd_packet *packet, const char *interface)
{
    struct seen *s = user;
    assert_string_equal(interface, "eth0");
    for (uint32_t i = 0; i < packet->captured; i++)
        assert_int_equal(packet->data[i], (uint8_t)packet->time);
    s->times[s->count++] = packet->time;
}

static void keep(struct undecided *u, uint64_t owner, int64_t time, uint32_t length)
{
    uint8_t *data = malloc(length);
    memset(data, (uint8_t)time, length);
    const struct wsd_packet packet = {.time = time, .data = data, .captured = length, .length = length, .link_type = 1};
    assert_int_equal(undecided_keep(u, owner, &packet, "eth0"), 0);
    free(data);
}

static struct seen release(struct undecided *u, uint64_t owner)
{
    struct seen s = {.count = 0};
    undecided_release(u, owner, see, &s);
    return s;
}

static void each_owner_gets_its_own_in_order(void **state)
{
    (void)state;
    struct undecided *u = undecided_new();
    for (int64_t i = 0; i < 1000; i++)
        keep(u, (uint64_t)i % 100, i, 10);
    undecided_release(u, 7, NULL, NULL);
    assert_int_equal(release(u, 7).count, 0);
    for (uint64_t owner = 0; owner < 100; owner++) {
        struct seen s = release(u, owner);
        assert_int_equal(s.count, owner == 7 ? 0 : 10);
        for (size_t i = 0; i < s.count; i++)
            assert_int_equal(s.times[i], (int64_t)(owner + 100 * i));
        assert_int_equal(release(u, owner).count, 0);
    }
    keep(u, 3, 5, 10);
    assert_int_equal(release(u, 3).count, 1);
    assert_int_equal(undecided_lost(u), 0);
    undecided_free(u);
}

/* The SYN stays, and the last ones. */
static void one_owner_has_its_limit(void **state)
{
    (void)state;
    struct undecided *u = undecided_new();
    for (int64_t i = 0; i < 3000; i++)
        keep(u, 1, i, 1000);
    struct seen s = release(u, 1);
    assert_in_range(s.count, 2, UNDECIDED_OWNER / 1000);
    assert_int_equal(s.times[0], 0);
    for (size_t i = 1; i < s.count; i++)
        assert_int_equal(s.times[i], (int64_t)(3000 - s.count + i));
    assert_int_equal(undecided_lost(u), 0);
    keep(u, 2, 1, UNDECIDED_OWNER + 1); /* larger than the limit by itself */
    assert_int_equal(release(u, 2).count, 1);
    undecided_free(u);
}

static void all_together_have_a_limit(void **state)
{
    (void)state;
    enum { EACH = 100 << 10 };
    struct undecided *u = undecided_new();
    int64_t fit = UNDECIDED_MOST / EACH, owners = fit + 100;
    for (int64_t i = 0; i < owners; i++)
        keep(u, (uint64_t)i, i, EACH);
    assert_in_range(undecided_lost(u), 100, 110);
    assert_int_equal(release(u, 0).count, 0);
    assert_int_equal(release(u, 99).count, 0);
    assert_int_equal(release(u, (uint64_t)owners - 1).count, 1);
    assert_int_equal(release(u, 120).count, 1);
    undecided_free(u);
}

static void fragments_find_their_connection(void **state)
{
    (void)state;
    struct undecided *u = undecided_new();
    keep(u, 1, 10, 5);
    keep(u, 900, 11, 5);
    keep(u, 1, 12, 5);
    keep(u, 900, 13, 5);
    assert_int_equal(undecided_join(u, 900, 1), 0);
    assert_int_equal(undecided_join(u, 900, 1), 0);
    struct seen s = release(u, 1);
    const int64_t wanted[] = {10, 12, 11, 13};
    assert_int_equal(s.count, 4);
    assert_memory_equal(s.times, wanted, sizeof wanted);
    keep(u, 901, 14, 5);
    assert_int_equal(undecided_join(u, 901, 2), 0);
    assert_int_equal(release(u, 2).count, 1);
    undecided_free(u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_owner_gets_its_own_in_order),
        cmocka_unit_test(one_owner_has_its_limit),
        cmocka_unit_test(all_together_have_a_limit),
        cmocka_unit_test(fragments_find_their_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
