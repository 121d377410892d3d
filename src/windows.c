#include "windows.h"

#include <stdbool.h>
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

enum { ALIGNMENT = 64, LARGE = 32 << 10, PAGE = 4096, IDLE_SHARE = 8 };

struct free_block {
    struct free_block *next;
};

/* Stands at the beginning of its 2 MiB, so that a block's address tells its slab. */
struct window_slab {
    struct window_slab *next, *before; /* among those with room */
    struct free_block *free;           /* blocks that were given back */
    size_t cut;                        /* bytes from the beginning that have been made into blocks */
    size_t taken;                      /* blocks */
};

static size_t rounded(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void open_slab(struct windows *w, struct window_slab *s)
{
    s->before = NULL;
    s->next = w->open;
    if (s->next != NULL)
        s->next->before = s;
    w->open = s;
}

static void close_slab(struct windows *w, struct window_slab *s)
{
    *(s->before != NULL ? &s->before->next : &w->open) = s->next;
    if (s->next != NULL)
        s->next->before = s->before;
}

static bool has_room(const struct windows *w, const struct window_slab *s)
{
    return s->free != NULL || WINDOWS_SLAB - s->cut >= w->size;
}

static struct window_slab *new_slab(struct windows *w)
{
    struct window_slab *s = aligned_alloc(WINDOWS_SLAB, WINDOWS_SLAB);
    if (s == NULL)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (w->slabs > 0) /* the first one takes only the memory that it needs: most captures have a few windows */
        (void)madvise(s, WINDOWS_SLAB, MADV_HUGEPAGE);
#endif
    *s = (struct window_slab){.cut = rounded(sizeof *s)};
    w->slabs++;
    open_slab(w, s);
    return s;
}

/* How many blocks of a slab have been made. */
static size_t blocks_of(const struct windows *w, const struct window_slab *s)
{
    return (s->cut - rounded(sizeof *s)) / w->size;
}

/* The block's place stays, the memory of its whole pages goes. */
static void give_pages(const struct windows *w, struct free_block *block)
{
#ifdef MADV_DONTNEED
    uintptr_t begin = (uintptr_t)(block + 1), end = (uintptr_t)block + w->size;
    begin = (begin + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    (void)madvise((void *)begin, (end & ~(uintptr_t)(PAGE - 1)) - begin, MADV_DONTNEED);
#else
    (void)w, (void)block;
#endif
}

static void *take_block(void *user, size_t size)
{
    struct windows *w = user;
    size = rounded(size);
    if (w->size == 0 && size >= LARGE && size <= WINDOWS_SLAB / 2)
        w->size = size;
    if (size != w->size)
        return malloc(size);
    struct window_slab *s = w->open != NULL ? w->open : new_slab(w);
    if (s == NULL)
        return NULL;
    struct free_block *block = s->free;
    if (block != NULL) {
        s->free = block->next;
        w->idle--;
    } else {
        block = (struct free_block *)((uint8_t *)s + s->cut);
        s->cut += size;
    }
    s->taken++;
    w->taken++;
    if (!has_room(w, s))
        close_slab(w, s);
    return block;
}

static void give_block(void *user, void *memory, size_t size)
{
    struct windows *w = user;
    if (rounded(size) != w->size) {
        free(memory);
        return;
    }
    struct window_slab *s = (struct window_slab *)((uintptr_t)memory & ~(uintptr_t)(WINDOWS_SLAB - 1));
    struct free_block *block = memory;
    if (!has_room(w, s))
        open_slab(w, s);
    block->next = s->free;
    s->free = block;
    s->taken--;
    w->taken--;
    w->idle++;
    if (s->taken > 0 || (w->open == s && s->next == NULL)) {
        if (w->idle > w->taken / IDLE_SHARE + WINDOWS_SLAB / w->size)
            give_pages(w, block);
        return;
    }
    w->idle -= blocks_of(w, s);
    close_slab(w, s);
    w->slabs--;
    free(s);
}

struct wsd_allocator windows_allocator(struct windows *windows)
{
    return (struct wsd_allocator){take_block, give_block, windows};
}

void windows_free(struct windows *windows)
{
    while (windows->open != NULL) {
        struct window_slab *s = windows->open;
        assert(s->before == NULL); /* it is the first one */
        close_slab(windows, s);
        windows->slabs--;
        free(s);
    }
}
