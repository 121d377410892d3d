#include "websocket/deflate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

const uint8_t deflate_tail[DEFLATE_TAIL] = {0x00, 0x00, 0xFF, 0xFF};

/* The second inflater of a window that is not known. */
struct twin {
    z_stream z;
    uint64_t known; /* bytes that came out since the last one that is not known */
};

enum { LINE = 64, STATE = 7680 }; /* of a cache; zlib's state with what a library of another make may add */

/* zlib's state and window lie in the same block behind it, one after the other, so that a message can fetch all that it will
 * need: among a thousand connections that take turns, each window is in no cache when its next message comes. */
struct deflate {
    z_stream z;
    const struct wsd_allocator *from;
    size_t size;       /* of the block */
    size_t used;       /* of it, from its beginning */
    size_t last;       /* where the last piece begins that was taken */
    struct twin *twin; /* NULL: the window is known */
    uint8_t window_bits;
    bool ended; /* a block with BFINAL was the last thing */
};

/* zlib's own deflate writes windows of 9 bits where 8 were asked for, so 8 is read as 9: it can only read more. */
static unsigned clamped(uint8_t window_bits)
{
    return window_bits < 9 ? 9 : window_bits > 15 ? 15 : window_bits;
}

static int raw_bits(uint8_t window_bits)
{
    return -(int)clamped(window_bits);
}

uint32_t deflate_window(uint8_t window_bits)
{
    return (uint32_t)1 << clamped(window_bits);
}

/* ---- memory --------------------------------------------------------------------------------------------------- */

static size_t whole_lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

/* What does not fit into the block, of a window larger than it was made for or a zlib of another make, is malloc's. */
static void *take_piece(void *user, uInt count, uInt size)
{
    struct deflate *d = user;
    size_t bytes = (size_t)count * size;
    if (bytes > d->size - d->used)
        return calloc(count, size);
    d->last = d->used;
    d->used += whole_lines(bytes) < d->size - d->used ? whole_lines(bytes) : d->size - d->used;
    return (uint8_t *)d + d->last;
}

static void give_piece(void *user, void *piece)
{
    struct deflate *d = user;
    uintptr_t at = (uintptr_t)piece - (uintptr_t)d;
    if (at >= d->size)
        free(piece);
    else if (at == d->last)
        d->used = d->last;
}

static void *take_block(const struct wsd_allocator *from, size_t size)
{
    return from->take != NULL ? from->take(from->user, size) : malloc(size);
}

static void give_block(struct deflate *d)
{
    if (d->from->take != NULL)
        d->from->give(d->from->user, d, d->size);
    else
        free(d);
}

/* Asks for all of the block to be on its way, unless the message is too short to use much of it. */
static void fetch(const struct deflate *d, size_t message)
{
#if defined(__GNUC__)
    for (size_t at = 0; message >= LINE && at < d->used; at += LINE)
        __builtin_prefetch((const uint8_t *)d + at, 1);
#else
    (void)d, (void)message;
#endif
}

struct deflate *deflate_new(const struct wsd_allocator *from, uint8_t window_bits)
{
    size_t head = whole_lines(sizeof(struct deflate));
    size_t size = head + STATE + deflate_window(window_bits);
    struct deflate *d = take_block(from, size);
    if (d == NULL)
        return NULL;
    *d = (struct deflate){.from = from, .size = size, .used = head, .last = size, .window_bits = window_bits};
    d->z.zalloc = take_piece;
    d->z.zfree = give_piece;
    d->z.opaque = d;
    if (inflateInit2(&d->z, raw_bits(window_bits)) != Z_OK) {
        give_block(d);
        return NULL;
    }
    return d;
}

static void drop_twin(struct deflate *d)
{
    if (d->twin == NULL)
        return;
    inflateEnd(&d->twin->z);
    free(d->twin);
    d->twin = NULL;
}

void deflate_free(struct deflate *d)
{
    if (d == NULL)
        return;
    drop_twin(d);
    inflateEnd(&d->z);
    give_block(d);
}

int deflate_reset(struct deflate *d, uint8_t window_bits)
{
    drop_twin(d);
    d->ended = false;
    d->window_bits = window_bits;
    return inflateReset2(&d->z, raw_bits(window_bits)) == Z_OK ? 0 : -ENOMEM;
}

/* ---- a window that is not known ------------------------------------------------------------------------------- */

static int add_twin(struct deflate *d, uint8_t window_bits)
{
    struct twin *twin = calloc(1, sizeof *twin);
    if (twin == NULL || inflateInit2(&twin->z, raw_bits(window_bits)) != Z_OK) {
        free(twin);
        return -ENOMEM;
    }
    d->twin = twin;
    return 0;
}

static int fill_window(z_stream *z, uint8_t value, uint32_t size, uint8_t *scratch)
{
    memset(scratch, value, size);
    return inflateSetDictionary(z, scratch, size) == Z_OK ? 0 : -ENOMEM;
}

