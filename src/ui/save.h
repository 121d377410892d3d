/*
 * save.h: what is marked, listed, or all of it, into a file: as JSON or text (the lines of -o json and -o text), as raw payload,
 * or as the packets of the connections.
 *
 * The user is asked what, how, where, and whether a file that is there shall go. The file is written beside its place as
 * NAME.part, and gets its name once it is whole: what is stopped or fails leaves nothing behind, and an older file as it was.
 * Work is done a slice at a time, between two looks at the keyboard.
 *
 * Packets are not kept: the inputs are read again, and the packets of the wanted connections written. So they can only be
 * had where all inputs are regular files.
 */
#ifndef UI_SAVE_H
#define UI_SAVE_H

#include "dissector/base/writer.h"

#include <stdbool.h>

struct ui;
struct save;

/* Asks what to save; or says why nothing can be. */
void save_ask(struct ui *ui);

/* A slice of work. Whether there was anything to do. */
bool save_work(struct ui *ui);

/* Whether something is being saved; how far it has come, for the status line; and its end before that. */
bool save_runs(const struct ui *ui);
void save_status(const struct ui *ui, struct writer *text);
void save_stop(struct ui *ui);

void save_free(struct ui *ui);

#endif
