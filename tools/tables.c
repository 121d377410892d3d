/*
 * tables.c: prints the program's own tables as they stand in the documents (tools/docs.sh): options, findings and limits, for the
 * manual in roff or as Markdown.
 */
#include "dissector/dissector.h"
#include "dissector/net/claim.h"
#include "dissector/net/fragment.h"
#include "dissector/net/reassembly.h"
#include "dissector/stream/http.h"
#include "dissector/stream/http1.h"
#include "dissector/stream/preamble.h"
#include "dissector/stream/proxy.h"
#include "dissector/stream/tls.h"
#include "dissector/stream/tls_handshake.h"
#include "dissector/stream/tls_secrets.h"
#include "dissector/websocket/handshake.h"
#include "dissector/websocket/message.h"
#include "dissector/websocket/resync.h"
#include "dissector/websocket/websocket.h"
#include "src/capture/reader.h"
#include "src/filter/fields.h"
#include "src/options.h"
#include "src/output/flow_secrets.h"
#include "src/output/shown.h"
#include "src/output/summary.h"
#include "src/output/undecided.h"
#include "src/ui/handoff.h"
#include "src/ui/keys.h"
#include "src/ui/settings.h"

#include <stdio.h>
#include <string.h>

struct option_row {
    int letter;
    const char *name, *argument, *help;
};

static const struct option_row options[] = {
#define ROW(id, letter, name, argument, help) {letter, name, argument, help},
    OPTIONS(ROW)
#undef ROW
};

struct finding_row {
    const char *word, *severity, *rule, *text;
};

static const struct finding_row findings[] = {
#define SEVERITY_ERROR   "error"
#define SEVERITY_WARNING "warning"
#define SEVERITY_NOTE    "note"
#define ROW(id, word, severity, rule, text) {word, SEVERITY_##severity, rule, text},
    WSD_FINDINGS(ROW)
#undef ROW
};

struct limit_row {
    const char *name, *unit;
    uint64_t normal;
    const char *what, *why, *reached;
};

static const struct limit_row limits[] = {
#define UNIT_COUNT   ""
#define UNIT_BYTES   " bytes"
#define UNIT_TIMES   " times"
#define UNIT_SECONDS " s"
#define ROW(name, normal, most, unit, what, why, reached) {#name, UNIT_##unit, normal, what, why, reached},
    WSD_LIMITS(ROW)
#undef ROW
};

