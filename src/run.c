#include "run.h"

#include "capture/devices.h"
#include "capture/live.h"
#include "capture/sandbox.h"
#include "capture/source.h"
#include "config.h"
#include "output/shown.h"
#include "output/sink.h"
#include "say.h"
#include "ui/handoff.h"
#include "ui/ui.h"
#include "secrets.h"
#include "windows.h"
#include "writing.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

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

static volatile sig_atomic_t stop;    /* set by a signal, */
static volatile sig_atomic_t hung_up; /* and by SIGHUP, when there is something to be reopened */

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void on_hangup(int number)
{
    (void)number;
    hung_up = 1;
}

/* The second signal of a kind ends the program as if nothing had been said about it. Reads are interrupted. */
static void catch_signals(bool reopens)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction before, hangup = {.sa_handler = on_hangup};
    sigemptyset(&hangup.sa_mask);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup stays in force */
        sigaction(SIGHUP, reopens ? &hangup : &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is told as a write error */
}

/* ---- standard error */

/* What was printed comes first where both are one terminal. While the monitor has it, it tells. */
static void complain(struct run *r, const char *what)
{
    if (r->screen != NULL) {
        r->sink->tell(r->state, what, true);
        r->status = STATUS_INPUT;
        return;
    }
    output_flush(&r->output);
    say("%s", what);
    r->status = STATUS_INPUT;
}

static void note(struct run *r, const char *text)
{
    if (r->options->quiet)
        return;
    if (r->screen != NULL) {
        r->sink->tell(r->state, text, false);
        return;
    }
    output_flush(&r->output);
    say("note: %s", text);
}

static void tell(const char *line)
{
    say("%s", line);
}

/* -v */
static void tell_what_is_in_force(const struct run *r)
{
    const struct options *o = r->options;
    struct wsd_limits limits = r->wsd.limits;
    for (size_t i = 0; i < o->file_count; i++)
        say("input: %s%s", strcmp(o->files[i], "-") == 0 ? "standard input" : o->files[i],
            o->merge && o->file_count > 1 ? " (merged by time)" : "");
    if (r->live)
        say("live: %u bytes of a packet, kernel buffer %u MiB, %spromiscuous", o->snaplen, o->buffer >> 20,
            o->not_promiscuous ? "not " : "");
    if (o->write != NULL)
        say("written to: %s", o->write);
    say("filter: %s", o->filter != NULL ? o->filter : "none");
    say("capture filter: %s", o->capture_filter != NULL ? o->capture_filter : "none");
    if (o->max_payload == UINT64_MAX)
        say("limit: payloads are kept whole");
    else
        say("limit: %llu bytes of a payload", (unsigned long long)o->max_payload);
    for (int i = 0; i < WSD_LIMIT_COUNT; i++)
        say("limit: %s %llu", wsd_limit_info((enum wsd_limit)i)->name,
            (unsigned long long)*wsd_limit_at(&limits, (enum wsd_limit)i));
    sandbox_tell(&r->sandbox, &r->privilege, tell);
}

/* Live: what is captured on. */
static void tell_interfaces(struct run *r, const char *const *names, size_t count, bool chosen)
{
    char text[SOURCE_ERROR] = "capturing on ";
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (!chosen)
        snprintf(text + strlen(text), sizeof text - strlen(text), " (-i takes another, -D lists them)");
    note(r, text);
}

/* Live: packets that nobody will see, whose number has grown. */
static void look_at_drops(struct run *r)
{
    struct source_drops before = r->drops;
    char text[160];
    source_drops(r->source, &r->drops);
    if (r->drops.kernel > before.kernel) {
        snprintf(text, sizeof text, "%llu packets dropped by the kernel so far: -B gives it a larger buffer",
                 (unsigned long long)r->drops.kernel);
        note(r, text);
    }
    if (r->drops.interface > before.interface) {
        snprintf(text, sizeof text, "%llu packets dropped by the interface so far",
                 (unsigned long long)r->drops.interface);
        note(r, text);
    }
}

