#include "setup.h"
#include "capture/devices.h"
#include "capture/live.h"
#include "notes.h"
#include "reading.h"
#include "signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

void setup_complaint(void *user, const char *what, bool error)
{
    if (error)
        notes_complain(user, what);
    else
        notes_note(user, what);
}

static void on_secrets(void *user, uint32_t type, struct wsd_bytes bytes)
{
    struct run *r = user;
    secrets_block(&r->secrets, type, bytes);
}

/* What is shown may be saved later with its packets: of files alone, which can be read again. */
static bool saves_packets(const struct run *r)
{
    return r->options->output == OUTPUT_TUI && !r->live && !r->trickles;
}

/* --with-secrets */
static void on_used_secret(void *user, uint64_t flow, struct wsd_bytes line)
{
    struct run *r = user;
    writing_secret(&r->writing, flow, line);
    if (saves_packets(r) && r->sink->secret != NULL)
        r->sink->secret(r->state, flow, line);
}

bool setup_is_pipe(const struct options *o)
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
                                   .stop = signals_stop()};
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
        notes_complain(r, error);
        r->status = result == -EINVAL ? STATUS_USAGE : STATUS_INPUT;
        return result;
    }
    r->interfaces = options.interfaces;
    r->interface_count = options.count;
    notes_interfaces(r, options.interfaces, options.count, o->interface_count > 0);
    return 0;
}

int setup_source(struct run *r)
{
    if (r->live)
        return open_live(r);
    const struct options *o = r->options;
    struct source_options options = {.files = o->files,
                                     .count = o->file_count,
                                     .merge = o->merge,
                                     .filter = o->capture_filter,
                                     .secrets = on_secrets,
                                     .idle = secrets_may_come(o) ? reading_idle : NULL,
                                     .user = r,
                                     .stop = signals_stop()};
    char error[SOURCE_ERROR] = "capture filter: ";
    size_t length = o->capture_filter != NULL ? strlen(error) : 0;
    r->source = source_open(&options, error + length, sizeof error - length);
    if (r->source != NULL)
        return 0;
    notes_complain(r, error);
    r->status = STATUS_USAGE;
    return -EINVAL;
}

int setup_dissector(struct run *r)
{
    wsd_options_init(&r->wsd);
    r->wsd.secret = r->options->with_secrets ? on_used_secret : NULL;
    r->wsd.limits = r->options->limits;
    r->wsd.windows = windows_allocator(&r->windows);
    r->wsd.secrets_wait = secrets_wait(r->options, r->live, r->trickles);
    if (getrandom(r->wsd.seed, sizeof r->wsd.seed, 0) != (ssize_t)sizeof r->wsd.seed) {
        notes_complain(r, "random numbers: there are none");
        return -EIO;
    }
    r->sink->wants(&r->output, &r->wsd);
    if (r->filter != NULL && filter_wants_frames(r->filter))
        r->wsd.frames = true;
    r->state = calloc(1, r->sink->state_size);
    /* Where nothing stands between the dissector and the sink, they speak directly. */
    bool between = r->filter != NULL || r->options->count > 0 || r->options->write != NULL || r->wsd.secret != NULL;
    r->wsd.event = between ? reading_event : r->sink->event;
    r->wsd.user = between ? r : r->state;
    r->dissector = wsd_new(&r->wsd);
    bool ready = r->filter == NULL || shown_init(&r->shown, r->filter, r->sink, r->state, &r->output) == 0;
    if (r->state == NULL || r->dissector == NULL || !ready) {
        notes_complain(r, "memory: there is none left");
        return -ENOMEM;
    }
    r->sink->begin(r->state, &r->output);
    r->secrets = (struct secrets){.dissector = r->dissector, .complain = setup_complaint, .user = r};
    secrets_open(&r->secrets, r->options, r->live || r->trickles);
    return 0;
}

int setup_filter(struct run *r)
{
    const char *text = r->options->filter;
    struct filter_error error;
    char why[FILTER_MESSAGE + 64];
    if (text == NULL)
        return 0;
    if (r->options->output != OUTPUT_TEXT && r->options->output != OUTPUT_JSON) {
        notes_complain(r, "--filter: it goes with text and json");
        r->status = STATUS_USAGE;
        return -EINVAL;
    }
    r->filter = filter_compile(text, &error);
    if (r->filter != NULL)
        return 0;
    snprintf(why, sizeof why, "--filter: column %u: %s", error.column, error.message);
    notes_complain(r, why);
    r->status = STATUS_USAGE;
    return -EINVAL;
}

int setup_user(struct run *r)
{
    char error[SOURCE_ERROR];
    if (privilege_find(&r->privilege, r->options->user, error, sizeof error) == 0)
        return 0;
    notes_complain(r, error);
    r->status = STATUS_USAGE;
    return -EINVAL;
}

int setup_packets(struct run *r)
{
    if (r->options->with_secrets && r->options->write == NULL && !saves_packets(r)) {
        notes_complain(r, "--with-secrets: only with --write, or for what the monitor saves of capture files");
        r->status = STATUS_USAGE;
        return -EINVAL;
    }
    int result = writing_open(&r->writing, r->options, &r->privilege);
    if (result == -EINVAL)
        r->status = STATUS_USAGE;
    return result;
}

int setup_confine(struct run *r)
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
    notes_complain(r, error);
    return -EPERM;
}
