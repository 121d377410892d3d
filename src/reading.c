#include "reading.h"
#include "notes.h"
#include "signals.h"

/* A pipe is silent: a key log may have what was waited for. */
void reading_idle(void *user)
{
    struct run *r = user;
    secrets_poll(&r->secrets);
    if (r->output.out.length > 0)
        output_flush(&r->output);
}

/* What the packet of the last message holds beyond it is not shown. */
void reading_event(void *user, const struct wsd_event *e)
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
    return (*signals_stop() == 0 || r->live) && !r->counted && r->output.error == 0;
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
    if (!writing_reopen(&r->writing))
        signals_ask_to_stop();
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
        notes_drops(r);
        r->drops_looked_at = time;
    }
    return result;
}

static void out_of_memory(struct run *r)
{
    if (!r->memory_told)
        notes_complain(r, "memory: there is none left; connections are given up");
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
            notes_complain(r, source_error(r->source));
        else if (pass_time(r, packets[0].time) < 0)
            out_of_memory(r);
        if (signals_hung_up())
            reopen(r);
    }
    source_drops(r->source, &r->drops);
}

/* Everything that is open is told, then the sink's end. */
static void finish(struct run *r)
{
    if (wsd_finish(r->dissector) < 0)
        notes_complain(r, "memory: there is none left; what was still open is not all shown");
    writing_end(&r->writing);
    struct sink_end end = {.totals = wsd_totals(r->dissector),
                           .dropped_kernel = r->drops.kernel,
                           .dropped_interface = r->drops.interface,
                           .interface_unknown = !r->drops.interface_known};
    r->sink->finish(r->state, &end);
    notes_end(r);
}

void reading_all(void *user)
{
    struct run *r = user;
    pump(r);
    finish(r);
}
