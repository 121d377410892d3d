#include "notes.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

void notes_complain(struct run *r, const char *what)
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

void notes_note(struct run *r, const char *text)
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

void notes_in_force(const struct run *r)
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

void notes_interfaces(struct run *r, const char *const *names, size_t count, bool chosen)
{
    char text[SOURCE_ERROR] = "capturing on ";
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (!chosen)
        snprintf(text + strlen(text), sizeof text - strlen(text), " (-i takes another, -D lists them)");
    notes_note(r, text);
}

void notes_drops(struct run *r)
{
    struct source_drops before = r->drops;
    char text[160];
    source_drops(r->source, &r->drops);
    if (r->drops.kernel > before.kernel) {
        snprintf(text, sizeof text, "%llu packets dropped by the kernel so far: -B gives it a larger buffer",
                 (unsigned long long)r->drops.kernel);
        notes_note(r, text);
    }
    if (r->drops.interface > before.interface) {
        snprintf(text, sizeof text, "%llu packets dropped by the interface so far",
                 (unsigned long long)r->drops.interface);
        notes_note(r, text);
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
    notes_note(r, text);
}

void notes_end(struct run *r)
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
        notes_note(r, text);
    }
    if (t->flows_evicted > 0) {
        snprintf(text, sizeof text,
                 "%llu TCP connections were given up to keep a limit, %llu of them WebSocket (--limit)",
                 (unsigned long long)t->flows_evicted, (unsigned long long)t->connections_evicted);
        notes_note(r, text);
    }
    if (r->options->output == OUTPUT_TEXT && r->status == STATUS_DONE && t->connections + t->rejected == 0) {
        snprintf(text, sizeof text, "no WebSocket connection in %llu packet%s, %llu TCP connection%s",
                 (unsigned long long)t->packets, t->packets == 1 ? "" : "s", (unsigned long long)t->flows,
                 t->flows == 1 ? "" : "s");
        notes_note(r, text);
    }
}
