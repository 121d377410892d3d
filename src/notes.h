/*
 * notes.h: what a run says on standard error, or on the monitor's screen while that has the terminal.
 */
#ifndef NOTES_H
#define NOTES_H

#include "run_state.h"

/* Something went wrong: the exit status says so. What was printed comes first where both are one terminal. */
void notes_complain(struct run *r, const char *what);

/* Worth knowing; -q leaves it out. */
void notes_note(struct run *r, const char *text);

/* -v */
void notes_in_force(const struct run *r);

/* Live: what is captured on. */
void notes_interfaces(struct run *r, const char *const *names, size_t count, bool chosen);

/* Live: packets that nobody will see, whose number has grown. */
void notes_drops(struct run *r);

/* At the end: what the output itself does not say. */
void notes_end(struct run *r);

#endif
