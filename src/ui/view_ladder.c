/*
 * view_ladder.c: a connection as a flow between client and server: the handshake, messages, what TCP did, gaps, findings,
 * each a line with an arrow in its direction.
 *
 *     TIME           CLIENT                                SERVER
 *     10:00:01.123   │══ GET /chat ═══════════════════════════▶│
 *     10:00:01.125   │◀═ 101 Switching Protocols ══════════════│
 *     10:00:01.250   │── text     18 B  {"sub":"trades"} ─────▶│
 */
#include "dissector/base/bytes.h"
#include "ui/columns.h"
#include "ui/lines.h"
#include "ui/list.h"
#include "ui/selection.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_A_SLICE = 20000, WIDE = 72 /* columns from which there is room for microseconds */, OPCODE_COLUMNS = 7, SIZE_COLUMNS = 7, HEADING_LINES = 1,
       SIZE_FROM = 40 /* columns of a rung from which there is room for sizes */ };

struct ladder {
    const struct ui *ui;
    struct selection selection;
    struct list list;
    enum time_mode time;
    bool hides_control, hides_transport, marked;
    uint64_t connection, filter_number; /* what the selection was made for */
};

/* How the line of an arrow is drawn. */
enum stroke { STROKE_DATA, STROKE_HANDSHAKE, STROKE_FAINT, STROKE_NONE, STROKE_COUNT };

struct strokes {
    const char *line[STROKE_COUNT], *to_client, *to_server, *edge, *broken;
};

static const struct strokes *strokes_of(const struct terminal *terminal)
{
    static const struct strokes unicode = {{"─", "═", "╌", " "}, "◀", "▶", "│", "✗"},
                                ascii = {{"-", "=", ".", " "}, "<", ">", "|", "!"};
    return terminal->charset == ESCAPE_UTF8 ? &unicode : &ascii;
}

static bool passes(void *user, const struct model_row *row, uint64_t number)
{
    const struct ladder *s = user;
    (void)number;
    if (row->connection == NULL || (s->hides_transport && row->type == WSD_EVENT_TRANSPORT))
        return false;
    if (!(s->marked ? row->connection->marked : row->connection->about.id == s->connection))
        return false;
    if (s->hides_control && row->type == WSD_EVENT_MESSAGE && row->opcode >= WSD_OPCODE_CLOSE)
        return false;
    return ui_passes(s->ui, row);
}

/* An opening takes two lines: the request and what was answered. */
static bool is_opening(void *user, const struct model_row *row)
{
    (void)user;
    return row->type == WSD_EVENT_CONNECTION && row->record->detail != WSD_HANDSHAKE_MISSING &&
           row->record->detail != WSD_HANDSHAKE_ENCRYPTED;
}

static void reselect(struct ladder *s)
{
    selection_reset(&s->selection);
    s->list.first = s->list.end = s->list.cursor = s->list.top = 0;
}

static const struct model_row *row_at_cursor(const struct ladder *s, const struct ui *ui, uint64_t *number)
{
    if (s->list.cursor < s->selection.first || s->list.cursor >= s->selection.end)
        return NULL;
    *number = selection_row(&s->selection, s->list.cursor);
    return model_row(&ui->model, *number);
}

/* ---- the view */

static void ladder_begin(void *state, struct ui *ui)
{
    struct ladder *s = state;
    s->ui = ui;
    selection_init(&s->selection, passes, s);
    s->selection.twice = is_opening;
    s->list.can_follow = true;
    s->time = TIME_SINCE_START;
}

static void ladder_end(void *state, struct ui *ui)
{
    (void)ui;
    selection_free(&((struct ladder *)state)->selection);
}

static void ladder_open(void *state, struct ui *ui)
{
    struct ladder *s = state;
    const struct model_connection *c = ui_connection(ui);
    uint64_t id = c != NULL ? c->about.id : 0;
    bool marked = ui->scope == SCOPE_MARKED;
    if (!marked && !s->marked && s->connection == id && s->filter_number == ui->filter_number)
        return;
    s->filter_number = ui->filter_number;
    s->marked = marked;
    s->connection = id;
    reselect(s);
    s->list.follows = ui->loading && (ui->news.progress.live || ui->news.progress.pipe);
}

static bool ladder_work(void *state, struct ui *ui)
{
    struct ladder *s = state;
    if (s->connection == 0 && !s->marked)
        ladder_open(s, ui);
    return selection_work(&s->selection, &ui->model, ROWS_A_SLICE);
}

