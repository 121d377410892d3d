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
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

enum {
    COLUMN_LEAST = 38, /* of the screen, for a column of panels */
    COLUMNS_MOST = 4,
    CHART_LEAST = 2,   /* lines of each side's rate, */
    CHART_MOST = 8,    /* by the height of the screen */
    TOP_MOST = 8,      /* connections */
    LABEL_COLUMNS = 9,
    COUNT_COLUMNS = 7
};

struct statistics_view {
    struct list list; /* of lines; the cursor is not shown */
    bool one;         /* of one connection */
    const struct model_connection *top[TOP_MOST];
    unsigned top_count;
};

/* What a panel draws from. */
struct source {
    const struct statistics *statistics;
    const struct statistics_closes *closes; /* NULL: of one connection */
    const struct statistics_view *view;
    const struct model *model;
    int chart_lines;       /* of each side's rate */
    uint64_t counts[2][4]; /* by sender: messages, bytes, frames, wire bytes */
};

/* ---- bars: client and server one behind the other */

static const char *eighth(const struct terminal *terminal, enum role role, unsigned part)
{
    static const char *const blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    if (terminal->charset == ESCAPE_UTF8)
        return blocks[part];
    return part < 4 ? "" : role == ROLE_SERVER ? "=" : "#";
}

static void draw_part(struct pen *pen, enum role role, uint64_t value, uint64_t most, int columns)
{
    if (columns <= 0 || most == 0)
        return;
    uint64_t eighths = (uint64_t)((double)(value < most ? value : most) / (double)most * columns * 8 + 0.5);
    if (eighths == 0 && value > 0)
        eighths = pen->terminal->charset == ESCAPE_UTF8 ? 1 : 4;
    for (; eighths >= 8; eighths -= 8)
        pen_text(pen, role, eighth(pen->terminal, role, 8));
    pen_text(pen, role, eighth(pen->terminal, role, (unsigned)eighths));
}

static void draw_bar(struct pen *pen, const char *label, const uint64_t values[2], uint64_t most)
{
    char count[HUMAN_SIZE];
    pen_right(pen, ROLE_NORMAL, label, LABEL_COLUMNS);
    pen_text(pen, ROLE_NORMAL, " ");
    int end = pen->end, columns = end - pen->x - COUNT_COLUMNS;
    pen->end -= COUNT_COLUMNS;
    draw_part(pen, ROLE_CLIENT, values[WSD_CLIENT], most, columns);
    draw_part(pen, ROLE_SERVER, values[WSD_SERVER], most, columns);
    pen->end = end;
    pen_to(pen, end - pen->left - COUNT_COLUMNS);
    pen_right(pen, ROLE_NORMAL, human_count(count, values[0] + values[1]), COUNT_COLUMNS - 1);
}

/* ---- histograms */

enum { HISTOGRAM_LINES = 10 };

/* Slots are joined so that what there is fits into the lines. */
struct histogram {
    unsigned first, each; /* slots */
    unsigned lines;
    uint64_t most;
};

static uint64_t slot_sum(const struct statistics_powers *powers, unsigned from, unsigned count)
{
    uint64_t sum = 0;
    for (unsigned i = from; i < from + count && i < STATISTICS_POWERS; i++)
        sum += powers->counts[i];
    return sum;
}

/* b may be NULL. */
static struct histogram histogram_of(const struct statistics_powers *a, const struct statistics_powers *b)
{
    struct histogram h = {0};
    unsigned first = STATISTICS_POWERS, end = 0;
    for (unsigned i = 0; i < STATISTICS_POWERS; i++) {
        if (a->counts[i] + (b != NULL ? b->counts[i] : 0) == 0)
            continue;
        if (first == STATISTICS_POWERS)
            first = i;
        end = i + 1;
    }
    if (end == 0)
        return h;
    h.first = first;
    h.each = (end - first + HISTOGRAM_LINES - 1) / HISTOGRAM_LINES;
    h.lines = (end - first + h.each - 1) / h.each;
    for (unsigned i = 0; i < h.lines; i++) {
        uint64_t sum = slot_sum(a, first + i * h.each, h.each) + (b != NULL ? slot_sum(b, first + i * h.each, h.each) : 0);
        if (sum > h.most)
            h.most = sum;
    }
    return h;
}