int deflate_unknown(struct deflate *d, uint8_t window_bits, uint8_t *scratch)
{
    uint32_t size = deflate_window(window_bits);
    int rc = deflate_reset(d, window_bits);
    rc = rc != 0 ? rc : add_twin(d, window_bits);
    rc = rc != 0 ? rc : fill_window(&d->z, 0, size, scratch);
    return rc != 0 ? rc : fill_window(&d->twin->z, 0xFF, size, scratch);
}

size_t deflate_memory(const struct deflate *d)
{
    if (d == NULL)
        return 0;
    size_t window = deflate_window(d->window_bits);
    bool inside = whole_lines(sizeof *d) + STATE + window <= d->size;
    return d->size + (inside ? 0 : window) + (d->twin != NULL ? sizeof *d->twin + STATE + window : 0);
}

bool deflate_exact(const struct deflate *d)
{
    return d->twin == NULL;
}

static int tell_run(struct deflate *d, const uint8_t *bytes, size_t n, bool known, deflate_fn *out, void *user)
{
    d->twin->known = known ? d->twin->known + n : 0;
    return out(user, (struct wsd_bytes){bytes, n}, known);
}

/* Where both inflaters agree, the bytes are known. */
static int tell_runs(struct deflate *d, const uint8_t *scratch, size_t n, deflate_fn *out, void *user)
{
    const uint8_t *a = scratch, *b = scratch + DEFLATE_BLOCK;
    int rc = 0;
    for (size_t at = 0, end; at < n && rc == 0; at = end) {
        bool known = a[at] == b[at];
        for (end = at + 1; end < n && (a[end] == b[end]) == known; end++)
            ;
        rc = tell_run(d, a + at, end - at, known, out, user);
    }
    if (d->twin->known >= deflate_window(d->window_bits))
        drop_twin(d);
    return rc;
}

static int tell(struct deflate *d, const uint8_t *scratch, size_t n, deflate_fn *out, void *user)
{
    if (n == 0)
        return 0;
    return d->twin == NULL ? out(user, (struct wsd_bytes){scratch, n}, true) : tell_runs(d, scratch, n, out, user);
}

/* ---- inflating ------------------------------------------------------------------------------------------------ */

/* A new deflate stream behind a final block, over the same window. */
static int go_on(z_stream *z, uint8_t *scratch)
{
    uInt length = 0;
    if (inflateGetDictionary(z, scratch, &length) != Z_OK || inflateReset(z) != Z_OK)
        return DEFLATE_BROKEN;
    return length > 0 && inflateSetDictionary(z, scratch, length) != Z_OK ? DEFLATE_BROKEN : 0;
}

static int go_on_after_final(struct deflate *d, uint8_t *scratch)
{
    int rc = go_on(&d->z, scratch);
    if (rc == 0 && d->twin != NULL)
        rc = go_on(&d->twin->z, scratch);
    d->ended = rc != 0;
    return rc;
}

/* One call of zlib, and the same of the twin. Returns zlib's result; *made: bytes that came out. */
static int step(struct deflate *d, uint8_t *scratch, uInt space, uInt *made)
{
    if (d->twin != NULL) {
        z_stream *z = &d->twin->z;
        z->next_in = d->z.next_in;
        z->avail_in = d->z.avail_in;
        z->next_out = scratch + DEFLATE_BLOCK;
        z->avail_out = space;
        if (inflate(z, Z_SYNC_FLUSH) == Z_MEM_ERROR)
            return Z_MEM_ERROR;
    }
    d->z.next_out = scratch;
    d->z.avail_out = space;
    int rc = inflate(&d->z, Z_SYNC_FLUSH);
    *made = space - d->z.avail_out;
    return rc;
}

bool deflate_at_border(const struct deflate *d)
{
    /* zlib.h: 128 in data_type says that inflate stands right behind a block. */
    return d->ended || (d->z.data_type & 128) != 0;
}

int deflate_piece(struct deflate *d, struct wsd_bytes piece, size_t tail, uint64_t most, uint8_t *scratch,
                  deflate_fn *out, void *user)
{
    uint64_t told = 0;
    if (deflate_at_border(d))
        fetch(d, piece.length);
    d->z.next_in = piece.data;
    d->z.avail_in = (uInt)piece.length;
    for (;;) {
        if (d->ended) {
            /* Behind a final block a sender owes one empty byte in front of the tail; some do not send it. */
            if (d->z.avail_in <= tail)
                return 0;
            int rc = go_on_after_final(d, scratch);
            if (rc != 0)
                return rc;
        }
        uint64_t room = most - told;
        uInt space = room < DEFLATE_BLOCK ? (uInt)room + 1 : DEFLATE_BLOCK; /* one more shows that it is too much */
        uInt n = 0;
        int rc = step(d, scratch, space, &n);
        if (rc == Z_MEM_ERROR)
            return -ENOMEM;
        if (n > room) {
            int stop = tell(d, scratch, (size_t)room, out, user);
            return stop != 0 ? stop : DEFLATE_LIMIT;
        }
        told += n;
        int stop = tell(d, scratch, n, out, user);
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
