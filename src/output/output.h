/*
 * output.h: standard output with a large buffer, and what is known about it.
 *
 * The writer drains into the file descriptor. A write error is remembered and ends writing, not the program: the runner
 * sees `error` and stops. EPIPE among them means that nobody reads any more.
 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include "dissector/base/writer.h"
#include "options.h"
#include "output/terminal.h"

enum { OUTPUT_BUFFER = 128 * 1024 }; /* large enough that system calls do not count, small enough for the cache */

struct output {
    struct writer out;
    int fd;
    int error; /* errno of the first write that failed, or 0 */
    struct terminal terminal;
    const struct options *options; /* borrowed */
    char buffer[OUTPUT_BUFFER];
};

/* For a file descriptor, which stays open. The terminal is looked at. */
void output_init(struct output *output, int fd, const struct options *options);

/* Sends what is held. Returns 0, or the errno of the first write that ever failed. */
int output_flush(struct output *output);

#endif
