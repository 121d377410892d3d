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
#include "ui/rungs.h"
#include "ui/selection.h"
#include "ui/view.h"

#include <stdio.h>

enum { WIDE = 72 /* columns from which there is room for microseconds */, HEADING_LINES = 1 };

struct ladder {
    const struct ui *ui;
    struct selection selection;
    struct list list;
    bool hides_control, hides_transport; /* when the selection was made */
    bool marked;
    uint64_t connection, filter_number; /* what the selection was made for */
};

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

static unsigned positions(void *user, const struct model_row *row)
{
    const struct ladder *s = user;
    struct opening_steps steps;
    return row->type == WSD_EVENT_CONNECTION ? rung_steps(row, !s->hides_transport, &steps) : 1;
}

static void reselect(struct ladder *s)
{
    s->hides_control = s->ui->settings.hides_control;
    s->hides_transport = s->ui->settings.hides_transport;
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
    s->selection.positions = positions;
    s->list.can_follow = true;
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
    bool hidden_same =
        s->hides_control == ui->settings.hides_control && s->hides_transport == ui->settings.hides_transport;
    if (!marked && !s->marked && s->connection == id && s->filter_number == ui->filter_number && hidden_same)
        return;
    s->filter_number = ui->filter_number;
    s->marked = marked;
    s->connection = id;
    reselect(s);
    s->list.follows = ui_follows(ui);
}

static bool ladder_work(void *state, struct ui *ui)
{
    struct ladder *s = state;
    if (s->connection == 0 && !s->marked)
        ladder_open(s, ui);
    return selection_work(&s->selection, &ui->model, ui_rows_a_slice(ui));
}

