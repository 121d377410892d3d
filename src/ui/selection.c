#include "ui/selection.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_LEAST = 1024 };

void selection_init(struct selection *s, bool (*passes)(void *user, const struct model_row *row, uint64_t number),
                    void *user)
{
    *s = (struct selection){.passes = passes, .user = user};
}

void selection_free(struct selection *s)
{
    free(s->rows);
    s->rows = NULL;
}

void selection_reset(struct selection *s)
{
    s->first = s->end = s->next = 0;
}

static bool grow(struct selection *s)
{
    size_t slots = s->slots == 0 ? SLOTS_LEAST : s->slots * 2;
    uint64_t *rows = malloc(slots * sizeof *rows);
    if (rows == NULL)
        return false;
    for (uint64_t i = s->first; i < s->end; i++)
        rows[i & (slots - 1)] = s->rows[i & (s->slots - 1)];
    free(s->rows);
    s->rows = rows;
    s->slots = slots;
    return true;
}

bool selection_work(struct selection *s, const struct model *m, size_t most)
{
    while (s->first < s->end && selection_row(s, s->first) < m->first_row)
        s->first++;
    if (s->next < m->first_row)
        s->next = m->first_row;
    bool worked = s->next < m->end_row;
    for (; most > 0 && s->next < m->end_row; most--) {
        const struct model_row *row = model_row(m, s->next);
        if (s->passes(s->user, row, s->next)) {
            unsigned n = s->positions != NULL ? s->positions(s->user, row) : 1;
            if (s->end - s->first + n > s->slots && !grow(s))
                return false;
            while (n-- > 0)
                s->rows[s->end++ & (s->slots - 1)] = s->next;
        }
        s->next++;
    }
    return worked;
}

uint64_t selection_find(const struct selection *s, uint64_t row)
{
    uint64_t low = s->first, high = s->end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (selection_row(s, middle) < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
