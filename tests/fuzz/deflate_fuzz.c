/*
 * deflate_fuzz.c: any bytes as compressed messages of one direction.
 *
 * The first byte chooses the window and whether it is taken over, the second the size of the pieces, the third the limit; a message
 * is a length byte (times 8) and that many bytes. Each is inflated at once with its tail, in pieces with the tail behind the last
 * one, and with the tail apart: the bytes, the result and the words for an error are the same, and never more than the limit.
 * A fourth inflater joins before one of the messages, with a window that is not known: it makes as many bytes of them, and those that it
 * calls known are the same; once it is exact it calls all of them known.
 * (Not so for a smaller window that the data reach out of: zlib takes such a distance while it points into the block of output at
 * hand.)
 */
#include "base/bytes.h"
#include "websocket/deflate.h"
#include "support/require.h"

#include <stdlib.h>
#include <string.h>

enum { OUT_MOST = 1 << 18 };

struct way {
    struct deflate *deflate;
    size_t piece;
    bool tail_apart;
    size_t length;
    uint64_t hash;
    int rc;
    uint8_t *out;           /* OUT_MOST bytes, NULL: not kept */
    const struct way *seen; /* what known bytes must be, as far as it goes; NULL: nobody says */
};

static const struct wsd_allocator from_malloc;
static uint8_t block[DEFLATE_SCRATCH];

static int take(void *user, struct wsd_bytes bytes, bool known)
{
    struct way *w = user;
    require(bytes.length > 0 && bytes.length <= DEFLATE_BLOCK);
    require(known || !deflate_exact(w->deflate));
    if (w->out != NULL)
        memcpy(w->out + w->length, bytes.data, bytes.length);
    if (w->seen != NULL && known && w->length < w->seen->length)
        require(memcmp(w->seen->out + w->length, bytes.data, bytes_first(bytes, w->seen->length - w->length).length) ==
                0);
    w->length += bytes.length;
    for (size_t i = 0; i < bytes.length; i++)
        w->hash = (w->hash ^ bytes.data[i]) * UINT64_C(0x100000001b3);
    return 0;
}

/* From memory of exactly its size. */
static int feed(struct way *w, struct wsd_bytes bytes, bool tail, uint64_t limit)
{
    size_t n = bytes.length + (tail ? DEFLATE_TAIL : 0);
    if (n == 0)
        return 0;
    uint8_t *copy = malloc(n);
    require(copy != NULL);
    if (bytes.length > 0)
        memcpy(copy, bytes.data, bytes.length);
    if (tail)
        memcpy(copy + bytes.length, deflate_tail, DEFLATE_TAIL);
    int rc = deflate_piece(w->deflate, bytes_of(copy, n), tail ? DEFLATE_TAIL : 0, limit - w->length, block, take, w);
    free(copy);
    return rc;
}

static void inflate_message(struct way *w, struct wsd_bytes bytes, uint64_t limit)
{
    w->length = 0;
    w->hash = UINT64_C(0xcbf29ce484222325);
    w->rc = 0;
    while (w->rc == 0 && bytes.length > w->piece) {
        w->rc = feed(w, bytes_first(bytes, w->piece), false, limit);
        bytes = bytes_after(bytes, w->piece);
    }
    if (w->rc == 0 && w->tail_apart) {
        w->rc = feed(w, bytes, false, limit);
        bytes = bytes_of(NULL, 0);
    }
    if (w->rc == 0)
        w->rc = feed(w, bytes, true, limit);
    require(w->length <= limit && w->rc >= 0);
    require(w->rc != DEFLATE_LIMIT || w->length == limit);
}

static void compare(const struct way *a, const struct way *b)
{
    require(a->rc == b->rc && a->length == b->length && a->hash == b->hash);
    if (a->rc == DEFLATE_BROKEN)
        require(strcmp(deflate_error(a->deflate), deflate_error(b->deflate)) == 0);
    if (a->rc == 0)
        require(deflate_at_border(a->deflate) == deflate_at_border(b->deflate));
}

/* The message that `seen` has just inflated, by one who did not see what came before. */
static void inflate_joined(struct way *w, const struct way *seen, uint8_t bits, struct wsd_bytes bytes, uint64_t limit)
{
    if (bytes.length == 0) /* inflates to nothing, without being asked of the inflater (message.c) */
        return;
    if (w->deflate == NULL) {
        require((w->deflate = deflate_new(&from_malloc, bits)) != NULL);
        require(deflate_unknown(w->deflate, bits, block) == 0);
    }
    w->seen = seen;
    inflate_message(w, bytes, limit);
    require(seen->rc == DEFLATE_BROKEN || (w->rc == seen->rc && w->length == seen->length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    uint8_t bits = (uint8_t)(8 + data[0] % 8);
    bool takeover = data[0] & 8;
    uint64_t limit = data[2] < 128 ? (uint64_t)data[2] * 16 : OUT_MOST;
    struct way ways[] = {{.piece = SIZE_MAX}, {.piece = 1u + data[1]}, {.piece = 1u + data[1] % 5, .tail_apart = true}};
    static uint8_t truth[OUT_MOST];
    struct way joined = {.piece = 1u + data[1] % 7};
    unsigned joins = data[1] % 4, number = 0;
    ways[0].out = truth;
    struct wsd_bytes rest = bytes_of(data + 3, size - 3);
    for (size_t i = 0; i < 3; i++)
        require((ways[i].deflate = deflate_new(&from_malloc, bits)) != NULL);
    int rc = 0;
    for (bool first = true; rest.length > 0 && rc == 0; first = false) {
        size_t length = (size_t)rest.data[0] * 8;
        rest = bytes_after(rest, 1);
        for (size_t i = 0; i < 3; i++) {
            if (!takeover && !first)
                require(deflate_reset(ways[i].deflate, bits) == 0);
            inflate_message(&ways[i], bytes_first(rest, length), limit);
        }
        for (size_t i = 1; i < 3 && bits == 15; i++)
            compare(&ways[0], &ways[i]);
        if (takeover && bits == 15 && number++ >= joins)
            inflate_joined(&joined, &ways[0], bits, bytes_first(rest, length), limit);
        rc = ways[0].rc != 0 || ways[1].rc != 0 || ways[2].rc != 0
                 ? 1
                 : !deflate_at_border(ways[0].deflate); /* then the window is given up */
        rest = bytes_after(rest, length);
    }
    for (size_t i = 0; i < 3; i++)
        deflate_free(ways[i].deflate);
    deflate_free(joined.deflate);
    return 0;
}