/* The three numbers. Text, JSON and summary lose nothing by themselves: when they are slow, the kernel drops. */
static void tell_drops(struct run *r, const struct wsd_totals *t)
{
    char text[160], interface[24] = "unknown";
    if (r->drops.interface_known)
        snprintf(interface, sizeof interface, "%llu", (unsigned long long)r->drops.interface);
    snprintf(text, sizeof text, "%llu packet%s; dropped: %llu by the kernel, %s by the interface, 0 by wscope",
             (unsigned long long)t->packets, t->packets == 1 ? "" : "s", (unsigned long long)r->drops.kernel,
             interface);
    note(r, text);
}

/* What the output itself does not say. */
static void tell_notes(struct run *r)
{
    const struct wsd_totals *t = wsd_totals(r->dissector);
    char text[160];
    if (r->live)
        tell_drops(r, t);
    if (r->options->output == OUTPUT_SUMMARY)
        return;
    if (t->undecoded > 0) {
        snprintf(text, sizeof text, "%llu of %llu packets could not be decoded, %llu of them for their link type",
                 (unsigned long long)t->undecoded, (unsigned long long)t->packets, (unsigned long long)t->unknown_link);
        note(r, text);
    }
    if (t->flows_evicted > 0) {
        snprintf(text, sizeof text,
                 "%llu TCP connections were given up to keep a limit, %llu of them WebSocket (--limit)",
                 (unsigned long long)t->flows_evicted, (unsigned long long)t->connections_evicted);
        note(r, text);
    }
    if (r->options->output == OUTPUT_TEXT && r->status == STATUS_DONE && t->connections + t->rejected == 0) {
        snprintf(text, sizeof text, "no WebSocket connection in %llu packet%s, %llu TCP connection%s",
                 (unsigned long long)t->packets, t->packets == 1 ? "" : "s", (unsigned long long)t->flows,
                 t->flows == 1 ? "" : "s");
        note(r, text);
    }
}

/* ---- the way of the data */

static void on_complaint(void *user, const char *what, bool error)
{
    if (error)
        complain(user, what);
    else
        note(user, what);
}

static void on_secrets(void *user, uint32_t type, struct wsd_bytes bytes)
{
    struct run *r = user;
    secrets_block(&r->secrets, type, bytes);
}

/* --with-secrets */
static void on_used_secret(void *user, uint64_t flow, struct wsd_bytes line)
{
    struct run *r = user;
    writing_secret(&r->writing, flow, line);
}

/* A pipe is silent: a key log may have what was waited for. */
static void on_idle(void *user)
{
    struct run *r = user;
    secrets_poll(&r->secrets);
    if (r->output.out.length > 0)
        output_flush(&r->output);
}

/* Between the dissector and the sink: -Y, -w and -c. What the packet of the last message holds beyond it is not shown. */
static void on_event(void *user, const struct wsd_event *e)
{
    struct run *r = user;
    if (r->counted && e->type != WSD_EVENT_CLOSE)
        return;
    if (r->writing.packets != NULL && e->type == WSD_EVENT_CONNECTION)
        packets_connection(r->writing.packets, e->opening.flow);
    if (r->filter == NULL)
        r->sink->event(r->state, e);
    else if (!shown_event(&r->shown, e))
        return;
    if (e->type == WSD_EVENT_MESSAGE && (e->message.opcode == WSD_OPCODE_TEXT || e->message.opcode == WSD_OPCODE_BINARY))
        r->counted = ++r->messages == r->options->count;
}

/* A live source ends by itself once it is told to stop: what it has captured is still to come. */
static bool goes_on(const struct run *r)
{
    return (stop == 0 || r->live) && !r->counted && r->output.error == 0;
}

enum { PROGRESS_AFTER = 1024 /* packets, where none had to be waited for */ };

static void tell_progress(struct run *r)
{
    if (r->sink->progress == NULL)
        return;
    const struct wsd_totals *t = wsd_totals(r->dissector);
    struct sink_progress progress = {.live = r->live,
                                     .pipe = r->trickles,
                                     .packets = t->packets,
                                     .bytes = t->bytes,
                                     .flows = t->flows,
                                     .flows_ignored = t->flows_ignored,
                                     .dropped_kernel = r->drops.kernel,
                                     .dropped_interface = r->drops.interface,
                                     .read = r->source->read,
                                     .size = r->source->size};
    r->sink->progress(r->state, &progress);
}

