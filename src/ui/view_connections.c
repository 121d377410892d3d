/*
 * view_connections.c: a line a connection, or a line for all of a server or URL.
 *
 * The lines are put in order anew when connections have changed, as seldom as makes that cost little. The cursor stays on
 * its connection, wherever that moves to, or at the top.
 */
#include "dissector/base/bytes.h"
#include "ui/columns.h"
#include "ui/list.h"
#include "ui/view.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HEADING_LINES = 1, SORT_PART = 10 /* putting in order takes at most one part in so many of the time */ };

/* What a line stands for. */
struct line {
    struct model_connection *connection; /* of a group: its sums, owned */
    uint64_t members;
};

struct connections {
    struct list list;
    struct line *lines;
    size_t count, slots;
    struct settings *settings; /* the ui's: columns, order, groups */
    uint64_t cursor_id;
    bool choosing; /* the list of columns is shown */
    struct list chooser;
    int64_t ordered, order_cost; /* ns, monotonic */
    bool stale;
    uint64_t left; /* connections that had left when the lines were made, and attempts that were answered */
    int widths[COLUMN_COUNT];
};

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- groups */

static void free_lines(struct connections *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->lines[i].members > 0)
            free(s->lines[i].connection);
    s->count = 0;
}

/* What belongs together has the same path; a query often has tokens that are different for each connection. */
static struct wsd_bytes without_query(struct wsd_bytes url)
{
    const uint8_t *query = url.length > 0 ? memchr(url.data, '?', url.length) : NULL;
    return query != NULL ? (struct wsd_bytes){url.data, (size_t)(query - url.data)} : url;
}

static int compare_urls(const struct model_connection *a, const struct model_connection *b)
{
    return column_compare_bytes(without_query(a->about.url), without_query(b->about.url));
}

static bool same_group(enum group group, const struct model_connection *a, const struct model_connection *b)
{
    return group == GROUP_URL ? compare_urls(a, b) == 0 : column_compare(COLUMN_SERVER, a, b, 0) == 0;
}

static void add_counts(struct wsd_counts *to, const struct wsd_counts *from)
{
    to->messages += from->messages;
    to->frames += from->frames;
    to->payload_bytes += from->payload_bytes;
    to->wire_bytes += from->wire_bytes;
    to->header_bytes += from->header_bytes;
    to->gaps += from->gaps;
    to->gap_bytes += from->gap_bytes;
    to->deflated_bytes += from->deflated_bytes;
    to->inflated_bytes += from->inflated_bytes;
}

static void add_to_group(struct model_connection *sum, const struct model_connection *c)
{
    uint32_t counts[MODEL_SECONDS];
    add_counts(&sum->about.counts[0], &c->about.counts[0]);
    add_counts(&sum->about.counts[1], &c->about.counts[1]);
    for (int i = 0; i < WSD_SEVERITY_COUNT; i++)
        sum->findings[i] += c->findings[i];
    if (c->last_message > sum->last_message)
        sum->last_message = c->last_message;
    if (c->round_trip > sum->round_trip)
        sum->round_trip = c->round_trip;
    model_history(c, sum->second * 1000000000, counts, MODEL_SECONDS);
    for (int64_t i = 0; i < MODEL_SECONDS; i++)
        sum->buckets[(uint64_t)(sum->second - (MODEL_SECONDS - 1 - i)) % MODEL_SECONDS] += counts[i];
}

static struct model_connection *new_group(enum group group, const struct model_connection *first, int64_t now)
{
    struct model_connection *sum = calloc(1, sizeof *sum);
    if (sum == NULL)
        return NULL;
    sum->about.id = first->about.id;
    if (group == GROUP_URL)
        sum->about.url = without_query(first->about.url);
    else /* which stands in the place of the URL then */
        sum->about.endpoint[WSD_SERVER] = first->about.endpoint[WSD_SERVER];
    sum->round_trip = -1;
    sum->code = -1;
    sum->second = now / 1000000000;
    return sum;
}

/* ---- order */

static struct {
    enum column column;
    bool descending;
    int64_t now;
} order; /* qsort() hands nothing to its function; only one thread draws */

static int in_order(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int result = column_compare(order.column, x->connection, y->connection, order.now);
    if (order.descending)
        result = -result;
    return result != 0 ? result : column_compare(COLUMN_NUMBER, x->connection, y->connection, 0);
}

