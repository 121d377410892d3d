/*
 * searching.h: from line to line of the view that has the keyboard, to the next one that matches, a slice at a time.
 */
#ifndef UI_SEARCHING_H
#define UI_SEARCHING_H

#include <stdbool.h>
#include <stdint.h>

struct ui;

struct writer;

struct searching {
    int direction; /* 0: nothing is searched for; 1: forward; -1: back */
    int64_t at;    /* the line that is next, from the cursor */
};

/* For the pattern that was entered last; says so where there is none. */
void searching_begin(struct ui *ui, int direction);

/* Some lines. Whether there are more: else the cursor is on the one that was found, or it was said that there is none. */
bool searching_work(struct ui *ui);

/* How far it has come, for the status line. */
void searching_status(const struct ui *ui, struct writer *text);

/* What was typed (ui.entry) is searched for from now on; a mistake is shown there. */
void searching_enter(struct ui *ui);

#endif