/* The limits that are constants of the code. */
static const struct limit_row constants[] = {
#define ROW(name, unit, what, why, reached) {#name, unit, name, what, why, reached}
    ROW(WSD_TUNNELS_MOST, "", "tunnels in each other", "real networks nest two or three", "the packet counts as not decoded"),
    ROW(FRAGMENT_PATIENCE, " ns", "for which a datagram waits for its fragments", "taps see little delay", "it is forgotten"),
    ROW(REASSEMBLY_LATE_PACKETS, " packets", "of the connection, for which an acknowledged hole is waited for",
        "capture points with several queues reorder a little", "the hole becomes a gap"),
    ROW(REASSEMBLY_LATE_TIME, " ns", "the same, in time", "the same", "the same"),
    ROW(REASSEMBLY_SILENT_TIME, " ns", "the same, where the peer is not captured",
        "most retransmissions come sooner", "the same"),
    ROW(CLAIM_NEAR, " bytes", "beyond what was seen, that a reset may stand", "a capture loses some segments", "it is no peer's"),
    ROW(CLAIM_PATIENCE, " ns", "for which a doubtful SYN or RST is waited for", "most connections speak again within it", "it is believed"),
    ROW(CLAIM_FLIGHT, " ns", "for which what the other side had sent before a RST is waited for", "a round trip is rarely longer", "the connection has ended"),
    ROW(CLAIM_DATA_MOST, " bytes", "of a doubtful SYN's data kept meanwhile", "a first flight", "it is a gap"),
    ROW(CLAIMS_MOST, "", "doubtful SYNs and RSTs at a time", "real ones are rare", "further ones are not believed"),
    ROW(VIA_HOPS_MOST, "", "proxies in front of a handshake", "more is a loop or an attack",
        "limit-reached; the connection is given up"),
    ROW(TLS_SECRETS_MOST, "", "TLS secrets kept", "a session has four or five; 84 bytes each", "the oldest gives way"),
    ROW(TLS_TRIALS, "", "records opened to find sessions whose handshake was not captured", "some seconds in all", "no more is tried; `reason` says so"),
    ROW(TLS_KEYS_MOST, "", "private keys (`--tls-key`)", "one for each server", "an error"),
    ROW(TLS_MESSAGE_MOST, " bytes", "of a TLS handshake message that is read", "hellos are below 4 KiB", "it is passed over"),
    ROW(TLS_NESTED_MOST, "", "TLS connections in each other", "more is no proxy", "the innermost is read as HTTP"),
    ROW(FLOW_SECRETS_MOST, " bytes", "of secrets for `--with-secrets`", "70,000 connections open at a time", "the others are left out, which is told"),
    ROW(VIA_TARGET_MOST, " bytes", "of a proxy's target", "host names have 253 bytes", "it is cut"),
    ROW(PREAMBLE_MOST, " bytes", "of one preamble of a proxy", "the longest SOCKS5 request has 1032",
        "the connection is read as HTTP"),
    ROW(PROXY_HELD_MOST, " bytes", "of the server's before a preamble is whole", "servers wait for the request",
        "the connection is read as HTTP"),
    ROW(HTTP_HEADERS_MOST, " lines", "of a head", "servers accept about 100", "the others are only in the raw head"),
    ROW(HTTP1_PIPELINE_MOST, " requests", "unanswered", "clients rarely pipeline at all", "no longer read as HTTP"),
    ROW(HTTP1_CHUNK_LINE_MOST, " bytes", "of a chunk's size line or a trailer's", "beyond it is no HTTP that matters here",
        "no longer read as HTTP"),
    ROW(HANDSHAKE_URL_MOST, " bytes", "of a URL", "servers accept 8 KiB", "it is cut"),
    ROW(HANDSHAKE_EXTENSIONS_MOST, " bytes", "of Sec-WebSocket-Extensions", "the same", "it is cut"),
    ROW(HANDSHAKE_FINDINGS_MOST, " findings", "of one handshake", "one head cannot flood the output", "the others are left out"),
    ROW(HANDSHAKE_DETAIL_MOST, " bytes", "of a finding's detail", "a line", "it is cut"),
    ROW(WEBSOCKET_GUESS_MOST, " bytes", "of a direction that are looked at when the beginning was not captured",
        "frames show themselves within some kilobytes", "it is only looked for long frames"),
    ROW(WEBSOCKET_GUESS_LONG, " bytes", "of it, while it looks like one long frame",
        "the same message of 200 kB again and again, from the middle of one on", "its next message is waited for"),
    ROW(WEBSOCKET_GUESS_FAR, " bytes", "of it, of which beyond WEBSOCKET_GUESS_MOST only what begins with a segment is looked at",
        "who downloads such a lot sends no messages of that size", "the connection is of no interest"),
    ROW(RESYNC_HELD_MOST, " bytes", "held while the next frame is searched for behind a gap", "frames are rarely longer",
        "all but the last RESYNC_HELD_KEPT are skipped, and counted"),
    ROW(RESYNC_HELD_KEPT, " bytes", "of them", "most frames are shorter", ""),
    ROW(RESYNC_CANDIDATES, "", "places at once that may be the next frame", "most die at their next header",
        "the one with the least evidence goes"),
    ROW(FRAME_HEADER_MOST, " bytes", "of a frame's header", "the longest there is; no payload is ever reserved by a declared length",
        ""),
    ROW(WSD_RANGES_MOST, " ranges", "of unknown bytes told of a message", "a line of JSON", "further ones are joined to the last"),
    ROW(WSD_DETAIL_HEADERS, " bytes", "of a packet's headers, for `-V`", "Ethernet to TCP, with tunnels", "the rest is not described"),
    ROW(WSD_DETAIL_RECORD, " bytes", "of a TLS record, sealed and opened each, for `-V`", "most messages", "the rest is counted"),
    ROW(WSD_DETAIL_PAYLOAD, " bytes", "of a frame's payload, for `-V`", "a line", "the rest is not described"),
    ROW(MESSAGE_SPARE_MOST, "", "messages kept to be used again", "one for each slot of a busy connection", "freed"),
    ROW(MESSAGE_SPARE_BYTES, " bytes", "of each", "the usual `--max-payload`", "freed"),
    ROW(UNDECIDED_MOST, " bytes", "of packets that wait for `-w` to know whether they are WebSocket's",
        "some seconds of new connections on a busy link", "the oldest are not written; how many is said at the end"),
    ROW(UNDECIDED_OWNER, " bytes", "of them, of one connection", "a handshake, or what is looked at of one joined late", "the same"),
    ROW(SHOWN_KEPT_MOST, " bytes", "of connections' lines that wait for `-Y` to show something of theirs", "some ten thousand connections",
        "the line is shown at once"),
    ROW(HANDOFF_BYTES, " bytes", "by which the monitor's screen may be behind", "a second of busy traffic",
        "a file waits; live capture leaves out payloads, then records, and counts both"),
    ROW(READER_CEILING, " bytes", "of one record of a capture file", "far above any packet; a key log can be some MiB",
        "the file counts as damaged"),
    ROW(SUMMARY_LARGEST, "", "connections in the table of `-o summary`", "memory does not grow with the capture",
        "the others are added up"),
#undef ROW
};

