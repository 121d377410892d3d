/*
 * record_block.h: events as the monitor's store keeps them. cmocka.h comes before it.
 */
#ifndef SUPPORT_RECORD_BLOCK_H
#define SUPPORT_RECORD_BLOCK_H

#include "ui/record.h"

/* A block with one record. */
static inline struct block *record_block(const struct wsd_event *e)
{
    size_t size = record_size(e, true);
    struct block *b = block_new(size);
    assert_non_null(b);
    assert_int_equal(size % 8, 0);
    record_write(b->data, size, e, true);
    b->length = size;
    return b;
}

#endif
