/*
 * view_statistics.c: what the model has counted, as charts in text: of all connections, or of the chosen one.
 *
 * The page is made of panels, each so many lines high, in as many columns as there is room for. It is drawn line by line, and only
 * the lines that are seen: a panel draws one line of itself in one row of its column.
 */
#include "output/human.h"
#include "ui/columns.h"
#include "ui/lines.h"
#include "ui/list.h"
#include "ui/panels.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

enum {
    COLUMN_LEAST = 38, /* of the screen, for a column of panels */
    COLUMNS_MOST = 4,
    CHART_LEAST = 2, /* lines of each side's rate, */
    CHART_MOST = 8,  /* by the height of the screen */
    TOP_MOST = 8,    /* connections */
    LABEL_COLUMNS = PANEL_LABEL
};

struct statistics_view {
    struct list list; /* of lines; the cursor is not shown */
    bool one;         /* of one connection */
    const struct model_connection *top[TOP_MOST];
    unsigned top_count;
};

/* ---- rates, over the whole width: two charts, one a side */

/* Title, two charts, axis. */
static unsigned rate_lines(const struct panel_source *s)
{
    return 2 * (unsigned)s->chart_lines + 2;
}

/* Messages in the piece of time that a column stands for: buckets are spread over the columns. */
static double rate_at(const struct statistics *s, int side, int column, int columns)
{
    unsigned from = (unsigned)((uint64_t)column * s->used / (unsigned)columns);
    unsigned until = (unsigned)((uint64_t)(column + 1) * s->used / (unsigned)columns);
    uint64_t sum = 0;
    if (until <= from)
        until = from + 1;
    for (unsigned i = from; i < until; i++)
        sum += s->rates[i][side].messages;
    return (double)sum / (until - from) * 1e9 / (double)statistics_width(s);
}

static const char *level(const struct terminal *terminal, int part)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {" ", ".", ".", ":", ":", "|", "|", "#", "#"};
    part = part < 0 ? 0 : part > 8 ? 8 : part;
    return terminal->charset == ESCAPE_UTF8 ? blocks[part] : ascii[part];
}

static void write_rate(char out[HUMAN_SIZE + 4], double rate)
{
    char count[HUMAN_SIZE];
    if (rate < 10 && rate > 0)
        snprintf(out, HUMAN_SIZE + 4, "%.1f/s", rate);
    else
        snprintf(out, HUMAN_SIZE + 4, "%s/s", human_count(count, (uint64_t)(rate + 0.5)));
}

static void draw_rate(struct pen *pen, const struct statistics *s, int side, int row, int lines)
{
    char label[HUMAN_SIZE + 4] = "";
    int columns = pen->end - pen->x - LABEL_COLUMNS - 1;
    double most = 0;
    for (int i = 0; i < columns && s->used > 0; i++)
        most = rate_at(s, side, i, columns) > most ? rate_at(s, side, i, columns) : most;
    if (row == 0)
        write_rate(label, most);
    else if (row == lines - 1)
        snprintf(label, sizeof label, "%s", terminal_arrow(pen->terminal, (enum wsd_direction)side));
    pen_right(pen, row == 0 ? ROLE_FAINT : line_sender((uint8_t)side), label, LABEL_COLUMNS);
    pen_text(pen, ROLE_NORMAL, " ");
    for (int i = 0; i < columns; i++) {
        double rate = s->used > 0 ? rate_at(s, side, i, columns) : 0;
        int height = most > 0 ? (int)(rate / most * lines * 8 + 0.5) : 0;
        if (rate > 0 && height == 0)
            height = 1;
        if (height == 0 && row == lines - 1)
            pen_text(pen, ROLE_FAINT, pen->terminal->charset == ESCAPE_UTF8 ? "▁" : "_");
        else
            pen_text(pen, line_sender((uint8_t)side), level(pen->terminal, height - (lines - 1 - row) * 8));
    }
}