/* roff reads "-" as a hyphen and a leading "." or "'" as a request; none of our texts begins with these. */
static void roff(const char *text)
{
    for (; *text != 0; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

static void print_options(void)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct option_row *o = &options[i];
        fputs(".TP\n\\fB", stdout);
        if (o->letter != 0)
            printf("\\-%c", o->letter);
        if (o->letter != 0 && o->name != NULL)
            fputs("\\fR, \\fB", stdout);
        if (o->name != NULL) {
            fputs("\\-\\-", stdout);
            roff(o->name);
        }
        fputs("\\fR", stdout);
        if (o->argument != NULL)
            printf(" \\fI%s\\fR", o->argument);
        putchar('\n');
        roff(o->help);
        putchar('\n');
    }
}

static void print_findings(void)
{
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
        const struct finding_row *f = &findings[i];
        fputs(".TP\n\\fB", stdout);
        roff(f->word);
        printf("\\fR  (%s, %s)\n", f->severity, f->rule);
        roff(f->text);
        putchar('\n');
    }
}

static void print_keys_of(unsigned places, const char *title, int place)
{
    bool begun = false;
    for (int command = 1; command < COMMAND_COUNT; command++) {
        const struct key_row *row = key_row((enum command)command);
        char name[KEY_WORD];
        bool here = place < 0 ? row->places == places : row->places != EVERYWHERE && (row->places & places) != 0;
        if (!here)
            continue;
        if (!begun)
            printf(".SS %s\n", title);
        begun = true;
        fputs(".TP\n\\fB", stdout);
        for (int i = 0; i < KEYS_EACH && row->keys[i] != 0; i++) {
            fputs(i > 0 ? "\\fR, \\fB" : "", stdout);
            roff(key_word(name, row->keys[i]));
        }
        fputs("\\fR\n", stdout);
        roff(row->help);
        putchar('\n');
    }
}

static void print_keys(void)
{
    print_keys_of(EVERYWHERE, "Everywhere", -1);
    for (int place = 0; place < PLACE_COUNT; place++)
        print_keys_of(1u << place, place_title((enum place)place), place);
}

static void print_fields(void)
{
#define TYPE(name, word) [FIELD_##name] = word,
    static const char *const types[] = {FIELD_TYPES(TYPE)};
#undef TYPE
    static const struct {
        const char *name, *help;
        enum field_type type;
    } rows[] = {
#define ROW(id, name, type, help) {name, help, FIELD_##type},
        FIELDS(ROW)
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        printf(".TP\n\\fB%s\\fR  (%s)\n", rows[i].name, types[rows[i].type]);
        roff(rows[i].help);
        putchar('\n');
    }
}

