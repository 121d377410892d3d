#include "ui/lines.h"

#include "dissector/base/bytes.h"
#include "ui/columns.h"

#include <stdio.h>

enum { PREVIEW_BYTES = 2048, PREVIEW_HEX = 64, SIZE_COLUMNS = 7, OPCODE_COLUMNS = 7, NARROW_TIME = 8 };

static const int64_t second = 1000000000;

enum role line_sender(uint8_t direction)
{
    return direction == WSD_CLIENT ? ROLE_CLIENT : direction == WSD_SERVER ? ROLE_SERVER : ROLE_NORMAL;
}

enum role line_severity(enum wsd_severity severity)
{
    static const enum role roles[] = {[WSD_ERROR] = ROLE_ERROR, [WSD_WARNING] = ROLE_WARNING, [WSD_NOTE] = ROLE_NOTE};
    return roles[severity];
}

/* ---- times */

static int time_columns(const struct line_style *s)
{
    return s->fine ? 15 : s->narrow ? NARROW_TIME : 12;
}

static void write_span(char *out, size_t size, int64_t ns, bool fine)
{
    char sign = ns < 0 ? '-' : '+';
    int64_t positive = ns < 0 ? -ns : ns;
    if (fine)
        snprintf(out, size, "%c%lld.%06lld", sign, (long long)(positive / second),
                 (long long)(positive % second / 1000));
    else
        snprintf(out, size, "%c%lld.%03lld", sign, (long long)(positive / second),
                 (long long)(positive % second / 1000000));
}

void line_time(struct pen *pen, enum role role, struct line_style *s, int64_t time)
{
    char text[40];
    if (s->time == TIME_OF_DAY) {
        struct writer w = {.data = text, .size = sizeof text - 1};
        human_clock_set(&s->clock, time);
        human_clock_time(&w, &s->clock, time);
        text[time_columns(s)] = 0;
        pen_text(pen, role, text);
        return;
    }
    write_span(text, sizeof text, time - (s->time == TIME_SINCE_START ? s->start : s->previous), s->fine);
    pen_right(pen, role, text, time_columns(s));
}

/* ---- previews */

/* JSON without the blanks between its tokens; what is no JSON comes out as it is. Returns the length. */
static size_t compact(char *out, struct wsd_bytes in, size_t *used)
{
    size_t n = 0, at = 0;
    bool in_string = false;
    while (at < in.length && n < PREVIEW_BYTES) {
        char c = (char)in.data[at++];
        if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t'))
            continue;
        if (in_string && c == '\\' && at < in.length && n + 1 < PREVIEW_BYTES) {
            out[n++] = c;
            c = (char)in.data[at++];
        } else if (c == '"') {
            in_string = !in_string;
        }
        out[n++] = c;
    }
    *used = at;
    return n;
}

static bool looks_like_json(struct wsd_bytes in)
{
    size_t at = 0;
    while (at < in.length && at < 64 &&
           (in.data[at] == ' ' || in.data[at] == '\n' || in.data[at] == '\r' || in.data[at] == '\t'))
        at++;
    return at < in.length && (in.data[at] == '{' || in.data[at] == '[');
}

static bool is_printable(struct wsd_bytes bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if (bytes.data[i] < 0x20 || bytes.data[i] >= 0x7F)
            return false;
    return bytes.length > 0;
}

static void preview_hex(struct pen *pen, enum role role, const struct record_message *m, int columns)
{
    static const char digits[] = "0123456789abcdef";
    struct wsd_bytes payload = record_payload(m);
    char text[3 * PREVIEW_HEX + 1];
    size_t n = 0, shown = columns > 4 ? (size_t)(columns - 1) / 3 : 1;
    if (shown > PREVIEW_HEX)
        shown = PREVIEW_HEX;
    if (shown > payload.length)
        shown = payload.length;
    for (size_t i = 0; i < shown; i++) {
        text[n++] = digits[payload.data[i] >> 4];
        text[n++] = digits[payload.data[i] & 15];
        text[n++] = ' ';
    }
    text[n] = 0;
    pen_text(pen, role, text);
    if (shown < m->length)
        pen_text(pen, ROLE_FAINT, terminal_ellipsis(pen->terminal));
}

static void preview_close(struct pen *pen, enum role role, const struct record_message *m, int columns)
{
    struct wsd_bytes payload = record_payload(m);
    if (m->close_code < 0) {
        pen_text(pen, role, m->length == 0 ? "no code" : "no code that can be read");
        return;
    }
    pen_format(pen, role, "%d %s", m->close_code, wsd_close_word(m->close_code));
    if (payload.length > 2) {
        pen_text(pen, role, "  ");
        pen_bytes(pen, role, (struct wsd_bytes){payload.data + 2, payload.length - 2}, columns, false);
    }
}

