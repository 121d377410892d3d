#include "ui/view_fields.h"

#include "dissector/base/bytes.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEX_ROWS_LEAST = 3,
    TREE_ROWS_LEAST = 3, /* where there is no room for both */
    NARROW = 78,
    WIDE = 146,
    BESIDE = 130 /* columns */,
    NAME_COLUMNS = 24,
    OFFSET_COLUMNS = 10
};

/* ---- hex */

unsigned hex_width(int columns)
{
    return columns >= WIDE ? 32 : columns >= NARROW ? 16 : 8;
}

void draw_hex_line(struct pen *pen, size_t offset, struct wsd_bytes bytes, unsigned width, size_t from, size_t to)
{
    static const char digits[] = "0123456789abcdef";
    pen_format(pen, ROLE_FAINT, "%08zx  ", offset);
    for (size_t i = 0; i < width; i++) {
        bool selected = offset + i >= from && offset + i < to;
        char text[3] = "  ";
        if (i < bytes.length) {
            text[0] = digits[bytes.data[i] >> 4];
            text[1] = digits[bytes.data[i] & 15];
        }
        pen_text(pen, selected && i < bytes.length ? ROLE_SELECTED : ROLE_NORMAL, text);
        pen_text(pen, ROLE_NORMAL, i % 8 == 7 ? "  " : " ");
    }
    for (size_t i = 0; i < bytes.length; i++) {
        bool selected = offset + i >= from && offset + i < to;
        char text[2] = {(char)bytes.data[i], 0};
        bool printable = bytes.data[i] >= 0x20 && bytes.data[i] < 0x7F;
        pen_text(pen, selected ? ROLE_SELECTED : printable ? ROLE_JSON_STRING : ROLE_FAINT, printable ? text : ".");
    }
}

/* ---- lines */

static void make_lines(struct field_view *v)
{
    v->line_count = 0;
    if (v->line_slots < v->fields.count) {
        uint32_t *lines = realloc(v->lines, v->fields.count * sizeof *lines);
        if (lines == NULL)
            return;
        v->lines = lines;
        v->line_slots = v->fields.count;
    }
    for (size_t i = 0; i < v->fields.count; i++) {
        const struct field_item *item = &v->fields.items[i];
        if (item->heading || item->group >= v->folded_slots || v->folded[item->group] == 0)
            v->lines[v->line_count++] = (uint32_t)i;
    }
    list_set(&v->list, 0, v->line_count, v->list.height);
}

void field_view_make(struct field_view *v, const struct model *model, const struct model_row *row)
{
    fields_make(&v->fields, model, row, true);
    /* What is folded stays so from message to message, by layer. */
    if (v->folded_slots <= v->fields.groups) {
        uint8_t *folded = realloc(v->folded, v->fields.groups + 1);
        if (folded != NULL) {
            memset(folded + v->folded_slots, 0, v->fields.groups + 1 - v->folded_slots);
            v->folded = folded;
            v->folded_slots = v->fields.groups + 1;
        }
    }
    v->by_byte = false;
    make_lines(v);
}

void field_view_free(struct field_view *v)
{
    fields_free(&v->fields);
    free(v->lines);
    free(v->folded);
    *v = (struct field_view){0};
}

static const struct field_item *selected(const struct field_view *v)
{
    return v->list.cursor < v->line_count ? &v->fields.items[v->lines[v->list.cursor]] : NULL;
}

static void fold(struct field_view *v)
{
    const struct field_item *item = selected(v);
    if (item == NULL || item->group >= v->folded_slots)
        return;
    uint32_t group = item->group;
    v->folded[group] = !v->folded[group];
    make_lines(v);
    for (size_t i = 0; i < v->line_count; i++)
        if (v->fields.items[v->lines[i]].heading && v->fields.items[v->lines[i]].group == group)
            v->list.cursor = i;
}

/* The field of a byte gets the cursor. */
static void select_byte(struct field_view *v, size_t byte)
{
    if (byte >= v->fields.length)
        return;
    v->by_byte = true;
    v->byte = byte;
    size_t item = fields_at(&v->fields, byte);
    for (size_t i = 0; i < v->line_count; i++)
        if (v->lines[i] == item)
            list_go(&v->list, i);
}

bool field_view_act(struct field_view *v, enum command command)
{
    const struct field_item *item = selected(v);
    size_t byte = v->by_byte ? v->byte : item != NULL ? item->offset : 0;
    if (list_act(&v->list, command)) {
        v->by_byte = false;
        return true;
    }
    switch (command) {
    case COMMAND_ENTER:
    case COMMAND_FOLD: fold(v); return true;
    case COMMAND_BYTE_NEXT: select_byte(v, byte + 1); return true;
    case COMMAND_BYTE_PREVIOUS: select_byte(v, byte > 0 ? byte - 1 : 0); return true;
    default: return false;
    }
}

