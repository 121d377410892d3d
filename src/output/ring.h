/*
 * ring.h: names of files that follow each other, of which the last ones are kept.
 *
 *     captures/shop.pcapng  ->  captures/shop_00001_20261122100000.pcapng      number, local time when it was begun
 */
#ifndef OUTPUT_RING_H
#define OUTPUT_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring;

/* keep: files, 0: all. path is borrowed. NULL: no memory. */
struct ring *ring_new(const char *path, uint64_t keep);
void ring_free(struct ring *ring);

/* The next file's name, borrowed until the next call, for a file that is begun at `time` (seconds since 1970). NULL: no memory. */
const char *ring_next(struct ring *ring, int64_t time);

/* To be called when the next file is there: removes those that are too many. */
void ring_trim(struct ring *ring);

#endif
