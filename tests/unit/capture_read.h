/*
 * capture_read.h: reads a capture that lies in memory, for tests that have included cmocka.h.
 */
#ifndef TEST_CAPTURE_READ_H
#define TEST_CAPTURE_READ_H

#include "capture_bytes.h"

static const struct file_hooks no_hooks;

static inline struct got read_whole(const struct out *o)
{
    return read_back(o->data, o->length, o->length + 1, &no_hooks);
}

/* The same comes back whatever the pieces in which it arrives. */
static inline struct got read_in_pieces(const struct out *o)
{
    struct got whole = read_whole(o);
    for (size_t step = 1; step <= 40; step++) {
        struct got got = read_back(o->data, o->length, step, &no_hooks);
        assert_int_equal(got.count, whole.count);
        assert_true(got.hash == whole.hash);
        assert_string_equal(got.error, whole.error);
    }
    return whole;
}

#endif