/* From when to when, and how long a column is. */
static void draw_axis(struct pen *pen, const struct statistics *s)
{
    struct line_style style = {.terminal = pen->terminal};
    char duration[HUMAN_SIZE];
    if (s->used == 0) {
        pen_text(pen, ROLE_FAINT, "  no messages yet");
        return;
    }
    pen_to(pen, LABEL_COLUMNS + 1);
    int64_t length, end;
    if (__builtin_mul_overflow(statistics_width(s), (int64_t)s->used, &length) ||
        __builtin_add_overflow(s->began, length, &end))
        end = INT64_MAX; /* a capture whose times are nonsense */
    line_time(pen, ROLE_FAINT, &style, s->began);
    human_duration(duration, end - s->began);
    int middle = (pen->left + LABEL_COLUMNS + 1 + pen->end) / 2 - draw_columns(duration) / 2;
    if (middle > pen->x + 1 && pen->end - middle > 14 + draw_columns(duration)) {
        pen_to(pen, middle - pen->left);
        pen_text(pen, ROLE_FAINT, duration);
    }
    if (pen->end - 12 > pen->x) {
        pen_to(pen, pen->end - pen->left - 12);
        line_time(pen, ROLE_FAINT, &style, end);
    }
}

static void draw_rates(struct pen *pen, const struct panel_source *s, unsigned line)
{
    if (line == 0) {
        pen_text(pen, ROLE_HEADING, " MESSAGES A SECOND");
        return;
    }
    int row = (int)line - 1, lines = s->chart_lines;
    if (row == 2 * lines)
        draw_axis(pen, s->statistics);
    else
        draw_rate(pen, s->statistics, row < lines ? WSD_CLIENT : WSD_SERVER, row % lines, lines);
}

/* ---- the page */

struct page {
    int columns;
    enum panel_id order[COLUMNS_MOST][PANEL_COUNT];
    unsigned counts[COLUMNS_MOST]; /* panels of a column */
    unsigned heights[COLUMNS_MOST];
    unsigned lines;
};

static unsigned panel_lines(const struct panel_source *s, enum panel_id id)
{
    return panels[id].lines(s) + 2; /* its title, and an empty line */
}

/* Each panel goes to the column that is the shortest so far. */
static struct page lay_out(const struct panel_source *s, int width)
{
    struct page page = {.columns = width / COLUMN_LEAST};
    page.columns = page.columns < 1 ? 1 : page.columns > COLUMNS_MOST ? COLUMNS_MOST : page.columns;
    for (int id = 0; id < PANEL_COUNT; id++) {
        int to = 0;
        if (panels[id].of_all && s->closes == NULL)
            continue;
        for (int i = 1; i < page.columns; i++)
            if (page.heights[i] < page.heights[to])
                to = i;
        page.order[to][page.counts[to]++] = (enum panel_id)id;
        page.heights[to] += panel_lines(s, (enum panel_id)id);
    }
    for (int i = 0; i < page.columns; i++)
        if (page.heights[i] > page.lines)
            page.lines = page.heights[i];
    page.lines += rate_lines(s); /* the last panel needs no empty line behind it */
    return page;
}

static void draw_column(struct pen *pen, const struct panel_source *s, const struct page *page, int column,
                        unsigned line)
{
    for (unsigned i = 0; i < page->counts[column]; i++) {
        enum panel_id id = page->order[column][i];
        unsigned lines = panel_lines(s, id);
        if (line >= lines) {
            line -= lines;
            continue;
        }
        if (line == 0)
            pen_format(pen, ROLE_HEADING, " %s", panels[id].title);
        else if (line + 1 < lines)
            panels[id].draw(pen, s, line - 1);
        return;
    }
}

static void draw_line(struct ui *ui, const struct panel_source *s, const struct page *page, struct area area, int y,
                      unsigned line)
{
    if (line < rate_lines(s)) {
        struct pen pen = pen_at(&ui->terminal, area, y, ROLE_NORMAL);
        draw_rates(&pen, s, line);
        return;
    }
    for (int column = 0; column < page->columns && line > rate_lines(s); column++) {
        int from = area.width * column / page->columns, until = area.width * (column + 1) / page->columns;
        struct area part = {area.y, area.x + from, area.height, until - from - (column + 1 < page->columns ? 2 : 0)};
        struct pen pen = pen_at(&ui->terminal, part, y, ROLE_NORMAL);
        draw_column(&pen, s, page, column, line - rate_lines(s) - 1);
    }
}

/* ---- the view */

static void statistics_begin(void *state, struct ui *ui)
{
    (void)state;
    (void)ui;
}

static void statistics_open(void *state, struct ui *ui)
{
    ((struct statistics_view *)state)->one = ui->scope == SCOPE_CONNECTION && ui->history_length > 0 &&
                                             ui->history[ui->history_length - 1] != PLACE_CONNECTIONS;
}

