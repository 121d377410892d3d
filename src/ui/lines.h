/*
 * lines.h: one row of the model as one line on the screen, for every view that lists rows.
 *
 *     10:00:01.125  #1  → text      18 B   {"sub":"trades"}
 *     time          connection      size   preview, by what the row is
 */
#ifndef UI_LINES_H
#define UI_LINES_H

#include "output/human.h"
#include "ui/draw.h"
#include "ui/model.h"
#include "ui/settings.h"

struct line_style {
    const struct terminal *terminal;
    enum time_mode time;
    int64_t start, previous; /* what times are told since */
    bool connection;         /* which connection it is of is shown */
    bool wire_size;          /* a column for the size on the wire */
    bool fine;               /* microseconds, else milliseconds */
    struct human_clock clock;
    bool narrow; /* seconds only, and no sizes: the payload is to have some room */
};

/* Columns before what the row says. */
int line_indent(const struct line_style *style);

void line_headings(struct pen *pen, const struct line_style *style);
void line_draw(struct pen *pen, struct line_style *style, const struct model_row *row);

/* What is searched for in it: payload, URL, or what was found; empty where there is nothing. */
struct wsd_bytes line_text(const struct model_row *row);

/* A time as the style tells it, in exactly as many columns as it takes. */
void line_time(struct pen *pen, enum role role, struct line_style *style, int64_t time);

/* The beginning of a payload as one line in at most `columns`: JSON without its blanks, text, or bytes in hex. */
void line_preview(struct pen *pen, enum role role, const struct record_message *message, int columns);

/* The role of what a side sent. */
enum role line_sender(uint8_t direction);
enum role line_severity(enum wsd_severity severity);

#endif
