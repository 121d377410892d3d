/*
 * view_findings.c: what was found, by code, the most severe and most frequent first; a code unfolds to the places where it was
 * found, as far as they are kept. Enter leads to the place, among the messages of its connection.
 */
#include "dissector/base/bytes.h"
#include "ui/lines.h"
#include "ui/list.h"
#include "ui/selection.h"
#include "ui/view.h"

enum { ROWS_A_SLICE = 20000, COUNT_COLUMNS = 7, SEVERITY_COLUMNS = 8, WIDE = 110 /* columns */, HEADING_LINES = 1 };

/* One code; unfolded it has a selection of the rows. */
struct code {
    enum wsd_finding_code code;
    bool unfolded;
    struct selection places;
};

struct findings {
    struct code codes[WSD_FINDING_COUNT]; /* by code */
    unsigned order[WSD_FINDING_COUNT];    /* those that were found, in the order of the screen */
    unsigned shown;
    struct list list;
};

/* A line: a code, or one of its places. */
struct place_of {
    struct code *code;
    bool is_code;
    uint64_t position;
};

static bool passes(void *user, const struct model_row *row, uint64_t number)
{
    (void)number;
    return row->type == WSD_EVENT_FINDING && row->record->detail == (uint32_t)((const struct code *)user)->code;
}

static void findings_begin(void *state, struct ui *ui)
{
    struct findings *s = state;
    (void)ui;
    for (unsigned i = 0; i < WSD_FINDING_COUNT; i++) {
        s->codes[i].code = (enum wsd_finding_code)i;
        selection_init(&s->codes[i].places, passes, &s->codes[i]);
    }
}

static void findings_end(void *state, struct ui *ui)
{
    struct findings *s = state;
    (void)ui;
    for (unsigned i = 0; i < WSD_FINDING_COUNT; i++)
        selection_free(&s->codes[i].places);
}

static bool findings_work(void *state, struct ui *ui)
{
    struct findings *s = state;
    bool worked = false;
    for (unsigned i = 0; i < WSD_FINDING_COUNT; i++)
        if (s->codes[i].unfolded)
            worked = selection_work(&s->codes[i].places, &ui->model, ROWS_A_SLICE) || worked;
    return worked;
}

/* ---- which line is what */

static bool stands_before(const struct model *m, unsigned a, unsigned b)
{
    enum wsd_severity sa = wsd_finding_info((enum wsd_finding_code)a)->severity,
                      sb = wsd_finding_info((enum wsd_finding_code)b)->severity;
    if (sa != sb)
        return sa < sb;
    if (m->findings[a] != m->findings[b])
        return m->findings[a] > m->findings[b];
    return a < b;
}

static void sort_codes(struct findings *s, const struct model *m)
{
    s->shown = 0;
    for (unsigned code = 0; code < WSD_FINDING_COUNT; code++) {
        unsigned at = s->shown;
        if (m->findings[code] == 0)
            continue;
        for (; at > 0 && stands_before(m, code, s->order[at - 1]); at--)
            s->order[at] = s->order[at - 1];
        s->order[at] = code;
        s->shown++;
    }
}

static uint64_t places_of(const struct code *c)
{
    return c->unfolded ? c->places.end - c->places.first : 0;
}

static uint64_t count_lines(const struct findings *s)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < s->shown; i++)
        n += 1 + places_of(&s->codes[s->order[i]]);
    return n;
}

static bool find_line(struct findings *s, uint64_t line, struct place_of *out)
{
    for (unsigned i = 0; i < s->shown; i++) {
        struct code *c = &s->codes[s->order[i]];
        uint64_t places = places_of(c);
        if (line <= places) {
            *out = (struct place_of){c, line == 0, line == 0 ? 0 : c->places.first + line - 1};
            return true;
        }
        line -= 1 + places;
    }
    return false;
}

