/*
 * view_messages.c: what was said, a line each: of one connection, of the marked ones, or of all, in the order of capture.
 */
#include "ui/lines.h"
#include "ui/list.h"
#include "ui/selection.h"
#include "ui/view.h"

enum { WIDE = 110 /* columns from which there is room for more */, NARROW = 50, HEADING_LINES = 1 };

struct messages {
    struct ui *ui;
    struct selection selection;
    struct list list;
    bool opened;        /* it was shown before */
    bool hides_control; /* when the selection was made */
    uint64_t wanted;    /* a row that the cursor shall go to, once it is there */
    bool wants;
    /* What the selection was made for. */
    enum scope scope;
    uint64_t connection, filter_number;
};

static bool passes(void *user, const struct model_row *row, uint64_t number)
{
    const struct messages *s = user;
    (void)number;
    if (row->type == WSD_EVENT_TRANSPORT)
        return false;
    if (!ui_passes(s->ui, row))
        return false;
    if (s->hides_control && row->type == WSD_EVENT_MESSAGE && row->opcode >= WSD_OPCODE_CLOSE)
        return false;
    if (s->scope == SCOPE_CONNECTION)
        return row->connection != NULL && row->connection->about.id == s->connection;
    if (s->scope == SCOPE_MARKED)
        return row->connection != NULL && row->connection->marked;
    return true;
}

/* The row under the cursor; false: there is none. */
static bool row_at_cursor(const struct messages *s, uint64_t *row)
{
    if (s->list.cursor < s->selection.first || s->list.cursor >= s->selection.end)
        return false;
    *row = selection_row(&s->selection, s->list.cursor);
    return true;
}

/* What passes is another; the cursor stays at its row, or near it. */
static void reselect(struct messages *s)
{
    s->wants = row_at_cursor(s, &s->wanted);
    s->hides_control = s->ui->settings.hides_control;
    selection_reset(&s->selection);
    s->list.first = s->list.end = s->list.cursor = s->list.top = 0;
}

static void show_row(struct messages *s)
{
    struct ui *ui = s->ui;
    uint64_t row;
    if (s->wants) /* it is not there yet */
        return;
    ui->has_message = row_at_cursor(s, &row);
    if (ui->has_message)
        ui->message = row;
}

static void messages_begin(void *state, struct ui *ui)
{
    struct messages *s = state;
    s->ui = ui;
    selection_init(&s->selection, passes, s);
    s->list.can_follow = true;
    ui->listed = &s->selection;
    s->scope = SCOPE_ALL;
}

static void messages_end(void *state, struct ui *ui)
{
    (void)ui;
    selection_free(&((struct messages *)state)->selection);
}

static void messages_open(void *state, struct ui *ui)
{
    struct messages *s = state;
    bool same = s->opened && s->scope == ui->scope && (s->scope != SCOPE_CONNECTION || s->connection == ui->connection);
    if (!same || s->scope == SCOPE_MARKED || s->filter_number != ui->filter_number ||
        s->hides_control != ui->settings.hides_control) {
        s->filter_number = ui->filter_number;
        s->scope = ui->scope;
        s->connection = ui->connection;
        reselect(s);
        s->wants = s->wants && same;
        s->opened = true;
        s->list.follows = ui_follows(ui);
    }
    if (ui->wants) {
        s->wants = true;
        s->wanted = ui->wanted;
        s->list.follows = ui->wants = false;
    }
}

static bool messages_work(void *state, struct ui *ui)
{
    struct messages *s = state;
    bool worked = selection_work(&s->selection, &ui->model, ui_rows_a_slice(ui));
    if (s->wants && (!worked || (s->selection.end > s->selection.first &&
                                 selection_row(&s->selection, s->selection.end - 1) >= s->wanted))) {
        s->list.end = s->selection.end;
        s->list.first = s->selection.first;
        list_go(&s->list, selection_find(&s->selection, s->wanted));
        s->wants = false;
    }
    return worked;
}

