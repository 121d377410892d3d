/*
 * compare.h: what differs between two payloads, as lines. Nothing of curses.
 *
 *     two JSON texts     by structure: each value that is another, was added or is missing, with its path; the order of an object's
 *                        members means nothing. Numbers and strings are compared, and shown, as they stand in the text
 *     two texts          by lines, as diff(1) does
 *     anything else      by rows of 16 bytes that stand at the same offset, of which the one is removed and the other added
 *
 * Ceilings: COMPARE_MOST bytes of each, of longer ones those around the first difference (so JSON as text); COMPARE_LINES lines, COMPARE_DEPTH levels of JSON (what is deeper is compared as it stands).
 */
#ifndef UI_COMPARE_H
#define UI_COMPARE_H

#include "dissector/dissector.h"

enum { COMPARE_MOST = 1024 * 1024, COMPARE_LINES = 65536, COMPARE_DEPTH = 64, COMPARE_PATH = 512 };

enum compare_how { COMPARE_JSON, COMPARE_TEXT, COMPARE_BYTES };

enum compare_kind { COMPARE_SAME, COMPARE_CHANGED, COMPARE_REMOVED, COMPARE_ADDED };

struct compare_line {
    enum compare_kind kind;
    char *path;            /* JSON, owned; else NULL */
    size_t offset;         /* bytes */
    struct wsd_bytes a, b; /* of the one and the other; added: b is shown, removed: a */
};

struct compare {
    enum compare_how how;
    uint8_t *memory; /* copies of both */
    struct wsd_bytes a, b;
    struct compare_line *lines;
    size_t count, slots;
    uint64_t differences;
    size_t from; /* what is in front of this offset is the same in both, and not among the lines */
    bool cut;    /* a ceiling was reached: there may be more */
};

/* Compares two payloads, which are copied; text: they are. Returns 0 or -ENOMEM. */
int compare_make(struct compare *compare, struct wsd_bytes a, bool a_text, struct wsd_bytes b, bool b_text);
void compare_free(struct compare *compare);

#endif
