/*
 * run_state.h: one run of the program, shared by the files that carry it out:
 *
 *     setup.c     opens: filter, inputs, outputs, dissector, sandbox
 *     reading.c   the way of the data: packets to the dissector, its events to the sink, until the end
 *     notes.c     what is said about it on standard error
 *     run.c       one after the other, and the monitor
 */
#ifndef RUN_STATE_H
#define RUN_STATE_H

#include "capture/sandbox.h"
#include "capture/source.h"
#include "config.h"
#include "output/shown.h"
#include "output/sink.h"
#include "run.h"
#include "secrets.h"
#include "ui/ui.h"
#include "windows.h"
#include "writing.h"

struct run {
    const struct options *options;
    struct output output;
    const struct sink *sink;
    void *state;
    struct filter *filter; /* -Y, or NULL */
    struct shown shown;    /* with it: what passes */
    struct windows windows;
    struct wsd_options wsd;
    struct wsd_dissector *dissector;
    struct source *source;
    struct writing writing; /* -w */
    struct secrets secrets;
    struct privilege privilege;
    struct sandbox sandbox;
    bool live;                      /* from interfaces */
    bool trickles;                  /* from a pipe: packets may have to be waited for, nothing is held back meanwhile */
    char interface[64];             /* the default one, */
    const char *interface_names[1]; /* as a list */
    const char *const *interfaces;  /* live: those that are captured on */
    size_t interface_count;
    unsigned silent;           /* packets since progress was told, where none has to be waited for */
    int64_t flushed;           /* live: time of the packet after which the output was sent last */
    struct source_drops drops; /* live, when last looked at, */
    int64_t drops_looked_at;   /* which was at this time */
    struct loop *screen;       /* the monitor's, else NULL, */
    struct config config;      /* and its settings */
    struct ui_reading reading;
    uint64_t messages; /* data messages shown */
    bool counted;      /* -c is reached */
    bool memory_told;  /* that there was none left */
    int status;
};

#endif
