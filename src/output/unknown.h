/*
 * unknown.h: which bytes of a message's payload are not known, asked from its first to its last.
 */
#ifndef OUTPUT_UNKNOWN_H
#define OUTPUT_UNKNOWN_H

#include "dissector/base/event.h"

struct unknown {
    const struct wsd_range *range, *end; /* those that are not passed yet */
};

static inline struct unknown unknown_of(const struct wsd_message *m)
{
    return (struct unknown){m->unknown, m->unknown_count > 0 ? m->unknown + m->unknown_count : m->unknown};
}

/* offset: of the payload, never less than the one before. */
static inline bool unknown_at(struct unknown *u, uint64_t offset)
{
    while (u->range != u->end && offset - u->range->offset >= u->range->length && offset >= u->range->offset)
        u->range++;
    return u->range != u->end && offset >= u->range->offset;
}

#endif
