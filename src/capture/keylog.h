/*
 * keylog.h: a file of TLS secrets (NSS key log), read as it grows.
 *
 * Whole lines are handed on as they come; what has no line end yet waits for it, unless the file is read once. A file that was
 * replaced, or became shorter, is read from its beginning. One that is not there yet is looked for again. Its bytes are
 * overwritten in memory once they were handed on.
 */
#ifndef CAPTURE_KEYLOG_H
#define CAPTURE_KEYLOG_H

#include "dissector/dissector.h"

#include <sys/types.h>

enum { KEYLOG_BLOCK = 64 << 10, KEYLOG_LINE_MOST = 4096 /* bytes without a line end: more is no key log */ };

struct keylog {
    const char *name; /* borrowed */
    bool follow;      /* more may come */
    int fd;           /* -1: not there */
    dev_t device;
    ino_t file;
    off_t at;
    char *block;                  /* KEYLOG_BLOCK bytes */
    size_t length;                /* of what waits for its line end */
    struct wsd_secrets_read read; /* of the file so far */
};

/* Whole lines. The bytes are borrowed. */
typedef void keylog_lines_fn(void *user, struct keylog *log, const char *text, size_t length);

/* Returns 0, or a negative errno; then, with follow, keylog_read() tries again. */
int keylog_open(struct keylog *log, const char *name, bool follow);

/* Hands on what is new. Returns 0 or a negative errno. */
int keylog_read(struct keylog *log, keylog_lines_fn *lines, void *user);

void keylog_close(struct keylog *log);

#endif
