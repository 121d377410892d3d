/*
 * pointer.h: the mouse: where it was pressed, and who is told: a view, the bars, or the line between list and detail.
 */
#ifndef UI_POINTER_H
#define UI_POINTER_H

#include "ui/layout.h"

struct pointer {
    bool dragging;   /* the line */
    int64_t clicked; /* ms, 0: a second click makes no double click */
    int clicked_y, clicked_x;
};

/* Curses has an event. Returns the command of the key bar that was clicked on, or COMMAND_NONE. now: ms, monotonic. */
enum command pointer_event(struct pointer *pointer, struct ui *ui, const struct layout *layout, int64_t now);

#endif
