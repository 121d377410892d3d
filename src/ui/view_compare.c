/*
 * view_compare.c: what differs between two marked messages.
 */
#include "dissector/base/bytes.h"
#include "output/human.h"
#include "ui/compare.h"
#include "ui/lines.h"
#include "ui/list.h"
#include "ui/view.h"

#include <string.h>

enum { ABOUT_LINES = 2 };

struct comparison {
    struct compare compare;
    struct list list;
    uint64_t rows[2];
    bool made, failed;
};

static const struct record_message *message_of(const struct ui *ui, uint64_t row)
{
    const struct model_row *r = model_row(&ui->model, row);
    return r != NULL && r->type == WSD_EVENT_MESSAGE ? (const struct record_message *)r->record : NULL;
}

/* The two marked messages, or the marked one and that under the cursor. */
static bool find_rows(const struct ui *ui, uint64_t rows[2])
{
    const struct marks *m = &ui->marks;
    if (m->count == 2) {
        memcpy(rows, m->rows, 2 * sizeof *rows);
    } else if (m->count == 1 && ui->has_message && ui->message != m->rows[0]) {
        rows[0] = m->rows[0];
        rows[1] = ui->message;
    } else {
        return false;
    }
    return message_of(ui, rows[0]) != NULL && message_of(ui, rows[1]) != NULL;
}

static void compare_end(void *state, struct ui *ui)
{
    (void)ui;
    compare_free(&((struct comparison *)state)->compare);
}

static void compare_open(void *state, struct ui *ui)
{
    struct comparison *s = state;
    compare_free(&s->compare);
    memset(&s->list, 0, sizeof s->list);
    s->made = find_rows(ui, s->rows);
    if (!s->made)
        return;
    const struct record_message *a = message_of(ui, s->rows[0]), *b = message_of(ui, s->rows[1]);
    s->failed = compare_make(&s->compare, record_payload(a), (a->head.flags & RECORD_TEXT) != 0, record_payload(b),
                             (b->head.flags & RECORD_TEXT) != 0) < 0;
}

static bool compare_act(void *state, struct ui *ui, enum command command)
{
    struct comparison *s = state;
    if (command == COMMAND_COMPARE) {
        ui_back(ui);
        return true;
    }
    return list_act(&s->list, command);
}

static bool compare_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    (void)ui;
    return list_mouse(&((struct comparison *)state)->list, mouse, ABOUT_LINES);
}

/* ---- drawing */

static void draw_about(struct ui *ui, struct area area, int row, uint64_t number, const char *sign, enum role role)
{
    const struct model_row *r = model_row(&ui->model, number);
    struct line_style style = {
        .terminal = &ui->terminal, .connection = true, .start = ui->model.began, .previous = ui->model.began};
    struct pen pen = pen_at(&ui->terminal, area, row, ROLE_NORMAL);
    pen_text(&pen, role, sign);
    if (r != NULL)
        line_draw(&pen, &style, r);
    else
        pen_text(&pen, ROLE_FAINT, " it has left the store");
    pen_end(&pen);
}

static void draw_row_of_bytes(struct pen *pen, enum role role, struct wsd_bytes bytes, struct wsd_bytes other)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 16; i++) {
        char text[4] = "   ";
        bool same = i < bytes.length && i < other.length && bytes.data[i] == other.data[i];
        if (i < bytes.length) {
            text[1] = digits[bytes.data[i] >> 4];
            text[2] = digits[bytes.data[i] & 15];
        }
        pen_text(pen, same ? ROLE_NORMAL : role, text);
    }
}

static void draw_bytes(struct pen *pen, const struct compare_line *l)
{
    bool added = l->kind == COMPARE_ADDED;
    pen_format(pen, ROLE_FAINT, "%08zx ", l->offset);
    draw_row_of_bytes(pen, added ? ROLE_GOOD : ROLE_ERROR, added ? l->b : l->a, added ? l->a : l->b);
}

