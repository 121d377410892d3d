/*
 * windows.h: memory for the windows of compressed connections, in huge pages where the system has them.
 *
 * Blocks of one size are cut out of slabs of 2 MiB. A slab goes when its last block has been given back, but for one that waits
 * for the next connection. Of blocks given back in other slabs few keep their memory: an eighth of those in use and a slab's
 * worth, so that what is in memory is what is counted (wsd_limits.memory). One thread at a time.
 */
#ifndef WINDOWS_H
#define WINDOWS_H

#include "base/allocator.h"

enum { WINDOWS_SLAB = 2 << 20 }; /* bytes */

struct window_slab;

/* Begins as zeros. */
struct windows {
    struct window_slab *open; /* slabs with room */
    size_t size;              /* of a block: that of the first window of 32 KiB; blocks of other sizes are malloc's */
    size_t slabs;             /* how many there are */
    size_t taken, idle;       /* blocks in use, and given back */
};

/* What takes blocks from windows and gives them back to it; windows is borrowed. */
struct wsd_allocator windows_allocator(struct windows *windows);

/* When all blocks have been given back. */
void windows_free(struct windows *windows);

#endif
