/*
 * editor.h: a line of text that the user types and changes: what the keys do to it, and how it is drawn.
 *
 * What is asked, and what becomes of the text, is its owner's: a search or a filter (entry.h), or a file's name (prompt.h).
 */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H

#include "ui/draw.h"
#include "ui/keys.h"

enum { EDITOR_TEXT = 1024 };

struct editor {
    char text[EDITOR_TEXT]; /* UTF-8, ends with a 0 */
    size_t length, cursor;  /* bytes */
    size_t most;            /* bytes that the text may have, below EDITOR_TEXT */
};

/* Begins with a text, the cursor behind it. */
void editor_set(struct editor *editor, size_t most, const char *text);

/* Bytes of the text go, others stand in their place and before the cursor, if there is room for them. */
void editor_replace(struct editor *editor, size_t from, size_t to, const char *text, size_t length);

/* Moves the cursor to a character, counted from 0; to the end where there are fewer. */
void editor_go(struct editor *editor, unsigned character);

/* A key of the user's (keys.h): what it does not know does nothing. */
void editor_key(struct editor *editor, uint32_t key);

/* The line and its cursor, which is seen; at most so many columns of what stands before it. */
void editor_draw(const struct editor *editor, struct pen *pen, int before);

#endif