static void show_detail(struct ladder *s, struct ui *ui)
{
    uint64_t number;
    const struct model_row *row = row_at_cursor(s, ui, &number);
    if (row == NULL)
        return;
    if (row->type == WSD_EVENT_TRANSPORT) {
        ui_say(ui, "%s: what TCP did has no more to it than this line",
               wsd_transport_word((enum wsd_transport_what)row->record->detail));
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
    if (!s->marked && ui->model.marked_count == 0) {
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
    case COMMAND_TIME: ui->settings.ladder_time = (ui->settings.ladder_time + 1) % TIME_MODE_COUNT; return true;
    case COMMAND_SCOPE: next_scope(s, ui); return true;
    case COMMAND_CONTROL_FRAMES:
        ui_toggle_control(ui);
        reselect(s);
        return true;
    case COMMAND_TRANSPORT:
        ui->settings.hides_transport = !ui->settings.hides_transport;
        reselect(s);
        ui_say(ui, s->hides_transport ? "what TCP did is hidden" : "what TCP did is shown");
        return true;
    case COMMAND_FOLLOW: ui_toggle_follow(ui, &s->list); return true;
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

/* ---- drawing */

/* When what a line shows happened, 0: not known; of an opening, which step it is. */
static int64_t time_at(const struct ladder *s, const struct ui *ui, uint64_t position, enum opening_step *step)
{
    uint64_t number = selection_row(&s->selection, position), first = position;
    const struct model_row *row = model_row(&ui->model, number);
    struct opening_steps steps;
    *step = STEP_UNSEEN;
    if (row == NULL)
        return 0;
    if (row->type != WSD_EVENT_CONNECTION || rung_steps(row, !s->hides_transport, &steps) == 0)
        return row->record->time;
    while (first > s->selection.first && selection_row(&s->selection, first - 1) == number)
        first--;
    const struct opening_moment *at = &steps.step[position - first < steps.count ? position - first : steps.count - 1];
    *step = at->step;
    return at->time;
}

/* The first time that is known of a connection. */
static int64_t start_of(const struct model_row *opening)
{
    struct opening_steps steps;
    rung_steps(opening, true, &steps);
    for (unsigned i = 0; i < steps.count; i++)
        if (steps.step[i].time != 0)
            return steps.step[i].time;
    return opening->record->time;
}

static void draw_row(struct ladder *s, struct ui *ui, struct line_style *style, struct area area, int y,
                     uint64_t position, bool focused)
{
    uint64_t number = selection_row(&s->selection, position);
    const struct model_row *row = model_row(&ui->model, number);
    if (row == NULL)
        return;
    enum opening_step step;
    int64_t time = time_at(s, ui, position, &step);
    style->previous = position > s->selection.first ? time_at(s, ui, position - 1, &(enum opening_step){0}) : time;
    if (style->previous == 0)
        style->previous = time;
    enum role base = position != s->list.cursor ? ROLE_NORMAL : focused ? ROLE_CURSOR : ROLE_CURSOR_DIM;
    struct pen pen = pen_at(&ui->terminal, area, y, base);
    pen_text(&pen, ROLE_NORMAL, " ");
    if (time == 0)
        pen_to(&pen, line_indent(style));
    else
        line_time(&pen, ROLE_FAINT, style, time);
    pen_text(&pen, ROLE_NORMAL, " ");
    if (s->marked) {
        char id[24];
        snprintf(id, sizeof id, "#%llu", (unsigned long long)row->record->connection);
        pen_left(&pen, ROLE_FAINT, id, 5);
        pen_text(&pen, ROLE_NORMAL, " ");
    }
    rung_draw(&pen, row, step);
}

static void draw_heading(struct ladder *s, struct ui *ui, struct area area, const struct line_style *style)
{
    static const char *const times[] = {"TIME", "SINCE START", "SINCE LAST"};
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    const struct model_connection *c = s->marked ? NULL : model_connection(&ui->model, s->connection);
    char client[COLUMN_ADDRESS] = "", server[COLUMN_ADDRESS] = "", left[COLUMN_ADDRESS + 8], right[COLUMN_ADDRESS + 8];
    int times_columns = line_indent(style) - 1;
    pen_text(&pen, ROLE_NORMAL, " ");
    if (style->time == TIME_OF_DAY)
        pen_left(&pen, ROLE_HEADING, times[style->time], times_columns);
    else
        pen_right(&pen, ROLE_HEADING, times[style->time], times_columns);
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
    struct line_style style = {
        .terminal = &ui->terminal, .time = (enum time_mode)ui->settings.ladder_time, .fine = area.width >= WIDE};
    list_set(&s->list, s->selection.first, s->selection.end, (unsigned)body.height);
    struct area inner = area;
    inner.width--;
    draw_heading(s, ui, inner, &style);
    const struct model_row *first =
        list_empty(&s->list) ? NULL : model_row(&ui->model, selection_row(&s->selection, s->selection.first));
    if (first == NULL)
        return;
    const struct record_connection *opening = s->marked ? NULL : first->connection->opening;
    style.start = opening != NULL
                      ? start_of(&(struct model_row){
                            .record = &opening->head, .connection = first->connection, .type = WSD_EVENT_CONNECTION})
                      : first->record->time;
    for (int y = HEADING_LINES; y < area.height; y++) {
        uint64_t position;
        if (list_at(&s->list, (unsigned)(y - HEADING_LINES), &position))
            draw_row(s, ui, &style, inner, y, position, focused);
    }
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static const struct list *ladder_list(const void *state)
{
    return &((const struct ladder *)state)->list;
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
    struct wsd_bytes text =
        transport ? bytes_text(rung_transport((enum wsd_transport_what)row->record->detail)) : line_text(row);
    if (text.length == 0 || !pattern_matches(pattern, text))
        return FOUND_NOT;
    list_go(&s->list, position);
    s->list.follows = false;
    return FOUND_HERE;
}

static void ladder_status(void *state, struct ui *ui, struct writer *text)
{
    struct ladder *s = state;
    if (s->marked)
        writer_text(text, "marked connections  ");
    else if (s->connection != 0)
        writer_format(text, "#%llu  ", (unsigned long long)s->connection);
    writer_format(text, "%llu/%llu",
                  (unsigned long long)(list_empty(&s->list) ? 0 : s->list.cursor - s->list.first + 1),
                  (unsigned long long)(s->list.end - s->list.first));
    if (s->list.follows)
        writer_text(text, "  following");
    if (ui->filter != NULL && !ui->loading && s->selection.next < ui->model.end_row)
        writer_format(text, "  filtering %u%%", selection_percent(&s->selection, &ui->model));
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
    .list = ladder_list,
    .status = ladder_status,
};
