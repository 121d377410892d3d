#include "ui/history.h"

#include <stdio.h>
#include <string.h>

void history_add(struct history *h, const char *line)
{
    size_t at = 0;
    while (at < h->count && strcmp(h->line[at], line) != 0)
        at++;
    if (at == h->count && h->count < HISTORY_LINES)
        h->count++;
    if (at == HISTORY_LINES)
        at--;
    memmove(h->line + 1, h->line, at * sizeof *h->line);
    snprintf(h->line[0], sizeof h->line[0], "%s", line);
}
