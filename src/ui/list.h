/*
 * list.h: a cursor and a window over something that has lines: which line is the current one, which is the top one.
 *
 * Lines are positions from `first` to `end`; both may move while the list is on the screen (lines come, lines leave). A
 * list that follows keeps its cursor on the last line; moving up ends that, moving to the last line begins it again.
 */
#ifndef UI_LIST_H
#define UI_LIST_H

#include "ui/keys.h"
#include "ui/mouse.h"

struct list {
    uint64_t first, end; /* lines there are */
    uint64_t cursor, top;
    unsigned height; /* lines that the window shows */
    bool follows;    /* cursor stays on the last line */
    bool can_follow; /* reaching the last line begins following */
};

/* Says which lines there are and how many are seen; cursor and top are moved to where they can be. */
void list_set(struct list *list, uint64_t first, uint64_t end, unsigned height);

/* Puts the cursor on a line, in the middle of the window if it was not seen. */
void list_go(struct list *list, uint64_t line);

/* Moves, when the command is one of moving (COMMAND_UP ... COMMAND_END). Returns whether it was. */
bool list_act(struct list *list, enum command command);

/* The wheel: the window moves by lines, the cursor stays in it. */
void list_scroll(struct list *list, int lines);

/* The wheel, or a press: the cursor goes to the line under it. `above`: lines of the area above the list. Whether it was one of these. */
bool list_mouse(struct list *list, const struct mouse *mouse, int above);

/* The line shown in a row of the window; false: there is none. */
bool list_at(const struct list *list, unsigned row, uint64_t *line);

static inline bool list_empty(const struct list *list)
{
    return list->first == list->end;
}

#endif
