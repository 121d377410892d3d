/*
 * marks.h: the rows that the user has marked, as an ordered set of row numbers.
 */
#ifndef UI_MARKS_H
#define UI_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct marks {
    uint64_t *rows; /* ascending */
    size_t count, slots;
};

bool marks_has(const struct marks *marks, uint64_t row);

/* Marks it, or takes the mark away. False when there is no memory. */
bool marks_toggle(struct marks *marks, uint64_t row);

/* All marks are taken away, and their memory with them. */
void marks_clear(struct marks *marks);

#endif