static void show_detail(struct ladder *s, struct ui *ui)
{
    uint64_t number;
    const struct model_row *row = row_at_cursor(s, ui, &number);
    if (row == NULL)
        return;
    if (row->type == WSD_EVENT_TRANSPORT) {
        ui_say(ui, "%s: what TCP did has no more to it than this line", wsd_transport_word((enum wsd_transport_what)row->record->detail));
        return;
    }
    if (ui->scope == SCOPE_ALL) {
        ui->scope = SCOPE_CONNECTION;
        ui->connection = row->connection->about.id;
    }
    ui_show(ui, number);
    ui->detail_open = true;
    ui_go(ui, PLACE_DETAIL);
}

static void next_scope(struct ladder *s, struct ui *ui)
{
    if (!s->marked && model_marked(&ui->model) == 0) {
        ui_say(ui, "no connection is marked: Space in the list of connections marks");
        return;
    }
    ui->scope = s->marked ? SCOPE_CONNECTION : SCOPE_MARKED;
    if (s->marked && s->connection != 0)
        ui->connection = s->connection;
    s->marked = !s->marked;
    reselect(s);
}

static bool ladder_act(void *state, struct ui *ui, enum command command)
{
    struct ladder *s = state;
    if (list_act(&s->list, command))
        return true;
    switch (command) {
    case COMMAND_ENTER: show_detail(s, ui); return true;
    case COMMAND_TIME: s->time = (enum time_mode)((s->time + 1) % TIME_MODE_COUNT); return true;
    case COMMAND_SCOPE: next_scope(s, ui); return true;
    case COMMAND_CONTROL_FRAMES:
        s->hides_control = !s->hides_control;
        reselect(s);
        ui_say(ui, s->hides_control ? "control frames are hidden" : "control frames are shown");
        return true;
    case COMMAND_TRANSPORT:
        s->hides_transport = !s->hides_transport;
        reselect(s);
        ui_say(ui, s->hides_transport ? "what TCP did is hidden" : "what TCP did is shown");
        return true;
    case COMMAND_FOLLOW:
        s->list.follows = !s->list.follows;
        ui_say(ui, s->list.follows ? "following: the newest is shown" : "not following any more");
        return true;
    default: return false;
    }
}

static bool ladder_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    struct ladder *s = state;
    if (!list_mouse(&s->list, mouse, HEADING_LINES))
        return false;
    if (mouse->what == MOUSE_DOUBLE)
        show_detail(s, ui);
    return true;
}

/* ---- drawing: a rung begins with its edge and the tail or head of the arrow, then what it says, then the rest */

struct rung {
    struct pen *pen;
    const struct strokes *strokes;
    enum stroke stroke;
    enum role role;
    uint8_t direction; /* enum wsd_direction */
    int end;           /* of the line: the column behind the server's edge */
};

static struct rung rung_begin(struct pen *pen, enum stroke stroke, enum role role, uint8_t direction)
{
    struct rung r = {pen, strokes_of(pen->terminal), stroke, role, direction, pen->end};
    const char *line = r.strokes->line[stroke];
    pen_text(pen, ROLE_FAINT, r.strokes->edge);
    pen_text(pen, role, direction == WSD_SERVER && stroke != STROKE_NONE ? r.strokes->to_client : line);
    pen_text(pen, role, line);
    pen_text(pen, role, " ");
    pen->end -= 4; /* a blank, a piece of the line, the head, the edge */
    return r;
}

static void rung_end(struct rung *r)
{
    struct pen *pen = r->pen;
    pen->end = r->end;
    if (pen->x < pen->end)
        pen_text(pen, r->role, " ");
    while (pen->x < pen->end - 2)
        pen_text(pen, r->role, r->strokes->line[r->stroke]);
    pen_text(pen, r->role, r->direction == WSD_CLIENT && r->stroke != STROKE_NONE ? r->strokes->to_server : r->strokes->line[r->stroke]);
    pen_text(pen, ROLE_FAINT, r->strokes->edge);
}

/* A finding stands between the edges; that of the side which broke the rule says so. */
static void draw_finding(struct pen *pen, const struct record_finding *f)
{
    const struct wsd_finding_info *info = wsd_finding_info((enum wsd_finding_code)f->head.detail);
    const struct strokes *strokes = strokes_of(pen->terminal);
    enum role role = line_severity(info->severity);
    int end = pen->end;
    bool client = f->head.direction == WSD_CLIENT, server = f->head.direction == WSD_SERVER;
    pen_text(pen, client ? role : ROLE_FAINT, client ? strokes->broken : strokes->edge);
    pen_text(pen, ROLE_NORMAL, "   ");
    pen->end -= 2;
    pen_left(pen, role, wsd_severity_word(info->severity), OPCODE_COLUMNS + 1);
    struct wsd_bytes text = bytes_text(info->text);
    pen_bytes(pen, role, text, pen->end - pen->x, false);
    if (f->text[0] != 0) {
        pen_text(pen, role, ": ");
        pen_bytes(pen, role, bytes_text(f->text), pen->end - pen->x, false);
    }
    if (pen->end - pen->x > draw_columns(info->rule) + 4)
        pen_format(pen, ROLE_FAINT, "  [%s]", info->rule);
    pen->end = end;
    pen_to(pen, end - 1 - pen->left);
    pen_text(pen, server ? role : ROLE_FAINT, server ? strokes->broken : strokes->edge);
}

