/*
 * document.h: a payload as lines: JSON with its structure, text, or hex. Nothing of curses.
 *
 * Where the lines begin is found a slice at a time, and remembered for every 64th; a line is made anew when it is to be seen.
 * So a payload of any length can be scrolled at once, and takes little memory beside itself. Long lines are broken at the width; what
 * a line costs does not depend on how long the string is that it is part of.
 * JSON is shown as it stands: numbers, escapes and the order of members are not touched, only blanks between tokens.
 */
#ifndef UI_DOCUMENT_H
#define UI_DOCUMENT_H

#include "dissector/base/json_token.h"
#include "dissector/dissector.h"

enum document_mode { DOCUMENT_JSON, DOCUMENT_TEXT, DOCUMENT_HEX };

/* What a piece of a line is. */
enum piece_kind { PIECE_PLAIN, PIECE_KEY, PIECE_STRING, PIECE_NUMBER, PIECE_WORD, PIECE_FOLD, PIECE_BROKEN };

struct piece {
    enum piece_kind kind;
    struct wsd_bytes bytes;
};

enum {
    DOCUMENT_RUN = 64 /* lines from mark to mark */,
    DOCUMENT_PIECES = 8,
    DOCUMENT_FOLD_TEXT = 48,
    DOCUMENT_INDENT = 2
};

struct document_line {
    size_t offset;   /* of its first byte in the payload */
    size_t length;   /* bytes it shows; of a folded line those it stands for */
    unsigned indent; /* columns */
    size_t pieces;
    struct piece piece[DOCUMENT_PIECES];
    bool continued,
        broken; /* its first piece, its last piece, is a part of something longer, that the lines around have */
    bool opens; /* begins an object or array, whose bracket is at */
    bool folded;
    bool waits; /* it is not made: what is folded away in it is not passed over yet, which document_work() does */
    size_t bracket;
    char fold_text[DOCUMENT_FOLD_TEXT];
};

/* Where a line begins. */
struct document_at {
    size_t offset;
    uint32_t depth;
    uint8_t inside; /* 0, or 1 + the enum piece_kind of the token that the line before broke */
};

/* What is folded away, and how much that is, once it was looked at. */
struct fold {
    size_t bracket, end; /* offsets; 0: not yet known */
    uint64_t members;
    struct json_skipping skipping; /* until then */
};

struct document {
    struct wsd_bytes bytes; /* borrowed */
    enum document_mode mode;
    unsigned width;            /* columns; hex: bytes a line */
    struct document_at *marks; /* of every DOCUMENT_RUNth line */
    size_t mark_count, mark_slots;
    struct document_at end; /* where the next unknown line begins */
    uint64_t lines;         /* known */
    size_t looked;          /* bytes that were looked at to find them */
    bool complete;
    bool out_of_memory;
    /* The line behind the one that was made last, and where it begins: lines are asked for in order. */
    uint64_t next_number;
    struct document_at next;
    /* Or one before the other: where the lines from a mark on begin, so many of them are known. */
    uint64_t run_first, run_count;
    struct document_at run[DOCUMENT_RUN];
    struct fold *folds; /* by bracket, ascending */
    size_t fold_count, fold_slots;
};

/* Begins anew with other bytes, another mode or width. Folds are kept when only the width is another. */
void document_set(struct document *d, struct wsd_bytes bytes, enum document_mode mode, unsigned width);
void document_free(struct document *d);

/* Finds up to `most` more lines. True when there are more to find. */
bool document_work(struct document *d, size_t most);

/* A known line. */
void document_line(struct document *d, uint64_t number, struct document_line *line);

/* The known line that shows the byte at an offset, or the last one known before it; all before document.end are known. */
uint64_t document_find(const struct document *d, size_t offset);

/* Folds, or unfolds, the object or array whose bracket is there. Lines behind it are to be found anew. */
void document_fold(struct document *d, size_t bracket);

/* Folds everything inside the outermost (of what begins in the first 4 MiB), or unfolds all. */
void document_fold_all(struct document *d);

#endif
