#include "capture/keylog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Through a pointer that the compiler must not see through, so that it does not leave it out. */
static void wipe(void *data, size_t length)
{
    static void *(*const volatile set)(void *, int, size_t) = memset;
    if (length > 0)
        set(data, 0, length);
}

static int begin(struct keylog *log)
{
    struct stat about;
    log->fd = open(log->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (log->fd < 0 || fstat(log->fd, &about) < 0)
        return -errno;
    log->device = about.st_dev;
    log->file = about.st_ino;
    log->at = 0;
    log->length = 0;
    return 0;
}

int keylog_open(struct keylog *log, const char *name, bool follow)
{
    *log = (struct keylog){.name = name, .follow = follow, .fd = -1};
    log->block = malloc(KEYLOG_BLOCK);
    return log->block == NULL ? -ENOMEM : begin(log);
}

/* Hands on the lines that are whole; last: what has no end is one, too. */
static void hand_on(struct keylog *log, bool last, keylog_lines_fn *lines, void *user)
{
    size_t whole = log->length;
    while (whole > 0 && !last && log->block[whole - 1] != '\n')
        whole--;
    if (whole == 0 && log->length > KEYLOG_LINE_MOST)
        whole = log->length;
    if (whole > 0)
        lines(user, log, log->block, whole);
    memmove(log->block, log->block + whole, log->length - whole);
    wipe(log->block + log->length - whole, whole);
    log->length -= whole;
}

/* Whether the name stands for another file now, or this one was cut: then it is begun anew. */
static bool replaced(const struct keylog *log)
{
    struct stat about;
    if (stat(log->name, &about) < 0)
        return false;
    return about.st_dev != log->device || about.st_ino != log->file ||
           (S_ISREG(about.st_mode) && about.st_size < log->at);
}

static int read_on(struct keylog *log, keylog_lines_fn *lines, void *user)
{
    for (;;) {
        ssize_t n = read(log->fd, log->block + log->length, KEYLOG_BLOCK - log->length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -errno;
        if (n == 0)
            break;
        log->at += n;
        log->length += (size_t)n;
        hand_on(log, false, lines, user);
    }
    if (!log->follow)
        hand_on(log, true, lines, user);
    return 0;
}

int keylog_read(struct keylog *log, keylog_lines_fn *lines, void *user)
{
    if (log->block == NULL)
        return -ENOMEM;
    if (log->follow && log->fd >= 0 && replaced(log)) {
        hand_on(log, true, lines, user);
        close(log->fd);
        log->fd = -1;
        log->read = (struct wsd_secrets_read){0};
    }
    int rc = log->fd < 0 ? begin(log) : 0;
    return rc < 0 ? rc : read_on(log, lines, user);
}

void keylog_close(struct keylog *log)
{
    if (log->fd >= 0)
        close(log->fd);
    wipe(log->block, log->block != NULL ? KEYLOG_BLOCK : 0);
    free(log->block);
    *log = (struct keylog){.fd = -1};
}
