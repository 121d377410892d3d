/*
 * text.c: events as lines, made to be read and grepped.
 *
 *     10:00:01.125310  #1  → text   18 B   {"sub":"trades"}
 *     time             connection   size   payload, escaped, cut to what a line holds
 *                          → sent by the client, ← by the server
 *
 * Times are local; when the day changes a line says so. On a terminal a message takes one line of it, elsewhere 120
 * columns of its payload are shown. -x adds the payload in hex, -V the fields of each frame.
 */
#include "output/text.h"
#include "output/unknown.h"

#include "dissector/base/utf8.h"

enum {
    PREVIEW_ELSEWHERE = 120, /* columns of a payload, where there is no terminal */
    PREVIEW_LEAST = 20,      /* however narrow the terminal is */
    PREVIEW_BINARY = 32,     /* bytes shown in hex */
    ESCAPED_MAX = 4096,      /* characters of one escaped string */
    SIZE_COLUMNS = 6,
    NOTES_MAX = 128
};

/* ---- pieces of a line */

void text_in_role(struct text_sink *s, enum terminal_role role, const char *text)
{
    writer_text(s->w, terminal_role(s->terminal, role));
    writer_text(s->w, text);
    writer_text(s->w, terminal_role(s->terminal, TERMINAL_NORMAL));
}

size_t text_escaped(struct text_sink *s, struct wsd_bytes bytes, size_t columns, bool more)
{
    char text[ESCAPED_MAX];
    size_t ellipsis = terminal_ellipsis_columns(s->terminal);
    size_t enough = columns > ellipsis ? columns - ellipsis : 0;
    struct escaped done = escape_text(text, sizeof text, enough, bytes, s->terminal->charset);
    /* Without room for the ellipsis it may just fit. */
    if (!more && done.used < bytes.length && bytes.length - done.used <= 4 * ellipsis) {
        struct escaped whole = escape_text(text, sizeof text, columns, bytes, s->terminal->charset);
        if (whole.used == bytes.length)
            done = whole;
    }
    writer_put(s->w, text, done.length);
    if (!more && done.used == bytes.length)
        return done.columns;
    text_in_role(s, TERMINAL_FAINT, terminal_ellipsis(s->terminal));
    return done.columns + ellipsis;
}

/* "10:00:01.125310  #1  " */
static void begin_line(struct text_sink *s, const struct wsd_event *e)
{
    char id[24];
    struct writer *w = s->w;
    if (human_clock_set(&s->clock, e->at.time))
        writer_format(w, "-- %s --\n", s->clock.date);
    writer_text(w, terminal_role(s->terminal, TERMINAL_TIME));
    human_clock_time(w, &s->clock, e->at.time);
    writer_text(w, terminal_role(s->terminal, TERMINAL_NORMAL));
    WRITER_JUST(w, "  ");
    struct writer text = {.data = id, .size = sizeof id};
    WRITER_JUST(&text, "#");
    if (e->connection != NULL)
        writer_unsigned(&text, e->connection->id);
    else
        WRITER_JUST(&text, "-");
    writer_text(w, terminal_role(s->terminal, TERMINAL_CONNECTION));
    writer_put(w, id, text.length);
    writer_text(w, terminal_role(s->terminal, TERMINAL_NORMAL));
    writer_fill(w, ' ', text.length < 3 ? 4 - text.length : 1);
}

void text_begin(struct text_sink *s, const struct wsd_event *e, const char *word)
{
    size_t width = 7 + terminal_arrow_columns(s->terminal), length = strlen(word);
    begin_line(s, e);
    text_in_role(s, TERMINAL_CONNECTION, word);
    writer_fill(s->w, ' ', length < width ? width + 1 - length : 1);
}

/* The same, of one side: with its arrow. */
static void begin_from(struct text_sink *s, const struct wsd_event *e, enum wsd_direction from, const char *word)
{
    size_t length = strlen(word);
    begin_line(s, e);
    writer_text(s->w, terminal_role(s->terminal, terminal_sender(from)));
    writer_text(s->w, terminal_arrow(s->terminal, from));
    WRITER_JUST(s->w, " ");
    writer_text(s->w, word);
    writer_text(s->w, terminal_role(s->terminal, TERMINAL_NORMAL));
    writer_fill(s->w, ' ', length < 6 ? 7 - length : 1);
}

static void write_size(struct text_sink *s, uint64_t bytes)
{
    char size[HUMAN_SIZE];
    size_t length = strlen(human_size(size, bytes));
    writer_put(s->w, size, length);
    writer_fill(s->w, ' ', length < SIZE_COLUMNS ? SIZE_COLUMNS + 1 - length : 1);
}

/* ---- messages */