enum { FLUSH_AFTER = 10000000, LOOK_AT_DROPS_AFTER = 1000000000 }; /* ns */

/* A line is not held back: from a pipe never, live until there is nothing to be read, or 10 ms have gone by. */
static void flush_in_time(struct run *r, int64_t time, unsigned packets)
{
    if (!r->trickles && !r->live && (r->silent += packets) >= PROGRESS_AFTER) {
        r->silent = 0;
        tell_progress(r);
    }
    if (!r->trickles && (!r->live || time - r->flushed < FLUSH_AFTER))
        return;
    r->flushed = time;
    tell_progress(r);
    if (r->output.out.length > 0)
        output_flush(&r->output);
    writing_flush(&r->writing);
}

static void reopen(struct run *r)
{
    hung_up = 0;
    if (!writing_reopen(&r->writing))
        stop = 1;
}

/* Live: nothing is there to be read. Returns what wsd_time() does. */
static int pass_time(struct run *r, int64_t time)
{
    int result = wsd_time(r->dissector, time);
    output_flush(&r->output);
    writing_flush(&r->writing);
    tell_progress(r);
    r->flushed = time;
    if (time - r->drops_looked_at > LOOK_AT_DROPS_AFTER) {
        look_at_drops(r);
        r->drops_looked_at = time;
    }
    return result;
}

static void out_of_memory(struct run *r)
{
    if (!r->memory_told)
        complain(r, "memory: there is none left; connections are given up");
    r->memory_told = true;
}

/* One by one, since to whom a packet belonged is only known until the next one. */
static int write_packets(struct run *r, const struct wsd_packet *packets, int count)
{
    int rc = 0;
    for (int i = 0; i < count; i++) {
        int told = wsd_packet(r->dissector, &packets[i]);
        writing_packet(&r->writing, &packets[i], r->source->interface, told, wsd_owner(r->dissector));
        rc = told < 0 ? told : rc;
    }
    return rc;
}

static void read_packets(struct run *r, const struct wsd_packet *packets, int count)
{
    int told = r->writing.packets != NULL ? write_packets(r, packets, count)
                                          : wsd_packets(r->dissector, packets, (size_t)count);
    if (told < 0)
        out_of_memory(r);
    flush_in_time(r, packets[count - 1].time, (unsigned)count);
}

static void pump(struct run *r)
{
    struct wsd_packet packets[SOURCE_MOST];
    /* With -c, nothing behind the packet with the last message counts. */
    int most = r->options->count > 0 ? 1 : SOURCE_MOST, result;
    while (goes_on(r) && (result = source_next(r->source, packets, most)) != 0) {
        secrets_poll(&r->secrets);
        if (result > 0)
            read_packets(r, packets, result);
        else if (result != SOURCE_WAIT)
            complain(r, source_error(r->source));
        else if (pass_time(r, packets[0].time) < 0)
            out_of_memory(r);
        if (hung_up)
            reopen(r);
    }
    source_drops(r->source, &r->drops);
}

/* Everything that is open is told, then the sink's end. */
static void finish(struct run *r)
{
    if (wsd_finish(r->dissector) < 0)
        complain(r, "memory: there is none left; what was still open is not all shown");
    writing_end(&r->writing);
    struct sink_end end = {.totals = wsd_totals(r->dissector),
                           .dropped_kernel = r->drops.kernel,
                           .dropped_interface = r->drops.interface,
                           .interface_unknown = !r->drops.interface_known};
    r->sink->finish(r->state, &end);
    tell_notes(r);
}

/* ---- beginning and end */

/* Whether any input is something that packets trickle out of. */
static bool is_pipe(const struct options *o)
{
    for (size_t i = 0; i < o->file_count; i++) {
        struct stat about;
        bool standard_input = strcmp(o->files[i], "-") == 0;
        int result = standard_input ? fstat(STDIN_FILENO, &about) : stat(o->files[i], &about);
        if (result == 0 && !S_ISREG(about.st_mode))
            return true;
    }
    return false;
}