static int by_server(const void *a, const void *b)
{
    return column_compare(COLUMN_SERVER, ((const struct line *)a)->connection, ((const struct line *)b)->connection, 0);
}

static int by_url(const void *a, const void *b)
{
    return compare_urls(((const struct line *)a)->connection, ((const struct line *)b)->connection);
}

/* Changes when something is gone that a line may point to. */
static uint64_t gone(const struct model *m)
{
    return m->connections_left + m->openings_left;
}

static bool room_for(struct connections *s, size_t n)
{
    if (n <= s->slots)
        return true;
    struct line *lines = realloc(s->lines, n * 2 * sizeof *lines);
    if (lines == NULL)
        return false;
    s->lines = lines;
    s->slots = n * 2;
    return true;
}

/* Neighbours of one group become one line. */
static void join(struct connections *s, int64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count;) {
        struct model_connection *first = s->lines[i].connection, *sum = new_group((enum group)s->settings->group, first, now);
        uint64_t members = 0;
        if (sum == NULL)
            break;
        for (; i < s->count && same_group((enum group)s->settings->group, first, s->lines[i].connection); i++, members++)
            add_to_group(sum, s->lines[i].connection);
        s->lines[n++] = (struct line){sum, members};
    }
    s->count = n;
}

/* Of fields that only events have, none passes: a filter for messages shows no connections, and says so in the status line. */
static bool passes_filter(const struct filter *filter, const struct model_connection *c)
{
    struct wsd_close close = {.by = c->by, .how = c->how, .code = c->code, .reported = c->reported,
                              .reason = {c->reason, c->reason_length}, .duration = c->duration};
    struct filter_subject subject = {.connection = &c->about, .close = c->ended ? &close : NULL};
    return filter_match(filter, &subject);
}

static void refresh_lines(struct connections *s, struct ui *ui)
{
    const struct model *m = &ui->model;
    int64_t began = nanoseconds(), now = ui_now(ui);
    free_lines(s);
    if (!room_for(s, m->connection_count + m->opening_count))
        return;
    for (size_t i = 0; i < m->connection_count; i++)
        if (ui->filter == NULL || passes_filter(ui->filter, m->connections[i]))
            s->lines[s->count++] = (struct line){m->connections[i], 0};
    for (unsigned i = 0; i < m->opening_count; i++)
        if (ui->filter == NULL || passes_filter(ui->filter, m->opening[i]))
            s->lines[s->count++] = (struct line){m->opening[i], 0};
    if (s->settings->group != GROUP_NONE) {
        qsort(s->lines, s->count, sizeof *s->lines, s->settings->group == GROUP_URL ? by_url : by_server);
        join(s, now);
    }
    order.column = s->settings->sort;
    order.descending = s->settings->descending;
    order.now = now;
    if (s->settings->sort != COLUMN_NUMBER || s->settings->descending || s->settings->group != GROUP_NONE)
        qsort(s->lines, s->count, sizeof *s->lines, in_order);
    s->ordered = nanoseconds();
    s->order_cost = s->ordered - began;
    s->stale = false;
    s->left = gone(m);
    /* The cursor goes with its connection. */
    for (size_t i = 0; s->cursor_id != 0 && i < s->count && !s->list.follows; i++)
        if (s->lines[i].connection->about.id == s->cursor_id)
            s->list.cursor = i;
}

/* Lines point to connections, which may have left: so before every use. */
static void keep_fresh(struct connections *s, struct ui *ui)
{
    bool moved = s->count == 0 || gone(&ui->model) != s->left;
    if (s->stale || moved || nanoseconds() - s->ordered > s->order_cost * SORT_PART)
        refresh_lines(s, ui);
}

/* At the top it stays there: one looks at whatever comes first. */
static void remember_cursor(struct connections *s)
{
    s->cursor_id = s->list.cursor > 0 && s->list.cursor < s->count ? s->lines[s->list.cursor].connection->about.id : 0;
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
    free_lines(s);
    free(s->lines);
}

static void connections_open(void *state, struct ui *ui)
{
    ((struct connections *)state)->stale = true;
    (void)ui;
}

static bool is_member(const struct connections *s, const struct line *line, const struct model_connection *c)
{
    return line->members == 0 ? line->connection->about.id == c->about.id : same_group((enum group)s->settings->group, line->connection, c);
}

