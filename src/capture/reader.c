#include "capture/reader.h"

#include "capture/gzip.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void broken(struct reader *r, const char *why)
{
    r->ended = true;
    snprintf(r->broken, sizeof r->broken, "%s", why);
}

/* Moves what is left to the buffer's start, and makes the buffer larger if it is full even so. */
static bool make_room(struct reader *r)
{
    size_t left = reader_left(r);
    if (r->at != r->buffer) {
        memmove(r->buffer, r->at, left);
        r->at = r->buffer;
        r->end = r->buffer + left;
    }
    if (left < r->size)
        return true;
    assert(r->size >= READER_SIZE);
    uint8_t *larger = realloc(r->buffer, r->size * 2);
    if (larger == NULL) {
        broken(r, "out of memory");
        return false;
    }
    r->size *= 2;
    r->buffer = larger;
    r->at = larger;
    r->end = larger + left;
    return true;
}

/* One read, of as much as fits and is there. */
static void fill(struct reader *r)
{
    if (!make_room(r))
        return;
    const char *why = "cannot be read";
    size_t left = reader_left(r);
    ssize_t n = r->read(r->user, r->buffer + left, r->size - left, &why);
    if (n < 0)
        broken(r, why);
    else if (n == 0)
        r->ended = true;
    else
        r->end += n;
}

size_t reader_more(struct reader *r, size_t n)
{
    while (reader_left(r) < n && !r->ended)
        fill(r);
    return reader_left(r);
}

int reader_open(struct reader *r, reader_read_fn *read, void *user)
{
    memset(r, 0, sizeof *r);
    r->size = READER_SIZE;
    r->buffer = malloc(r->size);
    if (r->buffer == NULL)
        return -ENOMEM;
    r->at = r->end = r->buffer;
    r->read = read;
    r->user = user;
    if (reader_need(r, 2) < 2 || !gzip_magic(r->at))
        return 0;
    r->gzip = gzip_open(r->at, reader_left(r), read, user);
    if (r->gzip == NULL)
        return -ENOMEM;
    r->end = r->at;
    r->ended = false;
    r->broken[0] = 0;
    r->read = gzip_read;
    r->user = r->gzip;
    return 0;
}

void reader_close(struct reader *r)
{
    gzip_close(r->gzip);
    free(r->buffer);
    memset(r, 0, sizeof *r);
}

uint64_t reader_skip(struct reader *r, uint64_t n)
{
    while (n > 0 && reader_need(r, 1) > 0) {
        size_t step = reader_left(r) < n ? reader_left(r) : (size_t)n;
        r->at += step;
        n -= step;
    }
    return n;
}

int reader_fail(struct reader *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->why, sizeof r->why, format, arguments);
    va_end(arguments);
    return -1;
}

int reader_cut(struct reader *r, const char *what, uint64_t number, size_t wanted, size_t there)
{
    unsigned long long n = number;
    if (r->broken[0] != 0)
        return reader_fail(r, "%.120s in %s %llu", r->broken, what, n);
    return reader_fail(r, "cut short in %s %llu (wanted %zu bytes, %zu are there)", what, n, wanted, there);
}

/* Until something comes, or a signal. */
static void wait_for_input(const struct reader_fd *from)
{
    struct pollfd poll_fd = {.fd = from->fd, .events = POLLIN};
    while (poll(&poll_fd, 1, from->idle != NULL ? READER_IDLE : -1) == 0 && from->idle != NULL)
        from->idle(from->user);
}

ssize_t reader_fd_read(void *user, uint8_t *to, size_t size, const char **why)
{
    const struct reader_fd *from = user;
    ssize_t n;
    if (from->idle != NULL) {
        wait_for_input(from);
        if (from->stop != NULL && *from->stop)
            return 0;
    }
    while ((n = read(from->fd, to, size)) < 0 && (errno == EINTR || errno == EAGAIN)) {
        if (errno == EAGAIN)
            wait_for_input(from); /* whoever shares our standard input may have made it non-blocking */
        if (from->stop != NULL && *from->stop)
            return 0;
    }
    if (n < 0)
        *why = strerror(errno);
    else if (from->count != NULL)
        *from->count += (uint64_t)n;
    return n;
}
