#include "support/invariants.h"
#include "base/utf8.h"

#include <string.h>

static void hold(struct invariants *v, bool holds, const char *what)
{
    if (!holds && v->broken == NULL)
        v->broken = what;
}

static void touch(struct invariants *v, struct wsd_bytes b)
{
    hold(v, b.data != NULL || b.length == 0, "bytes are NULL, but not empty");
    for (size_t i = 0; i < b.length && b.data != NULL; i++)
        v->touched = v->touched * 31 + b.data[i];
}

static void touch_head(struct invariants *v, const struct wsd_head *h)
{
    if (h == NULL)
        return;
    touch(v, h->method);
    touch(v, h->target);
    touch(v, h->reason);
    touch(v, h->http);
    touch(v, h->raw);
    for (size_t i = 0; i < h->header_count; i++) {
        touch(v, h->headers[i].name);
        touch(v, h->headers[i].value);
    }
}

static void on_connection(struct invariants *v, const struct wsd_event *e)
{
    const struct wsd_connection *c = e->connection;
    hold(v, v->given_up ? c->id > v->last_id : c->id == v->last_id + 1, "connections are not numbered in order");
    v->last_id = c->id;
    v->seen++;
    touch(v, c->url);
    touch(v, c->subprotocol);
    touch(v, e->opening.extensions);
    touch_head(v, e->opening.request);
    touch_head(v, e->opening.response);
    hold(v, strlen(e->opening.community_id) == 30, "a community id has 30 characters");
    for (int d = 0; d < 2; d++)
        hold(v, c->endpoint[d].family == 4 || c->endpoint[d].family == 6, "an endpoint is neither IPv4 nor IPv6");
}

static void on_frame(struct invariants *v, const struct wsd_frame *f, struct wsd_counts *counts)
{
    hold(v, f->opcode < 16, "an opcode has four bits");
    hold(v, f->header.length >= (f->legacy ? 1 : 2) && f->header.length <= 14, "a frame's header has 2 to 14 bytes");
    hold(v, f->payload.length <= WSD_DETAIL_PAYLOAD && f->payload.length <= f->length, "a frame's payload is too long");
    hold(v, f->first.packet >= 1 && f->first.packet <= v->packets, "a frame began in no packet");
    touch(v, f->header);
    touch(v, f->payload);
    touch(v, f->first.headers);
    if (f->first.record != NULL) {
        const struct wsd_record *r = f->first.record;
        hold(v,
             r->sealed.length <= WSD_DETAIL_RECORD && r->sealed.length <= r->ciphertext &&
                 r->opened.length <= WSD_DETAIL_RECORD && r->opened.length <= (uint64_t)r->plaintext + r->behind &&
                 r->plaintext + r->behind <= r->ciphertext,
             "a record's lengths are not those of its bytes");
        touch(v, r->sealed);
        touch(v, r->opened);
    }
    counts[f->direction].frames++;
    counts[f->direction].header_bytes += f->header.length;
}

static void check_unknown(struct invariants *v, const struct wsd_message *m)
{
    uint64_t end = 0, sum = 0;
    hold(v, m->unknown_count <= WSD_RANGES_MOST, "too many ranges");
    for (size_t i = 0; i < m->unknown_count; i++) {
        hold(v, m->unknown[i].offset >= end && m->unknown[i].length > 0, "ranges are not in order");
        end = m->unknown[i].offset + m->unknown[i].length;
        sum += m->unknown[i].length;
    }
    hold(v, end <= m->length && sum >= m->unknown_bytes, "ranges do not lie in the message");
}

static void on_message(struct invariants *v, const struct wsd_message *m, struct wsd_counts *counts)
{
    bool control = m->opcode >= WSD_OPCODE_CLOSE;
    struct utf8 text = {0};
    touch(v, m->payload);
    touch(v, m->close_reason);
    hold(v, m->payload.length <= m->length, "a payload is longer than its message");
    hold(v, v->keep_payload == 0 || m->payload.length <= v->keep_payload || control,
         "a payload is longer than what is kept");
    hold(v, m->truncated || !m->complete || m->payload.length == m->length, "a whole message is not told whole");
    hold(v, !m->inflated || m->compressed, "inflated, but not compressed");
    hold(v, !m->text || utf8_check(&text, m->payload.data, m->payload.length) == m->payload.length,
         "text is not UTF-8");
    hold(v, m->close_code >= -1 && m->close_code <= 65535, "a close code has 16 bits");
    hold(v, m->first_packet >= 1 && m->first_packet <= v->packets, "a message began in no packet");
    hold(v, !m->complete || m->unknown_bytes == 0, "a whole message has unknown bytes");
    check_unknown(v, m);
    if (m->opcode != WSD_OPCODE_TEXT && m->opcode != WSD_OPCODE_BINARY)
        return;
    v->data_messages++;
    counts[m->direction].messages++;
    counts[m->direction].payload_bytes += m->length;
}

static void on_gap(struct invariants *v, const struct wsd_gap *g, struct wsd_counts *counts)
{
    hold(v, g->bytes > 0, "a gap of no bytes");
    counts[g->direction].gaps++;
    counts[g->direction].gap_bytes += g->bytes;
}

