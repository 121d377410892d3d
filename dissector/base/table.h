/*
 * table.h: an index from hash to a 32-bit number, open addressing, linear probing.
 *
 * It knows no keys: the caller compares what the number stands for. A slot is 8 bytes: the hash's low 32 bits and the
 * number plus one, 0 meaning free. At most three slots in four are used; removal shifts back, so there are no
 * tombstones and an old table is as fast as a new one.
 *
 *     for (struct probe p = table_probe(t, hash); table_next(t, &p);)
 *         if (mine(p.value)) ...
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
    uint32_t hash, value; /* value: number + 1 */
};

struct table {
    struct table_slot *slots;
    uint32_t mask, used; /* mask + 1 slots, a power of two */
};

struct probe {
    uint32_t hash, at;
    uint32_t value; /* the number found */
};

/* Returns 0 or -ENOMEM. */
int table_init(struct table *table);
void table_free(struct table *table);

/* Adds a number that is not in the table yet. Returns 0 or -ENOMEM. */
int table_add(struct table *table, uint64_t hash, uint32_t value);

/* Removes it; it must be there. */
void table_remove(struct table *table, uint64_t hash, uint32_t value);

/* Where table_next() looks first, to be asked for ahead. */
static inline const void *table_place(const struct table *table, uint64_t hash)
{
    return &table->slots[(uint32_t)hash & table->mask];
}

static inline struct probe table_probe(const struct table *table, uint64_t hash)
{
    return (struct probe){(uint32_t)hash, (uint32_t)hash & table->mask, 0};
}

/* Moves to the next number with this hash; false when there is none. */
static inline bool table_next(const struct table *table, struct probe *p)
{
    for (;;) {
        const struct table_slot *slot = &table->slots[p->at];
        if (slot->value == 0)
            return false;
        p->at = (p->at + 1) & table->mask;
        if (slot->hash == p->hash) {
            p->value = slot->value - 1;
            return true;
        }
    }
}

#endif
