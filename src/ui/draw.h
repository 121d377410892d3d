/*
 * draw.h: text on the screen: by role, never wider than its place, never with a byte of the wire's that was not escaped.
 *
 * A pen writes one line of an area from left to right. Widths are columns of the terminal, as wcwidth() tells them. A pen
 * with a base other than ROLE_NORMAL (the cursor's line) writes everything in that look.
 */
#ifndef UI_DRAW_H
#define UI_DRAW_H

#include "dissector/base/writer.h"
#include "filter/pattern.h"
#include "output/terminal.h"
#include "ui/theme.h"

struct area {
    int y, x, height, width;
};

/* What is left of an area below so many lines of it. */
static inline struct area area_below(struct area area, int lines)
{
    int height = area.height > lines ? area.height - lines : 0;
    return (struct area){area.y + lines, area.x, height, area.width};
}

struct list;

struct pen {
    int y, x, end; /* the next column, and the one behind the last */
    int left;      /* the first column */
    enum role base;
    const struct terminal *terminal;
};

/* Colours of a theme; false in a terminal that has none. Called once curses has begun, and when the theme changes. */
void draw_theme(enum theme theme, bool color);

/* What pen_bytes() writes and this matches stands out, until another is set; NULL: nothing. Borrowed. */
void draw_highlight(const struct pattern *pattern);

struct pen pen_at(const struct terminal *terminal, struct area area, int row, enum role base);

/* Text of ours: UTF-8, cut at the pen's end. */
void pen_text(struct pen *pen, enum role role, const char *text);

/* As printf, at most 512 characters. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void pen_format(struct pen *pen, enum role role, const char *format, ...);

/* Bytes of the wire's, escaped; in at most `columns`, with an ellipsis where they do not fit, or there is more of them. */
void pen_bytes(struct pen *pen, enum role role, struct wsd_bytes bytes, int columns, bool more);

/* As pen_bytes(), but the end is shown and the beginning left out. */
void pen_bytes_end(struct pen *pen, enum role role, struct wsd_bytes bytes, int columns);

/* Text of ours in exactly so many columns, on their left or right side; cut with an ellipsis. */
void pen_left(struct pen *pen, enum role role, const char *text, int columns);
void pen_right(struct pen *pen, enum role role, const char *text, int columns);

/* Blanks up to a column counted from the pen's first one; to the end of the line. */
void pen_to(struct pen *pen, int column);
void pen_end(struct pen *pen);

/* Text of ours from the top of an area on, broken between words. Returns the lines that all of it takes. */
int draw_wrapped(const struct terminal *terminal, struct area area, enum role role, const char *text);

/* Of text, as many bytes as fit into so many columns and end before two blanks, or one, if they can. */
size_t draw_line_of(const char *text, int columns);

/* Columns of UTF-8 text without controls. */
int draw_columns(const char *text);

/* A vertical or horizontal line; a scroll bar at the right side of an area. */
void draw_vertical(const struct terminal *terminal, struct area area, enum role role);
void draw_horizontal(const struct terminal *terminal, struct area area, enum role role);
void draw_scroll_bar(const struct terminal *terminal, struct area area, const struct list *list);

/* A sparkline of n columns: block characters by value, ASCII where the locale has none. */
void pen_spark(struct pen *pen, enum role role, const uint32_t *values, unsigned n, uint32_t most);

#endif