/* Codes come and change their order: the cursor stays on what it was on. */
static void settle(struct findings *s, struct ui *ui, unsigned height)
{
    struct place_of at;
    bool had = find_line(s, s->list.cursor, &at);
    uint64_t offset = had && !at.is_code ? at.position - at.code->places.first + 1 : 0;
    sort_codes(s, &ui->model);
    if (had) {
        uint64_t line = 0;
        for (unsigned i = 0; i < s->shown && &s->codes[s->order[i]] != at.code; i++)
            line += 1 + places_of(&s->codes[s->order[i]]);
        s->list.cursor = line + offset;
    }
    list_set(&s->list, 0, count_lines(s), height);
}

/* ---- what the keys do */

static void unfold(struct code *c)
{
    c->unfolded = !c->unfolded;
    if (!c->unfolded)
        selection_reset(&c->places);
}

static void enter(struct findings *s, struct ui *ui)
{
    struct place_of at;
    if (!find_line(s, s->list.cursor, &at))
        return;
    if (at.is_code) {
        unfold(at.code);
        return;
    }
    uint64_t number = selection_row(&at.code->places, at.position);
    const struct model_row *row = model_row(&ui->model, number);
    if (row == NULL)
        return;
    ui->scope = row->connection != NULL ? SCOPE_CONNECTION : SCOPE_ALL;
    ui_show(ui, number);
    ui_go(ui, PLACE_MESSAGES);
}

static void unfold_all(struct findings *s)
{
    bool all = true;
    for (unsigned i = 0; i < s->shown; i++)
        all = all && s->codes[s->order[i]].unfolded;
    for (unsigned i = 0; i < s->shown; i++)
        if (s->codes[s->order[i]].unfolded == all)
            unfold(&s->codes[s->order[i]]);
}

static bool findings_act(void *state, struct ui *ui, enum command command)
{
    struct findings *s = state;
    struct place_of at;
    if (list_act(&s->list, command))
        return true;
    switch (command) {
    case COMMAND_ENTER: enter(s, ui); return true;
    case COMMAND_FOLD:
        if (find_line(s, s->list.cursor, &at)) {
            if (!at.is_code)
                s->list.cursor -= at.position - at.code->places.first + 1;
            unfold(at.code);
        }
        return true;
    case COMMAND_FOLD_ALL: unfold_all(s); return true;
    default: return false;
    }
}

static bool findings_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    struct findings *s = state;
    if (!list_mouse(&s->list, mouse, HEADING_LINES))
        return false;
    if (mouse->what == MOUSE_DOUBLE)
        enter(s, ui);
    return true;
}

/* ---- drawing */

static void draw_code(struct pen *pen, const struct code *c, const struct model *m, bool has_rule)
{
    const struct wsd_finding_info *info = wsd_finding_info(c->code);
    char count[HUMAN_SIZE];
    bool unicode = pen->terminal->charset == ESCAPE_UTF8;
    int rule = draw_columns(info->rule) + 2;
    pen_text(pen, ROLE_FAINT, c->unfolded ? unicode ? " ▾ " : " - " : unicode ? " ▸ " : " + ");
    pen_left(pen, line_severity(info->severity), wsd_severity_word(info->severity), SEVERITY_COLUMNS);
    pen_right(pen, ROLE_STRONG, human_count(count, m->findings[c->code]), COUNT_COLUMNS - 1);
    pen_text(pen, ROLE_NORMAL, "  ");
    int room = pen->end - pen->x;
    pen_bytes(pen, ROLE_NORMAL, bytes_text(info->text), has_rule ? room - rule : room, false);
    if (has_rule) {
        pen_to(pen, pen->end - pen->left - rule);
        pen_right(pen, ROLE_FAINT, info->rule, rule);
    }
    pen_end(pen);
}

static void draw_place(struct pen *pen, const struct model_row *row, bool fine)
{
    static const char *const sides[] = {"client", "server", ""};
    const struct record_finding *f = (const struct record_finding *)row->record;
    struct line_style style = {.terminal = pen->terminal, .fine = fine};
    pen_text(pen, ROLE_NORMAL, "     ");
    line_time(pen, ROLE_FAINT, &style, row->record->time);
    pen_format(pen, ROLE_STRONG, "  #%-4llu ", (unsigned long long)row->record->connection);
    pen_left(pen, line_sender(row->direction), sides[row->direction], 7);
    pen_format(pen, ROLE_FAINT, "packet %-6llu", (unsigned long long)row->record->packet);
    pen_text(pen, ROLE_NORMAL, "  ");
    pen_bytes(pen, ROLE_NORMAL, bytes_text(f->text), pen->end - pen->x, false);
    pen_end(pen);
}

