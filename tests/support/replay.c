#include "support/replay.h"
#include "support/require.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(struct replay *r, const char *format, ...)
{
    va_list arguments;
    struct recorder *to = &r->recorder;
    if (to->lost)
        return;
    va_start(arguments, format);
    int n = vsnprintf(to->text + to->length, sizeof to->text - to->length, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= sizeof to->text - to->length)
        to->lost = true;
    else
        to->length += (size_t)n;
    to->text[to->length] = 0;
}

static void say_opening(struct replay *r, const struct wsd_event *e)
{
    const struct wsd_connection *c = e->connection;
    const struct wsd_opening *o = &e->opening;
    if (c->version != 13)
        say(r, "   version %d\n", c->version);
    if (o->request == NULL)
        say(r, "   no request\n");
    else if (o->request->header_count != 5)
        say(r, "   request %.*s, %zu headers\n", (int)o->request->method.length, (const char *)o->request->method.data,
            o->request->header_count);
    if (o->extensions.length > 0)
        say(r, "   extensions %.*s\n", (int)o->extensions.length, (const char *)o->extensions.data);
    for (int d = 0; d < 2 && c->deflate.negotiated; d++)
        say(r, "   deflate %s %u bits%s\n", d == WSD_CLIENT ? "->" : "<-", c->deflate.max_window_bits[d],
            c->deflate.no_context_takeover[d] ? ", no context takeover" : "");
}

static void say_message(struct replay *r, const struct wsd_message *m)
{
    if (m->opcode == WSD_OPCODE_TEXT && !m->text)
        say(r, "   not text\n");
    for (size_t i = 0; i < m->unknown_count; i++)
        say(r, "   unknown at %llu: %llu\n", (unsigned long long)m->unknown[i].offset,
            (unsigned long long)m->unknown[i].length);
    if (m->payload.length <= 60)
        return;
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < m->payload.length; i++)
        sum = (sum ^ m->payload.data[i]) * 16777619u;
    say(r, "   payload of %zu bytes, FNV-1a %08x\n", m->payload.length, sum);
}

static void say_counts(struct replay *r, const struct wsd_connection *c)
{
    for (int d = 0; d < 2; d++) {
        const struct wsd_counts *n = &c->counts[d];
        if (n->frames == 0 && n->gaps == 0)
            continue;
        say(r, "   %s %llu messages, %llu frames, %llu payload, %llu wire, %llu header", d == WSD_CLIENT ? "->" : "<-",
            (unsigned long long)n->messages, (unsigned long long)n->frames, (unsigned long long)n->payload_bytes,
            (unsigned long long)n->wire_bytes, (unsigned long long)n->header_bytes);
        if (n->gaps > 0)
            say(r, ", %llu gaps of %llu", (unsigned long long)n->gaps, (unsigned long long)n->gap_bytes);
        if (n->deflated_bytes > 0)
            say(r, ", %llu inflated to %llu", (unsigned long long)n->deflated_bytes,
                (unsigned long long)n->inflated_bytes);
        say(r, "\n");
    }
}

/* ---- what holds for every event, however the bytes were cut ------------------------------------------------------ */

static void check_message(const struct replay *r, const struct wsd_event *e)
{
    const struct wsd_message *m = &e->message;
    bool control = m->opcode >= 8;
    uint64_t keep = r->wire.host->keep_payload;
    require(m->first_packet >= 1 && m->first_packet <= e->at.packet && m->first_time <= e->at.time);
    require(m->payload.length <= m->length && m->truncated == (m->payload.length < m->length));
    require(m->payload.length <= (control && keep < 125 ? 125 : keep));
    require(m->unknown_bytes <= m->length && m->unknown_count <= WSD_RANGES_MOST);
    require(m->frames >= 1 && (m->compressed || !m->inflated));
    require(!m->text || utf8_valid((struct wsd_bytes){m->payload.data, utf8_border(m->payload)}));
    require(!m->text || !m->complete || m->truncated || utf8_valid(m->payload));
    require(m->close_code >= -1 && m->close_code <= 65535);
}

/* Each message adds to what its connection counts; a frame that is too long to be one belongs to no message, and is one only where its
 * header is there as a whole. */
static void add_up(struct replay *r, const struct wsd_event *e)
{
    if (e->type == WSD_EVENT_CONNECTION)
        memset(r->sums, 0, sizeof r->sums);
    if (e->type == WSD_EVENT_FINDING && e->finding.code == WSD_FINDING_FRAME_LENGTH_MSB)
        r->sums[e->finding.direction].too_long++;
    if (e->type == WSD_EVENT_MESSAGE) {
        bool data = e->message.opcode == WSD_OPCODE_TEXT || e->message.opcode == WSD_OPCODE_BINARY;
        struct replay_sums *sums = &r->sums[e->message.direction];
        sums->messages += data;
        sums->payload += data ? e->message.length : 0;
        sums->frames += e->message.frames;
        sums->wire += e->message.wire_length;
    }
    for (int d = 0; d < 2 && e->type == WSD_EVENT_CLOSE; d++) {
        const struct wsd_counts *counts = &e->connection->counts[d];
        r->counts[d] = *counts;
        require(counts->messages == r->sums[d].messages);
        require(counts->frames >= r->sums[d].frames && counts->frames - r->sums[d].frames <= r->sums[d].too_long);
        require(counts->payload_bytes == r->sums[d].payload && counts->wire_bytes == r->sums[d].wire);
    }
}

static void check_event(const struct replay *r, const struct wsd_event *e)
{
    require(e->at.packet >= 1 && e->at.packet <= r->wire.moment.packet && e->at.time <= r->wire.moment.time);
    if (e->type == WSD_EVENT_FRAME) {
        require(e->frame.first.packet >= 1 && e->frame.first.packet <= e->at.packet);
        require(e->frame.header.length >= (e->frame.legacy ? 1 : 2) && e->frame.header.length <= 14);
    }
    if (e->type == WSD_EVENT_MESSAGE)
        check_message(r, e);
}

static void on_event(void *user, const struct wsd_event *e)
{
    struct replay *r = user;
    check_event(r, e);
    add_up(r, e);
    recorder_event(&r->recorder, e);
    if (e->type == WSD_EVENT_CONNECTION)
        say_opening(r, e);
    else if (e->type == WSD_EVENT_MESSAGE)
        say_message(r, &e->message);
    else if (e->type == WSD_EVENT_CLOSE)
        say_counts(r, e->connection);
}

void replay_start(struct replay *r, const struct wsd_options *options)
{
    struct wsd_options o = *options;
    o.event = on_event;
    o.user = r;
    memset(&r->recorder, 0, offsetof(struct recorder, text));
    r->recorder.text[0] = 0;
    memset(r->counts, 0, sizeof r->counts);
    wire_start(&r->wire, &o);
}
