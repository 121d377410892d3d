#include "capture/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define INPUT_SIZE READER_SIZE /* takes over all that the reader had read before it knew */

struct gzip {
    z_stream z; /* next_in and avail_in: input not yet inflated */
    reader_read_fn *read;
    void *user;
    bool full;    /* the last output filled its place: zlib may hold more without any new input */
    bool between; /* a member has ended, and no other has begun */
    bool padded;  /* zeros were seen after a member: nothing but zeros may follow */
    bool input_ended;
    const char *failed; /* what ended it badly; told once all bytes before that are given */
    uint8_t input[INPUT_SIZE];
};

struct gzip *gzip_open(const uint8_t *first, size_t count, reader_read_fn *read, void *user)
{
    struct gzip *g = malloc(sizeof *g);
    if (g == NULL)
        return NULL;
    memset(&g->z, 0, sizeof g->z);
    g->read = read;
    g->user = user;
    g->full = g->between = g->padded = g->input_ended = false;
    g->failed = NULL;
    /* 15 bits of window, and 16 says gzip, with its check sums. */
    if (inflateInit2(&g->z, 15 + 16) != Z_OK) {
        free(g);
        return NULL;
    }
    memcpy(g->input, first, count);
    g->z.next_in = g->input;
    g->z.avail_in = (uInt)count;
    return g;
}

void gzip_close(struct gzip *g)
{
    if (g == NULL)
        return;
    inflateEnd(&g->z);
    free(g);
}

/* 1: there is input, 0: it has ended, -1: *why. */
static int refill(struct gzip *g, const char **why)
{
    if (g->z.avail_in > 0)
        return 1;
    if (g->input_ended)
        return 0;
    ssize_t n = g->read(g->user, g->input, sizeof g->input, why);
    if (n < 0)
        return -1;
    g->input_ended = n == 0;
    g->z.next_in = g->input;
    g->z.avail_in = (uInt)n;
    return n > 0;
}

static void skip_zeros(struct gzip *g)
{
    while (g->z.avail_in > 0 && *g->z.next_in == 0) {
        g->z.next_in++;
        g->z.avail_in--;
        g->padded = true;
    }
}

/* Between two members. 1: the next one has begun or more input is wanted, 0: the end, -1: *why. */
static int begin_member(struct gzip *g, const char **why)
{
    skip_zeros(g);
    int more = refill(g, why);
    if (more <= 0 || *g->z.next_in == 0)
        return more;
    if (g->padded || *g->z.next_in != 0x1f) {
        *why = "bytes that are no gzip follow the gzip data";
        return -1;
    }
    inflateReset(&g->z);
    g->between = false;
    return 1;
}

static int inflate_error(int result, const char **why)
{
    *why = result == Z_MEM_ERROR ? "out of memory" : "the gzip data is damaged";
    return -1;
}

/* Inflates what is there. Returns like begin_member(). */
static int inflate_some(struct gzip *g, const char **why)
{
    int more = g->full ? 1 : refill(g, why);
    if (more < 0)
        return -1;
    if (more == 0) {
        *why = "the gzip data is cut short";
        return -1;
    }
    g->full = false;
    int result = inflate(&g->z, Z_SYNC_FLUSH);
    if (result == Z_STREAM_END)
        g->between = true;
    else if (result != Z_OK && result != Z_BUF_ERROR)
        return inflate_error(result, why);
    return 1;
}

ssize_t gzip_read(void *user, uint8_t *to, size_t size, const char **why)
{
    struct gzip *g = user;
    int more = 1;
    g->z.next_out = to;
    g->z.avail_out = (uInt)size;
    while (more > 0 && g->failed == NULL && g->z.avail_out == size)
        more = g->between ? begin_member(g, &g->failed) : inflate_some(g, &g->failed);
    g->full = g->z.avail_out == 0;
    if (g->failed == NULL || g->z.avail_out < size)
        return (ssize_t)(size - g->z.avail_out);
    *why = g->failed;
    return -1;
}
