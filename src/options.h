/*
 * options.h: the command line, as one table. Parsing and --help come from it, and so does the manual's list.
 *
 * A row: name, letter (0: none), long name (NULL: none), argument (NULL: none), what it does. An option that is not in
 * the table is not known.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "dissector/dissector.h"
#include "output/terminal.h"

#include <stdio.h>

#define OPTIONS(X)                                                                                                     \
    X(INTERFACE, 'i', "interface", "NAME",                                                                             \
      "capture live on this interface; may be repeated. \"any\": on all of them, which is the default without FILE")   \
    X(READ, 'r', "read", "FILE", "read this capture; the same as a FILE argument")                                     \
    X(LIST_INTERFACES, 'D', "list-interfaces", NULL, "list the interfaces there are, and leave")                       \
    X(CAPTURE_FILTER, 'f', "capture-filter", "EXPR",                                                                   \
      "look only at packets that pass this pcap filter, or carry (VLAN, MPLS, PPPoE, tunnels) one that does, and at "  \
      "later IP fragments")                                                                                            \
    X(FILTER, 'Y', "filter", "EXPR",                                                                                   \
      "show only what matches: ws.opcode == text && ws.length > 1k; the manual has the fields")                        \
    X(OUTPUT, 'o', "output", "FORMAT",                                                                                 \
      "tui (the monitor: the default on a terminal), text (the default elsewhere), json (one object a line), or "      \
      "summary")                                                                                                       \
    X(KEYLOG, 'k', "keylog", "FILE",                                                                                   \
      "TLS secrets in the NSS key log format, followed as it grows (default: $SSLKEYLOGFILE); may be repeated")        \
    X(TLS_KEY, 0, "tls-key", "FILE",                                                                                   \
      "RSA private key (PEM) of a server, for TLS connections with RSA key exchange; may be repeated")                 \
    X(FRAMES, 0, "frames", NULL, "show each frame as well")                                                            \
    X(HEX, 'x', "hex", NULL, "payloads in hex and ASCII (text output)")                                                \
    X(VERBOSE, 'V', "verbose", NULL, "every header field of every frame, link layer to payload (text output)")         \
    X(MAX_PAYLOAD, 0, "max-payload", "BYTES",                                                                          \
      "keep and print so much of a payload (64k; k, M or G may follow; 0: all)")                                       \
    X(MEMORY, 0, "memory", "BYTES",                                                                                    \
      "keep so much in the monitor (256M; k, M or G may follow); the oldest messages leave first")                     \
    X(LIMITS, 0, "limit", "NAME=VALUE",                                                                                \
      "how much may be held at most, as --list-limits names it (may be given again; k, M or G may follow)")            \
    X(MERGE, 0, "merge", NULL, "merge several files by time stamp, instead of one after the other")                    \
    X(COUNT, 'c', "count", "N", "stop after N data messages")                                                          \
    X(DURATION, 'a', "duration", "SECONDS", "stop a live capture after that time")                                     \
    X(SNAPLEN, 's', "snaplen", "BYTES", "capture so much of each packet (262144)")                                     \
    X(BUFFER, 'B', "buffer", "MIB", "size of the kernel's buffer for each interface (64)")                             \
    X(NOT_PROMISCUOUS, 'p', "no-promiscuous-mode", NULL, "capture only what this host sends and receives")             \
    X(WRITE, 'w', "write", "FILE",                                                                                     \
      "also write the packets of the WebSocket connections, from their first one, as pcapng")                          \
    X(ROTATE, 0, "rotate", "SIZE|TIME",                                                                                \
      "begin another file when it has that SIZE (100M; k, M, G) or holds that TIME (10min; s, min, h, d)")             \
    X(KEEP, 0, "keep", "N", "keep the last N of these files, remove older ones")                                       \
    X(WITH_SECRETS, 0, "with-secrets", NULL,                                                                           \
      "put the TLS secrets of these connections into the file, too, and into the packets that the monitor saves: "     \
      "whoever has it can read what they say")                                                                         \
    X(CHECK, 0, "check", NULL, "exit with status 3 when there was a finding of severity error")                        \
    X(TELL, 'v', NULL, NULL, "say on standard error what is in force: inputs, filter, limits, sandbox")                \
    X(USER, 'Z', "user", "USER", "root becomes this user once inputs are open, instead of who called sudo")            \
    X(NO_SANDBOX, 0, "no-sandbox", NULL, "do not restrict which files and system calls the program may use")           \
    X(LIST_FINDINGS, 0, "list-findings", NULL, "print all findings there are, and leave")                              \
    X(LIST_LIMITS, 0, "list-limits", NULL, "print all limits that can be set, and leave")                              \
    X(COLOR, 0, "color", "WHEN", "auto (the default), always or never; NO_COLOR is honoured")                          \
    X(QUIET, 'q', "quiet", NULL, "nothing but errors on standard error: no notes")                                     \
    X(HELP, 'h', "help", NULL, "print this, and leave")                                                                \
    X(VERSION, 0, "version", NULL, "print the version, and leave")
#define OPTION_ENUM(name, ...) OPTION_##name,
enum option_id { OPTIONS(OPTION_ENUM) OPTION_LIMIT };
#undef OPTION_ENUM

/* Name, word for -o, sink, what it is. */
#define OUTPUT_FORMATS(X)                                                                                              \
    X(TEXT, "text", text_sink, "one line an event")                                                                    \
    X(JSON, "json", json_sink, "one JSON object a line")                                                               \
    X(SUMMARY, "summary", summary_sink, "one page")                                                                    \
    X(TUI, "tui", handoff_sink, "the monitor")
#define OUTPUT_ENUM(name, ...) OUTPUT_##name,
enum output_format { OUTPUT_FORMATS(OUTPUT_ENUM) OUTPUT_FORMAT_COUNT };
#undef OUTPUT_ENUM

enum action {
    ACTION_RUN,
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_LIST_FINDINGS,
    ACTION_LIST_LIMITS,
    ACTION_LIST_INTERFACES
};

/* Strings are borrowed from argv; the lists of them are owned. There are files, or the capture is live: from the
 * interfaces, or without any from the default one. */
struct options {
    enum action action;
    const char **files, **interfaces;
    size_t file_count, interface_count;
    const char **keylogs, **tls_keys;
    size_t keylog_count, tls_key_count;
    const char *capture_filter; /* NULL: none */
    const char *filter;         /* -Y, NULL: none */
    const char *user;           /* -Z, NULL: none */
    enum output_format output;
    bool output_chosen; /* by -o, or by an option that belongs to text */
    uint64_t memory;    /* bytes that the monitor keeps */
    enum color_when color;
    bool frames, hex, verbose, merge, check, tell, no_sandbox, quiet, with_secrets;
    uint64_t max_payload; /* bytes, UINT64_MAX: all */
    uint64_t count;       /* 0: no limit */
    uint64_t duration;    /* nanoseconds of a live capture, 0: no end */
    uint32_t snaplen;     /* bytes */
    uint32_t buffer;      /* of the kernel, bytes */
    bool not_promiscuous;
    const char *write;    /* NULL: nothing is written */
    uint64_t rotate_size; /* bytes, 0: any */
    uint64_t rotate_time; /* nanoseconds, 0: any */
    uint64_t keep;        /* files, 0: all */
    struct wsd_limits limits;
};

/* Returns 0, or -EINVAL with one line in error: "WHAT: WHY". Options and FILE arguments may be mixed. */
int options_parse(struct options *options, int argc, char **argv, char *error, size_t error_size);

void options_free(struct options *options);

void options_print_help(FILE *out);

#endif