/* An interface that the user did not name is told. */
static int open_live(struct run *r)
{
    const struct options *o = r->options;
    struct live_options options = {.interfaces = o->interfaces,
                                   .count = o->interface_count,
                                   .device = {.snaplen = o->snaplen,
                                              .buffer = (int)o->buffer,
                                              .promiscuous = !o->not_promiscuous,
                                              .filter = o->capture_filter},
                                   .duration = o->duration,
                                   .stop = &stop};
    char error[SOURCE_ERROR];
    int result = 0;
    if (options.count == 0) {
        r->interface_names[0] = r->interface;
        options.interfaces = r->interface_names;
        options.count = 1;
        result = devices_default(r->interface, sizeof r->interface, error, sizeof error);
    }
    if (result == 0)
        result = live_open(&options, &r->source, error, sizeof error);
    if (result < 0) {
        complain(r, error);
        r->status = result == -EINVAL ? STATUS_USAGE : STATUS_INPUT;
        return result;
    }
    r->interfaces = options.interfaces;
    r->interface_count = options.count;
    tell_interfaces(r, options.interfaces, options.count, o->interface_count > 0);
    return 0;
}

static int open_source(struct run *r)
{
    if (r->live)
        return open_live(r);
    const struct options *o = r->options;
    struct source_options options = {.files = o->files,
                                     .count = o->file_count,
                                     .merge = o->merge,
                                     .filter = o->capture_filter,
                                     .secrets = on_secrets,
                                     .idle = secrets_may_come(o) ? on_idle : NULL,
                                     .user = r,
                                     .stop = &stop};
    char error[SOURCE_ERROR] = "capture filter: ";
    size_t length = o->capture_filter != NULL ? strlen(error) : 0;
    r->source = source_open(&options, error + length, sizeof error - length);
    if (r->source != NULL)
        return 0;
    complain(r, error);
    r->status = STATUS_USAGE;
    return -EINVAL;
}

static int open_dissector(struct run *r)
{
    wsd_options_init(&r->wsd);
    r->wsd.secret = r->options->with_secrets ? on_used_secret : NULL;
    r->wsd.limits = r->options->limits;
    r->wsd.windows = windows_allocator(&r->windows);
    r->wsd.secrets_wait = secrets_wait(r->options, r->live, r->trickles);
    if (getrandom(r->wsd.seed, sizeof r->wsd.seed, 0) != (ssize_t)sizeof r->wsd.seed) {
        complain(r, "random numbers: there are none");
        return -EIO;
    }
    r->sink->wants(&r->output, &r->wsd);
    if (r->filter != NULL && filter_wants_frames(r->filter))
        r->wsd.frames = true;
    r->state = calloc(1, r->sink->state_size);
    /* Where nothing stands between the dissector and the sink, they speak directly. */
    bool between = r->filter != NULL || r->options->count > 0 || r->options->write != NULL;
    r->wsd.event = between ? on_event : r->sink->event;
    r->wsd.user = between ? r : r->state;
    r->dissector = wsd_new(&r->wsd);
    bool ready = r->filter == NULL || shown_init(&r->shown, r->filter, r->sink, r->state, &r->output) == 0;
    if (r->state == NULL || r->dissector == NULL || !ready) {
        complain(r, "memory: there is none left");
        return -ENOMEM;
    }
    r->sink->begin(r->state, &r->output);
    r->secrets = (struct secrets){.dissector = r->dissector, .complain = on_complaint, .user = r};
    secrets_open(&r->secrets, r->options, r->live || r->trickles);
    return 0;
}