/* What is unusual about a message: "(deflate 31%, 3 frames)  ", or nothing. */
static void write_notes(struct writer *notes, const struct wsd_message *m)
{
    const char *comma = "(";
    char size[HUMAN_SIZE];
    if (m->compressed && !m->inflated) {
        writer_format(notes, "%sdeflate, not inflated", comma);
        comma = ", ";
    } else if (m->compressed) {
        if (m->length > 0 && m->complete)
            writer_format(notes, "%sdeflate %u%%", comma, human_percent(m->wire_length, m->length));
        else
            writer_format(notes, "%sdeflate", comma);
        comma = ", ";
    }
    if (m->frames > 1) {
        writer_format(notes, "%s%llu frames", comma, (unsigned long long)m->frames);
        comma = ", ";
    }
    if (!m->complete) {
        writer_format(notes, "%sincomplete", comma);
        comma = ", ";
    }
    if (m->unknown_bytes > 0)
        writer_format(notes, "%s%s unknown", comma, human_size(size, m->unknown_bytes));
    if (comma[0] == ',')
        WRITER_JUST(notes, ")  ");
}

/* Columns for a payload, behind `taken` others. */
static size_t preview_columns(const struct terminal *t, size_t taken)
{
    if (!t->is_terminal || t->columns == 0)
        return PREVIEW_ELSEWHERE;
    return t->columns > taken + PREVIEW_LEAST ? t->columns - taken : PREVIEW_LEAST;
}

static void preview_binary(struct text_sink *s, const struct wsd_message *m, size_t columns)
{
    static const char digits[] = "0123456789abcdef";
    size_t shown = columns / 3 > 1 ? columns / 3 - 1 : 1; /* the last is for the ellipsis */
    if (shown > PREVIEW_BINARY)
        shown = PREVIEW_BINARY;
    if (shown > m->payload.length)
        shown = m->payload.length;
    struct unknown unknown = unknown_of(m);
    for (size_t i = 0; i < shown; i++) {
        char byte[3] = {digits[m->payload.data[i] >> 4], digits[m->payload.data[i] & 15], ' '};
        if (unknown_at(&unknown, i))
            byte[0] = byte[1] = '?';
        writer_put(s->w, byte, i + 1 < shown ? 3 : 2);
    }
    if (shown < m->length) {
        WRITER_JUST(s->w, " ");
        text_in_role(s, TERMINAL_FAINT, terminal_ellipsis(s->terminal));
    }
}

/* Payload with a mark for each byte that is not known. */
static void preview_text(struct text_sink *s, const struct wsd_message *m, size_t columns)
{
    if (m->unknown_count == 0) {
        text_escaped(s, m->payload, columns, m->truncated);
        return;
    }
    const char *mark = s->terminal->charset == ESCAPE_UTF8 ? "\xC2\xB7" : "?";
    struct unknown unknown = unknown_of(m);
    uint8_t text[ESCAPED_MAX];
    size_t n = 0, i = 0;
    for (; i < m->payload.length && n < sizeof text - 1; i++) {
        if (!unknown_at(&unknown, i)) {
            text[n++] = m->payload.data[i];
            continue;
        }
        memcpy(text + n, mark, strlen(mark));
        n += strlen(mark);
    }
    struct wsd_bytes marked = {text, n};
    marked.length = utf8_border(marked);
    text_escaped(s, marked, columns, m->truncated || i < m->payload.length);
}

/* Pings and pongs carry bytes, often letters. */
static bool is_printable(struct wsd_bytes bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if (bytes.data[i] < 0x20 || bytes.data[i] >= 0x7F)
            return false;
    return bytes.length > 0;
}

/* A close frame: code, its meaning, the reason. */
static void preview_close(struct text_sink *s, const struct wsd_message *m, size_t columns)
{
    if (m->close_code < 0) {
        writer_text(s->w, m->length == 0 ? "no code" : "no code that can be read");
        return;
    }
    writer_format(s->w, "%d %s", m->close_code, wsd_close_word(m->close_code));
    if (m->close_reason.length == 0)
        return;
    WRITER_JUST(s->w, "  ");
    text_escaped(s, m->close_reason, columns, false);
}

/* An empty message has nothing to stand behind its size. */
static void end_empty(struct writer *w)
{
    while (w->length > 0 && w->data[w->length - 1] == ' ')
        w->length--;
}

