/*
 * view_detail.c: the row under the messages' cursor, whole: its payload as JSON, text or hex, its bytes as on the wire, all
 * header fields of its frames; of rows that are no messages what is known of them.
 */
#include "dissector/base/json_token.h"
#include "ui/document.h"
#include "ui/document_search.h"
#include "ui/lines.h"
#include "ui/list.h"
#include "ui/view.h"
#include "ui/view_fields.h"

#include <stdlib.h>
#include <string.h>

#define MODES(X)                                                                                                       \
    X(JSON, "JSON")                                                                                                    \
    X(TEXT, "Text")                                                                                                    \
    X(HEX, "Hex")                                                                                                      \
    X(DEFLATED, "Deflated")                                                                                            \
    X(WIRE, "Wire")                                                                                                    \
    X(FIELDS, "Fields")
#define MODE_ENUM(name, word) MODE_##name,
enum mode { MODES(MODE_ENUM) MODE_COUNT };
#undef MODE_ENUM

enum {
    LINES_A_SLICE = 500,
    JSON_LOOKED_AT = 256 * 1024, /* bytes */
    HEADER_LINES = 2,
    WIDTH_AT_FIRST = 80,  /* columns, until it is drawn */
    TELL_SIZE = 64 * 1024 /* what is told of a row that is no message */
};

struct detail {
    struct document document;
    struct list list;
    enum mode mode, chosen; /* shown, and what the user wants where it can be */
    bool has, is_json, is_deflated;
    uint64_t row;
    const struct record *record; /* of that row, when the document was made; only compared */
    unsigned width;
    size_t tested;      /* of a search: document_skip() */
    size_t wanted;      /* offset that the cursor goes to once its line is known, 0: none */
    struct fields wire; /* frames as on the wire */
    struct field_view fields;
    struct area fields_area;
    int mode_x[MODE_COUNT + 1]; /* columns of their words, as drawn last */
    char *told;                 /* text about a row that is no message */
};

static const char *mode_word(enum mode mode)
{
#define WORD(name, word) word,
    static const char *const words[] = {MODES(WORD)};
#undef WORD
    return words[mode];
}

/* ---- what is shown */

static void tell_head(struct writer *w, const char *title, const struct wsd_head *head)
{
    if (head == NULL)
        return;
    writer_format(w, "%s\n\n", title);
    writer_put(w, (const char *)head->raw.data, head->raw.length);
    WRITER_JUST(w, "\n");
}

/* A row that is no message, in words. */
static struct wsd_bytes tell(struct detail *s, const struct model_row *row)
{
    struct record_scratch scratch;
    struct wsd_event e;
    if (s->told == NULL)
        s->told = malloc(TELL_SIZE);
    if (s->told == NULL)
        return (struct wsd_bytes){0};
    struct writer w = {.data = s->told, .size = TELL_SIZE};
    model_event(row, &scratch, &e);
    switch (e.type) {
    case WSD_EVENT_CONNECTION:
        tell_head(&w, "Request", e.opening.request);
        tell_head(&w, "Response", e.opening.response);
        break;
    case WSD_EVENT_FINDING: {
        const struct wsd_finding_info *info = wsd_finding_info(e.finding.code);
        static const char *const sides[] = {"the client", "the server", "nobody, or both"};
        writer_format(&w, "%s: %s\n\n%s\n", wsd_severity_word(info->severity), info->word, info->text);
        if (e.finding.detail[0] != 0)
            writer_format(&w, "%s\n", e.finding.detail);
        writer_format(&w, "\nrule: %s\nbroken by: %s\npacket: %llu\n", info->rule, sides[e.finding.direction],
                      (unsigned long long)e.at.packet);
        break;
    }
    case WSD_EVENT_CLOSE:
        writer_format(&w, "how: %s\n", wsd_how_word(e.close.how));
        if (e.close.code >= 0)
            writer_format(&w, "code: %d %s\n", e.close.code, wsd_close_word(e.close.code));
        if (e.close.reported >= 0)
            writer_format(&w, "the client is told: %d %s\n", e.close.reported, wsd_close_word(e.close.reported));
        if (e.close.reason.length > 0) {
            WRITER_JUST(&w, "reason: ");
            writer_put(&w, (const char *)e.close.reason.data, e.close.reason.length);
            WRITER_JUST(&w, "\n");
        }
        break;
    case WSD_EVENT_GAP:
        writer_format(&w, "%llu bytes are missing in the capture.\n", (unsigned long long)e.gap.bytes);
        break;
    default: break;
    }
    return (struct wsd_bytes){(const uint8_t *)s->told, w.length};
}