/* Of all, of the marked ones, of one, and so on. */
static void next_scope(struct messages *s, struct ui *ui)
{
    uint64_t row;
    const struct model_row *r = row_at_cursor(s, &row) ? model_row(&ui->model, row) : NULL;
    if (s->scope == SCOPE_ALL && ui->model.marked_count > 0) {
        ui->scope = SCOPE_MARKED;
    } else if (s->scope != SCOPE_CONNECTION && r != NULL && r->connection != NULL) {
        ui->scope = SCOPE_CONNECTION;
        ui->connection = r->connection->about.id;
    } else {
        ui->scope = SCOPE_ALL;
    }
    s->scope = ui->scope;
    s->connection = ui->connection;
    reselect(s);
}

static void mark_row(struct messages *s, struct ui *ui)
{
    uint64_t row;
    if (!row_at_cursor(s, &row))
        return;
    marks_toggle(&ui->marks, row);
    list_act(&s->list, COMMAND_DOWN);
}

static bool messages_act(void *state, struct ui *ui, enum command command)
{
    struct messages *s = state;
    bool moved = list_act(&s->list, command);
    if (moved)
        s->wants = false;
    show_row(s);
    if (moved)
        return true;
    switch (command) {
    case COMMAND_ENTER:
        if (ui->has_message) {
            s->list.follows = false; /* who reads a message wants it to stay */
            ui->detail_open = true;
            ui_go(ui, PLACE_DETAIL);
        }
        return true;
    case COMMAND_BACK:
        if (!ui->detail_open)
            return false;
        ui->detail_open = false;
        return true;
    case COMMAND_FOCUS:
        if (ui->detail_open) {
            s->list.follows = false;
            ui_go(ui, PLACE_DETAIL);
        }
        return true;
    case COMMAND_TIME: ui->settings.time = (ui->settings.time + 1) % TIME_MODE_COUNT; return true;
    case COMMAND_CONTROL_FRAMES:
        ui_toggle_control(ui);
        reselect(s);
        return true;
    case COMMAND_SCOPE: next_scope(s, ui); return true;
    case COMMAND_FOLLOW: ui_toggle_follow(ui, &s->list); return true;
    case COMMAND_MARK: mark_row(s, ui); return true;
    case COMMAND_UNMARK: marks_clear(&ui->marks); return true;
    default: return false;
    }
}

static bool messages_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    struct messages *s = state;
    if (!list_mouse(&s->list, mouse, HEADING_LINES))
        return false;
    s->wants = false;
    show_row(s);
    if (mouse->what == MOUSE_DOUBLE)
        messages_act(s, ui, COMMAND_ENTER);
    return true;
}

static void draw_row(struct messages *s, struct ui *ui, struct line_style *style, struct area area, int row,
                     uint64_t position, bool focused)
{
    uint64_t number = selection_row(&s->selection, position);
    const struct model_row *r = model_row(&ui->model, number);
    bool marked = ui->marks.count > 0 && marks_has(&ui->marks, number);
    enum role base = position != s->list.cursor ? marked ? ROLE_MARKED : ROLE_NORMAL
                     : focused                  ? ROLE_CURSOR
                                                : ROLE_CURSOR_DIM;
    if (r == NULL)
        return;
    style->previous = r->record->time;
    if (position > s->selection.first) {
        const struct model_row *before = model_row(&ui->model, selection_row(&s->selection, position - 1));
        if (before != NULL)
            style->previous = before->record->time;
    }
    struct pen pen = pen_at(&ui->terminal, area, row, base);
    pen_text(&pen, ROLE_MARKED, marked ? "*" : " ");
    line_draw(&pen, style, r);
}

static void draw_nothing(const struct messages *s, struct ui *ui, struct area area)
{
    bool looking = ui->loading || s->selection.next < ui->model.end_row;
    const char *text = looking              ? "Nothing so far."
                       : ui->filter != NULL ? "Nothing here passes the filter: f changes it."
                       : s->hides_control   ? "Nothing but control frames, which c shows."
                                            : "Nothing is left of it: the oldest messages leave first (--memory).";
    if (ui->model.end_row == 0 && !looking)
        text = "No messages.";
    draw_wrapped(&ui->terminal, area, ROLE_FAINT, text);
}