/* The part of a code before its first "-" says what it is about. */
static void print_markdown(void)
{
    static const char *const titles[][2] = {{"handshake", "Opening handshake"}, {"frame", "Frames"},
                                            {"message", "Messages"},            {"close", "Closing"},
                                            {"stream", "The byte stream"},      {"limit", "wscope's own limits"},
                                            {"tcp", "TCP"},
                                            {"tls", "TLS"}};
    for (size_t t = 0; t < sizeof titles / sizeof *titles; t++) {
        size_t length = strlen(titles[t][0]);
        printf("\n## %s\n\n| code | severity | rule | what it means |\n|---|---|---|---|\n", titles[t][1]);
        for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
            const struct finding_row *f = &findings[i];
            if (strncmp(f->word, titles[t][0], length) == 0 && f->word[length] == '-')
                printf("| `%s` | %s | %s | %s |\n", f->word, f->severity, f->rule, f->text);
        }
    }
}

/* As people say it: 64 KiB, 200 ms. Into a static place. */
static const char *amount(uint64_t value, const char *unit)
{
    static const char *const names[] = {" bytes", " KiB", " MiB", " GiB"};
    static char text[48];
    unsigned i = 0;
    if (strcmp(unit, " bytes") == 0)
        while (i < 3 && value >= 1024 && value % 1024 == 0)
            value /= 1024, i++;
    bool seconds = strcmp(unit, " ns") == 0;
    if (seconds)
        value /= 1000000;
    snprintf(text, sizeof text, "%llu%s", (unsigned long long)value, seconds ? " ms" : i > 0 ? names[i] : unit);
    return text;
}

static void print_limits(const struct limit_row *rows, size_t count)
{
    printf("| limit | value | of what | why | when it is reached |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++)
        printf("| `%s` | %s | %s | %s | %s |\n", rows[i].name, amount(rows[i].normal, rows[i].unit), rows[i].what, rows[i].why,
               rows[i].reached);
}

static void print_roff_limits(void)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        fputs(".TP\n\\fB", stdout);
        roff(limits[i].name);
        printf("\\fR  (%s)\n", amount(limits[i].normal, limits[i].unit));
        roff(limits[i].what);
        putchar('\n');
    }
}

static void print_settings(void)
{
    static const struct {
        const char *key, *values, *normal, *help;
    } settings[] = {
#define ROW(name, key, kind, field, values, normal, help) {key, values, normal, help},
        SETTINGS(ROW)
#undef ROW
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        fputs(".TP\n\\fB", stdout);
        roff(settings[i].key);
        fputs("\\fR = ", stdout);
        roff(settings[i].values + (settings[i].values[0] == ' '));
        putchar('\n');
        roff(settings[i].help);
        if (settings[i].normal[0] != 0 && strcmp(settings[i].normal, settings[i].values) != 0) {
            fputs(" (", stdout);
            roff(settings[i].normal);
            putchar(')');
        } else if (settings[i].normal[0] != 0) {
            fputs(" (all)", stdout);
        }
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "options") == 0)
        print_options();
    else if (strcmp(what, "keys") == 0)
        print_keys();
    else if (strcmp(what, "settings") == 0)
        print_settings();
    else if (strcmp(what, "fields") == 0)
        print_fields();
    else if (strcmp(what, "findings") == 0)
        print_findings();
    else if (strcmp(what, "findings-markdown") == 0)
        print_markdown();
    else if (strcmp(what, "limits") == 0)
        print_roff_limits();
    else if (strcmp(what, "limits-markdown") == 0)
        print_limits(limits, sizeof limits / sizeof *limits);
    else if (strcmp(what, "constants-markdown") == 0)
        print_limits(constants, sizeof constants / sizeof *constants);
    else
        return 2;
    return ferror(stdout) || fflush(stdout) != 0;
}
