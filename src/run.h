/*
 * run.h: source to dissector to sink, in one thread.
 *
 * Ends at the end of the input, after -c messages, on SIGINT or SIGTERM (the sink still gets what is open, and its end),
 * or when nobody reads any more (at once and quietly).
 */
#ifndef RUN_H
#define RUN_H

#include "options.h"

/* Returns the exit status, an enum exit_status. Errors and notes went to standard error. */
int run(const struct options *options);

enum exit_status {
    STATUS_DONE = 0,
    STATUS_INPUT = 1, /* an input could not be read to its end, or the output not be written */
    STATUS_USAGE = 2,
    STATUS_FINDINGS = 3 /* --check */
};

#endif
