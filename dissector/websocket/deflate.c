#include "websocket/deflate.h"

#include <errno.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

const uint8_t deflate_tail[DEFLATE_TAIL] = {0x00, 0x00, 0xFF, 0xFF};

struct deflate {
    z_stream z;
    bool ended; /* a block with BFINAL was the last thing */
};

/* zlib's own deflate writes windows of 9 bits where 8 were asked for, so 8 is read as 9: it can only read more. */
static int raw_bits(uint8_t window_bits)
{
    return window_bits < 9 ? -9 : window_bits > 15 ? -15 : -window_bits;
}

struct deflate *deflate_new(uint8_t window_bits)
{
    struct deflate *d = calloc(1, sizeof *d);
    if (d != NULL && inflateInit2(&d->z, raw_bits(window_bits)) != Z_OK) {
        free(d);
        return NULL;
    }
    return d;
}

void deflate_free(struct deflate *d)
{
    if (d == NULL)
        return;
    inflateEnd(&d->z);
    free(d);
}

int deflate_reset(struct deflate *d, uint8_t window_bits)
{
    d->ended = false;
    return inflateReset2(&d->z, raw_bits(window_bits)) == Z_OK ? 0 : -ENOMEM;
}

/* A new deflate stream behind a final block, over the same window. block: 32 KiB of scratch. */
static int go_on_after_final(struct deflate *d, uint8_t *block)
{
    uInt length = 0;
    if (inflateGetDictionary(&d->z, block, &length) != Z_OK || inflateReset(&d->z) != Z_OK)
        return DEFLATE_BROKEN;
    if (length > 0 && inflateSetDictionary(&d->z, block, length) != Z_OK)
        return DEFLATE_BROKEN;
    d->ended = false;
    return 0;
}

bool deflate_at_border(const struct deflate *d)
{
    /* zlib.h: 128 in data_type says that inflate stands right behind a block. */
    return d->ended || (d->z.data_type & 128) != 0;
}

int deflate_piece(struct deflate *d, struct wsd_bytes piece, size_t tail, uint64_t most, uint8_t *block,
                  deflate_fn *out, void *user)
{
    uint64_t told = 0;
    d->z.next_in = piece.data;
    d->z.avail_in = (uInt)piece.length;
    for (;;) {
        if (d->ended) {
            /* Behind a final block a sender owes one empty byte in front of the tail; some do not send it. */
            if (d->z.avail_in <= tail)
                return 0;
            int rc = go_on_after_final(d, block);
            if (rc != 0)
                return rc;
        }
        uint64_t room = most - told;
        d->z.next_out = block;
        d->z.avail_out = room < DEFLATE_BLOCK ? (uInt)room + 1 : DEFLATE_BLOCK; /* one more shows that it is too much */
        uInt space = d->z.avail_out;
        int rc = inflate(&d->z, Z_SYNC_FLUSH);
        uInt n = space - d->z.avail_out;
        if (rc == Z_MEM_ERROR)
            return -ENOMEM;
        if (n > room) {
            int stop = room == 0 ? 0 : out(user, (struct wsd_bytes){block, (size_t)room});
            return stop != 0 ? stop : DEFLATE_LIMIT;
        }
        told += n;
        int stop = n == 0 ? 0 : out(user, (struct wsd_bytes){block, n});
        if (stop != 0)
            return stop;
        if (rc == Z_STREAM_END)
            d->ended = true;
        else if (rc != Z_OK && rc != Z_BUF_ERROR)
            return DEFLATE_BROKEN;
        else if (d->z.avail_out > 0 || (d->z.avail_in == 0 && deflate_at_border(d)))
            return 0; /* at a border nothing waits to come out, and asking zlib again would move it off the border */
    }
}

const char *deflate_error(const struct deflate *d)
{
    return d->z.msg != NULL ? d->z.msg : "";
}
