/*
 * view_fields.h: the part of the detail that shows a message as it was on the wire: the tree of its header fields, and its bytes
 * in hex, in which those of the selected field stand out; a byte that is selected selects its field.
 */
#ifndef UI_VIEW_FIELDS_H
#define UI_VIEW_FIELDS_H

#include "ui/fields.h"
#include "ui/list.h"
#include "ui/view.h"

struct field_view {
    struct fields fields;
    struct list list; /* of lines: items that are not folded away */
    uint32_t *lines;  /* items */
    size_t line_count, line_slots;
    uint8_t *folded; /* by group */
    uint32_t folded_slots;
    struct list hex; /* its window; the cursor is where the field begins */
    bool by_byte;    /* a byte is selected, not only a field */
    size_t byte;
    struct area hex_area; /* where it was drawn last */
    unsigned width;       /* bytes a line */
};

void field_view_make(struct field_view *v, const struct model *model, const struct model_row *row);
void field_view_free(struct field_view *v);
bool field_view_act(struct field_view *v, enum command command);
bool field_view_mouse(struct field_view *v, const struct mouse *mouse, struct area area);
enum found field_view_find(struct field_view *v, int64_t n, const struct pattern *pattern); /* as view.find */
void field_view_draw(struct field_view *v, struct ui *ui, struct area area, bool focused);

/* A line of bytes in hex and ASCII, those from `from` to before `to` (offsets in the payload) in the look of the selected field. */
void draw_hex_line(struct pen *pen, size_t offset, struct wsd_bytes bytes, unsigned width, size_t from, size_t to);

/* Bytes a line that so many columns have room for: 8, 16 or 32. */
unsigned hex_width(int columns);

#endif
