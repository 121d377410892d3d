/*
 * page.h: bytes that end where the memory does: behind the last one lies a page that cannot be read or written, so that one byte
 * read too much is a fault, with and without sanitizers.
 */
#ifndef SUPPORT_PAGE_H
#define SUPPORT_PAGE_H

#include "base/event.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct page {
    uint8_t *map, *end;
    size_t size;
};

/* Room for so many bytes in front of the unreadable page; it aborts when there is no memory. */
static inline struct page page_new(size_t room)
{
    size_t unit = (size_t)sysconf(_SC_PAGESIZE), readable = (room + unit - 1) / unit * unit;
    struct page p = {.size = readable + unit};
    p.map = mmap(NULL, p.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p.map == MAP_FAILED || mprotect(p.map + readable, unit, PROT_NONE) != 0)
        abort();
    p.end = p.map + readable;
    return p;
}

static inline void page_free(struct page *p)
{
    munmap(p->map, p->size);
}

/* A copy of these bytes that ends at the page. */
static inline struct wsd_bytes page_put(const struct page *p, struct wsd_bytes bytes)
{
    if (bytes.length > 0)
        memcpy(p->end - bytes.length, bytes.data, bytes.length);
    return (struct wsd_bytes){p->end - bytes.length, bytes.length};
}

#endif
