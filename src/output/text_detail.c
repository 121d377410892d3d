/*
 * text_detail.c: what -x and -V add below a line.
 *
 *     00000000  7b 22 73 75 62 22 3a 22  74 72 61 64 65 73 22 7d  |{"sub":"trades"}|
 *
 * and for each frame all fields of all layers, in the order of the wire: offset, length, bytes (of a field smaller than its
 * bytes: which bits it is), name and meaning.
 *
 *     TCP  (4 transport)
 *       34   2  c7 4e                    source port         51022
 *       47   1  ...1 ....                ACK                 set
 */
#include "output/text.h"
#include "output/unknown.h"

enum {
    PER_LINE = 16,    /* bytes of a hex dump */
    RAW_COLUMNS = 23, /* "00 00 00 00 00 00 00 00" */
    RAW_BYTES = 8,    /* shown of a field */
    NAME_COLUMNS = 22,
    MEANING_MAX = 1024
};

static const char hex_digits[] = "0123456789abcdef";

/* ---- -x */

/* offset: of the first byte in the payload. A byte that is not known is "??". */
static void hex_line(struct writer *w, const uint8_t *bytes, size_t n, size_t offset, struct unknown *unknown)
{
    char hex[3 * PER_LINE + 1], ascii[PER_LINE];
    memset(hex, ' ', sizeof hex);
    for (size_t i = 0; i < n; i++) {
        size_t at = 3 * i + (i >= PER_LINE / 2);
        hex[at] = hex_digits[bytes[i] >> 4];
        hex[at + 1] = hex_digits[bytes[i] & 15];
        ascii[i] = bytes[i] >= 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '.';
        if (unknown_at(unknown, offset + i))
            hex[at] = hex[at + 1] = ascii[i] = '?';
    }
    writer_put(w, hex, sizeof hex);
    WRITER_JUST(w, " |");
    writer_put(w, ascii, n);
    WRITER_JUST(w, "|\n");
}

void text_hex(struct text_sink *s, const struct wsd_message *m)
{
    char size[HUMAN_SIZE];
    struct wsd_bytes payload = m->payload;
    struct unknown unknown = unknown_of(m);
    for (size_t at = 0; at < payload.length; at += PER_LINE) {
        size_t n = payload.length - at < PER_LINE ? payload.length - at : PER_LINE;
        writer_fill(s->w, ' ', TEXT_INDENT);
        writer_format(s->w, "%s%08llx%s  ", terminal_role(s->terminal, TERMINAL_FAINT), (unsigned long long)at,
                      terminal_role(s->terminal, TERMINAL_NORMAL));
        hex_line(s->w, payload.data + at, n, at, &unknown);
    }
    if (m->truncated && m->length > payload.length)
        writer_format(s->w, "%*s%s  %s more, not kept\n", TEXT_INDENT, "", terminal_ellipsis(s->terminal),
                      human_size(size, m->length - payload.length));
}

/* ---- -V */

struct walk {
    struct text_sink *s;
    const char *layer; /* of the field before */
    const char *osi;
};

/* The layer of the OSI model (ITU-T X.200); what comes between IP and TCP belongs to IP. */
static const char *osi_layer(const char *layer, const char *before)
{
    if (strncmp(layer, "IPv4", 4) == 0 || strncmp(layer, "IPv6", 4) == 0 || strcmp(layer, "IP") == 0)
        return "3 network";
    if (strcmp(layer, "TCP") == 0)
        return "4 transport";
    if (strcmp(layer, "WebSocket") == 0 || strcmp(layer, "payload") == 0)
        return "7 application";
    return before != NULL ? before : "2 data link";
}

static void heading(struct walk *walk, const char *layer)
{
    struct text_sink *s = walk->s;
    walk->osi = osi_layer(layer, walk->osi);
    walk->layer = layer;
    writer_fill(s->w, ' ', TEXT_INDENT);
    text_in_role(s, TERMINAL_HEADING, layer);
    writer_format(s->w, "  %s(%s)%s\n", terminal_role(s->terminal, TERMINAL_FAINT), walk->osi,
                  terminal_role(s->terminal, TERMINAL_NORMAL));
}

/* The field's bits in their places, all others as dots: ".101 ....". Returns the length, 0 when it is too long. */
static size_t bit_pattern(char out[RAW_COLUMNS + 1], const struct wsd_field *f)
{
    size_t bits = f->raw.length * 8, length = 0;
    if (bits + bits / 4 > RAW_COLUMNS + 1)
        return 0;
    for (size_t i = 0; i < bits; i++) {
        bool inside = i >= f->bit && i < (size_t)f->bit + f->bits;
        bool set = f->raw.data[i / 8] >> (7 - i % 8) & 1;
        if (i > 0 && i % 4 == 0)
            out[length++] = ' ';
        out[length++] = inside ? (set ? '1' : '0') : '.';
    }
    return length;
}

static size_t raw_bytes(char out[RAW_COLUMNS + 1], const struct wsd_field *f, bool *cut)
{
    size_t shown = f->raw.length < RAW_BYTES ? f->raw.length : RAW_BYTES, length = 0;
    *cut = f->raw.length > shown;
    if (*cut)
        shown--;
    for (size_t i = 0; i < shown; i++) {
        if (i > 0)
            out[length++] = ' ';
        out[length++] = hex_digits[f->raw.data[i] >> 4];
        out[length++] = hex_digits[f->raw.data[i] & 15];
    }
    return length;
}

static void write_raw(struct text_sink *s, const struct wsd_field *f)
{
    char out[RAW_COLUMNS + 1];
    bool cut = false;
    size_t length = f->bits != 0 ? bit_pattern(out, f) : 0;
    if (length == 0)
        length = raw_bytes(out, f, &cut);
    writer_put(s->w, out, length);
    if (cut) {
        writer_format(s->w, " %s", terminal_ellipsis(s->terminal));
        length += 1 + terminal_ellipsis_columns(s->terminal);
    }
    writer_fill(s->w, ' ', length < RAW_COLUMNS ? RAW_COLUMNS - length : 0);
}

static void visit(void *user, const struct wsd_field *f)
{
    struct walk *walk = user;
    struct text_sink *s = walk->s;
    struct wsd_bytes meaning = {(const uint8_t *)f->meaning, strlen(f->meaning)};
    if (walk->layer == NULL || strcmp(walk->layer, f->layer) != 0)
        heading(walk, f->layer);
    writer_fill(s->w, ' ', TEXT_INDENT);
    writer_text(s->w, terminal_role(s->terminal, TERMINAL_FAINT));
    writer_format(s->w, "%4u %5u  ", (unsigned)f->offset, (unsigned)f->length);
    write_raw(s, f);
    writer_text(s->w, terminal_role(s->terminal, TERMINAL_NORMAL));
    writer_format(s->w, "  %-*s  ", NAME_COLUMNS, f->name);
    text_escaped(s, meaning, MEANING_MAX, false);
    WRITER_JUST(s->w, "\n");
}

void text_fields(struct text_sink *s, const struct wsd_event *frame)
{
    struct walk walk = {.s = s};
    wsd_describe(frame, visit, &walk);
}