void line_preview(struct pen *pen, enum role role, const struct record_message *m, int columns)
{
    struct wsd_bytes payload = record_payload(m);
    uint8_t opcode = m->head.opcode;
    if ((m->head.flags & RECORD_LEFT_OUT) != 0) {
        pen_text(pen, ROLE_FAINT, "(the payload was left out: the screen could not keep up)");
    } else if (opcode == WSD_OPCODE_CLOSE && (m->head.flags & RECORD_COMPLETE) != 0) {
        preview_close(pen, role, m, columns);
    } else if ((m->head.flags & RECORD_TEXT) != 0 && looks_like_json(payload)) {
        char text[PREVIEW_BYTES];
        size_t used, n = compact(text, payload, &used);
        pen_bytes(pen, role, (struct wsd_bytes){(uint8_t *)text, n}, columns,
                  used < payload.length || payload.length < m->length);
    } else if ((m->head.flags & RECORD_TEXT) != 0 || (opcode > WSD_OPCODE_CLOSE && is_printable(payload))) {
        pen_bytes(pen, role, payload, columns, payload.length < m->length);
    } else {
        preview_hex(pen, role, m, columns);
    }
}

/* ---- lines */

static int connection_columns(const struct line_style *s)
{
    return s->connection ? 6 : 0;
}

int line_indent(const struct line_style *s)
{
    return time_columns(s) + 1 + connection_columns(s);
}

void line_headings(struct pen *pen, const struct line_style *s)
{
    static const char *const times[] = {"TIME", "SINCE START", "SINCE LAST"};
    static const char *const short_times[] = {"TIME", "START", "LAST"};
    if (s->time == TIME_OF_DAY)
        pen_left(pen, ROLE_HEADING, times[s->time], time_columns(s));
    else
        pen_right(pen, ROLE_HEADING, s->narrow ? short_times[s->time] : times[s->time], time_columns(s));
    pen_text(pen, ROLE_HEADING, " ");
    if (s->connection)
        pen_left(pen, ROLE_HEADING, "CONN", connection_columns(s));
    pen_left(pen, ROLE_HEADING, "WHAT", (int)terminal_arrow_columns(s->terminal) + 1 + OPCODE_COLUMNS);
    if (!s->narrow)
        pen_right(pen, ROLE_HEADING, "SIZE", SIZE_COLUMNS);
    if (s->wire_size)
        pen_right(pen, ROLE_HEADING, "WIRE", SIZE_COLUMNS + 1);
    pen_text(pen, ROLE_HEADING, "  PAYLOAD");
    pen_end(pen);
}

static void draw_begin(struct pen *pen, struct line_style *s, const struct model_row *row)
{
    char id[24];
    line_time(pen, ROLE_FAINT, s, row->record->time);
    pen_text(pen, ROLE_NORMAL, " ");
    if (s->connection) {
        snprintf(id, sizeof id, "#%llu", (unsigned long long)row->record->connection);
        pen_left(pen, ROLE_FAINT, row->record->connection != 0 ? id : "-", connection_columns(s) - 1);
        pen_text(pen, ROLE_NORMAL, " ");
    }
}

static void draw_what(struct pen *pen, enum role role, const struct line_style *s, uint8_t direction, const char *word)
{
    pen_text(pen, role, terminal_arrow(s->terminal, (enum wsd_direction)direction));
    pen_text(pen, role, " ");
    pen_left(pen, role, word, OPCODE_COLUMNS);
}

static void draw_size(struct pen *pen, uint64_t bytes, int columns)
{
    char size[HUMAN_SIZE];
    pen_right(pen, ROLE_NORMAL, human_size(size, bytes), columns);
}

static void draw_message(struct pen *pen, const struct line_style *s, const struct record_message *m)
{
    bool control = record_is_control(&m->head);
    enum role role = control ? ROLE_CONTROL : line_sender(m->head.direction);
    draw_what(pen, role, s, m->head.direction, wsd_opcode_word(m->head.opcode));
    if (!s->narrow)
        draw_size(pen, m->length, SIZE_COLUMNS);
    if (s->wire_size && m->wire_length != m->length)
        draw_size(pen, m->wire_length, SIZE_COLUMNS + 1);
    else if (s->wire_size)
        pen_to(pen, pen->x - pen->left + SIZE_COLUMNS + 1);
    pen_text(pen, ROLE_NORMAL, "  ");
    if (m->frames > 1)
        pen_format(pen, ROLE_FAINT, "[%llu frames] ", (unsigned long long)m->frames);
    if ((m->head.flags & RECORD_COMPRESSED) != 0 && (m->head.flags & RECORD_INFLATED) == 0)
        pen_text(pen, ROLE_WARNING, "[not inflated] ");
    if ((m->head.flags & RECORD_COMPLETE) == 0)
        pen_text(pen, ROLE_WARNING, "[incomplete] ");
    line_preview(pen, control ? ROLE_CONTROL : ROLE_NORMAL, m, pen->end - pen->x);
}

