#include "output/sink.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* Somebody made our standard output non-blocking: wait until it takes more. */
static void wait_writable(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    poll(&wait, 1, -1);
}

static void drain(void *user, const char *data, size_t length)
{
    struct output *o = user;
    while (length > 0 && o->error == 0) {
        ssize_t n = write(o->fd, data, length);
        if (n >= 0) {
            data += n;
            length -= (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_writable(o->fd);
        } else if (errno != EINTR) {
            o->error = errno;
        }
    }
}

void output_init(struct output *o, int fd, const struct options *options)
{
    o->out = (struct writer){.data = o->buffer, .size = sizeof o->buffer, .drain = drain, .user = o};
    o->fd = fd;
    o->error = 0;
    o->options = options;
    terminal_look(&o->terminal, fd, options->color);
}

int output_flush(struct output *o)
{
    writer_flush(&o->out);
    return o->error;
}

const struct sink *sink_of(enum output_format format)
{
#define OUTPUT_SINK(name, word, sink, text) [OUTPUT_##name] = &sink,
    static const struct sink *const sinks[] = {OUTPUT_FORMATS(OUTPUT_SINK)};
#undef OUTPUT_SINK
    return sinks[format];
}