static bool can_show(const struct detail *s, enum mode mode)
{
    return mode == MODE_JSON ? s->is_json : mode == MODE_DEFLATED ? s->is_deflated : true;
}

/* The mode that fits, by what the user chose and what the payload is. */
static enum mode mode_for(const struct detail *s, const struct record_message *m)
{
    bool text = (m->head.flags & RECORD_TEXT) != 0;
    if (s->chosen >= MODE_HEX)
        return can_show(s, s->chosen) ? s->chosen : MODE_HEX;
    if (s->chosen == MODE_JSON && s->is_json)
        return MODE_JSON;
    return text || s->chosen == MODE_TEXT ? MODE_TEXT : MODE_HEX;
}

static void set_document(struct detail *s, struct wsd_bytes bytes)
{
    static const enum document_mode modes[] = {
        [MODE_JSON] = DOCUMENT_JSON,    [MODE_TEXT] = DOCUMENT_TEXT, [MODE_HEX] = DOCUMENT_HEX,
        [MODE_DEFLATED] = DOCUMENT_HEX, [MODE_WIRE] = DOCUMENT_HEX,  [MODE_FIELDS] = DOCUMENT_HEX};
    enum document_mode mode = modes[s->mode];
    document_set(&s->document, bytes, mode, mode == DOCUMENT_HEX ? hex_width((int)s->width) : s->width);
    document_work(&s->document, LINES_A_SLICE);
}

/* The document borrows from a record, which may have left. */
static bool is_there(struct detail *s, const struct ui *ui)
{
    const struct model_row *row = s->has ? model_row(&ui->model, s->row) : NULL;
    if (row != NULL && row->record == s->record)
        return true;
    if (s->has)
        document_set(&s->document, (struct wsd_bytes){0}, DOCUMENT_TEXT, s->width);
    s->has = false;
    s->wanted = 0;
    return false;
}

/* At another width the lines are others, which are to be found first. */
static void go_to_wanted(struct detail *s)
{
    if (s->wanted == 0 || (s->document.end.offset <= s->wanted && !s->document.complete))
        return;
    s->list.end = s->document.lines;
    list_go(&s->list, document_find(&s->document, s->wanted));
    s->wanted = 0;
}

/* What decides whether it is JSON: a string may be long. */
static struct wsd_bytes beginning(struct wsd_bytes bytes)
{
    return (struct wsd_bytes){bytes.data, bytes.length < JSON_LOOKED_AT ? bytes.length : JSON_LOOKED_AT};
}

/* The document for the row that is to be shown, at a width. */
static void refresh_document(struct detail *s, struct ui *ui, unsigned width)
{
    const struct model_row *row = ui->has_message ? model_row(&ui->model, ui->message) : NULL;
    bool same = is_there(s, ui) && row != NULL && s->row == ui->message;
    if (row == NULL) {
        s->has = false;
        return;
    }
    if (same && s->width == width)
        return;
    struct document_line line;
    if (same && s->document.lines > 0 && s->wanted == 0) {
        document_line(&s->document, s->list.cursor, &line);
        s->wanted = s->list.follows ? 0 : line.offset;
    } else if (!same) {
        s->wanted = 0;
        s->list.cursor = s->list.top = 0;
        s->list.follows = false;
    }
    s->has = true;
    s->row = ui->message;
    s->record = row->record;
    s->width = width;
    struct wsd_bytes bytes;
    if (row->type == WSD_EVENT_MESSAGE) {
        const struct record_message *m = (const struct record_message *)row->record;
        bytes = record_payload(m);
        s->is_json = (m->head.flags & RECORD_TEXT) != 0 && json_looks_like(beginning(bytes));
        s->is_deflated = m->kept_wire > 0;
        s->mode = mode_for(s, m);
        if (s->mode == MODE_DEFLATED) {
            bytes = record_wire(m);
        } else if (s->mode == MODE_WIRE) {
            fields_make(&s->wire, &ui->model, row, false);
            bytes = (struct wsd_bytes){s->wire.bytes, s->wire.length};
        } else if (s->mode == MODE_FIELDS && !same) {
            field_view_make(&s->fields, &ui->model, row);
        }
    } else {
        bytes = tell(s, row);
        s->mode = MODE_TEXT;
    }
    set_document(s, bytes);
    go_to_wanted(s);
}

/* Keys may come faster than it is drawn: before one acts, what it acts upon is made. */
static void catch_up(struct detail *s, struct ui *ui)
{
    refresh_document(s, ui, s->width > 0 ? s->width : WIDTH_AT_FIRST);
    s->list.first = 0;
    s->list.end = s->has ? s->document.lines : 0;
}

