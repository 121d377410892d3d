#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_MAX_PAYLOAD = 65536,
    DEFAULT_BUFFER = 64,        /* MiB */
    BUFFER_MOST = 2047,         /* MiB: libpcap takes an int of bytes */
    SNAPLEN_MOST = 262144,      /* bytes, as tcpdump */
    DURATION_MOST = 1000000000, /* s */
    KEEP_MOST = 1000000,        /* files */
    DEFAULT_MEMORY = 256 * 1024 * 1024,
    LEAST_MEMORY = 8 * 1024 * 1024,
    LONG_ONLY = 256 /* values of options without a letter begin here */
};

struct row {
    int letter;
    const char *name, *argument, *help;
};

#define OPTION_ROW(id, letter, name, argument, help) [OPTION_##id] = {letter, name, argument, help},
static const struct row rows[OPTION_LIMIT] = {OPTIONS(OPTION_ROW)};
#undef OPTION_ROW

/* ---- values */

struct parse {
    struct options *options;
    char *error;
    size_t error_size;
};

static int wrong(const struct parse *p, const char *what, const char *why)
{
    snprintf(p->error, p->error_size, "%s: %s", what, why);
    return -EINVAL;
}

/* An option as it was given, in 64 bytes. */
static const char *option_text(enum option_id id, const char *argument, char out[64])
{
    snprintf(out, 64, "--%s %.40s", rows[id].name, argument);
    return out;
}

/* name: for what is complained of. Digits, and where allowed one of k, M, G (times 1024, 1024^2, 1024^3), in either case. */
static int parse_number(const struct parse *p, const char *name, const char *text, bool units, uint64_t *value)
{
    static const char letters[] = "kmg";
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9')
        return wrong(p, name, "not a number");
    unsigned shift = 0;
    const char *unit = units && *end != 0 ? strchr(letters, *end | 0x20) : NULL;
    if (unit != NULL) {
        shift = 10 * (unsigned)(unit - letters + 1);
        end++;
    }
    if (*end != 0)
        return wrong(p, name, "not a number");
    if (errno == ERANGE || number > UINT64_MAX >> shift)
        return wrong(p, name, "too large");
    *value = (uint64_t)number << shift;
    return 0;
}

static int parse_word(const struct parse *p, enum option_id id, const char *text, const char *const *words, int *value)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = i;
            return 0;
        }
    }
    char name[64], why[64] = "there are";
    snprintf(name, sizeof name, "--%s %.40s", rows[id].name, text);
    for (int i = 0; words[i] != NULL; i++) {
        size_t length = strlen(why);
        snprintf(why + length, sizeof why - length, "%s %s", i > 0 ? "," : "", words[i]);
    }
    return wrong(p, name, why);
}

static int parse_format(const struct parse *p, const char *text)
{
#define OUTPUT_WORD(name, word, ...) word,
    static const char *const words[] = {OUTPUT_FORMATS(OUTPUT_WORD) NULL};
#undef OUTPUT_WORD
    int value = 0;
    int result = parse_word(p, OPTION_OUTPUT, text, words, &value);
    p->options->output = (enum output_format)value;
    p->options->output_chosen = true;
    return result;
}

