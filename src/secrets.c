#include "secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BLOCK_TLS_KEY_LOG = 0x544c534b, /* pcapng's Secrets Type "TLSK" */
    KEY_MOST = 64 << 10,            /* bytes of a PEM file */
};

static const int64_t LOOK_EVERY = 100000000, LOOK_WAITING = 10000000; /* nanoseconds */
static const uint64_t WAIT_LIVE = UINT64_C(5000000000), WAIT_PIPE = UINT64_C(60000000000);

static void complain(struct secrets *s, const char *name, const char *why, bool error)
{
    char text[1200];
    snprintf(text, sizeof text, "%.1000s: %s", name, why);
    s->complain(s->user, text, error);
}

static void tell_wrong(struct secrets *s, const char *name, const struct wsd_secrets_read *before,
                       const struct wsd_secrets_read *read)
{
    char why[120];
    if (read->wrong == 0 || before->wrong > 0)
        return;
    snprintf(why, sizeof why, "line %llu is no line of a key log, and is passed over, as others like it are",
             (unsigned long long)read->first_wrong);
    complain(s, name, why, false);
}

static void on_lines(void *user, struct keylog *log, const char *text, size_t length)
{
    struct secrets *s = user;
    struct wsd_secrets_read before = log->read;
    if (wsd_secrets(s->dissector, text, length, &log->read) < 0)
        complain(s, log->name, "out of memory", true);
    tell_wrong(s, log->name, &before, &log->read);
}

void secrets_block(struct secrets *s, uint32_t type, struct wsd_bytes bytes)
{
    struct wsd_secrets_read read = {0}, none = {0};
    if (type != BLOCK_TLS_KEY_LOG)
        return;
    if (wsd_secrets(s->dissector, (const char *)bytes.data, bytes.length, &read) < 0)
        complain(s, "secrets in the capture", "out of memory", true);
    tell_wrong(s, "secrets in the capture", &none, &read);
}

/* ---- private keys */

static ssize_t read_whole(const char *name, char *to, size_t most)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    size_t length = 0;
    ssize_t n = fd < 0 ? -errno : 1;
    while (n > 0 && length < most) {
        n = read(fd, to + length, most - length);
        n = n < 0 ? -errno : n;
        length += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    return n < 0 ? n : (ssize_t)length;
}

static void read_key(struct secrets *s, const char *name)
{
    static char pem[KEY_MOST];
    ssize_t length = read_whole(name, pem, sizeof pem);
    int rc = length < 0 ? (int)length : wsd_private_key(s->dissector, pem, (size_t)length);
    static void *(*const volatile set)(void *, int, size_t) = memset;
    set(pem, 0, sizeof pem);
    if (rc == -EINVAL)
        complain(s, name, "no RSA private key in PEM, or one with a password", true);
    else if (rc == -ENOSPC)
        complain(s, name, "too many private keys", true);
    else if (rc < 0)
        complain(s, name, strerror(-rc), true);
}

/* ---- key logs */

static void add_log(struct secrets *s, const char *name, bool asked)
{
    struct keylog *log = &s->logs[s->count++];
    int rc = keylog_open(log, name, s->follow);
    if (rc == 0)
        rc = keylog_read(log, on_lines, s);
    if (rc == -ENOENT && s->follow)
        complain(s, name, "not there yet: it is waited for", false);
    else if (rc < 0 && (asked || rc != -ENOENT))
        complain(s, name, strerror(-rc), asked);
    log->follow = s->follow;
}

/* The variable counts where -k does not say otherwise. */
static const char *from_environment(const struct options *o)
{
    const char *name = o->keylog_count == 0 ? getenv("SSLKEYLOGFILE") : NULL;
    return name != NULL && name[0] != 0 ? name : NULL;
}

bool secrets_may_come(const struct options *o)
{
    return o->keylog_count > 0 || from_environment(o) != NULL;
}

/* A file is read to its end, which may bring secrets; a pipe brings them, if at all, beside the packets. */
uint64_t secrets_wait(const struct options *o, bool live, bool pipe)
{
    if (!live)
        return pipe ? WAIT_PIPE : UINT64_MAX;
    return secrets_may_come(o) ? WAIT_LIVE : 0;
}

void secrets_open(struct secrets *s, const struct options *o, bool follow)
{
    const char *name = from_environment(o);
    s->follow = follow;
    s->logs = calloc(o->keylog_count + 1, sizeof *s->logs);
    if (s->logs == NULL) {
        complain(s, "memory", "there is none left", true);
        return;
    }
    for (size_t i = 0; i < o->keylog_count; i++)
        add_log(s, o->keylogs[i], true);
    if (name != NULL)
        add_log(s, name, false);
    for (size_t i = 0; i < o->tls_key_count; i++)
        read_key(s, o->tls_keys[i]);
}

void secrets_poll(struct secrets *s)
{
    struct timespec now;
    if (!s->follow || s->count == 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t time = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    if (time - s->looked < LOOK_WAITING || (time - s->looked < LOOK_EVERY && !wsd_waits_for_secrets(s->dissector)))
        return;
    s->looked = time;
    for (size_t i = 0; i < s->count; i++)
        (void)keylog_read(&s->logs[i], on_lines, s); /* what is not there may come */
}

void secrets_close(struct secrets *s)
{
    for (size_t i = 0; i < s->count; i++)
        keylog_close(&s->logs[i]);
    free(s->logs);
    *s = (struct secrets){0};
}
