/*
 * setup.h: what has to be there before a packet is read, in the order in which run.c asks for it. Each returns 0, or a negative error
 * that was told; the run's status then says which kind it was.
 */
#ifndef SETUP_H
#define SETUP_H

#include "run_state.h"

/* Whether any input is something that packets trickle out of. */
bool setup_is_pipe(const struct options *o);

/* Before anything is opened: an answer to -Z that is none is wrong usage, and a mistake in -Y names the column and the word. */
int setup_user(struct run *r);
int setup_filter(struct run *r);

int setup_source(struct run *r);
int setup_packets(struct run *r); /* -w, --with-secrets */
int setup_dissector(struct run *r);

/* From here on only inputs that wait for their turn are opened. */
int setup_confine(struct run *r);

/* For what is told on the way. user: a struct run. */
void setup_complaint(void *user, const char *what, bool error);

#endif