static void size_label(char out[HUMAN_SIZE + 4], uint64_t limit)
{
    char size[HUMAN_SIZE];
    if (limit == 1)
        snprintf(out, HUMAN_SIZE + 4, "empty");
    else
        snprintf(out, HUMAN_SIZE + 4, "<%s", human_size(size, limit));
}

static void time_label(char out[HUMAN_SIZE + 4], uint64_t limit)
{
    char time[HUMAN_SIZE];
    if (limit < 1000)
        snprintf(time, sizeof time, "%llu us", (unsigned long long)limit);
    else if (limit < 1000000)
        snprintf(time, sizeof time, "%llu ms", (unsigned long long)limit / 1000);
    else if (limit < 120 * (uint64_t)1000000)
        snprintf(time, sizeof time, "%llu s", (unsigned long long)limit / 1000000);
    else if (limit < 120 * (uint64_t)60000000)
        snprintf(time, sizeof time, "%llu min", (unsigned long long)limit / 60000000);
    else
        snprintf(time, sizeof time, "%llu h", (unsigned long long)limit / 3600000000);
    snprintf(out, HUMAN_SIZE + 4, "<%s", time);
}

static void draw_histogram(struct pen *pen, unsigned line, const struct statistics_powers *a, const struct statistics_powers *b,
                           void (*write_label)(char out[HUMAN_SIZE + 4], uint64_t limit))
{
    struct histogram h = histogram_of(a, b);
    if (h.lines == 0 && line == 0)
        pen_text(pen, ROLE_FAINT, "  none yet");
    if (line >= h.lines)
        return;
    unsigned from = h.first + line * h.each;
    char label[HUMAN_SIZE + 4];
    uint64_t values[2] = {slot_sum(a, from, h.each), b != NULL ? slot_sum(b, from, h.each) : 0};
    write_label(label, statistics_limit(from + h.each - 1));
    draw_bar(pen, label, values, h.most);
}

static unsigned histogram_lines(const struct statistics_powers *a, const struct statistics_powers *b)
{
    unsigned lines = histogram_of(a, b).lines;
    return lines > 0 ? lines : 1;
}

/* ---- the panels: how many lines, and each of them */

static unsigned totals_lines(const struct source *s)
{
    (void)s;
    return 4;
}

static void draw_totals(struct pen *pen, const struct source *s, unsigned line)
{
    static const char *const words[] = {"messages", "bytes", "frames", "on wire"};
    char text[2][HUMAN_SIZE];
    pen_right(pen, ROLE_FAINT, words[line], LABEL_COLUMNS);
    for (int side = 0; side < 2; side++) {
        if (line % 2 == 1)
            human_size(text[side], s->counts[side][line]);
        else
            human_count(text[side], s->counts[side][line]);
        pen_text(pen, line_sender((uint8_t)side), side == WSD_CLIENT ? "  " : "   ");
        pen_text(pen, line_sender((uint8_t)side), terminal_arrow(pen->terminal, (enum wsd_direction)side));
        pen_right(pen, ROLE_NORMAL, text[side], 8);
    }
}

