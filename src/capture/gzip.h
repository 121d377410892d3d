/*
 * gzip.h: a read function on a read function: gzip members (RFC 1952) in, the bytes in them out.
 *
 * Gives what can be inflated from what has arrived, without waiting for more. Zeros after the last member are padding
 * (tapes and some writers leave them) and are passed over. A member that is cut gives everything before the cut.
 */
#ifndef CAPTURE_GZIP_H
#define CAPTURE_GZIP_H

#include "capture/reader.h"

struct gzip;

static inline bool gzip_magic(const uint8_t *bytes)
{
    return bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* The input begins with the `count` bytes at `first`, at most READER_SIZE, and goes on with `read`. NULL: no memory. */
struct gzip *gzip_open(const uint8_t *first, size_t count, reader_read_fn *read, void *user);
void gzip_close(struct gzip *gzip);

reader_read_fn gzip_read; /* user: struct gzip */

#endif