/* Marks what the line stands for, or takes the marks away. */
static void mark(struct connections *s, struct ui *ui, const struct line *line)
{
    struct model *m = &ui->model;
    bool all = true;
    for (size_t i = 0; i < m->connection_count; i++)
        if (is_member(s, line, m->connections[i]))
            all = all && m->connections[i]->marked;
    for (size_t i = 0; i < m->connection_count; i++)
        if (is_member(s, line, m->connections[i]))
            m->connections[i]->marked = !all;
}

static void unmark_all(struct ui *ui)
{
    for (size_t i = 0; i < ui->model.connection_count; i++)
        ui->model.connections[i]->marked = false;
}

/* What is under the cursor is what the other views are about. */
static bool choose(struct connections *s, struct ui *ui)
{
    if (s->list.cursor >= s->count)
        return false;
    const struct line *line = &s->lines[s->list.cursor];
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
        s->settings->descending = column_info(column)->right && column != COLUMN_NUMBER; /* of numbers the largest first */
    s->settings->sort = column;
    s->stale = true;
}

static void sort_by_next(struct connections *s)
{
    enum column column = s->settings->sort;
    do
        column = (enum column)((column + 1) % COLUMN_COUNT);
    while (s->widths[column] == 0 && column != s->settings->sort);
    s->settings->descending = !s->settings->descending; /* sort_by() would turn the same column round */
    if (column != s->settings->sort)
        sort_by(s, column);
}