static void draw_finding(struct pen *pen, const struct line_style *s, const struct record_finding *f)
{
    const struct wsd_finding_info *info = wsd_finding_info((enum wsd_finding_code)f->head.detail);
    enum role role = line_severity(info->severity);
    draw_what(pen, role, s, f->head.direction, wsd_severity_word(info->severity));
    pen_text(pen, role, "  ");
    pen_text(pen, role, info->text);
    if (f->text[0] != 0) {
        pen_text(pen, role, ": ");
        pen_bytes(pen, role, bytes_text(f->text), pen->end - pen->x, false);
    }
    pen_format(pen, ROLE_FAINT, "  [%s]", info->rule);
}

static void draw_open(struct pen *pen, const struct line_style *s, const struct model_row *row)
{
    const struct record_connection *r = (const struct record_connection *)row->record;
    struct wsd_connection c;
    struct wsd_tls tls;
    char client[COLUMN_ADDRESS], server[COLUMN_ADDRESS];
    record_connection(r, &c, &tls);
    column_address(client, &c.endpoint[WSD_CLIENT]);
    column_address(server, &c.endpoint[WSD_SERVER]);
    bool open = c.handshake == WSD_HANDSHAKE_COMPLETE || c.handshake == WSD_HANDSHAKE_MISSING;
    draw_what(pen, ROLE_STRONG, s, WSD_NEITHER, open ? "open" : wsd_handshake_word(c.handshake));
    pen_text(pen, ROLE_NORMAL, "  ");
    if (c.status > 0 && c.handshake == WSD_HANDSHAKE_REJECTED)
        pen_format(pen, ROLE_WARNING, "%d ", c.status);
    if (c.url.length > 0)
        pen_bytes(pen, ROLE_STRONG, c.url, pen->end - pen->x, false);
    pen_format(pen, ROLE_FAINT, "  %s %s %s", client, terminal_arrow(s->terminal, WSD_CLIENT), server);
}

static void draw_close(struct pen *pen, const struct line_style *s, const struct record_close *r)
{
    static const char *const sides[] = {"by client, ", "by server, ", ""};
    char duration[HUMAN_SIZE];
    draw_what(pen, ROLE_STRONG, s, WSD_NEITHER, r->head.detail == WSD_BY_CAPTURE_END ? "end" : "close");
    pen_text(pen, ROLE_STRONG, "  ");
    if (r->head.detail == WSD_BY_CAPTURE_END) {
        pen_text(pen, ROLE_STRONG, "still open");
    } else {
        pen_text(pen, ROLE_STRONG, sides[r->head.direction]);
        if (r->head.detail == WSD_BY_HANDSHAKE && r->code >= 0)
            pen_format(pen, ROLE_STRONG, "%d %s", r->code, wsd_close_word(r->code));
        else
            pen_text(pen, ROLE_STRONG,
                     r->head.detail == WSD_BY_HANDSHAKE ? "no code" : wsd_how_word((enum wsd_how)r->head.detail));
    }
    if (r->reported >= 0 && r->reported != r->code)
        pen_format(pen, ROLE_STRONG, ", the client is told %d", r->reported);
    pen_format(pen, ROLE_NORMAL, ", after %s", human_duration(duration, r->duration));
}

void line_draw(struct pen *pen, struct line_style *s, const struct model_row *row)
{
    draw_begin(pen, s, row);
    switch ((enum wsd_event_type)row->type) {
    case WSD_EVENT_CONNECTION: draw_open(pen, s, row); break;
    case WSD_EVENT_MESSAGE: draw_message(pen, s, (const struct record_message *)row->record); break;
    case WSD_EVENT_GAP:
        draw_what(pen, ROLE_WARNING, s, row->direction, "gap");
        draw_size(pen, ((const struct record_gap *)row->record)->bytes, SIZE_COLUMNS);
        pen_text(pen, ROLE_WARNING, "  missing in the capture");
        break;
    case WSD_EVENT_FINDING: draw_finding(pen, s, (const struct record_finding *)row->record); break;
    case WSD_EVENT_CLOSE: draw_close(pen, s, (const struct record_close *)row->record); break;
    case WSD_EVENT_TRANSPORT:
        draw_what(pen, ROLE_FAINT, s, row->direction, "tcp");
        pen_format(pen, ROLE_FAINT, "  %s", wsd_transport_word((enum wsd_transport_what)row->record->detail));
        break;
    case WSD_EVENT_FRAME:
    case WSD_EVENT_REQUEST: break;
    }
    pen_end(pen);
}

struct wsd_bytes line_text(const struct model_row *row)
{
    if (row->type == WSD_EVENT_MESSAGE)
        return record_payload((const struct record_message *)row->record);
    if (row->type == WSD_EVENT_CONNECTION && row->connection != NULL)
        return row->connection->about.url;
    if (row->type == WSD_EVENT_FINDING)
        return bytes_text(wsd_finding_info((enum wsd_finding_code)row->record->detail)->text);
    return (struct wsd_bytes){0};
}