/* ---- the view */

static void detail_begin(void *state, struct ui *ui)
{
    struct detail *s = state;
    (void)ui;
    s->list.can_follow = true;
}

static void detail_end(void *state, struct ui *ui)
{
    struct detail *s = state;
    (void)ui;
    document_free(&s->document);
    fields_free(&s->wire);
    field_view_free(&s->fields);
    free(s->told);
}

static bool detail_work(void *state, struct ui *ui)
{
    struct detail *s = state;
    bool worked = is_there(s, ui) && !s->document.complete;
    document_work(&s->document, LINES_A_SLICE);
    go_to_wanted(s);
    return worked;
}

static void fold_at_cursor(struct detail *s)
{
    struct document_line line;
    if (s->mode != MODE_JSON || s->list.cursor >= s->document.lines)
        return;
    document_line(&s->document, s->list.cursor, &line);
    if (!line.opens)
        return;
    document_fold(&s->document, line.bracket);
    document_work(&s->document, LINES_A_SLICE);
    if (s->document.lines <= s->list.cursor) /* it takes longer: the cursor comes back to its line */
        s->wanted = line.offset;
}

/* To the row before or behind in the list of messages. */
static void sibling(struct ui *ui, enum command command)
{
    ui_view(PLACE_MESSAGES)->act(ui->states[PLACE_MESSAGES], ui, command);
    ui_view(PLACE_MESSAGES)->act(ui->states[PLACE_MESSAGES], ui, COMMAND_NONE);
}

/* The mode before or behind that can be shown. */
static enum mode neighbour(const struct detail *s, int step)
{
    enum mode mode = s->mode;
    do
        mode = (enum mode)(((int)mode + step + MODE_COUNT) % MODE_COUNT);
    while (!can_show(s, mode));
    return mode;
}

static void choose(struct detail *s, enum mode mode)
{
    s->chosen = mode;
    s->has = false; /* all is made anew */
}

static bool detail_act(void *state, struct ui *ui, enum command command)
{
    struct detail *s = state;
    catch_up(s, ui);
    if (s->mode == MODE_FIELDS && s->has && field_view_act(&s->fields, command))
        return true;
    if (s->mode != MODE_FIELDS && list_act(&s->list, command)) {
        s->wanted = 0;
        if (s->document.complete)
            s->list.follows = false;
        return true;
    }
    switch (command) {
    case COMMAND_MODE: choose(s, neighbour(s, 1)); return true;
    case COMMAND_MODE_BACK: choose(s, neighbour(s, -1)); return true;
    case COMMAND_ENTER:
    case COMMAND_FOLD: fold_at_cursor(s); return true;
    case COMMAND_FOLD_ALL:
        if (s->mode == MODE_JSON)
            document_fold_all(&s->document);
        return true;
    case COMMAND_SIBLING_NEXT: sibling(ui, COMMAND_DOWN); return true;
    case COMMAND_SIBLING_PREVIOUS: sibling(ui, COMMAND_UP); return true;
    case COMMAND_FOCUS: ui_go(ui, PLACE_MESSAGES); return true;
    case COMMAND_BACK: ui->detail_open = false; return false;
    default: return false;
    }
}

static bool detail_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    struct detail *s = state;
    catch_up(s, ui);
    if (mouse->y == 1 && mouse->what == MOUSE_PRESS) {
        for (int mode = 0; mode < MODE_COUNT; mode++)
            if (mouse->x >= s->mode_x[mode] && mouse->x < s->mode_x[mode + 1])
                choose(s, (enum mode)mode);
        return true;
    }
    if (s->mode == MODE_FIELDS && s->has && mouse->y >= HEADER_LINES) {
        struct mouse inside = *mouse;
        inside.y -= HEADER_LINES;
        return field_view_mouse(&s->fields, &inside, s->fields_area);
    }
    if (!list_mouse(&s->list, mouse, HEADER_LINES))
        return false;
    if (mouse->what == MOUSE_DOUBLE)
        fold_at_cursor(s);
    return true;
}

/* ---- drawing */

