/*
 * json.c: events as JSON, one object a line (NDJSON).
 *
 * The keys are a promise to other programs: more may be added, none is renamed. Each line has "type" first, then "ts" and
 * "conn" (but for the summary). What was not UTF-8 on the wire is told twice: KEY has U+FFFD in place of each byte that
 * is none, KEY_base64 beside it has the bytes.
 */
#include "output/json_sink.h"

#include "dissector/base/utf8.h"

static const char *direction_word(enum wsd_direction direction)
{
    static const char *const words[] = {"client", "server", "unknown"};
    return words[direction];
}

/* ---- frame and message */

/* There are as many of these lines as there are frames and messages, so they are written by a pointer into room that is
 * made once a line. What has no bound (a payload) comes last, by the writer. */
enum { LINE_ROOM = 768 };

static char *put(char *at, const char *text, size_t length)
{
    memcpy(at, text, length);
    return at + length;
}
#define PUT(at, literal)            put(at, literal, sizeof(literal) - 1)
#define PUT_NUMBER(at, name, value) writer_unsigned_at(PUT(at, ",\"" name "\":"), value)
#define PUT_BOOL(at, name, value)   put_bool(PUT(at, ",\"" name "\":"), value)
#define PUT_WORD(at, name, word)    put_word(PUT(at, ",\"" name "\":\""), word)

static char *put_bool(char *at, bool value)
{
    memcpy(at, value ? "true" : "false", 5);
    return at + (value ? 4 : 5);
}

static char *put_word(char *at, const char *word)
{
    at = put(at, word, strlen(word));
    *at = '"';
    return at + 1;
}

/* What a frame and a message have in common. */
static char *put_begin(struct json_sink *s, char *at, const struct wsd_event *e, enum wsd_direction from,
                       uint8_t opcode)
{
    json_clock_set(&s->at, e->at.time);
    at = put(at, s->at.text, sizeof s->at.text);
    at = PUT_NUMBER(at, "conn", e->connection->id);
    at = from == WSD_CLIENT ? PUT(at, ",\"dir\":\"client\"") : PUT(at, ",\"dir\":\"server\"");
    return PUT_WORD(at, "opcode", wsd_opcode_word(opcode));
}

static void write_frame(struct json_sink *s, const struct wsd_event *e)
{
    const struct wsd_frame *f = &e->frame;
    char *at = writer_begin(s->w, LINE_ROOM);
    if (at == NULL)
        return;
    at = PUT(at, "{\"type\":\"frame\",\"ts\":");
    at = put_begin(s, at, e, f->direction, f->opcode);
    at = PUT_BOOL(at, "fin", f->fin);
    at = PUT_BOOL(at, "rsv1", f->rsv[0]);
    at = PUT_BOOL(at, "rsv2", f->rsv[1]);
    at = PUT_BOOL(at, "rsv3", f->rsv[2]);
    at = PUT_BOOL(at, "masked", f->masked);
    at = PUT(at, ",\"mask\":");
    if (f->masked) {
        writer_end(s->w, at);
        json_hex(s->w, (struct wsd_bytes){f->mask, sizeof f->mask});
        at = s->w->data + s->w->length;
    } else {
        at = PUT(at, "null");
    }
    at = PUT_NUMBER(at, "length", f->length);
    at = PUT_NUMBER(at, "header_length", f->header.length);
    at = PUT_NUMBER(at, "packet", f->first.packet);
    at = PUT_BOOL(at, "complete", f->complete);
    writer_end(s->w, PUT(at, "}\n"));
}

/* What was cut, by --max-payload or by the capture, may end inside of a character. */
static struct wsd_bytes whole_characters(const struct wsd_message *m, struct wsd_bytes text)
{
    if (m->truncated || !m->complete)
        text.length = utf8_border(text);
    return text;
}

/* Each byte that is not known has U+FFFD in its place; the library sees to it that no character is cut by one. */
static void write_text(struct writer *w, const struct wsd_message *m)
{
    struct wsd_bytes text = whole_characters(m, m->payload);
    size_t at = 0;
    if (m->unknown_count == 0) {
        json_string(w, text);
        return;
    }
    WRITER_JUST(w, "\"");
    for (size_t i = 0; i < m->unknown_count && m->unknown[i].offset < text.length; i++) {
        const struct wsd_range *range = &m->unknown[i];
        uint64_t left = text.length - range->offset, n = range->length < left ? range->length : left;
        json_characters(w, (struct wsd_bytes){text.data + at, (size_t)range->offset - at});
        for (uint64_t k = 0; k < n; k++)
            WRITER_JUST(w, "\xEF\xBF\xBD");
        at = (size_t)(range->offset + n);
    }
    json_characters(w, (struct wsd_bytes){text.data + at, text.length - at});
    WRITER_JUST(w, "\"");
}

