#include "writing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ERROR_SIZE = 1280 };

/* Not one of the inputs, which would be empty then. */
static bool is_input(const struct options *o)
{
    struct stat input, output;
    if (stat(o->write, &output) != 0 || !S_ISREG(output.st_mode))
        return false;
    for (size_t i = 0; i < o->file_count; i++) {
        int result = strcmp(o->files[i], "-") == 0 ? fstat(STDIN_FILENO, &input) : stat(o->files[i], &input);
        if (result == 0 && input.st_dev == output.st_dev && input.st_ino == output.st_ino)
            return true;
    }
    return false;
}

int writing_open(struct writing *w, const struct options *o, const struct privilege *privilege)
{
    struct pcapng_options options = {.path = o->write,
                                     .rotate_size = o->rotate_size,
                                     .rotate_time = o->rotate_time,
                                     .keep = o->keep,
                                     .secrets = o->with_secrets,
                                     .give = privilege->change,
                                     .uid = privilege->uid,
                                     .gid = privilege->gid};
    char error[ERROR_SIZE];
    if (o->write == NULL)
        return 0;
    if (is_input(o)) {
        snprintf(error, sizeof error, "%s: it is read, and cannot be written to as well", o->write);
        w->complain(w->user, error, true);
        return -EINVAL;
    }
    w->terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    w->packets = packets_open(&options, o->snaplen, error, sizeof error);
    if (w->packets != NULL)
        return 0;
    w->complain(w->user, error, true);
    return -EIO;
}

/* A disk that is full ends writing, and nothing else. */
static void look_for_errors(struct writing *w)
{
    const char *error = packets_error(w->packets);
    if (error != NULL)
        w->complain(w->user, error, true);
}

void writing_packet(struct writing *w, const struct wsd_packet *packet, const char *interface, int belongs,
                    struct wsd_owner owner)
{
    packets_packet(w->packets, packet, interface, belongs, owner);
    look_for_errors(w);
}

void writing_secret(struct writing *w, uint64_t flow, struct wsd_bytes line)
{
    if (w->packets != NULL)
        packets_secret(w->packets, flow, line);
}

void writing_flush(struct writing *w)
{
    if (w->packets == NULL)
        return;
    packets_flush(w->packets);
    look_for_errors(w);
}

bool writing_reopen(struct writing *w)
{
    if (w->packets == NULL || (w->terminal >= 0 && !isatty(w->terminal)))
        return false;
    packets_reopen(w->packets);
    return true;
}

void writing_end(struct writing *w)
{
    char text[160];
    if (w->packets == NULL)
        return;
    writing_flush(w);
    if (packets_secrets_lost(w->packets) > 0) {
        snprintf(text, sizeof text, "%llu secrets could not be kept for --with-secrets: too many connections were open",
                 (unsigned long long)packets_secrets_lost(w->packets));
        w->complain(w->user, text, false);
    }
    if (packets_lost(w->packets) == 0)
        return;
    snprintf(text, sizeof text,
             "%llu packets of connections that were undecided for too long could not be kept for --write",
             (unsigned long long)packets_lost(w->packets));
    w->complain(w->user, text, false);
}

void writing_close(struct writing *w)
{
    packets_close(w->packets);
    if (w->terminal >= 0)
        close(w->terminal);
}
