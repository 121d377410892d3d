#include "support/recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 60 }; /* bytes of a payload */

static void put(struct recorder *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof r->text - r->length;
    int n = vsnprintf(r->text + r->length, room, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= room)
        r->lost = true;
    else
        r->length += (size_t)n;
    r->text[r->length] = 0;
}

static void put_bytes(struct recorder *r, struct wsd_bytes b)
{
    for (size_t i = 0; i < b.length && i < SHOWN; i++) {
        uint8_t c = b.data[i];
        put(r, c >= 0x20 && c < 0x7F && c != '\\' && c != '"' ? "%c" : "\\x%02x", c);
    }
    if (b.length > SHOWN)
        put(r, "...");
}

static void put_quoted(struct recorder *r, struct wsd_bytes b)
{
    put(r, " \"");
    put_bytes(r, b);
    put(r, "\"");
}

static const char *arrow(enum wsd_direction direction)
{
    return direction == WSD_CLIENT ? "->" : direction == WSD_SERVER ? "<-" : "--";
}

static void put_endpoint(struct recorder *r, const struct wsd_endpoint *endpoint)
{
    char address[WSD_ADDRESS_SIZE];
    wsd_address(endpoint, address);
    put(r, " %s %u", address, (unsigned)endpoint->port);
}

static void put_via(struct recorder *r, const struct wsd_opening *o)
{
    for (size_t i = 0; i < o->via_count; i++) {
        const struct wsd_hop *hop = &o->via[i];
        put(r, " via %s", wsd_hop_word(hop->kind));
        if (hop->target.length > 0)
            put_quoted(r, hop->target);
        if (hop->source.family != 0)
            put_endpoint(r, &hop->source);
        if (hop->destination.family != 0)
            put_endpoint(r, &hop->destination);
        put(r, "%s", hop->user ? " user" : "");
    }
    if (o->forwarded_for.length > 0) {
        put(r, " for");
        put_quoted(r, o->forwarded_for);
    }
}

static void put_open(struct recorder *r, const struct wsd_event *e)
{
    const struct wsd_connection *c = e->connection;
    put(r, "open %s %d ", wsd_handshake_word(c->handshake), c->status);
    put_bytes(r, c->url);
    if (c->subprotocol.length > 0) {
        put(r, " subprotocol ");
        put_bytes(r, c->subprotocol);
    }
    if (c->deflate.negotiated)
        put(r, " deflate");
    put_via(r, &e->opening);
}

static void put_frame(struct recorder *r, const struct wsd_frame *f)
{
    put(r, "frame %s %s %llu", arrow(f->direction), wsd_opcode_word(f->opcode), (unsigned long long)f->length);
    put(r, "%s%s%s%s", f->fin ? " fin" : "", f->rsv[0] ? " rsv1" : "", f->rsv[1] ? " rsv2" : "",
        f->rsv[2] ? " rsv3" : "");
    put(r, "%s%s", f->masked ? " masked" : "", f->complete ? "" : " incomplete");
}

static void put_message(struct recorder *r, const struct wsd_message *m)
{
    put(r, "%s %s", arrow(m->direction), wsd_opcode_word(m->opcode));
    if (m->opcode == WSD_OPCODE_CLOSE)
        put(r, " %d", m->close_code);
    put(r, " %llu", (unsigned long long)m->length);
    put_quoted(r, m->opcode == WSD_OPCODE_CLOSE ? m->close_reason : m->payload);
    if (m->frames > 1)
        put(r, " %llu frames", (unsigned long long)m->frames);
    if (m->inflated)
        put(r, " deflated %llu", (unsigned long long)m->wire_length);
    else if (m->compressed)
        put(r, " compressed");
    put(r, "%s%s", m->complete ? "" : " incomplete", m->truncated ? " truncated" : "");
    if (m->unknown_bytes > 0)
        put(r, " unknown %llu", (unsigned long long)m->unknown_bytes);
}

static void put_finding(struct recorder *r, const struct wsd_finding *f)
{
    put(r, "finding %s %s", arrow(f->direction), wsd_finding_info(f->code)->word);
    if (f->detail[0] != 0)
        put(r, " [%s]", f->detail);
}

static void put_close(struct recorder *r, const struct wsd_close *c)
{
    static const char *const who[] = {"client", "server", "nobody"};
    put(r, "close %s %s %d reported %d", who[c->by], wsd_how_word(c->how), c->code, c->reported);
    if (c->reason.length > 0)
        put_quoted(r, c->reason);
}

static void write_line(struct recorder *r, const struct wsd_event *e)
{
    if (e->connection != NULL)
        put(r, "#%llu ", (unsigned long long)e->connection->id);
    else
        put(r, "#- ");
    switch (e->type) {
    case WSD_EVENT_CONNECTION: put_open(r, e); break;
    case WSD_EVENT_FRAME: put_frame(r, &e->frame); break;
    case WSD_EVENT_MESSAGE: put_message(r, &e->message); break;
    case WSD_EVENT_GAP: put(r, "gap %s %llu", arrow(e->gap.direction), (unsigned long long)e->gap.bytes); break;
    case WSD_EVENT_FINDING: put_finding(r, &e->finding); break;
    case WSD_EVENT_CLOSE: put_close(r, &e->close); break;
    case WSD_EVENT_TRANSPORT:
        put(r, "transport %s %s", arrow(e->transport.direction), wsd_transport_word(e->transport.what));
        break;
    case WSD_EVENT_REQUEST: put(r, "request"); break;
    }
    put(r, "\n");
}

static void count(struct recorder *r, const struct wsd_event *e)
{
    r->events[e->type]++;
    if (e->type == WSD_EVENT_FINDING)
        r->findings[e->finding.code]++;
    bool text = e->type == WSD_EVENT_MESSAGE && e->message.opcode == WSD_OPCODE_TEXT;
    if (!text && (e->type != WSD_EVENT_MESSAGE || e->message.opcode != WSD_OPCODE_BINARY))
        return;
    r->data_messages++;
    r->incomplete += !e->message.complete;
    r->payload_bytes += e->message.length;
    for (size_t i = 0; i < e->message.payload.length; i++)
        r->payload_hash = (r->payload_hash ^ e->message.payload.data[i]) * UINT64_C(0x100000001b3);
}

void recorder_event(void *recorder, const struct wsd_event *event)
{
    struct recorder *r = recorder;
    count(r, event);
    if (!r->counts_only && !r->lost)
        write_line(r, event);
}

void recorder_clear(struct recorder *r)
{
    r->length = 0;
    r->text[0] = 0;
}

struct wsd_dissector *recorder_start(struct recorder *r, const struct wsd_options *options)
{
    struct wsd_options o;
    memset(r, 0, offsetof(struct recorder, text));
    r->text[0] = 0;
    r->payload_hash = UINT64_C(0xcbf29ce484222325);
    if (options != NULL)
        o = *options;
    else
        wsd_options_init(&o);
    o.event = recorder_event;
    o.user = r;
    r->dissector = wsd_new(&o);
    return r->dissector;
}

int recorder_finish(struct recorder *r)
{
    int rc = wsd_finish(r->dissector);
    r->totals = *wsd_totals(r->dissector);
    wsd_free(r->dissector);
    r->dissector = NULL;
    return rc;
}
