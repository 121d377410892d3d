/*
 * reader.h: bytes of a file, a pipe or gzip become contiguous pieces in one buffer.
 *
 * A format parser asks reader_need() for n bytes, reads them where they lie, and moves `at` past them. Nothing is copied
 * but the tail of the buffer when it is filled again, and never is a read waited for that was not needed: bytes from a
 * live pipe are there as soon as they have arrived.
 *
 * The buffer has READER_SIZE bytes. That is a measured size: from 64 KiB to 1 MiB a file is read equally fast, above it
 * the bytes leave the cache before they are looked at. It grows, by what has arrived and never by what a header
 * declares, for a record that does not fit, up to READER_CEILING.
 *
 * Input that begins with gzip's magic (RFC 1952) is inflated on the way, any number of members one after the other.
 *
 * A reader ends for good: at the end of its input, or with the reason in `why`.
 */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define READER_SIZE    ((size_t)256 << 10)
#define READER_CEILING ((size_t)16 << 20) /* one record: far above any packet; a key log can be some MiB */
#define READER_WHY     192

/* Where bytes come from: puts up to size bytes at `to` and returns how many, 0 at the end. -1: *why says what happened
 * (static, or valid until the next call). */
typedef ssize_t reader_read_fn(void *user, uint8_t *to, size_t size, const char **why);

struct gzip;

struct reader {
    const uint8_t *at, *end; /* what is there and not yet used */
    uint8_t *buffer;
    size_t size;
    reader_read_fn *read;
    void *user;
    struct gzip *gzip;       /* owned; NULL: the input is plain */
    bool ended;              /* nothing more will come */
    char broken[READER_WHY]; /* why nothing more will come, when that is not the end: "" is the end */
    char why[READER_WHY];    /* why the parser gave up, see reader_fail() */
};

/* Reads the first bytes to see whether they are gzip. Returns 0, or -ENOMEM; input that cannot be read shows at the
 * first reader_need(). `user` must live as long as the reader. */
int reader_open(struct reader *reader, reader_read_fn *read, void *user);

/* A reader that was never opened may be closed if it is zero. */
void reader_close(struct reader *reader);

/* The slow half of reader_need(). */
size_t reader_more(struct reader *reader, size_t n);

static inline size_t reader_left(const struct reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Makes n bytes lie at reader->at, n <= READER_CEILING. Returns how many lie there: fewer than n only when the input
 * has ended, or there is no memory (then `broken` says so). */
static inline size_t reader_need(struct reader *reader, size_t n)
{
    size_t left = reader_left(reader);
    return left >= n ? left : reader_more(reader, n);
}

/* Moves past n bytes, as many as they are. Returns how many were not there. */
uint64_t reader_skip(struct reader *reader, uint64_t n);

/* Writes `why` and returns -1. */
int reader_fail(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The input ended inside `what` `number` ("packet", 12): fails with that, saying how many bytes it has and how many of
 * them are there, or with the reason for which reading itself broke off. */
int reader_cut(struct reader *reader, const char *what, uint64_t number, size_t wanted, size_t there);

/* ---- reading from a descriptor */

enum { READER_IDLE = 50 /* milliseconds */ };

struct reader_fd {
    int fd;
    void (*idle)(void *user); /* may be NULL; called again and again, every READER_IDLE, while nothing comes */
    void *user;
    const volatile sig_atomic_t *stop; /* may be NULL; set: an interrupted read is the end of the input */
    uint64_t *count;                   /* may be NULL; grows by the bytes that were read */
};

reader_read_fn reader_fd_read; /* user: struct reader_fd */

#endif
