/*
 * view_connections.c: a line a connection, or a line for all of a server or URL.
 *
 * The cursor stays on its connection, wherever that moves to, or at the top.
 */
#include "dissector/base/bytes.h"
#include "ui/columns.h"
#include "ui/list.h"
#include "ui/roster.h"
#include "ui/view.h"

#include <stdlib.h>
#include <string.h>

enum { HEADING_LINES = 1 };

struct connections {
    struct list list;
    struct roster roster;
    struct settings *settings; /* the ui's: columns, order, groups */
    uint64_t cursor_id;
    bool choosing; /* the list of columns is shown */
    struct list chooser;
    int chooser_lines; /* above it */
    int widths[COLUMN_COUNT];
};

/* The cursor goes with its connection. */
static void keep_fresh(struct connections *s, struct ui *ui)
{
    if (!roster_refresh(&s->roster, &ui->model, s->settings, ui->filter, ui_now(ui)))
        return;
    for (size_t i = 0; s->cursor_id != 0 && i < s->roster.count; i++)
        if (s->roster.lines[i].connection->about.id == s->cursor_id)
            s->list.cursor = i;
}

/* At the top it stays there: one looks at whatever comes first. */
static void remember_cursor(struct connections *s)
{
    s->cursor_id = s->list.cursor > 0 && s->list.cursor < s->roster.count
                       ? s->roster.lines[s->list.cursor].connection->about.id
                       : 0;
}

/* ---- the view */

static void connections_begin(void *state, struct ui *ui)
{
    struct connections *s = state;
    s->settings = &ui->settings;
    s->list.can_follow = false;
}

static void connections_end(void *state, struct ui *ui)
{
    struct connections *s = state;
    (void)ui;
    roster_free(&s->roster);
}

static void connections_open(void *state, struct ui *ui)
{
    ((struct connections *)state)->roster.stale = true;
    (void)ui;
}

/* Marks what the line stands for, or takes the marks away. */
static void mark(struct connections *s, struct ui *ui, const struct roster_line *line)
{
    struct model *m = &ui->model;
    bool all = true;
    for (size_t i = 0; i < m->connection_count; i++)
        if (roster_has(s->settings, line, m->connections[i]))
            all = all && m->connections[i]->marked;
    for (size_t i = 0; i < m->connection_count; i++)
        if (roster_has(s->settings, line, m->connections[i]))
            model_mark(m, m->connections[i], !all);
}

static void unmark_all(struct ui *ui)
{
    for (size_t i = 0; i < ui->model.connection_count; i++)
        model_mark(&ui->model, ui->model.connections[i], false);
}

/* What is under the cursor is what the other views are about. */
static bool choose(struct connections *s, struct ui *ui)
{
    if (s->list.cursor >= s->roster.count)
        return false;
    const struct roster_line *line = &s->roster.lines[s->list.cursor];
    if (line->members == 0 && line->connection->about.id == 0) {
        ui_say(ui, "its request has not been answered yet");
        return false;
    }
    if (line->members > 0) {
        unmark_all(ui);
        mark(s, ui, line);
        ui->scope = SCOPE_MARKED;
    } else {
        ui->scope = SCOPE_CONNECTION;
        ui->connection = line->connection->about.id;
    }
    return true;
}

static void enter(struct connections *s, struct ui *ui)
{
    if (choose(s, ui))
        ui_go(ui, PLACE_MESSAGES);
}

static void sort_by(struct connections *s, enum column column)
{
    if (s->settings->sort == column)
        s->settings->descending = !s->settings->descending;
    else
        s->settings->descending =
            column_info(column)->right && column != COLUMN_NUMBER; /* of numbers the largest first */
    s->settings->sort = column;
    s->roster.stale = true;
}

static void sort_by_next(struct connections *s)
{
    enum column column = s->settings->sort;
    int at = 0;
    while (s->settings->order[at] != column)
        at++;
    do
        column = s->settings->order[++at % COLUMN_COUNT];
    while (s->widths[column] == 0 && column != s->settings->sort);
    s->settings->descending = !s->settings->descending; /* sort_by() would turn the same column round */
    if (column != s->settings->sort)
        sort_by(s, column);
}