/* The n-th opcode that there was; false: there are no more. */
static bool nth_opcode(const struct statistics *s, unsigned n, uint8_t *opcode)
{
    for (unsigned i = 0; i < STATISTICS_OPCODES; i++) {
        if (s->opcodes[i][0] + s->opcodes[i][1] > 0 && n-- == 0) {
            *opcode = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static unsigned opcode_lines(const struct source *s)
{
    unsigned n = 0;
    uint8_t opcode;
    while (nth_opcode(s->statistics, n, &opcode))
        n++;
    return n > 0 ? n : 1;
}

static void draw_opcodes(struct pen *pen, const struct source *s, unsigned line)
{
    uint64_t most = 0;
    uint8_t opcode;
    for (unsigned i = 0; i < STATISTICS_OPCODES; i++)
        if (s->statistics->opcodes[i][0] + s->statistics->opcodes[i][1] > most)
            most = s->statistics->opcodes[i][0] + s->statistics->opcodes[i][1];
    if (nth_opcode(s->statistics, line, &opcode))
        draw_bar(pen, opcode == WSD_OPCODE_CONTINUATION ? "lost start" : wsd_opcode_word(opcode), s->statistics->opcodes[opcode], most);
    else
        pen_text(pen, ROLE_FAINT, "  none yet");
}

static unsigned size_lines(const struct source *s)
{
    return histogram_lines(&s->statistics->sizes[0], &s->statistics->sizes[1]);
}

static void draw_sizes(struct pen *pen, const struct source *s, unsigned line)
{
    draw_histogram(pen, line, &s->statistics->sizes[0], &s->statistics->sizes[1], size_label);
}

static unsigned interval_lines(const struct source *s)
{
    return histogram_lines(&s->statistics->intervals[0], &s->statistics->intervals[1]);
}

static void draw_intervals(struct pen *pen, const struct source *s, unsigned line)
{
    draw_histogram(pen, line, &s->statistics->intervals[0], &s->statistics->intervals[1], time_label);
}

static unsigned round_trip_lines(const struct source *s)
{
    return histogram_lines(&s->statistics->round_trips, NULL) + (s->statistics->round_trip_count > 0);
}

static void write_time(char out[HUMAN_SIZE], int64_t ns)
{
    if (ns < 10000000)
        snprintf(out, HUMAN_SIZE, "%lld.%03lld ms", (long long)(ns / 1000000), (long long)(ns / 1000 % 1000));
    else
        human_duration(out, ns);
}

static void draw_round_trips(struct pen *pen, const struct source *s, unsigned line)
{
    char least[HUMAN_SIZE], most[HUMAN_SIZE];
    if (s->statistics->round_trip_count > 0 && line-- == 0) {
        write_time(least, s->statistics->least_round_trip);
        write_time(most, s->statistics->most_round_trip);
        pen_format(pen, ROLE_FAINT, "  from %s to %s", least, most);
        return;
    }
    draw_histogram(pen, line, &s->statistics->round_trips, NULL, time_label);
}

static unsigned close_lines(const struct source *s)
{
    unsigned n = s->closes->code_count + (s->closes->other_codes > 0) + (s->closes->without > 0);
    return n > 0 ? n : 1;
}

/* The most frequent first. */
static unsigned nth_code(const struct statistics_closes *c, unsigned n)
{
    for (unsigned i = 0; i < c->code_count; i++) {
        unsigned before = 0;
        for (unsigned k = 0; k < c->code_count; k++)
            before += c->codes[k].count > c->codes[i].count || (k < i && c->codes[k].count == c->codes[i].count);
        if (before == n)
            return i;
    }
    return 0;
}

static void draw_closes(struct pen *pen, const struct source *s, unsigned line)
{
    const struct statistics_closes *c = s->closes;
    char label[32] = "other", count[HUMAN_SIZE];
    const char *word = "";
    uint64_t n = c->other_codes;
    if (c->code_count == 0 && c->without == 0) {
        pen_text(pen, ROLE_FAINT, "  none yet");
        return;
    }
    enum role role = ROLE_NORMAL;
    if (line < c->code_count) {
        unsigned i = nth_code(c, line);
        int code = c->codes[i].code;
        n = c->codes[i].count;
        snprintf(label, sizeof label, code < 0 ? "no code" : "%d", code);
        word = code < 0 ? "" : wsd_close_word(code);
        role = code < 0 || code == 1000 || code == 1001 || code >= 3000 ? ROLE_NORMAL : ROLE_WARNING;
    } else if (line > c->code_count || c->other_codes == 0) {
        n = c->without;
        snprintf(label, sizeof label, "none");
        word = "no closing handshake";
        role = ROLE_WARNING;
    }
    pen_right(pen, role, label, LABEL_COLUMNS);
    pen_text(pen, role, " ");
    pen_left(pen, role, word, pen->end - pen->x - COUNT_COLUMNS);
    pen_right(pen, role, human_count(count, n), COUNT_COLUMNS - 1);
}

static uint64_t bytes_of_connection(const struct model_connection *c)
{
    return c->about.counts[0].payload_bytes + c->about.counts[1].payload_bytes;
}

static unsigned top_lines(const struct source *s)
{
    return s->view->top_count > 0 ? s->view->top_count : 1;
}

static void draw_top(struct pen *pen, const struct source *s, unsigned line)
{
    char size[HUMAN_SIZE], id[24];
    if (line >= s->view->top_count) {
        pen_text(pen, ROLE_FAINT, "  none yet");
        return;
    }
    const struct model_connection *c = s->view->top[line];
    uint64_t most = bytes_of_connection(s->view->top[0]);
    snprintf(id, sizeof id, "#%llu", (unsigned long long)c->about.id);
    pen_right(pen, ROLE_NORMAL, id, LABEL_COLUMNS);
    pen_text(pen, ROLE_NORMAL, " ");
    int end = pen->end, columns = end - pen->x - COUNT_COLUMNS - 1, bar = columns / 3;
    int from = pen->x;
    pen->end = from + bar;
    draw_part(pen, ROLE_CLIENT, c->about.counts[WSD_CLIENT].payload_bytes, most, bar);
    draw_part(pen, ROLE_SERVER, c->about.counts[WSD_SERVER].payload_bytes, most, bar);
    pen->end = end;
    pen_to(pen, from + bar + 1 - pen->left);
    pen_bytes(pen, ROLE_FAINT, c->about.url, columns - bar - 1, false);
    pen_to(pen, end - pen->left - COUNT_COLUMNS - 1);
    pen_right(pen, ROLE_NORMAL, human_size(size, bytes_of_connection(c)), COUNT_COLUMNS);
}

enum panel_id { PANEL_TOTALS, PANEL_OPCODES, PANEL_SIZES, PANEL_INTERVALS, PANEL_ROUND_TRIPS, PANEL_CLOSES, PANEL_TOP, PANEL_COUNT };

static const struct panel {
    const char *title;
    bool of_all; /* says nothing about one connection */
    unsigned (*lines)(const struct source *s);
    void (*draw)(struct pen *pen, const struct source *s, unsigned line);
} panels[PANEL_COUNT] = {[PANEL_TOTALS] = {"TOTALS", false, totals_lines, draw_totals},
                         [PANEL_SIZES] = {"SIZES OF MESSAGES", false, size_lines, draw_sizes},
                         [PANEL_INTERVALS] = {"TIME FROM MESSAGE TO MESSAGE", false, interval_lines, draw_intervals},
                         [PANEL_OPCODES] = {"OPCODES", false, opcode_lines, draw_opcodes},
                         [PANEL_ROUND_TRIPS] = {"ROUND TRIPS, PING TO PONG", false, round_trip_lines, draw_round_trips},
                         [PANEL_CLOSES] = {"CLOSE CODES", true, close_lines, draw_closes},
                         [PANEL_TOP] = {"MOST BYTES", true, top_lines, draw_top}};

/* ---- rates, over the whole width: two charts, one a side */

/* Title, two charts, axis. */
static unsigned rate_lines(const struct source *s)
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
    return (double)sum / (until - from) * 1e9 / (double)s->width;
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
    if (__builtin_mul_overflow(s->width, (int64_t)s->used, &length) || __builtin_add_overflow(s->began, length, &end))
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

static void draw_rates(struct pen *pen, const struct source *s, unsigned line)
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

static unsigned panel_lines(const struct source *s, enum panel_id id)
{
    return panels[id].lines(s) + 2; /* its title, and an empty line */
}

/* Each panel goes to the column that is the shortest so far. */
static struct page lay_out(const struct source *s, int width)
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

static void draw_column(struct pen *pen, const struct source *s, const struct page *page, int column, unsigned line)
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

static void draw_line(struct ui *ui, const struct source *s, const struct page *page, struct area area, int y, unsigned line)
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
    s->list.cursor = command == COMMAND_PAGE_DOWN || command == COMMAND_HALF_DOWN ? s->list.top + s->list.height - 1 : s->list.top;
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
        uint64_t bytes = bytes_of_connection(c);
        unsigned at = s->top_count;
        if (bytes == 0 || (at == TOP_MOST && bytes <= bytes_of_connection(s->top[TOP_MOST - 1])))
            continue;
        if (at == TOP_MOST)
            at--;
        else
            s->top_count++;
        for (; at > 0 && bytes > bytes_of_connection(s->top[at - 1]); at--)
            s->top[at] = s->top[at - 1];
        s->top[at] = c;
    }
}

static void add_counts(struct source *s, const struct wsd_counts both[2])
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
    struct source source = {.statistics = &ui->model.statistics, .closes = &ui->model.closes, .view = s, .model = &ui->model};
    (void)focused;
    source.chart_lines = area.height / 6 < CHART_LEAST ? CHART_LEAST : area.height / 6 > CHART_MOST ? CHART_MOST : area.height / 6;
    if (c != NULL) {
        source.statistics = c->statistics != NULL ? c->statistics : &none;
        source.closes = NULL;
        add_counts(&source, c->about.counts);
    } else {
        find_top(s, &ui->model);
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