static void write_message(struct text_sink *s, const struct wsd_event *e)
{
    const struct wsd_message *m = &e->message;
    char text[NOTES_MAX];
    struct writer notes = {.data = text, .size = sizeof text};
    begin_from(s, e, m->direction, wsd_opcode_word(m->opcode));
    write_size(s, m->length);
    write_notes(&notes, m);
    writer_put(s->w, text, notes.length);
    /* time, connection, arrow and word, size: 15 + 2 + 4 + 8 + 1 + 7 */
    size_t columns = preview_columns(s->terminal, 37 + terminal_arrow_columns(s->terminal) + notes.length);
    if (m->opcode == WSD_OPCODE_CLOSE && m->complete)
        preview_close(s, m, columns);
    else if (m->length == 0)
        end_empty(s->w);
    else if (m->text || (m->opcode > WSD_OPCODE_CLOSE && is_printable(m->payload)))
        preview_text(s, m, columns);
    else
        preview_binary(s, m, columns);
    WRITER_JUST(s->w, "\n");
    if (s->output->options->hex && m->length > 0)
        text_hex(s, m);
}

/* ---- the rest */

static void write_frame(struct text_sink *s, const struct wsd_event *e)
{
    const struct wsd_frame *f = &e->frame;
    struct writer *w = s->w;
    begin_from(s, e, f->direction, "frame");
    write_size(s, f->length);
    writer_text(w, wsd_opcode_word(f->opcode));
    if (f->fin)
        WRITER_JUST(w, "  FIN");
    for (int i = 0; i < 3; i++)
        if (f->rsv[i])
            writer_format(w, "  RSV%d", i + 1);
    if (f->masked) {
        WRITER_JUST(w, "  mask ");
        writer_hex(w, (struct wsd_bytes){f->mask, sizeof f->mask});
    }
    writer_format(w, "  header %u B  packet %llu", (unsigned)f->header.length, (unsigned long long)f->first.packet);
    writer_text(w, f->complete ? "\n" : "  incomplete\n");
    if (s->output->options->verbose)
        text_fields(s, e);
}

static void write_gap(struct text_sink *s, const struct wsd_event *e)
{
    begin_from(s, e, e->gap.direction, "gap");
    write_size(s, e->gap.bytes);
    WRITER_JUST(s->w, "missing in the capture\n");
}

/* An error is told as it is; warnings and notes say what they are. */
static void write_finding(struct text_sink *s, const struct wsd_event *e)
{
    const struct wsd_finding *f = &e->finding;
    const struct wsd_finding_info *info = wsd_finding_info(f->code);
    struct wsd_bytes detail = {(const uint8_t *)f->detail, strlen(f->detail)};
    begin_from(s, e, f->direction, "!");
    writer_text(s->w, terminal_role(s->terminal, terminal_severity(info->severity)));
    if (info->severity != WSD_ERROR)
        writer_format(s->w, "%s: ", wsd_severity_word(info->severity));
    writer_text(s->w, info->text);
    writer_text(s->w, terminal_role(s->terminal, TERMINAL_NORMAL));
    if (detail.length > 0) {
        WRITER_JUST(s->w, ": ");
        text_escaped(s, detail, ESCAPED_MAX, false);
    }
    writer_format(s->w, "  [%s]\n", info->rule);
}

/* ---- the sink */

static uint64_t preview_bytes(const struct terminal *t)
{
    /* A column is made of at most four bytes; marks that take no column may cost the line its end. */
    return 4 * (uint64_t)(t->is_terminal && t->columns > PREVIEW_ELSEWHERE ? t->columns : PREVIEW_ELSEWHERE);
}

static void text_wants(const struct output *output, struct wsd_options *wsd)
{
    const struct options *o = output->options;
    uint64_t needed = o->hex ? UINT64_MAX : preview_bytes(&output->terminal);
    wsd->keep_payload = o->max_payload < needed ? o->max_payload : needed;
    wsd->frames = o->frames || o->verbose;
    wsd->detail = o->verbose;
}

static void text_begin_sink(void *state, struct output *output)
{
    struct text_sink *s = state;
    s->output = output;
    s->w = &output->out;
    s->terminal = &output->terminal;
}

static void text_event(void *state, const struct wsd_event *e)
{
    struct text_sink *s = state;
    switch (e->type) {
    case WSD_EVENT_CONNECTION: text_open(s, e); break;
    case WSD_EVENT_FRAME: write_frame(s, e); break;
    case WSD_EVENT_MESSAGE: write_message(s, e); break;
    case WSD_EVENT_GAP: write_gap(s, e); break;
    case WSD_EVENT_FINDING: write_finding(s, e); break;
    case WSD_EVENT_CLOSE: text_close(s, e); break;
    case WSD_EVENT_TRANSPORT:
    case WSD_EVENT_REQUEST: break;
    }
}

/* Every line stands for itself; there is nothing to add. */
static void text_finish(void *state, const struct sink_end *end)
{
    (void)state;
    (void)end;
}

const struct sink text_sink = {
    .state_size = sizeof(struct text_sink),
    .wants = text_wants,
    .begin = text_begin_sink,
    .event = text_event,
    .finish = text_finish,
};