static void draw_line(struct findings *s, struct ui *ui, struct area area, int y, uint64_t line, bool focused)
{
    struct place_of at;
    enum role base = line != s->list.cursor ? ROLE_NORMAL : focused ? ROLE_CURSOR : ROLE_CURSOR_DIM;
    struct pen pen = pen_at(&ui->terminal, area, y, base);
    if (!find_line(s, line, &at))
        return;
    if (at.is_code) {
        draw_code(&pen, at.code, &ui->model, area.width >= WIDE);
        return;
    }
    const struct model_row *row = model_row(&ui->model, selection_row(&at.code->places, at.position));
    if (row != NULL)
        draw_place(&pen, row, area.width >= WIDE);
}

static void findings_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct findings *s = state;
    struct area body = area_below(area, HEADING_LINES);
    struct area inner = area;
    inner.width--;
    settle(s, ui, (unsigned)body.height);
    struct pen pen = pen_at(&ui->terminal, inner, 0, ROLE_NORMAL);
    pen_text(&pen, ROLE_HEADING, "   ");
    pen_left(&pen, ROLE_HEADING, "SEVERITY", SEVERITY_COLUMNS);
    pen_right(&pen, ROLE_HEADING, "COUNT", COUNT_COLUMNS - 1);
    pen_text(&pen, ROLE_HEADING, "  WHAT");
    if (s->shown == 0) {
        pen = pen_at(&ui->terminal, inner, 2, ROLE_NORMAL);
        pen_text(&pen, ROLE_GOOD, "   Nothing was found to be wrong.");
    }
    for (int y = HEADING_LINES; y < area.height; y++) {
        uint64_t line;
        if (list_at(&s->list, (unsigned)(y - HEADING_LINES), &line))
            draw_line(s, ui, inner, y, line, focused);
    }
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static const struct list *findings_list(const void *state)
{
    return &((const struct findings *)state)->list;
}

static enum found findings_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct findings *s = state;
    uint64_t line = s->list.cursor + (uint64_t)n;
    struct place_of at;
    if (line >= s->list.end || !find_line(s, line, &at))
        return FOUND_END;
    const char *text = wsd_finding_info(at.code->code)->text;
    if (!at.is_code) {
        const struct model_row *row = model_row(&ui->model, selection_row(&at.code->places, at.position));
        text = row != NULL ? ((const struct record_finding *)row->record)->text : "";
    }
    if (!pattern_matches(pattern, bytes_text(text)))
        return FOUND_NOT;
    list_go(&s->list, line);
    return FOUND_HERE;
}

static void findings_status(void *state, struct ui *ui, struct writer *text)
{
    struct findings *s = state;
    uint64_t counts[WSD_SEVERITY_COUNT] = {0};
    struct place_of at;
    for (unsigned i = 0; i < WSD_FINDING_COUNT; i++)
        counts[wsd_finding_info((enum wsd_finding_code)i)->severity] += ui->model.findings[i];
    if (find_line(s, s->list.cursor, &at))
        writer_format(text, "%s, %s  ", wsd_finding_info(at.code->code)->word, wsd_finding_info(at.code->code)->rule);
    writer_format(text, "%llu error%s, %llu warning%s, %llu note%s", (unsigned long long)counts[WSD_ERROR],
                  counts[WSD_ERROR] == 1 ? "" : "s", (unsigned long long)counts[WSD_WARNING],
                  counts[WSD_WARNING] == 1 ? "" : "s", (unsigned long long)counts[WSD_NOTE],
                  counts[WSD_NOTE] == 1 ? "" : "s");
}

const struct view findings_view = {
    .place = PLACE_FINDINGS,
    .state_size = sizeof(struct findings),
    .begin = findings_begin,
    .end = findings_end,
    .act = findings_act,
    .mouse = findings_mouse,
    .work = findings_work,
    .draw = findings_draw,
    .find = findings_find,
    .list = findings_list,
    .status = findings_status,
};
