/*
 * entry.h: a line that the user types, in place of the key bar: what to search for, or a filter.
 *
 * It keeps what was entered before, completes names of fields (filter/filter.h), and shows where a mistake is.
 */
#ifndef UI_ENTRY_H
#define UI_ENTRY_H

#include "ui/editor.h"
#include "ui/history.h"

enum { ENTRY_TEXT = HISTORY_TEXT, ENTRY_MESSAGE = 200 };

enum entry_result { ENTRY_GOES_ON, ENTRY_ENTERED, ENTRY_LEFT };

struct entry {
    bool open;
    enum history_kind kind; /* which is typed */
    struct editor line;
    struct history *history; /* of each kind, borrowed */
    size_t history_at;       /* 0: the line itself, which `own` holds meanwhile */
    char own[ENTRY_TEXT];
    size_t word;         /* where the word that is completed begins, */
    unsigned completion; /* and which one is next */
    char prefix[64];
    char message[ENTRY_MESSAGE]; /* "": nothing is wrong */
};

/* With a text to begin with. */
void entry_open(struct entry *p, enum history_kind kind, const char *text);

enum entry_result entry_key(struct entry *p, uint32_t key);

/* It was right: it is remembered, and the line closed. */
void entry_accept(struct entry *p);

/* It was wrong: the cursor goes to a character, counted from 0, and the message stands beside. */
void entry_reject(struct entry *p, unsigned character, const char *message);

void entry_draw(const struct entry *p, const struct terminal *terminal, struct area area);

#endif