static void draw_values(struct pen *pen, const struct compare_line *l, const struct terminal *terminal)
{
    if (l->path != NULL) {
        pen_bytes(pen, ROLE_JSON_KEY, bytes_text(l->path), (pen->end - pen->x) / 2, false);
        pen_text(pen, ROLE_FAINT, ": ");
    }
    int room = pen->end - pen->x;
    if (l->kind != COMPARE_ADDED)
        pen_bytes(pen, l->kind == COMPARE_SAME ? ROLE_NORMAL : ROLE_ERROR, l->a,
                  l->kind == COMPARE_CHANGED ? (room - 4) / 2 : room, false);
    if (l->kind == COMPARE_CHANGED) {
        pen_text(pen, ROLE_FAINT, " ");
        pen_text(pen, ROLE_FAINT, terminal_arrow(terminal, WSD_CLIENT));
        pen_text(pen, ROLE_FAINT, " ");
    }
    if (l->kind == COMPARE_CHANGED || l->kind == COMPARE_ADDED)
        pen_bytes(pen, ROLE_GOOD, l->b, pen->end - pen->x, false);
}

static void draw_line(struct comparison *s, struct ui *ui, struct area area, int row, uint64_t at, bool focused)
{
    static const char *const signs[] = {"  ", "~ ", "- ", "+ "};
    static const enum role roles[] = {ROLE_NORMAL, ROLE_WARNING, ROLE_ERROR, ROLE_GOOD};
    const struct compare_line *l = &s->compare.lines[at];
    struct pen pen = pen_at(&ui->terminal, area, row, at == s->list.cursor && focused ? ROLE_CURSOR : ROLE_NORMAL);
    pen_text(&pen, roles[l->kind], signs[l->kind]);
    if (s->compare.how == COMPARE_BYTES)
        draw_bytes(&pen, l);
    else
        draw_values(&pen, l, &ui->terminal);
    pen_end(&pen);
}

static void compare_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct comparison *s = state;
    struct area inner = area;
    inner.width--;
    if (!s->made || s->failed) {
        draw_wrapped(&ui->terminal, area_below(area, 1), ROLE_FAINT,
                     s->made ? "Out of memory."
                     : ui->marks.count >= 2
                         ? "Two messages can be compared: with another number of marks, or with something "
                           "else among them, it is not known which."
                         : "Mark two messages with Space, then press d.");
        return;
    }
    draw_about(ui, inner, 0, s->rows[0], "-", ROLE_ERROR);
    draw_about(ui, inner, 1, s->rows[1], "+", ROLE_GOOD);
    struct area body = area_below(area, ABOUT_LINES);
    list_set(&s->list, 0, s->compare.count, (unsigned)body.height);
    for (int row = ABOUT_LINES; row < area.height; row++) {
        uint64_t at;
        if (list_at(&s->list, (unsigned)(row - ABOUT_LINES), &at))
            draw_line(s, ui, inner, row, at, focused);
    }
    if (s->compare.count == 0 && area.height > ABOUT_LINES) {
        struct pen pen = pen_at(&ui->terminal, inner, ABOUT_LINES, ROLE_NORMAL);
        pen_text(&pen, ROLE_FAINT, "  Nothing differs.");
        pen_end(&pen);
    }
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static void compare_status(void *state, struct ui *ui, struct writer *text)
{
    static const char *const how[] = {"JSON by structure", "text by lines", "bytes"};
    struct comparison *s = state;
    char size[HUMAN_SIZE];
    (void)ui;
    if (!s->made)
        return;
    writer_format(text, "%s: %llu difference%s", how[s->compare.how], (unsigned long long)s->compare.differences,
                  s->compare.differences == 1 ? "" : "s");
    if (s->compare.from > 0)
        writer_format(text, ", the first %s are the same", human_size(size, s->compare.from));
    if (s->compare.cut)
        writer_format(text, "; 1 MiB of each was compared, there may be more");
}

const struct view compare_view = {
    .place = PLACE_COMPARE,
    .state_size = sizeof(struct comparison),
    .end = compare_end,
    .open = compare_open,
    .act = compare_act,
    .mouse = compare_mouse,
    .draw = compare_draw,
    .status = compare_status,
};
