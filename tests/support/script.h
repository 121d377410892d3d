/*
 * script.h: a conversation written down as text becomes the bytes of both directions.
 *
 * A document holds cases; tests/vectors/README.md describes the language. "->" is from the client, "<-" from the server.
 *
 *     ## title                      begins a case
 *     open                          request and answer 101; more words: see below
 *     -> text "hello"               a frame, masked since the client sends it
 *     <- "HTTP/1.1 200 OK\r\n"      bytes as they are
 *     gap -> 10                     bytes that the capture lacks
 *     fin ->
 *     =>                            then the expected lines, up to an empty one
 */
#ifndef SUPPORT_SCRIPT_H
#define SUPPORT_SCRIPT_H

#include "dissector.h"

enum script_kind { SCRIPT_BYTES, SCRIPT_GAP, SCRIPT_FIN, SCRIPT_RESET, SCRIPT_IDLE };

struct script_step {
    enum script_kind kind;
    enum wsd_direction direction;
    size_t at;       /* SCRIPT_BYTES: where they begin in script.bytes */
    uint64_t length; /* SCRIPT_BYTES, SCRIPT_GAP */
};

enum { SCRIPT_BYTES_MOST = 1 << 18, SCRIPT_STEPS_MOST = 256 };

/* Bytes of one direction that follow each other are one step, however many lines they were written in. */
struct script {
    struct wsd_options options;
    struct script_step steps[SCRIPT_STEPS_MOST];
    size_t step_count;
    size_t length;
    unsigned frames; /* made so far: each has a masking key of its own */
    uint8_t bytes[SCRIPT_BYTES_MOST];
};

void script_init(struct script *s, const struct wsd_options *options);

/* Takes one line. Returns NULL, or what is wrong with it. */
const char *script_line(struct script *s, const char *line);

#endif