/* The column under the cursor changes places with the one before or behind it. */
static void move_column(struct connections *s, int step)
{
    enum column *order = s->settings->order;
    int at = (int)s->chooser.cursor, other = at + step;
    if (other < 0 || other >= COLUMN_COUNT)
        return;
    enum column moved = order[at];
    order[at] = order[other];
    order[other] = moved;
    list_go(&s->chooser, (uint64_t)other);
}

static bool act_in_chooser(struct connections *s, enum command command)
{
    enum column column = s->settings->order[s->chooser.cursor];
    if (list_act(&s->chooser, command))
        return true;
    switch (command) {
    case COMMAND_MARK:
    case COMMAND_ENTER:
        if (s->settings->columns != 1u << column) /* one stays */
            s->settings->columns ^= 1u << column;
        return true;
    case COMMAND_MOVE_RIGHT: move_column(s, 1); return true;
    case COMMAND_MOVE_LEFT: move_column(s, -1); return true;
    case COMMAND_BACK:
    case COMMAND_COLUMNS: s->choosing = false; return true;
    case COMMAND_SORT: sort_by(s, column); return true;
    default: return false;
    }
}

static bool connections_act(void *state, struct ui *ui, enum command command)
{
    struct connections *s = state;
    if (s->choosing)
        return act_in_chooser(s, command);
    keep_fresh(s, ui);
    if (list_act(&s->list, command)) {
        remember_cursor(s);
        return true;
    }
    switch (command) {
    case COMMAND_ENTER: enter(s, ui); return true;
    case COMMAND_VIEW_4:
    case COMMAND_VIEW_5:
    case COMMAND_VIEW_7: return !choose(s, ui) && s->list.cursor < s->roster.count;
    case COMMAND_SORT: sort_by_next(s); return true;
    case COMMAND_REVERSE:
        s->settings->descending = !s->settings->descending;
        s->roster.stale = true;
        return true;
    case COMMAND_COLUMNS:
        s->choosing = true;
        s->chooser.end = COLUMN_COUNT; /* keys may come before it is drawn */
        return true;
    case COMMAND_GROUP:
        s->settings->group = (s->settings->group + 1) % GROUP_COUNT;
        s->cursor_id = 0;
        s->roster.stale = true;
        return true;
    case COMMAND_MARK:
        if (s->list.cursor < s->roster.count)
            mark(s, ui, &s->roster.lines[s->list.cursor]);
        list_act(&s->list, COMMAND_DOWN);
        remember_cursor(s);
        return true;
    case COMMAND_UNMARK: unmark_all(ui); return true;
    default: return false;
    }
}

static bool press_heading(struct connections *s, int x)
{
    int at = 0;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        enum column c = s->settings->order[i];
        if (s->widths[c] == 0)
            continue;
        if (x >= at && x <= at + s->widths[c]) {
            sort_by(s, c);
            return true;
        }
        at += s->widths[c] + 1;
    }
    return false;
}

static bool connections_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    struct connections *s = state;
    struct list *list = s->choosing ? &s->chooser : &s->list;
    bool wheel = mouse->what == MOUSE_WHEEL_UP || mouse->what == MOUSE_WHEEL_DOWN;
    keep_fresh(s, ui);
    if (mouse->what == MOUSE_PRESS && mouse->y == 0 && !s->choosing)
        return press_heading(s, mouse->x);
    if (!list_mouse(list, mouse, s->choosing ? s->chooser_lines : HEADING_LINES))
        return false;
    if (s->choosing && !wheel)
        return act_in_chooser(s, COMMAND_MARK);
    remember_cursor(s);
    if (mouse->what == MOUSE_DOUBLE)
        enter(s, ui);
    return true;
}

/* ---- drawing */

