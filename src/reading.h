/*
 * reading.h: the way of the data: packets from the source to the dissector, its events to the sink, what is written and flushed
 * meanwhile, until the input ends, a signal comes, or enough was shown.
 */
#ifndef READING_H
#define READING_H

#include "run_state.h"

/* Reads all there is, then tells what is open, and the sink's end. user: a struct run. */
void reading_all(void *user);

/* Between the dissector and the sink: -Y, -w and -c. user: a struct run. */
void reading_event(void *user, const struct wsd_event *e);

/* The input is silent for now. user: a struct run. */
void reading_idle(void *user);

#endif