static void write_message_payload(struct writer *w, const struct wsd_message *m)
{
    if (m->opcode == WSD_OPCODE_CLOSE) {
        KEY(w, "code");
        json_integer_or_null(w, m->close_code, 0);
        STRING(w, "reason", whole_characters(m, m->close_reason));
    } else if (m->text) {
        KEY(w, "text");
        write_text(w, m);
    } else {
        KEY(w, "base64");
        json_base64(w, m->payload);
    }
}

/* The parts of the payload that are not known; U+FFFD stands for each byte of them in text, '?' in base64. */
static void write_unknown(struct writer *w, const struct wsd_message *m)
{
    if (m->unknown_bytes == 0)
        return;
    NUMBER(w, "unknown_bytes", m->unknown_bytes);
    KEY(w, "unknown");
    WRITER_JUST(w, "[");
    for (size_t i = 0; i < m->unknown_count; i++) {
        writer_text(w, i > 0 ? ",[" : "[");
        writer_unsigned(w, m->unknown[i].offset);
        WRITER_JUST(w, ",");
        writer_unsigned(w, m->unknown[i].length);
        WRITER_JUST(w, "]");
    }
    WRITER_JUST(w, "]");
}

static void write_message(struct json_sink *s, const struct wsd_event *e)
{
    const struct wsd_message *m = &e->message;
    struct json_clock *first = m->first_time == e->at.time ? &s->at : &s->first;
    char *at = writer_begin(s->w, LINE_ROOM);
    if (at == NULL)
        return;
    at = PUT(at, "{\"type\":\"message\",\"ts\":");
    at = put_begin(s, at, e, m->direction, m->opcode);
    at = PUT_NUMBER(at, "length", m->length);
    at = PUT_NUMBER(at, "wire_length", m->wire_length);
    at = PUT_NUMBER(at, "frames", m->frames);
    at = PUT_BOOL(at, "compressed", m->compressed);
    at = PUT_BOOL(at, "complete", m->complete);
    at = PUT_BOOL(at, "truncated", m->truncated);
    at = PUT(at, ",\"first_ts\":");
    json_clock_set(first, m->first_time);
    writer_end(s->w, put(at, first->text, sizeof first->text));
    write_message_payload(s->w, m);
    if (m->compressed && !m->inflated)
        WRITER_JUST(s->w, ",\"inflated\":false");
    write_unknown(s->w, m);
    json_end_line(s);
}

/* ---- the rest */

static void write_gap(struct json_sink *s, const struct wsd_event *e)
{
    BEGIN(s, "gap", e);
    WORD(s->w, "dir", direction_word(e->gap.direction));
    NUMBER(s->w, "bytes", e->gap.bytes);
    json_end_line(s);
}

static void write_finding(struct json_sink *s, const struct wsd_event *e)
{
    const struct wsd_finding *f = &e->finding;
    const struct wsd_finding_info *info = wsd_finding_info(f->code);
    BEGIN(s, "finding", e);
    if (f->direction == WSD_NEITHER)
        WRITER_JUST(s->w, ",\"dir\":null");
    else
        WORD(s->w, "dir", direction_word(f->direction));
    WORD(s->w, "severity", wsd_severity_word(info->severity));
    WORD(s->w, "code", info->word);
    WORD(s->w, "rule", info->rule);
    KEY(s->w, "detail");
    json_text(s->w, f->detail);
    NUMBER(s->w, "packet", e->at.packet);
    json_end_line(s);
}

static void write_counts(struct writer *w, const struct wsd_counts *counts)
{
    WRITER_JUST(w, "{\"messages\":");
    writer_unsigned(w, counts->messages);
    NUMBER(w, "frames", counts->frames);
    NUMBER(w, "payload_bytes", counts->payload_bytes);
    NUMBER(w, "wire_bytes", counts->wire_bytes);
    NUMBER(w, "gaps", counts->gaps);
    WRITER_JUST(w, "}");
}

