/*
 * net_held_test.c: the tree of waiting segments, against an array, and how deep it gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/random.h"
#include "support/segments.h"

static struct segments s;

static void tree_against_an_array(void **state)
{
    (void)state;
    enum { RUNS = 500 };
    static struct held runs[RUNS];
    static bool in[RUNS];
    struct held *root = NULL;
    uint64_t random = 11;
    const uint32_t base = UINT32_MAX - RUNS; /* run i begins at base + 2 i: over the wrap */
    for (int turn = 0; turn < 20000; turn++) {
        uint32_t i = random_below(&random, RUNS);
        if (random_below(&random, 3) == 0) {
            uint32_t first = 0;
            while (first < RUNS && !in[first])
                first++;
            struct held *got = held_first_take(&root);
            assert_ptr_equal(got, first < RUNS ? &runs[first] : NULL);
            if (got != NULL)
                in[first] = false;
        } else if (!in[i]) {
            runs[i] = (struct held){.priority = random_below(&random, turn % 2 ? 4 : UINT32_MAX), .seq = base + 2 * i};
            held_insert(&root, &runs[i]);
            in[i] = true;
        }
        uint32_t asked = random_below(&random, 2 * RUNS), before = asked / 2 + 1, after = asked / 2 + 1;
        while (before > 0 && !in[before - 1])
            before--;
        while (after < RUNS && !in[after])
            after++;
        assert_ptr_equal(held_at_or_before(root, base + asked), before > 0 ? &runs[before - 1] : NULL);
        assert_ptr_equal(held_after(root, base + asked), after < RUNS ? &runs[after] : NULL);
    }
}

static unsigned depth(const struct held *run)
{
    if (run == NULL)
        return 0;
    unsigned left = depth(run->left), right = depth(run->right);
    return 1 + (left > right ? left : right);
}

/* Thousands wait, and none lies deep: a balanced tree of 20,000 would be 15 deep. */
static void waiting_segments_lie_shallow(void **state)
{
    (void)state;
    for (int reverse = 0; reverse < 2; reverse++) {
        segments_begin(&s, 1000);
        for (uint32_t i = 0; i < 20000; i++)
            segments_put(&s, reverse ? 60000 - 3 * i : 3 + 3 * i, 3);
        assert_in_range(depth(s.r.held->root), 15, 48);
        segments_put(&s, 0, 3);
        assert_int_equal(s.told, 60003);
        assert_null(s.r.held);
        assert_false(s.wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_against_an_array),
        cmocka_unit_test(waiting_segments_lie_shallow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
