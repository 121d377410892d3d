/*
 * windows_test.c: memory for compression windows (src/windows.h): blocks do not touch each other, what is given back is used
 * again, slabs without blocks go, and so does the memory of most blocks that are not in use.
 */
#include "windows.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif
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

#ifdef __linux__
enum { PAGE = 4096 };

/* The pages of a block that are in memory. */
static size_t pages_of(const uint8_t *block)
{
    unsigned char in[SIZE / PAGE + 2];
    uintptr_t begin = (uintptr_t)block & ~(uintptr_t)(PAGE - 1), end = (uintptr_t)block + SIZE;
    size_t n = 0;
    assert_int_equal(mincore((void *)begin, end - begin, in), 0);
    for (size_t i = 0; begin + i * PAGE < end; i++)
        n += in[i] & 1;
    return n;
}

/* One block of each slab stays, so that no slab can go. */
static void idle_blocks_keep_no_memory(void **state)
{
    (void)state;
    struct windows windows = {0};
    struct wsd_allocator a = windows_allocator(&windows);
    static uint8_t *idle[COUNT];
    size_t pages = 0;
    if (sysconf(_SC_PAGESIZE) != PAGE)
        skip(); /* larger ones stay */
    for (size_t i = 0; i < COUNT; i++)
        take(&a, i);
    for (size_t i = 0; i < COUNT; i++)
        if (i % EVERY_SLAB != 0) {
            idle[i] = blocks[i];
            give(&a, i);
        }
    assert_int_equal(windows.slabs, (COUNT + EVERY_SLAB - 1) / EVERY_SLAB);
    for (size_t i = 0; i < COUNT; i++)
        pages += idle[i] != NULL ? pages_of(idle[i]) : 0;
    /* A slab's worth and an eighth keep all, the others what they share with their neighbours. */
    assert_in_range(pages, 1, (EVERY_SLAB + COUNT / 8) * 11 + COUNT * 3);
    for (size_t i = 0; i < COUNT; i++)
        if (blocks[i] == NULL)
            take(&a, i);
    for (size_t i = 0; i < COUNT; i++)
        give(&a, i);
    assert_int_equal(windows.slabs, 1);
    windows_free(&windows);
}

#endif

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
#ifdef __linux__
        cmocka_unit_test(idle_blocks_keep_no_memory),
#endif
        cmocka_unit_test(other_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