static bool statistics_act(void *state, struct ui *ui, enum command command)
{
    struct statistics_view *s = state;
    (void)ui;
    switch (command) {
    case COMMAND_UP: list_scroll(&s->list, -1); return true;
    case COMMAND_DOWN: list_scroll(&s->list, 1); return true;
    case COMMAND_SCOPE: s->one = !s->one; return true;
    case COMMAND_ENTER: return true;
    default: break;
    }
    s->list.cursor =
        command == COMMAND_PAGE_DOWN || command == COMMAND_HALF_DOWN ? s->list.top + s->list.height - 1 : s->list.top;
    return list_act(&s->list, command);
}

static bool statistics_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    struct statistics_view *s = state;
    (void)ui;
    if (mouse->what != MOUSE_WHEEL_UP && mouse->what != MOUSE_WHEEL_DOWN)
        return false;
    return list_mouse(&s->list, mouse, 0);
}

/* Those with most bytes; once through all connections, whatever they said. */
static void find_top(struct statistics_view *s, const struct model *m)
{
    s->top_count = 0;
    for (size_t i = 0; i < m->connection_count; i++) {
        const struct model_connection *c = m->connections[i];
        uint64_t bytes = panel_bytes(c);
        unsigned at = s->top_count;
        if (bytes == 0 || (at == TOP_MOST && bytes <= panel_bytes(s->top[TOP_MOST - 1])))
            continue;
        if (at == TOP_MOST)
            at--;
        else
            s->top_count++;
        for (; at > 0 && bytes > panel_bytes(s->top[at - 1]); at--)
            s->top[at] = s->top[at - 1];
        s->top[at] = c;
    }
}

static void add_counts(struct panel_source *s, const struct wsd_counts both[2])
{
    for (int side = 0; side < 2; side++) {
        const struct wsd_counts *counts = &both[side];
        s->counts[side][0] += counts->messages;
        s->counts[side][1] += counts->payload_bytes;
        s->counts[side][2] += counts->frames;
        s->counts[side][3] += counts->wire_bytes + counts->header_bytes;
    }
}

static void statistics_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    static const struct statistics none;
    struct statistics_view *s = state;
    const struct model_connection *c = s->one ? ui_connection(ui) : NULL;
    struct panel_source source = {.statistics = &ui->model.statistics, .closes = &ui->model.closes, .model = &ui->model};
    (void)focused;
    source.chart_lines = area.height / 6 < CHART_LEAST  ? CHART_LEAST
                         : area.height / 6 > CHART_MOST ? CHART_MOST
                                                        : area.height / 6;
    if (c != NULL) {
        source.statistics = c->statistics != NULL ? c->statistics : &none;
        source.closes = NULL;
        add_counts(&source, c->about.counts);
    } else {
        find_top(s, &ui->model);
        source.top = s->top;
        source.top_count = s->top_count;
        for (size_t i = 0; i < ui->model.connection_count; i++)
            add_counts(&source, ui->model.connections[i]->about.counts);
        add_counts(&source, ui->model.counts_left);
    }
    struct area inner = area;
    inner.width -= 2;
    struct page page = lay_out(&source, inner.width);
    list_set(&s->list, 0, page.lines, (unsigned)area.height);
    for (int y = 0; y < area.height; y++) {
        uint64_t line;
        if (list_at(&s->list, (unsigned)y, &line))
            draw_line(ui, &source, &page, inner, y, (unsigned)line);
    }
    draw_scroll_bar(&ui->terminal, area, &s->list);
}

static void statistics_status(void *state, struct ui *ui, struct writer *text)
{
    struct statistics_view *s = state;
    const struct model_connection *c = s->one ? ui_connection(ui) : NULL;
    if (c == NULL) {
        writer_format(text, "all connections: %zu", ui->model.connection_count);
        return;
    }
    writer_format(text, "#%llu", (unsigned long long)c->about.id);
    if (c->statistics == NULL && c->about.counts[0].messages + c->about.counts[1].messages > 0)
        writer_text(text, "  only its totals are kept: there are too many connections");
}

const struct view statistics_view = {
    .place = PLACE_STATISTICS,
    .state_size = sizeof(struct statistics_view),
    .begin = statistics_begin,
    .open = statistics_open,
    .act = statistics_act,
    .mouse = statistics_mouse,
    .draw = statistics_draw,
    .status = statistics_status,
};
