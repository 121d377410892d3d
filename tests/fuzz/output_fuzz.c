/*
 * output_fuzz.c: any packets, through the whole library and one of the outputs.
 *
 * The input is read like a pcap file (support/pcap_input.h). The ninth byte, 0 in files, chooses the output and its options.
 * Whatever came: text and summary are lines of printable characters, UTF-8 or ASCII, without one that controls a terminal, hides
 * itself or turns the line round; JSON is one valid object a line, of the same characters.
 */
#include "base/utf8.h"
#include "output/sink.h"
#include "support/pcap_input.h"
#include "support/require.h"

#include <stdio.h>

enum { DEPTH_MOST = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    char *data;
    size_t length, room;
} told;

static void collect(void *user, const char *data, size_t length)
{
    (void)user;
    if (told.length + length > told.room) {
        told.room = (told.length + length) * 2;
        told.data = realloc(told.data, told.room);
        require(told.data != NULL);
    }
    memcpy(told.data + told.length, data, length);
    told.length += length;
}

/* ---- what may be shown */

static const uint32_t never[][2] = {{0, 9},           {11, 31},         {0x7F, 0x9F},      {0xAD, 0xAD},
                                    {0x61C, 0x61C},   {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F},
                                    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

static void check_characters(bool ascii)
{
    struct utf8 state = {0};
    const uint8_t *text = (const uint8_t *)told.data;
    require(told.length == 0 || told.data[told.length - 1] == '\n');
    require(told.length == 0 || utf8_check(&state, text, told.length) == told.length);
    for (size_t i = 0; i < told.length;) {
        unsigned n = text[i] < 0x80 ? 1 : text[i] < 0xE0 ? 2 : text[i] < 0xF0 ? 3 : 4;
        uint32_t c = n == 1 ? text[i] : text[i] & (0x7Fu >> n);
        for (unsigned k = 1; k < n; k++)
            c = c << 6 | (text[i + k] & 0x3Fu);
        require(!ascii || n == 1);
        for (size_t k = 0; k < sizeof never / sizeof *never; k++)
            require(c < never[k][0] || c > never[k][1]);
        i += n;
    }
}

/* ---- JSON (RFC 8259); each returns what follows, and p[0] may always be read: a line ends in a line feed */

static const char *value(const char *p, unsigned depth);

static const char *string(const char *p)
{
    require(*p == '"');
    for (p++; *p != '"'; p++) {
        require(*p != '\n');
        if (*p == '\\') {
            p++;
            require(strchr("\"\\/bfnrtu", *p) != NULL && *p != 0);
            for (int i = 0; *p == 'u' && i < 4; i++)
                require(strchr("0123456789abcdefABCDEF", p[i + 1]) != NULL);
        }
    }
    return p + 1;
}

static const char *number(const char *p)
{
    p += *p == '-';
    require(*p >= '0' && *p <= '9');
    require(*p != '0' || p[1] < '0' || p[1] > '9');
    return p + strspn(p, "0123456789.");
}

static const char *members(const char *p, char end, unsigned depth)
{
    p++;
    while (*p != end) {
        if (end == '}') {
            p = string(p);
            require(*p++ == ':');
        }
        p = value(p, depth + 1);
        require(*p == end || (*p == ',' && p[1] != end));
        p += *p == ',';
    }
    return p + 1;
}

static const char *value(const char *p, unsigned depth)
{
    static const char *const words[] = {"null", "true", "false"};
    require(depth < DEPTH_MOST);
    if (*p == '{' || *p == '[')
        return members(p, *p == '{' ? '}' : ']', depth);
    if (*p == '"')
        return string(p);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(p, words[i], strlen(words[i])) == 0)
            return p + strlen(words[i]);
    return number(p);
}

static void check_json(void)
{
    for (const char *p = told.data; p < told.data + told.length; p++) {
        require(strncmp(p, "{\"type\":\"", 9) == 0);
        p = value(p, 0);
        require(*p == '\n');
    }
}

/* ---- */

static void choose(struct options *o, uint8_t bits)
{
    *o = (struct options){.output = bits % 3 == 0   ? OUTPUT_JSON
                                    : bits % 3 == 1 ? OUTPUT_TEXT
                                                    : OUTPUT_SUMMARY,
                          .max_payload = bits & 8 ? 20 : 65536,
                          .frames = bits & 16,
                          .hex = bits & 32,
                          .verbose = bits & 64};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct output output;
    struct options options;
    struct wsd_options o;
    if (size < PCAP_HEADER)
        return 0;
    choose(&options, data[8]);
    wsd_options_init(&o);
    o.limits.inflate_bytes = 1 << 18;
    o.limits.inflate_ratio = 16;
    output_init(&output, -1, &options);
    output.out.drain = collect;
    output.terminal = (struct terminal){.charset = data[8] & 128 ? ESCAPE_ASCII : ESCAPE_UTF8};
    told.length = 0;
    const struct sink *sink = sink_of(options.output);
    o.event = sink->event;
    o.user = calloc(1, sink->state_size);
    require(o.user != NULL);
    sink->wants(&output, &o);
    sink->begin(o.user, &output);
    struct wsd_dissector *d = wsd_new(&o);
    require(d != NULL);
    struct pcap_input in = {.data = data, .size = size, .at = PCAP_HEADER};
    for (struct wsd_packet p; pcap_input_next(&in, &p);)
        require(wsd_packet(d, &p) >= WSD_NOBODY);
    require(wsd_finish(d) == 0);
    sink->finish(o.user, &(struct sink_end){.totals = wsd_totals(d)});
    output_flush(&output);
    wsd_free(d);
    free(o.user);
    check_characters(options.output != OUTPUT_JSON && output.terminal.charset == ESCAPE_ASCII);
    if (options.output == OUTPUT_JSON)
        check_json();
    return 0;
}