static const char *sort_mark(const struct terminal *t, bool descending)
{
    if (t->charset != ESCAPE_UTF8)
        return descending ? "v" : "^";
    return descending ? "▼" : "▲";
}

/* ">" and "<" of a heading are the arrows of the terminal. */
static void write_heading(char *out, size_t size, const struct terminal *t, enum column column,
                          const struct connections *s)
{
    const char *heading = column_info(column)->heading;
    struct writer w = {.data = out, .size = size - 1};
    if (s->settings->sort == column && column_info(column)->right)
        writer_text(&w, sort_mark(t, s->settings->descending));
    if (heading[0] == '>' || heading[0] == '<') {
        writer_text(&w, terminal_arrow(t, heading[0] == '>' ? WSD_CLIENT : WSD_SERVER));
        heading++;
    }
    writer_text(&w, heading);
    if (s->settings->sort == column && !column_info(column)->right)
        writer_text(&w, sort_mark(t, s->settings->descending));
    out[w.length] = 0;
}

static void draw_headings(struct connections *s, struct ui *ui, struct area area)
{
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        enum column c = s->settings->order[i];
        char heading[48];
        if (s->widths[c] == 0)
            continue;
        enum role role = s->settings->sort == c ? ROLE_SORTED : ROLE_HEADING;
        write_heading(heading, sizeof heading, &ui->terminal, c, s);
        if (column_info(c)->right)
            pen_right(&pen, role, heading, s->widths[c]);
        else
            pen_left(&pen, role, heading, s->widths[c]);
        pen_text(&pen, ROLE_NORMAL, " ");
    }
    pen_end(&pen);
}

static void draw_line(struct connections *s, struct ui *ui, struct area area, int row, uint64_t at, bool focused)
{
    const struct roster_line *l = &s->roster.lines[at];
    struct column_line line = {.connection = l->connection,
                               .members = l->members,
                               .terminal = &ui->terminal,
                               .now = ui_now(ui),
                               .live = ui->loading && ui->news.progress.live};
    enum role base = at != s->list.cursor ? l->connection->marked ? ROLE_MARKED : ROLE_NORMAL
                     : focused            ? ROLE_CURSOR
                                          : ROLE_CURSOR_DIM;
    struct pen pen = pen_at(&ui->terminal, area, row, base);
    bool marked = l->members == 0 && l->connection->marked;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        enum column c = s->settings->order[i];
        if (s->widths[c] == 0)
            continue;
        column_draw(&pen, c, s->widths[c], &line);
        pen_text(&pen, ROLE_MARKED,
                 marked ? "*" : " "); /* behind the first column: colours alone would not do everywhere */
        marked = false;
    }
    pen_end(&pen);
}

static void draw_chooser(struct connections *s, struct ui *ui, struct area area)
{
    s->chooser_lines = draw_wrapped(&ui->terminal, area, ROLE_HEADING,
                                    "Columns: Space shows or hides, < > move it, S sorts by it, Esc leaves");
    struct area body = area_below(area, s->chooser_lines);
    list_set(&s->chooser, 0, COLUMN_COUNT, (unsigned)body.height);
    for (int row = 0; row < body.height; row++) {
        uint64_t at;
        if (!list_at(&s->chooser, (unsigned)row, &at))
            break;
        enum column column = s->settings->order[at];
        bool on = (s->settings->columns >> column & 1) != 0;
        char heading[48];
        write_heading(heading, sizeof heading, &ui->terminal, column, s);
        struct pen pen = pen_at(&ui->terminal, body, row, at == s->chooser.cursor ? ROLE_CURSOR : ROLE_NORMAL);
        pen_text(&pen, on ? ROLE_GOOD : ROLE_FAINT, on ? " [x] " : " [ ] ");
        pen_left(&pen, ROLE_NORMAL, heading, 13);
        pen_text(&pen, ROLE_FAINT, column_info(column)->help);
        if (on && s->widths[column] == 0)
            pen_text(&pen, ROLE_WARNING, "  (no room)");
        pen_end(&pen);
    }
}

