/*
 * How long bare zlib takes for the compressed messages of a capture: the least that anyone who inflates them can need.
 *
 *   zlib_floor SIDE-FILE        prints: seconds, messages, compressed bytes, inflated bytes, windows
 *
 * The side file (written by generate) is read whole first. Then, in the order of the capture, each payload with its
 * 00 00 ff ff goes through one inflate(Z_SYNC_FLUSH) of the window of its connection and direction. Only that is timed,
 * with the windows made as they are first needed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zlib.h>

struct message {
    uint32_t window;
    uint32_t length;
    uint8_t *data;
};

static void fail(const char *what)
{
    fprintf(stderr, "zlib_floor: %s\n", what);
    exit(1);
}

static struct message *load(const char *path, size_t *count, uint32_t *windows, uint64_t *bytes)
{
    FILE *in = fopen(path, "rb");
    struct message *all = NULL;
    uint32_t head[3];
    size_t room = 0;

    if (!in)
        fail("cannot open the side file");
    *count = 0;
    *windows = 0;
    *bytes = 0;
    while (fread(head, 1, sizeof(head), in) == sizeof(head)) {
        struct message *m;

        if (*count == room) {
            room = room ? 2 * room : 1 << 16;
            all = realloc(all, room * sizeof(*all));
            if (!all)
                fail("memory");
        }
        m = &all[(*count)++];
        m->window = head[0] * 2 + head[1];
        m->length = head[2] + 4;
        m->data = malloc(m->length);
        if (!m->data || fread(m->data, 1, head[2], in) != head[2])
            fail("the side file is cut");
        memcpy(m->data + head[2], "\0\0\xff\xff", 4);
        if (m->window >= *windows)
            *windows = m->window + 1;
        *bytes += head[2];
    }
    fclose(in);
    return all;
}

int main(int argc, char **argv)
{
    static uint8_t out[1 << 17];
    struct timespec start, end;
    struct message *all;
    z_stream **z;
    uint64_t packed, inflated = 0;
    uint32_t windows;
    size_t count;

    if (argc != 2) {
        fprintf(stderr, "usage: zlib_floor SIDE-FILE\n");
        return 2;
    }
    all = load(argv[1], &count, &windows, &packed);
    z = calloc(windows + 1u, sizeof(*z));
    if (!z)
        fail("memory");
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t i = 0; i < count; i++) {
        z_stream *s = z[all[i].window];

        if (!s) {
            s = z[all[i].window] = calloc(1, sizeof(*s));
            if (!s || inflateInit2(s, -15) != Z_OK)
                fail("inflateInit2");
        }
        s->next_in = all[i].data;
        s->avail_in = all[i].length;
        s->next_out = out;
        s->avail_out = sizeof(out);
        if (inflate(s, Z_SYNC_FLUSH) != Z_OK || s->avail_in)
            fail("inflate");
        inflated += sizeof(out) - s->avail_out;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.6f %zu %llu %llu %u\n", (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
           count, (unsigned long long)packed, (unsigned long long)inflated, windows);
    return 0;
}