static void write_close(struct json_sink *s, const struct wsd_event *e)
{
    const struct wsd_close *c = &e->close;
    struct writer *w = s->w;
    BEGIN(s, "close", e);
    WORD(w, "by", direction_word(c->by));
    WORD(w, "how", wsd_how_word(c->how));
    KEY(w, "code");
    json_integer_or_null(w, c->code, 0);
    KEY(w, "reported");
    json_integer_or_null(w, c->reported, 0);
    STRING(w, "reason", c->reason);
    KEY(w, "duration");
    json_seconds(w, c->duration);
    KEY(w, "diagnosis");
    WRITER_JUST(w, "null");
    KEY(w, "client");
    write_counts(w, &e->connection->counts[WSD_CLIENT]);
    KEY(w, "server");
    write_counts(w, &e->connection->counts[WSD_SERVER]);
    json_end_line(s);
}

static void write_severities(struct writer *w, const struct wsd_totals *t)
{
    uint64_t sums[WSD_SEVERITY_COUNT] = {0};
    for (int code = 0; code < WSD_FINDING_COUNT; code++)
        sums[wsd_finding_info((enum wsd_finding_code)code)->severity] += t->findings[code];
    KEY(w, "findings");
    WRITER_JUST(w, "{\"error\":");
    writer_unsigned(w, sums[WSD_ERROR]);
    NUMBER(w, "warning", sums[WSD_WARNING]);
    NUMBER(w, "note", sums[WSD_NOTE]);
    WRITER_JUST(w, "}");
}

static void json_finish(void *state, const struct sink_end *end)
{
    struct json_sink *s = state;
    const struct wsd_totals *t = end->totals;
    struct writer *w = s->w;
    WRITER_JUST(w, "{\"type\":\"summary\"");
    NUMBER(w, "packets", t->packets);
    NUMBER(w, "bytes", t->bytes);
    NUMBER(w, "connections", t->connections);
    NUMBER(w, "rejected", t->rejected);
    if (t->encrypted > 0)
        NUMBER(w, "encrypted", t->encrypted);
    NUMBER(w, "frames", t->frames);
    NUMBER(w, "messages", t->messages);
    NUMBER(w, "payload_bytes", t->payload_bytes);
    NUMBER(w, "gaps", t->gaps);
    NUMBER(w, "gap_bytes", t->gap_bytes);
    write_severities(w, t);
    KEY(w, "dropped");
    WRITER_JUST(w, "{\"kernel\":");
    writer_unsigned(w, end->dropped_kernel);
    KEY(w, "interface");
    if (end->interface_unknown)
        WRITER_JUST(w, "null");
    else
        writer_unsigned(w, end->dropped_interface);
    WRITER_JUST(w, "}");
    NUMBER(w, "flows_ignored", t->flows_ignored);
    KEY(w, "evicted");
    WRITER_JUST(w, "{\"flows\":");
    writer_unsigned(w, t->flows_evicted);
    NUMBER(w, "connections", t->connections_evicted);
    WRITER_JUST(w, "}");
    KEY(w, "seconds");
    json_seconds(w, t->packets > 0 ? t->last_time - t->first_time : 0);
    json_end_line(s);
}

static void json_wants(const struct output *output, struct wsd_options *wsd)
{
    wsd->keep_payload = output->options->max_payload;
    wsd->frames = output->options->frames;
}

static void json_begin(void *state, struct output *output)
{
    struct json_sink *s = state;
    s->w = &output->out;
}

static void json_event(void *state, const struct wsd_event *e)
{
    struct json_sink *s = state;
    switch (e->type) {
    case WSD_EVENT_CONNECTION: json_connection(s, e); break;
    case WSD_EVENT_FRAME: write_frame(s, e); break;
    case WSD_EVENT_MESSAGE: write_message(s, e); break;
    case WSD_EVENT_GAP: write_gap(s, e); break;
    case WSD_EVENT_FINDING: write_finding(s, e); break;
    case WSD_EVENT_CLOSE: write_close(s, e); break;
    case WSD_EVENT_TRANSPORT:
    case WSD_EVENT_REQUEST: break;
    }
}

const struct sink json_sink = {
    .state_size = sizeof(struct json_sink),
    .wants = json_wants,
    .begin = json_begin,
    .event = json_event,
    .finish = json_finish,
};
