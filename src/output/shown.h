/*
 * shown.h: what of all events reaches a sink: those that pass -Y.
 *
 * The line that begins a connection stands before every other line of it, also where it does not pass itself: then it is made when
 * it comes, and kept as text until another line of its connection passes, or the connection ends. What is kept is bounded: past
 * SHOWN_KEPT_MOST such a line is shown at once.
 */
#ifndef OUTPUT_SHOWN_H
#define OUTPUT_SHOWN_H

#include "dissector/base/buffer.h"
#include "dissector/base/table.h"
#include "filter/filter.h"
#include "output/sink.h"

#define SHOWN_KEPT_MOST (64u << 20) /* bytes of lines that wait: some ten thousand connections at once */

struct shown_line {
    uint64_t connection;
    uint32_t next_free;
    struct buffer text;
};

struct shown {
    const struct filter *filter;
    const struct sink *sink;
    void *state;
    struct output *output;
    struct table table; /* of lines, by connection */
    struct shown_line *lines;
    uint32_t count, room, free; /* places; UINT32_MAX: none is free */
    uint64_t kept;              /* bytes */
    uint64_t attempt;           /* the connection that came to nothing told last: it has no end that says so. 0: none */
};

/* Returns 0 or -ENOMEM; shown_free() either way. Filter, sink, state and output are borrowed. */
int shown_init(struct shown *shown, const struct filter *filter, const struct sink *sink, void *state,
               struct output *output);
void shown_free(struct shown *shown);

/* Hands an event on if it passes. Says whether it did. */
bool shown_event(struct shown *shown, const struct wsd_event *event);

#endif