static void draw_about(struct ui *ui, struct area area, const struct model_row *row)
{
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    struct line_style style = {.terminal = &ui->terminal, .fine = true};
    char size[HUMAN_SIZE];
    pen_format(&pen, ROLE_STRONG, "#%llu ", (unsigned long long)row->record->connection);
    if (row->type == WSD_EVENT_MESSAGE) {
        const struct record_message *m = (const struct record_message *)row->record;
        pen_format(&pen, line_sender(row->direction), "%s %s ",
                   terminal_arrow(&ui->terminal, (enum wsd_direction)row->direction), wsd_opcode_word(row->opcode));
        pen_text(&pen, ROLE_STRONG, human_size(size, m->length));
        if (m->wire_length != m->length)
            pen_format(&pen, ROLE_NORMAL, ", %s on the wire", human_size(size, m->wire_length));
        if (m->frames > 1)
            pen_format(&pen, ROLE_NORMAL, ", %llu frames", (unsigned long long)m->frames);
        if (m->kept < m->length)
            pen_format(&pen, ROLE_WARNING, ", %s kept", human_size(size, m->kept));
        if (m->unknown_bytes > 0)
            pen_format(&pen, ROLE_WARNING, ", %s unknown", human_size(size, m->unknown_bytes));
        pen_text(&pen, ROLE_NORMAL, "  ");
    }
    line_time(&pen, ROLE_FAINT, &style, row->record->time);
    pen_format(&pen, ROLE_FAINT, "  packet %llu", (unsigned long long)row->record->packet);
    pen_end(&pen);
}

static void draw_modes(struct detail *s, struct ui *ui, struct area area, bool message)
{
    struct pen pen = pen_at(&ui->terminal, area, 1, ROLE_NORMAL);
    for (int mode = 0; mode < MODE_COUNT && message; mode++) {
        s->mode_x[mode] = s->mode_x[mode + 1] = pen.x - pen.left;
        if (mode == MODE_DEFLATED && !s->is_deflated)
            continue;
        s->mode_x[mode + 1] = s->mode_x[mode] + (int)strlen(mode_word((enum mode)mode)) + 2;
        pen.base = (enum mode)mode == s->mode ? ROLE_TAB : ROLE_NORMAL;
        pen_format(&pen, mode == MODE_JSON && !s->is_json ? ROLE_FAINT : ROLE_NORMAL, " %s ",
                   mode_word((enum mode)mode));
    }
    pen.base = ROLE_NORMAL;
    const struct fields *f = s->mode == MODE_WIRE ? &s->wire : s->mode == MODE_FIELDS ? &s->fields.fields : NULL;
    if (message && f != NULL && f->without_payload)
        pen_text(&pen, ROLE_WARNING, "  headers only: its payload was not kept");
    else if (message && f != NULL && f->count == 0)
        pen_text(&pen, ROLE_WARNING, "  its frames have left");
    else if (message && f != NULL && f->cut)
        pen_text(&pen, ROLE_WARNING, "  not all of it");
    pen_end(&pen);
}

static struct wsd_bytes part(struct wsd_bytes bytes, size_t from, size_t to)
{
    return (struct wsd_bytes){bytes.data + from, to - from};
}

static enum role role_of_piece(enum piece_kind kind)
{
    static const enum role roles[] = {
        [PIECE_PLAIN] = ROLE_NORMAL,       [PIECE_KEY] = ROLE_JSON_KEY,   [PIECE_STRING] = ROLE_JSON_STRING,
        [PIECE_NUMBER] = ROLE_JSON_NUMBER, [PIECE_WORD] = ROLE_JSON_WORD, [PIECE_FOLD] = ROLE_FAINT,
        [PIECE_BROKEN] = ROLE_ERROR};
    return roles[kind];
}

/* A piece, and in it what matches; at: bytes of the line in front of it. */
static void draw_piece(struct pen *pen, const struct piece *piece, size_t at, const struct document_match *matches,
                       size_t count)
{
    size_t done = 0, length = piece->bytes.length;
    for (size_t i = 0; i < count; i++) {
        if (matches[i].to <= at + done || matches[i].from >= at + length)
            continue;
        size_t from = matches[i].from > at + done ? matches[i].from - at : done;
        size_t to = matches[i].to < at + length ? matches[i].to - at : length;
        pen_bytes(pen, role_of_piece(piece->kind), part(piece->bytes, done, from), pen->end - pen->x, false);
        pen_bytes(pen, ROLE_MATCH, part(piece->bytes, from, to), pen->end - pen->x, false);
        done = to;
    }
    pen_bytes(pen, role_of_piece(piece->kind), part(piece->bytes, done, length), pen->end - pen->x, false);
}

