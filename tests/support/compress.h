/*
 * compress.h: the sender's side of permessage-deflate (RFC 7692 7.2.1), for tests: zlib, without the four bytes of the tail.
 */
#ifndef SUPPORT_COMPRESS_H
#define SUPPORT_COMPRESS_H

#include "base/event.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A window of bits, 9 to 15; it aborts when there is no memory. */
static inline void compress_begin(z_stream *z, int bits)
{
    memset(z, 0, sizeof *z);
    if (deflateInit2(z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
}

/* Compresses one message behind the ones before; returns its length, which must fit into size. */
static inline size_t compress_message(z_stream *z, struct wsd_bytes in, uint8_t *out, size_t size)
{
    z->next_in = (Bytef *)(uintptr_t)in.data;
    z->avail_in = (uInt)in.length;
    z->next_out = out;
    z->avail_out = (uInt)size;
    if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_out == 0)
        abort();
    return size - z->avail_out - 4;
}

static inline void compress_end(z_stream *z)
{
    deflateEnd(z);
}

#endif
