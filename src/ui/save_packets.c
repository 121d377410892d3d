#include "ui/save_packets.h"

#include "capture/source.h"
#include "output/packets.h"

#include <stdio.h>
#include <stdlib.h>

struct save_packets {
    const struct marks *flows;
    struct handoff *handoff;
    struct source *source;
    struct wsd_dissector *dissector;
    struct packets *packets;
    struct pcapng_options file;
    uint64_t read, written;
    char damage[SOURCE_ERROR]; /* the first thing that was wrong with an input; "": nothing */
};

static void on_event(void *user, const struct wsd_event *e)
{
    struct save_packets *s = user;
    if (e->type == WSD_EVENT_CONNECTION && marks_has(s->flows, e->opening.flow))
        packets_connection(s->packets, e->opening.flow);
}

static struct wsd_dissector *new_dissector(struct save_packets *s, const struct wsd_limits *limits)
{
    struct wsd_options options;
    wsd_options_init(&options);
    options.event = on_event;
    options.user = s;
    options.keep_payload = 0;
    options.limits = *limits; /* what had to be given up before has to be again, or numbers would differ */
    return wsd_new(&options);
}

struct save_packets *save_packets_open(const struct options *o, const char *path, const struct marks *flows,
                                       struct handoff *handoff, char *error, size_t error_size)
{
    struct source_options source = {
        .files = o->files, .count = o->file_count, .merge = o->merge, .filter = o->capture_filter};
    struct save_packets *s = calloc(1, sizeof *s);
    snprintf(error, error_size, "memory: there is none left");
    if (s == NULL)
        return NULL;
    s->flows = flows;
    s->handoff = handoff;
    s->file.path = path;
    s->file.secrets = o->with_secrets;
    s->dissector = new_dissector(s, &o->limits);
    if (s->dissector != NULL)
        s->source = source_open(&source, error, error_size);
    if (s->source != NULL)
        s->packets = packets_open(&s->file, 0, error, error_size);
    if (s->packets != NULL)
        return s;
    save_packets_close(s);
    return NULL;
}

/* A packet whose connection is known to be wanted is; a fragment waits for the one that says which connection it is of. */
static int belongs(const struct save_packets *s, struct wsd_owner owner)
{
    if (owner.flow != 0)
        return marks_has(s->flows, owner.flow) ? WSD_WEBSOCKET : WSD_NOBODY;
    return owner.datagram != 0 ? WSD_UNDECIDED : WSD_NOBODY;
}

static void on_secret(void *user, uint64_t flow, struct wsd_bytes line)
{
    struct save_packets *s = user;
    packets_secret(s->packets, flow, line);
}

int save_packets_work(struct save_packets *s, unsigned most, char *error, size_t error_size)
{
    struct wsd_packet packet;
    const char *failed;
    int result = 1;
    for (; most > 0 && (result = source_next(s->source, &packet, 1)) != 0; most--) {
        if (result < 0) {
            if (s->damage[0] == 0)
                snprintf(s->damage, sizeof s->damage, "%s", source_error(s->source));
            continue;
        }
        s->read++;
        (void)wsd_packet(s->dissector, &packet); /* without memory a connection is lost, which its owner says */
        struct wsd_owner owner = wsd_owner(s->dissector);
        int whose = belongs(s, owner);
        s->written += whose == WSD_WEBSOCKET;
        if (whose == WSD_WEBSOCKET && s->file.secrets)
            handoff_secrets(s->handoff, owner.flow, on_secret, s); /* again and again: more may be known meanwhile */
        packets_packet(s->packets, &packet, NULL, whose, owner);
        if ((failed = packets_error(s->packets)) != NULL) {
            snprintf(error, error_size, "%s", failed);
            return -1;
        }
    }
    if (result != 0)
        return 1;
    packets_flush(s->packets);
    failed = packets_error(s->packets);
    if (failed == NULL && s->written == 0 && s->damage[0] != 0)
        failed = s->damage;
    if (failed != NULL)
        snprintf(error, error_size, "%s", failed);
    return failed != NULL ? -1 : 0;
}

uint64_t save_packets_read(const struct save_packets *s)
{
    return s->read;
}

uint64_t save_packets_written(const struct save_packets *s)
{
    return s->written;
}

uint64_t save_packets_secrets_lost(const struct save_packets *s)
{
    return s->file.secrets ? handoff_secrets_lost(s->handoff) + packets_secrets_lost(s->packets) : 0;
}

void save_packets_close(struct save_packets *s)
{
    if (s == NULL)
        return;
    packets_close(s->packets);
    source_close(s->source);
    wsd_free(s->dissector);
    free(s);
}