static void messages_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct messages *s = state;
    struct area body = area_below(area, HEADING_LINES);
    struct line_style style = {.terminal = &ui->terminal,
                               .time = (enum time_mode)ui->settings.time,
                               .connection = s->scope != SCOPE_CONNECTION,
                               .wire_size = area.width >= WIDE,
                               .fine = area.width >= WIDE,
                               .narrow = area.width < NARROW};
    if (ui->place == PLACE_DETAIL)
        s->list.follows = false;
    list_set(&s->list, s->selection.first, s->selection.end, (unsigned)body.height);
    show_row(s);
    const struct model_row *first =
        list_empty(&s->list) ? NULL : model_row(&ui->model, selection_row(&s->selection, s->selection.first));
    style.start = first != NULL ? first->record->time : ui->model.began;
    if (s->scope == SCOPE_CONNECTION && first != NULL && first->connection != NULL && first->connection->opening != NULL)
        style.start = first->connection->opening->head.time;
    if (s->scope == SCOPE_ALL && ui->model.began != 0)
        style.start = ui->model.began;
    struct area inner = area;
    inner.width--;
    struct pen pen = pen_at(&ui->terminal, inner, 0, ROLE_NORMAL);
    pen_text(&pen, ROLE_HEADING, " ");
    line_headings(&pen, &style);
    for (int row = HEADING_LINES; row < area.height; row++) {
        uint64_t position;
        if (list_at(&s->list, (unsigned)(row - HEADING_LINES), &position))
            draw_row(s, ui, &style, inner, row, position, focused);
    }
    if (list_empty(&s->list))
        draw_nothing(s, ui, area_below(inner, HEADING_LINES + 1));
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static void messages_status(void *state, struct ui *ui, struct writer *text)
{
    struct messages *s = state;
    if (s->scope == SCOPE_CONNECTION)
        writer_format(text, "#%llu  ", (unsigned long long)s->connection);
    else
        writer_text(text, s->scope == SCOPE_MARKED ? "marked connections  " : "all connections  ");
    writer_format(text, "%llu/%llu",
                  (unsigned long long)(list_empty(&s->list) ? 0 : s->list.cursor - s->list.first + 1),
                  (unsigned long long)(s->list.end - s->list.first));
    if (s->list.follows)
        writer_text(text, "  following");
    if (ui->filter != NULL && !ui->loading && s->selection.next < ui->model.end_row)
        writer_format(text, "  filtering %u%%", selection_percent(&s->selection, &ui->model));
    if (s->hides_control)
        writer_text(text, "  no control frames");
    if (ui->marks.count > 0)
        writer_format(text, "  %zu marked", ui->marks.count);
}

static const struct list *messages_list(const void *state)
{
    return &((const struct messages *)state)->list;
}

static enum found messages_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct messages *s = state;
    uint64_t position = s->list.cursor + (uint64_t)n;
    if (position < s->selection.first || position >= s->selection.end)
        return FOUND_END;
    const struct model_row *row = model_row(&ui->model, selection_row(&s->selection, position));
    struct wsd_bytes text = row != NULL ? line_text(row) : (struct wsd_bytes){0};
    if (text.length == 0 || !pattern_matches(pattern, text))
        return FOUND_NOT;
    list_go(&s->list, position);
    s->list.follows = false;
    show_row(s);
    return FOUND_HERE;
}

const struct view messages_view = {
    .place = PLACE_MESSAGES,
    .state_size = sizeof(struct messages),
    .begin = messages_begin,
    .end = messages_end,
    .open = messages_open,
    .act = messages_act,
    .mouse = messages_mouse,
    .work = messages_work,
    .draw = messages_draw,
    .find = messages_find,
    .list = messages_list,
    .status = messages_status,
};
