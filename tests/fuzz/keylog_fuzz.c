/*
 * keylog_fuzz.c: any bytes as a key log.
 *
 *      how it grows (1)   the file
 *
 * It is read at once, and once more as a file that grows by so many steps of four bytes, and one, at a time (src/capture/keylog.h).
 * Invariants: both give the same lines, and the same counts of them; no more lines count than there are; what is kept is written as a line
 * that gives the same secret; nothing is kept of lines that do not count.
 */
#include "base/bytes.h"
#include "src/capture/keylog.h"
#include "stream/tls_secrets.h"
#include "support/require.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t seed[16];

struct reading {
    struct tls_secrets secrets;
    struct wsd_secrets_read read;
};

static void begin(struct reading *r)
{
    *r = (struct reading){0};
    require(tls_secrets_init(&r->secrets, seed) == 0);
}

static void on_lines(void *user, struct keylog *log, const char *text, size_t length)
{
    struct reading *r = user;
    (void)log;
    uint8_t *exact = malloc(length); /* ends where the memory does */
    require(exact != NULL && length > 0);
    memcpy(exact, text, length);
    require(tls_secrets_read(&r->secrets, bytes_of(exact, length), &r->read) == 0);
    free(exact);
}

static void grow(struct reading *r, struct wsd_bytes bytes, size_t step)
{
    char name[32];
    struct keylog log;
    FILE *file = tmpfile();
    int fd = file != NULL ? fileno(file) : -1;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    require(fd >= 0 && keylog_open(&log, name, true) == 0);
    while (bytes.length > 0) {
        struct wsd_bytes piece = bytes_first(bytes, step);
        require(write(fd, piece.data, piece.length) == (ssize_t)piece.length);
        bytes = bytes_after(bytes, piece.length);
        require(keylog_read(&log, on_lines, r) == 0);
        require(log.length <= KEYLOG_LINE_MOST);
    }
    log.follow = false; /* what has no end now is a line, too */
    require(keylog_read(&log, on_lines, r) == 0);
    keylog_close(&log);
    fclose(file);
}

/* Each secret that has a line of its own comes back from it. */
static void check_lines(const struct tls_secrets *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct tls_secret *one = &s->secrets[i];
        struct reading again;
        char line[TLS_SECRET_LINE];
        size_t of = one->label == TLS_SECRET_PREMASTER ? 8 : TLS_RANDOM;
        if (one->generation != 0)
            continue;
        size_t length = tls_secret_line(one->label, bytes_of(one->of, of), bytes_of(one->secret, one->length), line);
        require(length <= sizeof line);
        begin(&again);
        require(tls_secrets_read(&again.secrets, bytes_of((const uint8_t *)line, length), &again.read) == 0);
        require(again.read.taken == 1 && again.secrets.count == 1 &&
                memcmp(&again.secrets.secrets[0], one, sizeof *one) == 0);
        tls_secrets_free(&again.secrets);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading whole, grown;
    if (size < 2 || size > 1 << 16)
        return 0;
    struct wsd_bytes text = {data + 1, size - 1};
    begin(&whole);
    begin(&grown);
    require(tls_secrets_read(&whole.secrets, text, &whole.read) == 0);
    require(whole.read.taken + whole.read.wrong <= whole.read.lines);
    require(whole.secrets.count <= whole.read.taken);
    require((whole.read.wrong == 0) == (whole.read.first_wrong == 0) && whole.read.first_wrong <= whole.read.lines);
    check_lines(&whole.secrets);
    bool longest = true; /* a line that is too long to be one is cut where it happens to be */
    for (size_t i = 0, at = 0; i < text.length; i++) {
        at = text.data[i] == '\n' ? 0 : at + 1;
        longest = longest && at < KEYLOG_LINE_MOST - 256;
    }
    if (longest) {
        grow(&grown, text, 1 + 4 * (size_t)data[0]);
        require(memcmp(&whole.read, &grown.read, sizeof whole.read) == 0);
        require(whole.secrets.count == grown.secrets.count);
        for (uint32_t i = 0; i < whole.secrets.count; i++)
            require(memcmp(&whole.secrets.secrets[i], &grown.secrets.secrets[i], sizeof *whole.secrets.secrets) == 0);
    }
    tls_secrets_free(&whole.secrets);
    tls_secrets_free(&grown.secrets);
    return 0;
}