static void draw_message(struct pen *pen, const struct record_message *m)
{
    char size[HUMAN_SIZE];
    bool control = record_is_control(&m->head);
    int columns = pen->end - pen->x;
    enum role role = control ? ROLE_CONTROL : line_sender(m->head.direction);
    struct rung rung = rung_begin(pen, control ? STROKE_FAINT : STROKE_DATA, role, m->head.direction);
    pen_left(pen, role, wsd_opcode_word(m->head.opcode), OPCODE_COLUMNS);
    if (columns >= SIZE_FROM) {
        pen_right(pen, ROLE_NORMAL, human_size(size, m->length), SIZE_COLUMNS);
        pen_text(pen, ROLE_NORMAL, "  ");
    }
    if ((m->head.flags & RECORD_COMPLETE) == 0)
        pen_text(pen, ROLE_WARNING, "[incomplete] ");
    line_preview(pen, control ? ROLE_CONTROL : ROLE_NORMAL, m, pen->end - pen->x);
    rung_end(&rung);
}

static void draw_request(struct pen *pen, const struct wsd_event *e)
{
    const struct wsd_head *head = e->opening.request;
    struct rung rung = rung_begin(pen, STROKE_HANDSHAKE, ROLE_CLIENT, WSD_CLIENT);
    if (head == NULL) {
        pen_text(pen, ROLE_FAINT, "the request is not in the capture");
    } else {
        pen_bytes(pen, ROLE_STRONG, head->method, 16, false);
        pen_text(pen, ROLE_NORMAL, " ");
        pen_bytes(pen, ROLE_STRONG, head->target, pen->end - pen->x, false);
    }
    rung_end(&rung);
}

static void draw_response(struct pen *pen, const struct wsd_event *e)
{
    const struct wsd_head *head = e->opening.response;
    bool good = e->connection->handshake == WSD_HANDSHAKE_COMPLETE;
    struct rung rung = rung_begin(pen, head != NULL ? STROKE_HANDSHAKE : STROKE_NONE, good ? ROLE_SERVER : ROLE_WARNING, WSD_SERVER);
    if (head == NULL) {
        pen_text(pen, ROLE_WARNING, e->connection->handshake == WSD_HANDSHAKE_UNANSWERED ? "never answered" : "the answer is not in the capture");
    } else {
        pen_format(pen, good ? ROLE_STRONG : ROLE_WARNING, "%d ", head->status);
        pen_bytes(pen, good ? ROLE_STRONG : ROLE_WARNING, head->reason, pen->end - pen->x, false);
        if (e->connection->subprotocol.length > 0) {
            pen_text(pen, ROLE_NORMAL, "  ");
            pen_bytes(pen, ROLE_NORMAL, e->connection->subprotocol, pen->end - pen->x, false);
        }
        if (e->opening.extensions.length > 0) {
            pen_text(pen, ROLE_FAINT, "  ");
            pen_bytes(pen, ROLE_FAINT, e->opening.extensions, pen->end - pen->x, false);
        }
    }
    rung_end(&rung);
}

static void draw_opening(struct pen *pen, const struct model_row *row, bool second)
{
    struct record_scratch scratch;
    struct wsd_event e;
    if (!is_opening(NULL, row)) {
        struct rung rung = rung_begin(pen, STROKE_NONE, ROLE_FAINT, WSD_NEITHER);
        bool encrypted = row->record->detail == WSD_HANDSHAKE_ENCRYPTED;
        pen_text(pen, ROLE_FAINT, encrypted ? "encrypted" : "the handshake is not in the capture");
        rung_end(&rung);
        return;
    }
    model_event(row, &scratch, &e);
    if (second)
        draw_response(pen, &e);
    else
        draw_request(pen, &e);
}