static void draw_nothing(struct ui *ui, struct area area)
{
    struct pen pen = pen_at(&ui->terminal, area, 2, ROLE_NORMAL);
    const struct sink_progress *p = &ui->news.progress;
    if (ui->filter != NULL && ui->model.connection_count > 0)
        pen_format(&pen, ROLE_FAINT, "  None of %zu connections passes the filter. 2: messages that do; f: another.",
                   ui->model.connection_count);
    else if (ui->loading && p->live)
        pen_format(&pen, ROLE_FAINT, "  Waiting for WebSocket connections. %llu packets, %llu TCP connections so far.",
                   (unsigned long long)p->packets, (unsigned long long)p->flows);
    else if (ui->loading)
        pen_text(&pen, ROLE_FAINT, "  Reading.");
    else
        pen_format(&pen, ROLE_FAINT, "  No WebSocket connection in %llu packets, %llu TCP connections.",
                   (unsigned long long)p->packets, (unsigned long long)p->flows);
}

static void connections_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct connections *s = state;
    struct area body = area_below(area, HEADING_LINES);
    columns_fit(s->settings->columns, area.width - 1, s->widths);
    if (s->choosing) {
        draw_chooser(s, ui, area);
        return;
    }
    keep_fresh(s, ui);
    list_set(&s->list, 0, s->roster.count, (unsigned)body.height);
    bool one = s->list.cursor < s->roster.count && s->roster.lines[s->list.cursor].members == 0;
    ui->cursor_connection = one ? s->roster.lines[s->list.cursor].connection->about.id : 0;
    draw_headings(s, ui, area);
    for (int row = HEADING_LINES; row < area.height; row++) {
        uint64_t at;
        if (list_at(&s->list, (unsigned)(row - HEADING_LINES), &at))
            draw_line(s, ui, area, row, at, focused);
    }
    if (s->roster.count == 0)
        draw_nothing(ui, area);
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static void connections_status(void *state, struct ui *ui, struct writer *text)
{
    static const char *const groups[] = {"connection", "server", "URL"};
    struct connections *s = state;
    size_t marked = ui->model.marked_count;
    writer_format(text, "%llu/%zu %s%s", (unsigned long long)(s->roster.count > 0 ? s->list.cursor + 1 : 0),
                  s->roster.count, groups[s->settings->group], s->roster.count == 1 ? "" : "s");
    writer_format(text, ", %zu open, %llu messages", ui->model.open_count, (unsigned long long)ui->model.messages);
    if (marked > 0)
        writer_format(text, ", %zu marked", marked);
}

static const struct list *connections_list(const void *state)
{
    return &((const struct connections *)state)->list;
}

static enum found connections_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct connections *s = state;
    keep_fresh(s, ui);
    uint64_t at = s->list.cursor + (uint64_t)n;
    if (at >= s->roster.count)
        return FOUND_END;
    const struct wsd_connection *c = &s->roster.lines[at].connection->about;
    char addresses[2 * COLUMN_ADDRESS + 1];
    column_address(addresses, &c->endpoint[WSD_CLIENT]);
    size_t length = strlen(addresses);
    addresses[length++] = ' ';
    column_address(addresses + length, &c->endpoint[WSD_SERVER]);
    struct wsd_bytes text = bytes_text(addresses);
    if (!pattern_matches(pattern, c->url) && !pattern_matches(pattern, text))
        return FOUND_NOT;
    list_go(&s->list, at);
    remember_cursor(s);
    return FOUND_HERE;
}

const struct view connections_view = {
    .place = PLACE_CONNECTIONS,
    .state_size = sizeof(struct connections),
    .begin = connections_begin,
    .end = connections_end,
    .open = connections_open,
    .act = connections_act,
    .mouse = connections_mouse,
    .draw = connections_draw,
    .find = connections_find,
    .list = connections_list,
    .status = connections_status,
};
