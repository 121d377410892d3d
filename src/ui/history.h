/*
 * history.h: what was entered before, the newest first, each once.
 */
#ifndef UI_HISTORY_H
#define UI_HISTORY_H

#include <stddef.h>

enum history_kind { HISTORY_SEARCH, HISTORY_FILTER, HISTORY_COUNT };
enum { HISTORY_LINES = 16, HISTORY_TEXT = 512 };

struct history {
    char line[HISTORY_LINES][HISTORY_TEXT];
    size_t count;
};

/* It is the newest now; the oldest leaves when there are too many. */
void history_add(struct history *history, const char *line);

#endif
