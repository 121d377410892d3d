#include "notes.h"
#include "reading.h"
#include "run_state.h"
#include "say.h"
#include "setup.h"
#include "signals.h"
#include "ui/handoff.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the monitor: it reads in a thread of its own */

static void stop_reading(void *user)
{
    (void)user;
    signals_ask_to_stop();
}

/* The monitor caught SIGHUP, and its terminal is still there. */
static void hang_up(void *user)
{
    (void)user;
    signals_hang_up();
}

/* Until the other end of the pipe has something to say: before that it may ask for a password (ssh, sudo) on the same terminal. */
static int wait_for_pipe(void)
{
    struct pollfd pipe = {STDIN_FILENO, POLLIN, 0};
    while (*signals_stop() == 0 && poll(&pipe, 1, -1) < 0 && errno == EINTR)
        ;
    return *signals_stop() != 0 ? -EINTR : 0;
}

/* The terminal, while its description may still be read. */
static int open_screen(struct run *r)
{
    char error[SOURCE_ERROR];
    if (r->options->output != OUTPUT_TUI)
        return 0;
    if (r->trickles && wait_for_pipe() < 0)
        return -EINTR;
    r->reading = (struct ui_reading){.handoff = r->state,
                                     .interfaces = r->interfaces,
                                     .interface_count = r->interface_count,
                                     .config = &r->config,
                                     .read = reading_all,
                                     .stop = stop_reading,
                                     .hang_up = hang_up,
                                     .user = r};
    config_find(&r->config, &r->privilege);
    r->screen = ui_open(r->options, &r->reading, error, sizeof error);
    if (r->screen != NULL)
        return 0;
    notes_complain(r, error);
    r->status = STATUS_USAGE;
    return -ENOTTY;
}

static void print_told(void *user, const char *text, bool wrong)
{
    (void)user;
    if (wrong)
        say("%s", text);
}

/* What went wrong meanwhile is still to be read when the monitor is gone. */
static void close_screen(struct run *r)
{
    if (r->screen == NULL)
        return;
    ui_close(r->screen);
    r->screen = NULL;
    handoff_told(r->state, 0, print_told, NULL);
}

/* The exit status, once everything was written. */
static int settle(struct run *r)
{
    const struct wsd_totals *t = wsd_totals(r->dissector);
    int error = output_flush(&r->output);
    if (error != 0 && error != EPIPE) {
        say("standard output: %s", strerror(error));
        return STATUS_INPUT;
    }
    if (r->status != STATUS_DONE || !r->options->check)
        return r->status;
    for (int code = 0; code < WSD_FINDING_COUNT; code++)
        if (t->findings[code] > 0 && wsd_finding_info((enum wsd_finding_code)code)->severity == WSD_ERROR)
            return STATUS_FINDINGS;
    return STATUS_DONE;
}

int run(const struct options *options)
{
    struct run *r = calloc(1, sizeof *r);
    if (r == NULL) {
        say("memory: there is none left");
        return STATUS_INPUT;
    }
    r->options = options;
    r->writing = (struct writing){.terminal = -1, .complain = setup_complaint, .user = r};
    r->sink = sink_of(options->output);
    r->live = options->file_count == 0;
    r->trickles = setup_is_pipe(options);
    output_init(&r->output, STDOUT_FILENO, options);
    signals_catch(options->write != NULL);
    int status = STATUS_INPUT;
    if (setup_user(r) == 0 && setup_filter(r) == 0 && setup_source(r) == 0 && setup_packets(r) == 0 &&
        setup_dissector(r) == 0 && open_screen(r) == 0 && setup_confine(r) == 0) {
        if (options->tell && r->screen == NULL)
            notes_in_force(r);
        if (r->screen != NULL)
            ui_run(r->screen);
        else
            reading_all(r);
        close_screen(r);
        status = settle(r);
    } else {
        close_screen(r);
        status = r->status;
    }
    if (r->sink->free != NULL && r->dissector != NULL)
        r->sink->free(r->state);
    source_close(r->source);
    writing_close(&r->writing);
    secrets_close(&r->secrets);
    wsd_free(r->dissector);
    windows_free(&r->windows);
    shown_free(&r->shown);
    filter_free(r->filter);
    free(r->state);
    free(r);
    return status;
}