bool field_view_mouse(struct field_view *v, const struct mouse *mouse, struct area area)
{
    uint64_t line;
    int y = area.y + mouse->y, x = area.x + mouse->x;
    struct area h = v->hex_area;
    bool in_hex = y >= h.y && y < h.y + h.height && x >= h.x;
    if (mouse->what == MOUSE_WHEEL_UP || mouse->what == MOUSE_WHEEL_DOWN)
        return list_mouse(in_hex ? &v->hex : &v->list, mouse, 0);
    if (in_hex && list_at(&v->hex, (unsigned)(y - h.y), &line)) {
        int column = x - h.x - OFFSET_COLUMNS;
        int byte = column < 0 ? 0 : (column - column / 25) / 3;
        select_byte(v, (size_t)line * v->width + (size_t)(byte < (int)v->width ? byte : (int)v->width - 1));
        return true;
    }
    if (!list_mouse(&v->list, mouse, 0))
        return false;
    v->by_byte = false;
    if (mouse->what == MOUSE_DOUBLE)
        fold(v);
    return true;
}

enum found field_view_find(struct field_view *v, int64_t n, const struct pattern *pattern)
{
    uint64_t at = v->list.cursor + (uint64_t)n;
    if (at >= v->line_count)
        return FOUND_END;
    const struct field_item *item = &v->fields.items[v->lines[at]];
    if (!pattern_matches(pattern, bytes_text(item->name)) && !pattern_matches(pattern, bytes_text(item->meaning)))
        return FOUND_NOT;
    list_go(&v->list, at);
    v->by_byte = false;
    return FOUND_HERE;
}

/* ---- drawing */

static void draw_item(struct field_view *v, struct ui *ui, struct area area, int row, uint64_t number, bool focused)
{
    const struct field_item *item = &v->fields.items[v->lines[number]];
    enum role base = number != v->list.cursor ? ROLE_NORMAL : focused ? ROLE_CURSOR : ROLE_CURSOR_DIM;
    struct pen pen = pen_at(&ui->terminal, area, row, base);
    bool utf8 = ui->terminal.charset == ESCAPE_UTF8;
    if (item->heading) {
        bool folded = item->group < v->folded_slots && v->folded[item->group] != 0;
        pen_text(&pen, ROLE_FAINT, folded ? utf8 ? "▸ " : "+ " : utf8 ? "▾ " : "- ");
        pen_text(&pen, ROLE_HEADING, item->name);
        pen_format(&pen, ROLE_FAINT, "  %zu bytes", item->length);
    } else {
        pen_text(&pen, ROLE_NORMAL, "    ");
        pen_left(&pen, ROLE_JSON_KEY, item->name,
                 area.width * 2 / 5 < NAME_COLUMNS ? area.width * 2 / 5 : NAME_COLUMNS);
        pen_text(&pen, ROLE_NORMAL, " ");
        pen_text(&pen, ROLE_NORMAL, item->meaning);
    }
    pen_end(&pen);
}

static void draw_bytes(struct field_view *v, struct ui *ui, struct area area)
{
    const struct field_item *item = selected(v);
    size_t from = item != NULL ? item->offset : 0, to = item != NULL ? item->offset + item->length : 0;
    v->width = hex_width(area.width);
    v->hex_area = area;
    uint64_t lines = (v->fields.length + v->width - 1) / v->width;
    v->hex.cursor = (v->by_byte ? v->byte : from) / v->width;
    list_set(&v->hex, 0, lines, (unsigned)area.height);
    for (int row = 0; row < area.height; row++) {
        uint64_t line;
        if (!list_at(&v->hex, (unsigned)row, &line))
            break;
        size_t at = (size_t)line * v->width;
        size_t n = v->fields.length - at < v->width ? v->fields.length - at : v->width;
        struct pen pen = pen_at(&ui->terminal, area, row, ROLE_NORMAL);
        draw_hex_line(&pen, at, (struct wsd_bytes){v->fields.bytes + at, n}, v->width, from, to);
    }
}

void field_view_draw(struct field_view *v, struct ui *ui, struct area area, bool focused)
{
    struct area tree = area, hex, line;
    if (area.width >= BESIDE) {
        tree.width = area.width - NARROW - 1;
        line = (struct area){area.y, area.x + tree.width, area.height, 1};
        hex = (struct area){area.y, line.x + 1, area.height, area.width - tree.width - 1};
        draw_vertical(&ui->terminal, line, ROLE_FAINT);
    } else {
        int rows = area.height / 3 > HEX_ROWS_LEAST ? area.height / 3 : HEX_ROWS_LEAST;
        if (rows > area.height - 1 - TREE_ROWS_LEAST)
            rows = area.height - 1 - TREE_ROWS_LEAST > 1 ? area.height - 1 - TREE_ROWS_LEAST : 1;
        tree.height = area.height - rows - 1;
        line = (struct area){area.y + tree.height, area.x, 1, area.width};
        hex = (struct area){line.y + 1, area.x, rows, area.width};
        draw_horizontal(&ui->terminal, line, ROLE_FAINT);
    }
    list_set(&v->list, 0, v->line_count, (unsigned)(tree.height > 0 ? tree.height : 0));
    struct area inner = tree;
    inner.width--;
    for (int row = 0; row < tree.height; row++) {
        uint64_t number;
        if (list_at(&v->list, (unsigned)row, &number))
            draw_item(v, ui, inner, row, number, focused);
    }
    draw_scroll_bar(&ui->terminal, tree, &v->list);
    draw_bytes(v, ui, hex);
}