static void check_counts(struct invariants *v, const struct wsd_counts *a, const struct wsd_counts *b)
{
    hold(v, a->messages == b->messages, "messages told and counted differ");
    hold(v, a->payload_bytes == b->payload_bytes, "payload bytes told and counted differ");
    hold(v, !v->frames || a->frames == b->frames, "frames told and counted differ");
    hold(v, !v->frames || a->header_bytes == b->header_bytes, "header bytes told and counted differ");
    hold(v, a->gaps == b->gaps && a->gap_bytes == b->gap_bytes, "gaps told and counted differ");
}

static void add(struct wsd_counts *to, const struct wsd_counts *from)
{
    to->messages += from->messages;
    to->frames += from->frames;
    to->payload_bytes += from->payload_bytes;
    to->header_bytes += from->header_bytes;
    to->gaps += from->gaps;
    to->gap_bytes += from->gap_bytes;
}

static void on_close(struct invariants *v, const struct wsd_event *e, struct invariants_connection *c)
{
    touch(v, e->close.reason);
    hold(v, e->close.by <= WSD_NEITHER && e->close.code >= -1 && e->close.reported >= -1, "a close out of range");
    c->closed = true;
    for (int d = 0; d < 2; d++)
        if (!v->given_up)
            check_counts(v, &c->counts[d], &e->connection->counts[d]);
}

static enum wsd_direction direction_of(const struct wsd_event *e)
{
    switch (e->type) {
    case WSD_EVENT_FRAME: return e->frame.direction;
    case WSD_EVENT_MESSAGE: return e->message.direction;
    case WSD_EVENT_GAP: return e->gap.direction;
    case WSD_EVENT_TRANSPORT: return e->transport.direction;
    default: return WSD_CLIENT;
    }
}

void invariants_event(void *invariants, const struct wsd_event *e)
{
    struct invariants *v = invariants;
    hold(v, e->at.packet <= v->packets, "an event of a packet that has not come yet");
    touch(v, e->at.headers);
    if (e->type == WSD_EVENT_FINDING) {
        hold(v, e->finding.code < WSD_FINDING_COUNT && e->finding.direction <= WSD_NEITHER, "a finding out of range");
        hold(v, e->finding.detail != NULL, "a finding's detail is NULL");
        v->findings[e->finding.code < WSD_FINDING_COUNT ? e->finding.code : 0]++;
    }
    hold(v, e->connection != NULL || e->type == WSD_EVENT_FINDING, "an event without a connection");
    hold(v, direction_of(e) <= WSD_SERVER, "a direction out of range");
    if (v->broken != NULL || e->connection == NULL)
        return;
    struct wsd_counts before[2] = {{0}};
    struct invariants_connection *c = NULL;
    if (e->connection->id >= 1 && e->connection->id <= INVARIANTS_CONNECTIONS) {
        c = &v->connection[e->connection->id - 1];
        hold(v, c->open == (e->type != WSD_EVENT_CONNECTION), "the first event of a connection is another one");
        hold(v, !c->closed, "an event after the close");
        c->open = true;
        c->attempt =
            e->connection->handshake == WSD_HANDSHAKE_REJECTED || e->connection->handshake == WSD_HANDSHAKE_UNANSWERED;
        hold(v, !c->attempt || e->type == WSD_EVENT_CONNECTION || e->type == WSD_EVENT_FINDING,
             "an attempt that went on");
    }
    switch (e->type) {
    case WSD_EVENT_CONNECTION: on_connection(v, e); break;
    case WSD_EVENT_FRAME: on_frame(v, &e->frame, before); break;
    case WSD_EVENT_MESSAGE: on_message(v, &e->message, before); break;
    case WSD_EVENT_GAP: on_gap(v, &e->gap, before); break;
    default: break;
    }
    for (int d = 0; d < 2; d++) {
        add(&v->sum, &before[d]);
        if (c != NULL)
            add(&c->counts[d], &before[d]);
    }
    if (e->type == WSD_EVENT_CLOSE && c != NULL)
        on_close(v, e, c);
}

void invariants_begin(struct invariants *v, const struct wsd_options *options)
{
    memset(v, 0, sizeof *v);
    v->keep_payload = options->keep_payload;
    v->frames = options->frames || options->detail;
}

void invariants_end(struct invariants *v, const struct wsd_totals *t)
{
    hold(v, t->packets == v->packets, "packets given and counted differ");
    hold(v, memcmp(t->findings, v->findings, sizeof v->findings) == 0, "findings told and counted differ");
    if (v->given_up)
        return;
    hold(v, t->connections + t->rejected + t->encrypted == v->seen, "connections told and counted differ");
    struct wsd_counts sum = {.messages = t->messages,
                             .frames = t->frames,
                             .payload_bytes = t->payload_bytes,
                             .header_bytes = t->layer_bytes[WSD_LAYER_FRAMING],
                             .gaps = t->gaps,
                             .gap_bytes = t->gap_bytes};
    check_counts(v, &v->sum, &sum);
    for (uint64_t i = 0; i < v->seen && i < INVARIANTS_CONNECTIONS; i++)
        hold(v, v->connection[i].closed || v->connection[i].attempt, "a connection without a close");
}
