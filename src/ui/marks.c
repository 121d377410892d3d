#include "ui/marks.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_LEAST = 16 };

/* Index of the first that is not below the row. */
static size_t find(const struct marks *m, uint64_t row)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (m->rows[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool marks_has(const struct marks *m, uint64_t row)
{
    size_t at = find(m, row);
    return at < m->count && m->rows[at] == row;
}

bool marks_toggle(struct marks *m, uint64_t row)
{
    size_t at = find(m, row);
    if (at < m->count && m->rows[at] == row) {
        m->count--;
        memmove(m->rows + at, m->rows + at + 1, (m->count - at) * sizeof *m->rows);
        return true;
    }
    if (m->count == m->slots) {
        size_t slots = m->slots == 0 ? SLOTS_LEAST : m->slots * 2;
        uint64_t *rows = realloc(m->rows, slots * sizeof *rows);
        if (rows == NULL)
            return false;
        m->rows = rows;
        m->slots = slots;
    }
    memmove(m->rows + at + 1, m->rows + at, (m->count - at) * sizeof *m->rows);
    m->rows[at] = row;
    m->count++;
    return true;
}

void marks_clear(struct marks *m)
{
    free(m->rows);
    *m = (struct marks){0};
}
