/*
 * sink.h: where events go. A sink is a const struct of functions; its event() is one switch over the event type.
 *
 * A sink writes through the writer of its struct output and never fails: what happens to the bytes (a closed pipe, a full
 * disk) is the business of output.c, and whoever runs the sink looks there. State is allocated and zeroed by the runner.
 */
#ifndef OUTPUT_SINK_H
#define OUTPUT_SINK_H

#include "dissector/dissector.h"
#include "options.h"
#include "output/output.h"

/* What is known at the end, beside what the library counted. */
struct sink_end {
    const struct wsd_totals *totals;
    uint64_t dropped_kernel, dropped_interface; /* packets, live capture */
    bool interface_unknown;                     /* nobody can say what the interface dropped */
};

/* How far reading has come. */
struct sink_progress {
    bool live; /* packets come from interfaces, as they happen */
    bool pipe; /* they come from a pipe, and may have to be waited for */
    uint64_t packets, bytes;
    uint64_t flows, flows_ignored;
    uint64_t dropped_kernel, dropped_interface;
    uint64_t read, size; /* bytes of the inputs; size 0: not known */
};

struct sink {
    size_t state_size;
    /* Says what the library is to tell: keep_payload, frames, detail. */
    void (*wants)(const struct output *, struct wsd_options *);
    void (*begin)(void *state, struct output *); /* the output outlives the state */
    void (*event)(void *state, const struct wsd_event *);
    void (*finish)(void *state, const struct sink_end *);
    /* NULL in sinks that need none of them: now and then while reading (after each packet that had to be waited for); something to
     * tell the user, instead of on standard error; with --with-secrets what TLS is opened with, as wsd_options.secret tells it; the
     * end of what begin() made. */
    void (*progress)(void *state, const struct sink_progress *);
    void (*tell)(void *state, const char *text, bool wrong);
    void (*secret)(void *state, uint64_t flow, struct wsd_bytes line);
    void (*free)(void *state);
};

extern const struct sink text_sink, json_sink, summary_sink, handoff_sink;

/* The sink of a format. */
const struct sink *sink_of(enum output_format format);

#endif