static int parse_color(const struct parse *p, const char *text)
{
    static const char *const words[] = {[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL};
    int value = 0;
    int result = parse_word(p, OPTION_COLOR, text, words, &value);
    p->options->color = (enum color_when)value;
    return result;
}

static int parse_max_payload(const struct parse *p, const char *text)
{
    struct options *o = p->options;
    char name[64];
    int result = parse_number(p, option_text(OPTION_MAX_PAYLOAD, text, name), text, true, &o->max_payload);
    if (o->max_payload == 0)
        o->max_payload = UINT64_MAX;
    return result;
}

static int parse_memory(const struct parse *p, const char *text)
{
    int result = parse_number(p, "--memory", text, true, &p->options->memory);
    if (result == 0 && p->options->memory < LEAST_MEMORY)
        return wrong(p, "--memory", "8M is the least");
    return result;
}

/* The monitor shows these at a key, or has no way for them yet; whoever asks for them wants lines. */
static void wants_text(struct options *o)
{
    if (!o->output_chosen)
        o->output = OUTPUT_TEXT;
    o->output_chosen = true;
}

static int parse_count(const struct parse *p, const char *text)
{
    char name[64];
    int result = parse_number(p, option_text(OPTION_COUNT, text, name), text, false, &p->options->count);
    if (result == 0 && p->options->count == 0)
        return wrong(p, "--count 0", "count at least one message");
    return result;
}

/* A number from 1 to `most`. */
static int parse_within(const struct parse *p, enum option_id id, const char *text, uint64_t most, uint64_t *value)
{
    char name[64], why[64];
    int result = parse_number(p, option_text(id, text, name), text, false, value);
    if (result < 0 || (*value >= 1 && *value <= most))
        return result;
    snprintf(why, sizeof why, "1 to %llu", (unsigned long long)most);
    return wrong(p, name, why);
}

static int parse_live(const struct parse *p, enum option_id id, const char *text)
{
    struct options *o = p->options;
    uint64_t value = 0;
    int result = 0;
    if (id == OPTION_DURATION) {
        result = parse_within(p, id, text, DURATION_MOST, &value);
        o->duration = value * 1000000000;
    } else if (id == OPTION_BUFFER) {
        result = parse_within(p, id, text, BUFFER_MOST, &value);
        o->buffer = (uint32_t)value << 20;
    } else if (strcmp(text, "0") != 0) { /* as tcpdump: all of it */
        result = parse_within(p, id, text, SNAPLEN_MOST, &value);
        o->snaplen = (uint32_t)value;
    }
    return result;
}

/* A time has a unit; what has none, or k, M or G, is a size. "m" could be both, and is neither. */
static int parse_rotate(const struct parse *p, const char *text)
{
    static const struct {
        const char *unit;
        uint64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    char name[64];
    struct options *o = p->options;
    size_t digits = strspn(text, "0123456789");
    snprintf(name, sizeof name, "--rotate %.40s", text);
    if (strcmp(text + digits, "m") == 0)
        return wrong(p, name, "M for MiB, or min for minutes");
    o->rotate_size = o->rotate_time = 0;
    for (size_t i = 0; digits > 0 && i < sizeof units / sizeof *units; i++) {
        if (strcmp(text + digits, units[i].unit) != 0)
            continue;
        uint64_t number = digits < 8 ? strtoull(text, NULL, 10) : 0;
        if (number == 0 || number * units[i].seconds > DURATION_MOST)
            return wrong(p, name, "not a time to rotate after");
        o->rotate_time = number * units[i].seconds * 1000000000;
        return 0;
    }
    int result = parse_number(p, name, text, true, &o->rotate_size);
    return result == 0 && o->rotate_size == 0 ? wrong(p, name, "at least one byte") : result;
}

/* NAME=VALUE, of the library's table. */
static int parse_limit(const struct parse *p, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    char name[64];
    snprintf(name, sizeof name, "--limit %.40s", text);
    for (int i = 0; i < WSD_LIMIT_COUNT; i++) {
        const struct wsd_limit_info *info = wsd_limit_info((enum wsd_limit)i);
        uint64_t value;
        if (strlen(info->name) != length || memcmp(info->name, text, length) != 0)
            continue;
        if (equals == NULL)
            return wrong(p, name, "it wants =VALUE");
        int result = parse_number(p, name, equals + 1, true, &value);
        if (result == 0 && (value == 0 || value > info->most))
            return wrong(p, name, value == 0 ? "at least 1" : "too large");
        if (result == 0)
            *wsd_limit_at(&p->options->limits, (enum wsd_limit)i) = value;
        return result;
    }
    return wrong(p, name, "no such limit; see --list-limits");
}

/* ---- the options */

static int apply(const struct parse *p, enum option_id id, const char *argument)
{
    struct options *o = p->options;
    switch (id) {
    case OPTION_READ: o->files[o->file_count++] = argument; break;
    case OPTION_INTERFACE: o->interfaces[o->interface_count++] = argument; break;
    case OPTION_LIST_INTERFACES: o->action = ACTION_LIST_INTERFACES; break;
    case OPTION_DURATION:
    case OPTION_SNAPLEN:
    case OPTION_BUFFER: return parse_live(p, id, argument);
    case OPTION_NOT_PROMISCUOUS: o->not_promiscuous = true; break;
    case OPTION_WRITE: o->write = argument; break;
    case OPTION_ROTATE: return parse_rotate(p, argument);
    case OPTION_KEEP: return parse_within(p, id, argument, KEEP_MOST, &o->keep);
    case OPTION_WITH_SECRETS: o->with_secrets = true; break;
    case OPTION_KEYLOG: o->keylogs[o->keylog_count++] = argument; break;
    case OPTION_TLS_KEY: o->tls_keys[o->tls_key_count++] = argument; break;
    case OPTION_CAPTURE_FILTER: o->capture_filter = argument; break;
    case OPTION_FILTER:
        o->filter = argument;
        wants_text(o);
        break;
    case OPTION_OUTPUT: return parse_format(p, argument);
    case OPTION_FRAMES:
        o->frames = true;
        wants_text(o);
        break;
    case OPTION_HEX:
        o->hex = true;
        wants_text(o);
        break;
    case OPTION_VERBOSE:
        o->verbose = true;
        wants_text(o);
        break;
    case OPTION_MEMORY: return parse_memory(p, argument);
    case OPTION_MAX_PAYLOAD: return parse_max_payload(p, argument);
    case OPTION_LIMITS: return parse_limit(p, argument);
    case OPTION_MERGE: o->merge = true; break;
    case OPTION_COUNT: return parse_count(p, argument);
    case OPTION_CHECK: o->check = true; break;
    case OPTION_TELL: o->tell = true; break;
    case OPTION_USER: o->user = argument; break;
    case OPTION_NO_SANDBOX: o->no_sandbox = true; break;
    case OPTION_LIST_FINDINGS: o->action = ACTION_LIST_FINDINGS; break;
    case OPTION_LIST_LIMITS: o->action = ACTION_LIST_LIMITS; break;
    case OPTION_COLOR: return parse_color(p, argument);
    case OPTION_QUIET: o->quiet = true; break;
    case OPTION_HELP: o->action = ACTION_HELP; break;
    case OPTION_VERSION: o->action = ACTION_VERSION; break;
    case OPTION_LIMIT: break;
    }
    return 0;
}

/* What getopt_long() wants, from the table. */
struct getopt_tables {
    char letters[2 * OPTION_LIMIT + 3];
    struct option names[OPTION_LIMIT + 1];
};

static void fill_tables(struct getopt_tables *t)
{
    size_t letters = 0, names = 0;
    t->letters[letters++] = '-'; /* FILE arguments are told in their place among the options, as value 1, */
    t->letters[letters++] = ':'; /* and a missing argument is told from an unknown option */
    for (int id = 0; id < OPTION_LIMIT; id++) {
        const struct row *row = &rows[id];
        if (row->name != NULL)
            t->names[names++] = (struct option){row->name, row->argument != NULL ? required_argument : no_argument,
                                                NULL, LONG_ONLY + id};
        if (row->letter != 0)
            t->letters[letters++] = (char)row->letter;
        if (row->letter != 0 && row->argument != NULL)
            t->letters[letters++] = ':';
    }
    t->letters[letters] = 0;
    t->names[names] = (struct option){0};
}

static enum option_id id_of(int value)
{
    for (int id = 0; id < OPTION_LIMIT; id++)
        if (value == LONG_ONLY + id || (rows[id].letter != 0 && value == rows[id].letter))
            return (enum option_id)id;
    return OPTION_LIMIT;
}

/* What the user wrote, where getopt did not understand it. */
static int complain(const struct parse *p, char **argv, int value)
{
    const char *why = value == ':' ? "it wants an argument" : "unknown option, or one that takes no argument";
    char name[64];
    if (optopt > 0 && optopt < LONG_ONLY)
        snprintf(name, sizeof name, "-%c", optopt);
    else
        snprintf(name, sizeof name, "%.60s", argv[optind - 1]);
    if (value != ':' && strchr(name, '=') == NULL)
        why = "unknown option";
    return wrong(p, name, why);
}

/* Files or interfaces, and what makes sense with them. */
static int check_inputs(const struct parse *p)
{
    const struct options *o = p->options;
    if (o->file_count > 0 && o->interface_count > 0)
        return wrong(p, "--interface", "not together with a FILE");
    if (o->file_count > 0 && o->duration > 0)
        return wrong(p, "--duration", "for a live capture, not for a FILE");
    if (o->write == NULL && (o->rotate_size > 0 || o->rotate_time > 0))
        return wrong(p, "--rotate", "only with --write");
    if (o->keep > 0 && o->rotate_size == 0 && o->rotate_time == 0)
        return wrong(p, "--keep", "only with --rotate");
    if (o->write != NULL && strcmp(o->write, "-") == 0)
        return wrong(p, "--write -", "standard output is for what is shown; name a file");
    return 0;
}

int options_parse(struct options *o, int argc, char **argv, char *error, size_t error_size)
{
    struct parse p = {o, error, error_size};
    struct getopt_tables tables;
    error[0] = 0;
    *o = (struct options){.max_payload = DEFAULT_MAX_PAYLOAD,
                          .memory = DEFAULT_MEMORY,
                          .snaplen = SNAPLEN_MOST,
                          .buffer = (uint32_t)DEFAULT_BUFFER << 20};
    struct wsd_options defaults;
    wsd_options_init(&defaults);
    o->limits = defaults.limits;
    o->files = calloc((size_t)argc + 1, sizeof *o->files);
    o->interfaces = calloc((size_t)argc + 1, sizeof *o->interfaces);
    o->keylogs = calloc((size_t)argc + 1, sizeof *o->keylogs);
    o->tls_keys = calloc((size_t)argc + 1, sizeof *o->tls_keys);
    if (o->files == NULL || o->interfaces == NULL || o->keylogs == NULL || o->tls_keys == NULL)
        return wrong(&p, "options", "out of memory");
    fill_tables(&tables);
    optind = 1;
    opterr = 0;
    int value;
    while ((value = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1) {
        int result = 0;
        if (value == 1)
            o->files[o->file_count++] = optarg;
        else if (value == '?' || value == ':')
            result = complain(&p, argv, value);
        else
            result = apply(&p, id_of(value), optarg);
        if (result < 0)
            return result;
    }
    while (optind < argc)
        o->files[o->file_count++] = argv[optind++];
    return o->action == ACTION_RUN ? check_inputs(&p) : 0;
}

void options_free(struct options *o)
{
    free(o->files);
    free(o->interfaces);
    free(o->keylogs);
    free(o->tls_keys);
    o->files = o->interfaces = o->keylogs = o->tls_keys = NULL;
}

/* ---- help */

enum { HELP_AT = 31, HELP_WIDE = 79 }; /* columns of the explanations */

/* Broken between words, each line but the first indented. */
static void print_wrapped(FILE *out, const char *text)
{
    int column = HELP_AT;
    while (*text != 0) {
        int word = (int)strcspn(text, " ");
        if (column > HELP_AT && column + 1 + word > HELP_WIDE) {
            fprintf(out, "\n%*s", HELP_AT, "");
            column = HELP_AT;
        } else if (column > HELP_AT) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", word, text);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const struct row *row)
{
    char left[64];
    int n = snprintf(left, sizeof left, row->letter != 0 ? "-%c" : "  ", row->letter);
    if (row->name != NULL)
        n += snprintf(left + n, sizeof left - (size_t)n, "%s--%s", row->letter != 0 ? ", " : "  ", row->name);
    if (row->argument != NULL)
        snprintf(left + n, sizeof left - (size_t)n, " %s", row->argument);
    fprintf(out, "  %-*s", HELP_AT - 2, left);
    print_wrapped(out, row->help);
}

void options_print_help(FILE *out)
{
    fputs("usage: wscope [options] [FILE ...]\n"
          "\n"
          "Shows what crosses a network inside WebSocket connections. FILE is a pcap or\n"
          "pcapng capture, gzip or not; \"-\" is standard input. Without FILE it captures\n"
          "live.\n"
          "\n",
          out);
    for (int id = 0; id < OPTION_LIMIT; id++)
        print_row(out, &rows[id]);
    fputs("\n"
          "exit status: 0 done, 1 an input could not be read to its end (what was readable\n"
          "             has been shown), 2 wrong usage, 3 --check found errors\n"
          "\n"
          "  sudo wscope                            what crosses this machine\n"
          "  sudo wscope -i eth0 -f 'port 8080'     of one interface and port\n"
          "  wscope capture.pcapng                  on a terminal the monitor, else lines\n"
          "  wscope -o summary capture.pcapng       connections, findings, bytes: one page\n"
          "  wscope -o json capture.pcapng | jq .   for other programs\n"
          "  ssh host tcpdump -U -w - | wscope -    while it happens, on another machine\n",
          out);
}