static void draw_line(struct detail *s, struct ui *ui, struct area area, int row, uint64_t number, bool focused)
{
    struct document_line line;
    struct document_match matches[DOCUMENT_MATCHES];
    size_t count = 0;
    bool cursor = number == s->list.cursor && focused;
    struct pen pen = pen_at(&ui->terminal, area, row, cursor ? ROLE_CURSOR : ROLE_NORMAL);
    document_line(&s->document, number, &line);
    if (ui->pattern != NULL)
        count = document_matches(&s->document, &line, ui->pattern, matches);
    if (s->document.mode == DOCUMENT_HEX) {
        draw_hex_line(&pen, line.offset, line.piece[0].bytes, s->document.width,
                      line.offset + (count > 0 ? matches[0].from : 0), line.offset + (count > 0 ? matches[0].to : 0));
    } else {
        draw_highlight(NULL); /* pieces alone do not say what matches */
        pen_to(&pen, (int)line.indent);
        for (size_t i = 0, at = 0; i < line.pieces; at += line.piece[i++].bytes.length)
            draw_piece(&pen, &line.piece[i], at, matches, count);
        draw_highlight(ui->pattern);
    }
    pen_end(&pen);
}

static void detail_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct detail *s = state;
    struct area body = area_below(area, HEADER_LINES);
    refresh_document(s, ui, (unsigned)(area.width > 2 ? area.width - 1 : 1));
    if (!s->has) {
        struct pen pen = pen_at(&ui->terminal, area, 1, ROLE_NORMAL);
        pen_text(&pen, ROLE_FAINT, ui->has_message ? "  It has left: the store is full." : "  No message is selected.");
        return;
    }
    struct area inner = area;
    inner.width--;
    draw_about(ui, area, model_row(&ui->model, s->row));
    draw_modes(s, ui, area, model_row(&ui->model, s->row)->type == WSD_EVENT_MESSAGE);
    if (s->mode == MODE_FIELDS) {
        s->fields_area = area;
        s->fields_area.y += HEADER_LINES;
        s->fields_area.height -= HEADER_LINES;
        field_view_draw(&s->fields, ui, s->fields_area, focused);
        return;
    }
    list_set(&s->list, 0, s->document.lines, (unsigned)body.height);
    for (int row = HEADER_LINES; row < area.height; row++) {
        uint64_t number;
        if (list_at(&s->list, (unsigned)(row - HEADER_LINES), &number))
            draw_line(s, ui, inner, row, number, focused);
    }
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static void detail_status(void *state, struct ui *ui, struct writer *text)
{
    struct detail *s = state;
    (void)ui;
    if (s->mode == MODE_FIELDS) {
        writer_format(text, "field %llu/%zu",
                      (unsigned long long)(s->fields.line_count > 0 ? s->fields.list.cursor + 1 : 0),
                      s->fields.line_count);
        return;
    }
    writer_format(text, "line %llu/%llu", (unsigned long long)(list_empty(&s->list) ? 0 : s->list.cursor + 1),
                  (unsigned long long)s->document.lines);
    if (!s->document.complete && s->document.bytes.length > 0)
        writer_format(text, " and more, %u%%", (unsigned)(s->document.looked * 100 / s->document.bytes.length));
    if (s->document.out_of_memory)
        writer_text(text, "  out of memory");
}

static const struct list *detail_list(const void *state)
{
    const struct detail *s = state;
    return s->mode == MODE_FIELDS ? &s->fields.list : &s->list;
}

static enum found detail_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct detail *s = state;
    uint64_t at = s->list.cursor + (uint64_t)n;
    struct document_line line;
    struct document_match matches[DOCUMENT_MATCHES];
    catch_up(s, ui);
    if (s->has && s->mode == MODE_FIELDS)
        return field_view_find(&s->fields, n, pattern);
    while (s->has && at >= s->document.lines && document_work(&s->document, LINES_A_SLICE))
        ;
    if (!s->has || at >= s->document.lines)
        return FOUND_END;
    if (n == 1 || n == -1)
        s->tested = 0;
    document_line(&s->document, at, &line);
    size_t count = document_matches(&s->document, &line, pattern, matches);
    for (size_t i = 0; i < count; i++) {
        if (!matches[i].begins)
            continue;
        s->list.end = s->document.lines;
        list_go(&s->list, at);
        s->list.follows = false;
        return FOUND_HERE;
    }
    int direction = ui->searching.direction;
    if (at > 0 || direction > 0)
        ui->searching.at =
            (int64_t)(document_skip(&s->document, at, &line, pattern, direction, &s->tested) - s->list.cursor) -
            direction; /* to which the search adds one step */
    return FOUND_NOT;
}

const struct view detail_view = {
    .place = PLACE_DETAIL,
    .state_size = sizeof(struct detail),
    .begin = detail_begin,
    .end = detail_end,
    .act = detail_act,
    .mouse = detail_mouse,
    .work = detail_work,
    .draw = detail_draw,
    .find = detail_find,
    .list = detail_list,
    .status = detail_status,
};