/* Before anything is opened: a mistake names the column and the word. */
static int compile_filter(struct run *r)
{
    const char *text = r->options->filter;
    struct filter_error error;
    char why[FILTER_MESSAGE + 64];
    if (text == NULL)
        return 0;
    if (r->options->output != OUTPUT_TEXT && r->options->output != OUTPUT_JSON) {
        complain(r, "--filter: it goes with text and json");
        r->status = STATUS_USAGE;
        return -EINVAL;
    }
    r->filter = filter_compile(text, &error);
    if (r->filter != NULL)
        return 0;
    snprintf(why, sizeof why, "--filter: column %u: %s", error.column, error.message);
    complain(r, why);
    r->status = STATUS_USAGE;
    return -EINVAL;
}

/* Before anything is opened: an answer to -Z that is none is wrong usage. */
static int find_user(struct run *r)
{
    char error[SOURCE_ERROR];
    if (privilege_find(&r->privilege, r->options->user, error, sizeof error) == 0)
        return 0;
    complain(r, error);
    r->status = STATUS_USAGE;
    return -EINVAL;
}

/* -w */
static int open_packets(struct run *r)
{
    int result = writing_open(&r->writing, r->options, &r->privilege);
    if (result == -EINVAL)
        r->status = STATUS_USAGE;
    return result;
}

/* From here on only inputs that wait for their turn are opened. */
static int confine(struct run *r)
{
    const struct options *o = r->options;
    char error[SOURCE_ERROR];
    sandbox_begin(&r->sandbox, !o->no_sandbox);
    for (size_t i = 0; i < o->file_count; i++)
        sandbox_allow(&r->sandbox, SANDBOX_READ, o->files[i]);
    if (o->write != NULL)
        sandbox_allow_folder(&r->sandbox, SANDBOX_WRITE, o->write);
    if (r->screen != NULL) {
        sandbox_allow(&r->sandbox, SANDBOX_WRITE, "."); /* what the user saves */
        if (r->config.folder[0] != 0) {
            sandbox_allow(&r->sandbox, SANDBOX_WRITE, r->config.folder);
            sandbox_allow(&r->sandbox, SANDBOX_READ, r->config.file); /* a link may lead elsewhere */
        }
    }
    for (size_t i = 0; i < r->secrets.count && r->secrets.follow; i++)
        sandbox_allow_folder(&r->sandbox, SANDBOX_READ, r->secrets.logs[i].name);
    if (sandbox_enter(&r->sandbox, &r->privilege, error, sizeof error) == 0)
        return 0;
    complain(r, error);
    return -EPERM;
}

/* ---- the monitor: it reads in a thread of its own */

static void read_all(void *user)
{
    struct run *r = user;
    pump(r);
    finish(r);
}

static void stop_reading(void *user)
{
    (void)user;
    stop = 1;
}

/* The monitor caught SIGHUP, and its terminal is still there. */
static void hang_up(void *user)
{
    (void)user;
    hung_up = 1;
}

/* The terminal, while its description may still be read. */
static int open_screen(struct run *r)
{
    char error[SOURCE_ERROR];
    if (r->options->output != OUTPUT_TUI)
        return 0;
    r->reading = (struct ui_reading){.handoff = r->state,
                                     .interfaces = r->interfaces,
                                     .interface_count = r->interface_count,
                                     .config = &r->config,
                                     .read = read_all,
                                     .stop = stop_reading,
                                     .hang_up = hang_up,
                                     .user = r};
    config_find(&r->config, &r->privilege);
    r->screen = ui_open(r->options, &r->reading, error, sizeof error);
    if (r->screen != NULL)
        return 0;
    complain(r, error);
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
    r->writing = (struct writing){.terminal = -1, .complain = on_complaint, .user = r};
    r->sink = sink_of(options->output);
    r->live = options->file_count == 0;
    r->trickles = is_pipe(options);
    output_init(&r->output, STDOUT_FILENO, options);
    catch_signals(options->write != NULL);
    int status = STATUS_INPUT;
    if (find_user(r) == 0 && compile_filter(r) == 0 && open_source(r) == 0 && open_packets(r) == 0 &&
        open_dissector(r) == 0 && open_screen(r) == 0 && confine(r) == 0) {
        if (options->tell && r->screen == NULL)
            tell_what_is_in_force(r);
        if (r->screen != NULL)
            ui_run(r->screen);
        else
            read_all(r);
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
