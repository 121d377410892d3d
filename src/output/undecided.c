#include "output/undecided.h"

#include "dissector/base/hash.h"
#include "dissector/base/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each kept packet is in two lists: of all, by age, and of its owner. */
struct kept {
    struct kept *older, *newer;
    struct kept *before, *after;
    uint32_t owner; /* place in the row */
    const char *interface;
    struct wsd_packet packet; /* data point behind this struct */
};

struct owner {
    uint64_t number;
    struct kept *first, *last; /* NULL: a free place */
    size_t bytes;
    uint32_t next_free;
};

enum { NO_OWNER = UINT32_MAX };

struct undecided {
    struct table table; /* from number to place */
    struct owner *row;
    uint32_t count, room, free;
    struct kept *oldest, *newest;
    size_t bytes;
    uint64_t lost;
};

struct undecided *undecided_new(void)
{
    struct undecided *u = calloc(1, sizeof *u);
    if (u == NULL || table_init(&u->table) < 0) {
        free(u);
        return NULL;
    }
    u->free = NO_OWNER;
    return u;
}

void undecided_free(struct undecided *u)
{
    if (u == NULL)
        return;
    for (struct kept *k = u->oldest, *next; k != NULL; k = next) {
        next = k->newer;
        free(k);
    }
    table_free(&u->table);
    free(u->row);
    free(u);
}

/* ---- owners */

static uint32_t find(const struct undecided *u, uint64_t number)
{
    for (struct probe p = table_probe(&u->table, hash_counter(number)); table_next(&u->table, &p);)
        if (u->row[p.value].number == number)
            return p.value;
    return NO_OWNER;
}

static uint32_t add(struct undecided *u, uint64_t number)
{
    uint32_t place = u->free;
    if (place == NO_OWNER && u->count == u->room) {
        uint32_t room = u->room > 0 ? u->room * 2 : 64;
        struct owner *larger = realloc(u->row, room * sizeof *larger);
        if (larger == NULL)
            return NO_OWNER;
        u->row = larger;
        u->room = room;
    }
    if (table_add(&u->table, hash_counter(number), place == NO_OWNER ? u->count : place) < 0)
        return NO_OWNER;
    if (place == NO_OWNER)
        place = u->count++;
    else
        u->free = u->row[place].next_free;
    u->row[place] = (struct owner){.number = number};
    return place;
}

static void remove_owner(struct undecided *u, uint32_t place)
{
    table_remove(&u->table, hash_counter(u->row[place].number), place);
    u->row[place] = (struct owner){.next_free = u->free};
    u->free = place;
}

/* ---- packets */

static size_t size_of(const struct kept *k)
{
    return sizeof *k + k->packet.captured;
}

static void append_to_owner(struct undecided *u, struct kept *k, uint32_t place)
{
    struct owner *o = &u->row[place];
    k->owner = place;
    k->before = o->last;
    k->after = NULL;
    *(o->last != NULL ? &o->last->after : &o->first) = k;
    o->last = k;
    o->bytes += size_of(k);
}

static void take_from_owner(struct undecided *u, struct kept *k)
{
    struct owner *o = &u->row[k->owner];
    *(k->before != NULL ? &k->before->after : &o->first) = k->after;
    *(k->after != NULL ? &k->after->before : &o->last) = k->before;
    o->bytes -= size_of(k);
}

/* An owner without packets is no more. */
static void drop(struct undecided *u, struct kept *k)
{
    take_from_owner(u, k);
    if (u->row[k->owner].first == NULL)
        remove_owner(u, k->owner);
    *(k->older != NULL ? &k->older->newer : &u->oldest) = k->newer;
    *(k->newer != NULL ? &k->newer->older : &u->newest) = k->older;
    u->bytes -= size_of(k);
    free(k);
}

static void make_room(struct undecided *u, uint32_t place)
{
    struct owner *o = &u->row[place];
    while (o->bytes > UNDECIDED_OWNER && o->first != o->last && o->first->after != o->last)
        drop(u, o->first->after);
    while (u->bytes > UNDECIDED_MOST && u->oldest != u->newest) {
        drop(u, u->oldest); /* NOLINT(clang-analyzer-unix.Malloc): it thinks that the oldest may have an older one */
        u->lost++;
    }
}

int undecided_keep(struct undecided *u, uint64_t owner, const struct wsd_packet *packet, const char *interface)
{
    struct kept *k = malloc(sizeof *k + packet->captured);
    uint32_t place = k != NULL ? find(u, owner) : NO_OWNER;
    if (k != NULL && place == NO_OWNER)
        place = add(u, owner);
    if (place == NO_OWNER) {
        free(k);
        return -ENOMEM;
    }
    *k = (struct kept){.older = u->newest, .interface = interface, .packet = *packet};
    k->packet.data = (uint8_t *)(k + 1);
    memcpy(k + 1, packet->data, packet->captured);
    *(u->newest != NULL ? &u->newest->newer : &u->oldest) = k;
    u->newest = k;
    u->bytes += size_of(k);
    append_to_owner(u, k, place);
    make_room(u, place);
    return 0;
}

int undecided_join(struct undecided *u, uint64_t owner, uint64_t with)
{
    uint32_t from = find(u, owner), to = find(u, with);
    if (from == NO_OWNER)
        return 0;
    if (to == NO_OWNER && (to = add(u, with)) == NO_OWNER) {
        undecided_release(u, owner, NULL, NULL);
        return -ENOMEM;
    }
    for (struct kept *k; (k = u->row[from].first) != NULL;) {
        take_from_owner(u, k);
        append_to_owner(u, k, to);
    }
    remove_owner(u, from);
    return 0;
}

void undecided_release(struct undecided *u, uint64_t owner, undecided_fn *tell, void *user)
{
    uint32_t place = find(u, owner);
    bool more = place != NO_OWNER;
    while (more) {
        struct kept *k = u->row[place].first;
        more = k->after != NULL;
        if (tell != NULL)
            tell(user, &k->packet, k->interface);
        drop(u, k);
    }
}

uint64_t undecided_lost(const struct undecided *u)
{
    return u->lost;
}
