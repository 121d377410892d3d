#include "base/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { FIRST_SLOTS = 256 };

int table_init(struct table *table)
{
    table->slots = calloc(FIRST_SLOTS, sizeof *table->slots);
    table->mask = FIRST_SLOTS - 1;
    table->used = 0;
    return table->slots == NULL ? -ENOMEM : 0;
}

void table_free(struct table *table)
{
    free(table->slots);
    *table = (struct table){0};
}

static void put(struct table *table, struct table_slot slot)
{
    uint32_t at = slot.hash & table->mask;
    while (table->slots[at].value != 0)
        at = (at + 1) & table->mask;
    table->slots[at] = slot;
}

static int grow(struct table *table)
{
    size_t count = (size_t)table->mask + 1;
    struct table bigger = {calloc(count * 2, sizeof *table->slots), (uint32_t)(count * 2 - 1), table->used};
    if (bigger.slots == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (table->slots[i].value != 0)
            put(&bigger, table->slots[i]);
    free(table->slots);
    *table = bigger;
    return 0;
}

int table_add(struct table *table, uint64_t hash, uint32_t value)
{
    if (table->used >= table->mask - table->mask / 4 && grow(table) < 0)
        return -ENOMEM;
    put(table, (struct table_slot){(uint32_t)hash, value + 1});
    table->used++;
    return 0;
}

void table_remove(struct table *table, uint64_t hash, uint32_t value)
{
    uint32_t hole = (uint32_t)hash & table->mask;
    while (table->slots[hole].value != value + 1) {
        assert(table->slots[hole].value != 0);
        hole = (hole + 1) & table->mask;
    }
    /* Whatever follows in the same run moves back when the hole lies between its own place and where it stands. */
    for (uint32_t at = (hole + 1) & table->mask; table->slots[at].value != 0; at = (at + 1) & table->mask) {
        uint32_t home = table->slots[at].hash & table->mask;
        if (((at - home) & table->mask) >= ((at - hole) & table->mask)) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole] = (struct table_slot){0, 0};
    table->used--;
}
