/*
 * windows_test.c: memory for compression windows (src/windows.h): blocks do not touch each other, what is given back is used
 * again, and slabs without blocks go.
 */
#include "windows.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SIZE = 40000, COUNT = 300, EVERY_SLAB = WINDOWS_SLAB / SIZE };

static uint8_t *blocks[COUNT];

static void take(const struct wsd_allocator *from, size_t i)
{
    blocks[i] = from->take(from->user, SIZE);
    assert_non_null(blocks[i]);
    assert_int_equal((uintptr_t)blocks[i] % 64, 0);
    memset(blocks[i], (int)(i & 0xFF), SIZE);
}

static void give(const struct wsd_allocator *to, size_t i)
{
    for (size_t at = 0; at < SIZE; at++)
        assert_int_equal(blocks[i][at], i & 0xFF);
    to->give(to->user, blocks[i], SIZE);
    blocks[i] = NULL;
}

static void slabs_come_and_go(void **state)
{
    (void)state;
    struct windows windows = {0};
    struct wsd_allocator a = windows_allocator(&windows);
    for (size_t i = 0; i < COUNT; i++)
        take(&a, i);
    assert_int_equal(windows.slabs, (COUNT + EVERY_SLAB - 1) / EVERY_SLAB);
    for (size_t i = 0; i < COUNT; i++)
        give(&a, i);
    assert_int_equal(windows.slabs, 1);
    windows_free(&windows);
    assert_int_equal(windows.slabs, 0);
}

static void in_any_order(void **state)
{
    (void)state;
    struct windows windows = {0};
    struct wsd_allocator a = windows_allocator(&windows);
    uint64_t random = 7;
    size_t taken = 0;
    for (int n = 0; n < 3000; n++) {
        size_t i = random_below(&random, COUNT);
        bool has = blocks[i] != NULL;
        (has ? give : take)(&a, i);
        taken = has ? taken - 1 : taken + 1;
        assert_in_range(windows.slabs, (taken + EVERY_SLAB - 1) / EVERY_SLAB, COUNT / EVERY_SLAB + 1);
    }
    for (size_t i = 0; i < COUNT; i++)
        if (blocks[i] != NULL)
            give(&a, i);
    assert_int_equal(windows.slabs, 1);
    windows_free(&windows);
}

static void other_sizes(void **state)
{
    (void)state;
    struct windows windows = {0};
    struct wsd_allocator a = windows_allocator(&windows);
    void *small = a.take(a.user, 512);
    assert_int_equal(windows.slabs, 0); /* nor does it say what size the blocks have */
    void *first = a.take(a.user, SIZE), *large = a.take(a.user, 2 * WINDOWS_SLAB);
    memset(small, 1, 512);
    memset(large, 2, 2 * WINDOWS_SLAB);
    assert_int_equal(windows.slabs, 1);
    a.give(a.user, small, 512);
    a.give(a.user, large, 2 * WINDOWS_SLAB);
    a.give(a.user, first, SIZE);
    windows_free(&windows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slabs_come_and_go),
        cmocka_unit_test(in_any_order),
        cmocka_unit_test(other_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