static bool act_in_chooser(struct connections *s, enum command command)
{
    if (list_act(&s->chooser, command))
        return true;
    switch (command) {
    case COMMAND_MARK:
    case COMMAND_ENTER:
        if (s->settings->columns != 1u << s->chooser.cursor) /* one stays */
            s->settings->columns ^= 1u << s->chooser.cursor;
        return true;
    case COMMAND_BACK:
    case COMMAND_COLUMNS: s->choosing = false; return true;
    case COMMAND_SORT: sort_by(s, (enum column)s->chooser.cursor); return true;
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
    case COMMAND_VIEW_7: return !choose(s, ui) && s->list.cursor < s->count;
    case COMMAND_SORT: sort_by_next(s); return true;
    case COMMAND_REVERSE:
        s->settings->descending = !s->settings->descending;
        s->stale = true;
        return true;
    case COMMAND_COLUMNS: s->choosing = true; return true;
    case COMMAND_GROUP:
        s->settings->group = (s->settings->group + 1) % GROUP_COUNT;
        s->cursor_id = 0;
        s->stale = true;
        return true;
    case COMMAND_MARK:
        if (s->list.cursor < s->count)
            mark(s, ui, &s->lines[s->list.cursor]);
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
    for (int c = 0; c < COLUMN_COUNT; c++) {
        if (s->widths[c] == 0)
            continue;
        if (x >= at && x <= at + s->widths[c]) {
            sort_by(s, (enum column)c);
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
    if (!list_mouse(list, mouse, HEADING_LINES))
        return false;
    if (s->choosing && !wheel)
        return act_in_chooser(s, COMMAND_MARK);
    remember_cursor(s);
    if (mouse->what == MOUSE_DOUBLE)
        enter(s, ui);
    return true;
}

/* ---- drawing */

/* ">" and "<" of a heading are the arrows of the terminal. */
static void write_heading(char *out, size_t size, const struct terminal *t, enum column column, const struct connections *s)
{
    const char *heading = column_info(column)->heading;
    struct writer w = {.data = out, .size = size - 1};
    if (s->settings->sort == column && column_info(column)->right)
        writer_text(&w, s->settings->descending ? "-" : "+");
    if (heading[0] == '>' || heading[0] == '<') {
        writer_text(&w, terminal_arrow(t, heading[0] == '>' ? WSD_CLIENT : WSD_SERVER));
        heading++;
    }
    writer_text(&w, heading);
    if (s->settings->sort == column && !column_info(column)->right)
        writer_text(&w, s->settings->descending ? "-" : "+");
    out[w.length] = 0;
}

static void draw_headings(struct connections *s, struct ui *ui, struct area area)
{
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    for (int c = 0; c < COLUMN_COUNT; c++) {
        char heading[48];
        if (s->widths[c] == 0)
            continue;
        enum role role = s->settings->sort == (enum column)c ? ROLE_SORTED : ROLE_HEADING;
        write_heading(heading, sizeof heading, &ui->terminal, (enum column)c, s);
        if (column_info((enum column)c)->right)
            pen_right(&pen, role, heading, s->widths[c]);
        else
            pen_left(&pen, role, heading, s->widths[c]);
        pen_text(&pen, ROLE_NORMAL, " ");
    }
    pen_end(&pen);
}

static void draw_line(struct connections *s, struct ui *ui, struct area area, int row, uint64_t at, bool focused)
{
    const struct line *l = &s->lines[at];
    struct column_line line = {.connection = l->connection,
                               .members = l->members,
                               .terminal = &ui->terminal,
                               .now = ui_now(ui),
                               .live = ui->loading && ui->news.progress.live};
    enum role base = at != s->list.cursor ? l->connection->marked ? ROLE_MARKED : ROLE_NORMAL
                     : focused           ? ROLE_CURSOR
                                         : ROLE_CURSOR_DIM;
    struct pen pen = pen_at(&ui->terminal, area, row, base);
    for (int c = 0; c < COLUMN_COUNT; c++) {
        if (s->widths[c] == 0)
            continue;
        column_draw(&pen, (enum column)c, s->widths[c], &line);
        pen_text(&pen, ROLE_NORMAL, " ");
    }
    pen_end(&pen);
}

static void draw_chooser(struct connections *s, struct ui *ui, struct area area)
{
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    pen_text(&pen, ROLE_HEADING, "Columns: Space shows or hides, S sorts by it, Esc leaves");
    pen_end(&pen);
    list_set(&s->chooser, 0, COLUMN_COUNT, (unsigned)(area.height - 1));
    for (int row = 1; row < area.height; row++) {
        uint64_t at;
        if (!list_at(&s->chooser, (unsigned)row - 1, &at))
            break;
        bool on = (s->settings->columns >> at & 1) != 0;
        char heading[48];
        write_heading(heading, sizeof heading, &ui->terminal, (enum column)at, s);
        pen = pen_at(&ui->terminal, area, row, at == s->chooser.cursor ? ROLE_CURSOR : ROLE_NORMAL);
        pen_text(&pen, on ? ROLE_GOOD : ROLE_FAINT, on ? " [x] " : " [ ] ");
        pen_left(&pen, ROLE_NORMAL, heading, 13);
        pen_text(&pen, ROLE_FAINT, column_info((enum column)at)->help);
        if (on && s->widths[at] == 0)
            pen_text(&pen, ROLE_WARNING, "  (no room)");
        pen_end(&pen);
    }
}

static void draw_nothing(struct ui *ui, struct area area)
{
    struct pen pen = pen_at(&ui->terminal, area, 2, ROLE_NORMAL);
    const struct sink_progress *p = &ui->news.progress;
    if (ui->loading && p->live)
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
    list_set(&s->list, 0, s->count, (unsigned)body.height);
    bool one = s->list.cursor < s->count && s->lines[s->list.cursor].members == 0;
    ui->cursor_connection = one ? s->lines[s->list.cursor].connection->about.id : 0;
    draw_headings(s, ui, area);
    for (int row = HEADING_LINES; row < area.height; row++) {
        uint64_t at;
        if (list_at(&s->list, (unsigned)(row - HEADING_LINES), &at))
            draw_line(s, ui, area, row, at, focused);
    }
    if (s->count == 0)
        draw_nothing(ui, area);
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static void connections_status(void *state, struct ui *ui, struct writer *text)
{
    static const char *const groups[] = {"connection", "server", "URL"};
    struct connections *s = state;
    size_t open = 0, marked = model_marked(&ui->model);
    for (size_t i = 0; i < ui->model.connection_count; i++)
        open += ui->model.connections[i]->state == MODEL_OPEN;
    writer_format(text, "%llu/%zu %s%s", (unsigned long long)(s->count > 0 ? s->list.cursor + 1 : 0), s->count,
                  groups[s->settings->group], s->count == 1 ? "" : "s");
    writer_format(text, ", %zu open, %llu messages", open, (unsigned long long)ui->model.messages);
    if (marked > 0)
        writer_format(text, ", %zu marked", marked);
}

static enum found connections_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct connections *s = state;
    keep_fresh(s, ui);
    uint64_t at = s->list.cursor + (uint64_t)n;
    if (at >= s->count)
        return FOUND_END;
    const struct wsd_connection *c = &s->lines[at].connection->about;
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
    .status = connections_status,
};