static void draw_gap(struct pen *pen, const struct record_gap *g)
{
    char size[HUMAN_SIZE];
    struct rung rung = rung_begin(pen, STROKE_FAINT, ROLE_WARNING, g->head.direction);
    pen_left(pen, ROLE_WARNING, "gap", OPCODE_COLUMNS);
    pen_right(pen, ROLE_WARNING, human_size(size, g->bytes), SIZE_COLUMNS);
    pen_text(pen, ROLE_WARNING, "  missing in the capture");
    rung_end(&rung);
}

static const char *transport_word(enum wsd_transport_what what)
{
    static const char *const words[] = {[WSD_TRANSPORT_SYN] = "SYN",
                                        [WSD_TRANSPORT_FIN] = "FIN",
                                        [WSD_TRANSPORT_RST] = "RST",
                                        [WSD_TRANSPORT_RETRANSMISSION] = "retransmission",
                                        [WSD_TRANSPORT_WINDOW_CLOSED] = "zero window: may not be sent any more",
                                        [WSD_TRANSPORT_WINDOW_OPENED] = "window open again"};
    return words[what];
}

static void draw_transport(struct pen *pen, const struct record *r)
{
    bool trouble = r->detail == WSD_TRANSPORT_RST || r->detail == WSD_TRANSPORT_RETRANSMISSION || r->detail == WSD_TRANSPORT_WINDOW_CLOSED;
    enum role role = trouble ? ROLE_WARNING : ROLE_FAINT;
    struct rung rung = rung_begin(pen, STROKE_FAINT, role, r->direction);
    pen_left(pen, role, "tcp", OPCODE_COLUMNS + 1);
    pen_text(pen, role, transport_word((enum wsd_transport_what)r->detail));
    rung_end(&rung);
}

static void draw_close(struct pen *pen, const struct model_row *row)
{
    const struct record_close *r = (const struct record_close *)row->record;
    char text[COLUMN_CLOSE_TEXT], duration[HUMAN_SIZE];
    bool open = r->head.detail == WSD_BY_CAPTURE_END;
    struct rung rung = rung_begin(pen, open ? STROKE_NONE : STROKE_HANDSHAKE, open ? ROLE_FAINT : ROLE_STRONG, WSD_NEITHER);
    column_close(text, row->connection);
    pen_left(pen, ROLE_STRONG, open ? "end" : "close", OPCODE_COLUMNS + 1);
    pen_bytes(pen, ROLE_STRONG, (struct wsd_bytes){(const uint8_t *)(open ? "still open" : text), strlen(open ? "still open" : text)},
              pen->end - pen->x, false);
    pen_format(pen, ROLE_NORMAL, ", after %s", human_duration(duration, r->duration));
    rung_end(&rung);
}

static void draw_rung(struct pen *pen, const struct model_row *row, bool second)
{
    switch ((enum wsd_event_type)row->type) {
    case WSD_EVENT_CONNECTION: draw_opening(pen, row, second); break;
    case WSD_EVENT_MESSAGE: draw_message(pen, (const struct record_message *)row->record); break;
    case WSD_EVENT_GAP: draw_gap(pen, (const struct record_gap *)row->record); break;
    case WSD_EVENT_FINDING: draw_finding(pen, (const struct record_finding *)row->record); break;
    case WSD_EVENT_CLOSE: draw_close(pen, row); break;
    case WSD_EVENT_TRANSPORT: draw_transport(pen, row->record); break;
    case WSD_EVENT_FRAME: break;
    }
}

static void draw_row(struct ladder *s, struct ui *ui, struct line_style *style, struct area area, int y, uint64_t position, bool focused)
{
    uint64_t number = selection_row(&s->selection, position);
    const struct model_row *row = model_row(&ui->model, number);
    if (row == NULL)
        return;
    style->previous = row->record->time;
    bool second = false, request = position + 1 < s->selection.end && selection_row(&s->selection, position + 1) == number;
    if (position > s->selection.first) {
        uint64_t before = selection_row(&s->selection, position - 1);
        const struct model_row *b = model_row(&ui->model, before);
        second = before == number;
        if (b != NULL)
            style->previous = b->record->time;
    }
    enum role base = position != s->list.cursor ? ROLE_NORMAL : focused ? ROLE_CURSOR : ROLE_CURSOR_DIM;
    struct pen pen = pen_at(&ui->terminal, area, y, base);
    pen_text(&pen, ROLE_NORMAL, " ");
    if (request) /* the event tells only when it was answered */
        pen_to(&pen, line_indent(style));
    else
        line_time(&pen, ROLE_FAINT, style, row->record->time);
    pen_text(&pen, ROLE_NORMAL, " ");
    if (s->marked) {
        char id[24];
        snprintf(id, sizeof id, "#%llu", (unsigned long long)row->record->connection);
        pen_left(&pen, ROLE_FAINT, id, 5);
        pen_text(&pen, ROLE_NORMAL, " ");
    }
    draw_rung(&pen, row, second);
}

static void draw_heading(struct ladder *s, struct ui *ui, struct area area, const struct line_style *style)
{
    static const char *const times[] = {"TIME", "SINCE START", "SINCE LAST"};
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    const struct model_connection *c = s->marked ? NULL : model_connection(&ui->model, s->connection);
    char client[COLUMN_ADDRESS] = "", server[COLUMN_ADDRESS] = "", left[COLUMN_ADDRESS + 8], right[COLUMN_ADDRESS + 8];
    int times_columns = line_indent(style) - 1;
    pen_text(&pen, ROLE_NORMAL, " ");
    if (s->time == TIME_OF_DAY)
        pen_left(&pen, ROLE_HEADING, times[s->time], times_columns);
    else
        pen_right(&pen, ROLE_HEADING, times[s->time], times_columns);
    pen_text(&pen, ROLE_NORMAL, " ");
    if (s->marked)
        pen_left(&pen, ROLE_HEADING, "CONN", 6);
    int room = pen.end - pen.x;
    if (c != NULL) {
        column_address(client, &c->about.endpoint[WSD_CLIENT]);
        column_address(server, &c->about.endpoint[WSD_SERVER]);
    }
    snprintf(left, sizeof left, "CLIENT %s", client);
    snprintf(right, sizeof right, "%s SERVER", server);
    if (draw_columns(left) + draw_columns(right) + 2 > room) {
        snprintf(left, sizeof left, "CLIENT");
        snprintf(right, sizeof right, "SERVER");
    }
    pen_left(&pen, ROLE_HEADING, left, room - draw_columns(right));
    pen_text(&pen, ROLE_HEADING, right);
}

static void ladder_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct ladder *s = state;
    struct area body = area_below(area, HEADING_LINES);
    struct line_style style = {.terminal = &ui->terminal, .time = s->time, .fine = area.width >= WIDE};
    list_set(&s->list, s->selection.first, s->selection.end, (unsigned)body.height);
    struct area inner = area;
    inner.width--;
    draw_heading(s, ui, inner, &style);
    const struct model_row *first = list_empty(&s->list) ? NULL : model_row(&ui->model, selection_row(&s->selection, s->selection.first));
    if (first == NULL)
        return;
    bool whole = !s->marked && first->connection->opening != NULL;
    style.start = whole ? first->connection->opening->head.time : first->record->time;
    for (int y = HEADING_LINES; y < area.height; y++) {
        uint64_t position;
        if (list_at(&s->list, (unsigned)(y - HEADING_LINES), &position))
            draw_row(s, ui, &style, inner, y, position, focused);
    }
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static enum found ladder_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct ladder *s = state;
    uint64_t position = s->list.cursor + (uint64_t)n;
    if (position < s->selection.first || position >= s->selection.end)
        return FOUND_END;
    const struct model_row *row = model_row(&ui->model, selection_row(&s->selection, position));
    if (row == NULL)
        return FOUND_NOT;
    bool transport = row->type == WSD_EVENT_TRANSPORT;
    struct wsd_bytes text = transport ? bytes_text(transport_word((enum wsd_transport_what)row->record->detail)) : line_text(row);
    if (text.length == 0 || !pattern_matches(pattern, text))
        return FOUND_NOT;
    list_go(&s->list, position);
    s->list.follows = false;
    return FOUND_HERE;
}

static void ladder_status(void *state, struct ui *ui, struct writer *text)
{
    struct ladder *s = state;
    (void)ui;
    if (s->marked)
        writer_text(text, "marked connections  ");
    else if (s->connection != 0)
        writer_format(text, "#%llu  ", (unsigned long long)s->connection);
    writer_format(text, "%llu/%llu", (unsigned long long)(list_empty(&s->list) ? 0 : s->list.cursor - s->list.first + 1),
                  (unsigned long long)(s->list.end - s->list.first));
    if (s->list.follows)
        writer_text(text, "  following");
    if (s->hides_control)
        writer_text(text, "  no control frames");
    if (s->hides_transport)
        writer_text(text, "  no TCP");
}

const struct view ladder_view = {
    .place = PLACE_LADDER,
    .state_size = sizeof(struct ladder),
    .begin = ladder_begin,
    .end = ladder_end,
    .open = ladder_open,
    .act = ladder_act,
    .mouse = ladder_mouse,
    .work = ladder_work,
    .draw = ladder_draw,
    .find = ladder_find,
    .status = ladder_status,
};
