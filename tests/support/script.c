#include "support/script.h"
#include "support/words.h"
#include "websocket/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- steps ---------------------------------------------------------------------------------------------------- */

static bool add(struct script *s, enum script_kind kind, enum wsd_direction d, uint64_t length)
{
    if (s->step_count == SCRIPT_STEPS_MOST)
        return false;
    s->steps[s->step_count++] = (struct script_step){kind, d, s->length, length};
    return true;
}

static bool put(struct script *s, enum wsd_direction d, struct wsd_bytes bytes)
{
    if (bytes.length > SCRIPT_BYTES_MOST - s->length)
        return false;
    struct script_step *last = s->step_count > 0 ? &s->steps[s->step_count - 1] : NULL;
    if (last == NULL || last->kind != SCRIPT_BYTES || last->direction != d) {
        if (!add(s, SCRIPT_BYTES, d, 0))
            return false;
        last = &s->steps[s->step_count - 1];
    }
    if (bytes.length > 0)
        memcpy(s->bytes + s->length, bytes.data, bytes.length);
    s->length += bytes.length;
    last->length += bytes.length;
    return true;
}

void script_init(struct script *s, const struct wsd_options *options)
{
    s->options = *options;
    s->step_count = s->length = s->frames = 0;
}

/* ---- payloads: "text", hex 48 65, fill 1000 ------------------------------------------------------------------- */

static bool payload(const struct words *w, size_t from, uint8_t *out, size_t size, size_t *length)
{
    bool hex = false;
    for (size_t i = from; i < w->count; i++) {
        struct wsd_bytes b = w->word[i].bytes;
        uint8_t byte;
        size_t n = 1;
        if (words_is(w, i, "hex")) {
            hex = true;
            continue;
        }
        if (words_is(w, i, "fill") && i + 1 < w->count) {
            n = (size_t)strtoul(words_text(w, ++i), NULL, 10);
            b = bytes_of(NULL, 0);
        } else if (w->word[i].quoted) {
            n = b.length;
        } else if (hex && b.length == 2 && words_hex((char)b.data[0]) >= 0 && words_hex((char)b.data[1]) >= 0) {
            byte = (uint8_t)(words_hex((char)b.data[0]) << 4 | words_hex((char)b.data[1]));
            b = bytes_of(&byte, 1);
        } else {
            return false;
        }
        if (n > size - *length)
            return false;
        if (b.data == NULL)
            memset(out + *length, 'a', n);
        else
            memcpy(out + *length, b.data, n);
        *length += n;
    }
    return true;
}

/* ---- frames --------------------------------------------------------------------------------------------------- */

struct making {
    uint8_t first, form, key[4]; /* form: 0 is the shortest, else 126 or 127 */
    bool masked, declared;
    uint64_t length; /* when declared */
};

static bool opcode_word(const char *word, uint8_t *opcode)
{
    for (uint8_t i = 0; i < 16; i++)
        if (strcmp(word, wsd_opcode_word(i)) == 0) {
            *opcode = i;
            return true;
        }
    return false;
}

/* One word of a frame's header. Returns how many words it took, 0: it is none. */
static size_t making_word(struct making *m, const struct words *w, size_t i)
{
    static const struct {
        const char *word;
        uint8_t set, clear;
    } bits[] = {{"more", 0, 0x80}, {"rsv1", 0x40, 0}, {"rsv2", 0x20, 0}, {"rsv3", 0x10, 0}};
    for (size_t k = 0; k < sizeof bits / sizeof *bits; k++)
        if (words_is(w, i, bits[k].word)) {
            m->first = (uint8_t)((m->first | bits[k].set) & ~bits[k].clear);
            return 1;
        }
    if (words_is(w, i, "masked") || words_is(w, i, "plain")) {
        m->masked = words_is(w, i, "masked");
        return 1;
    }
    if (words_is(w, i, "len16") || words_is(w, i, "len64")) {
        m->form = words_is(w, i, "len16") ? 126 : 127;
        return 1;
    }
    if (words_is(w, i, "length")) {
        m->declared = true;
        m->length = strtoull(words_text(w, i + 1), NULL, 0);
        return 2;
    }
    if (words_is(w, i, "key")) {
        uint32_t key = (uint32_t)strtoul(words_text(w, i + 1), NULL, 16);
        for (int k = 0; k < 4; k++)
            m->key[k] = (uint8_t)(key >> (24 - 8 * k));
        return 2;
    }
    return 0;
}

static size_t make_header(const struct making *m, uint64_t length, uint8_t out[FRAME_HEADER_MOST])
{
    uint8_t form = m->form != 0 ? m->form : length > 65535 ? 127 : length > 125 ? 126 : (uint8_t)length;
    size_t n = 0;
    out[n++] = m->first;
    out[n++] = (uint8_t)((m->masked ? 0x80 : 0) | form);
    for (int shift = form == 127 ? 56 : form == 126 ? 8 : -8; shift >= 0; shift -= 8)
        out[n++] = (uint8_t)(length >> shift);
    if (m->masked)
        memcpy(out + n, m->key, 4), n += 4;
    return n;
}

static const char *make_frame(struct script *s, enum wsd_direction d, const struct words *w)
{
    static uint8_t body[SCRIPT_BYTES_MOST];
    const uint8_t turn = (uint8_t)++s->frames;
    struct making m = {.masked = d == WSD_CLIENT, .key = {0x37, (uint8_t)(0xFA ^ turn), 0x21, (uint8_t)(0x3D + turn)}};
    uint8_t opcode = 0, header[FRAME_HEADER_MOST];
    size_t at = 2, took, length = 0;
    if (!opcode_word(words_text(w, 1), &opcode))
        return "no such kind of frame";
    m.first = 0x80 | opcode;
    while ((took = making_word(&m, w, at)) > 0)
        at += took;
    if (opcode == WSD_OPCODE_CLOSE && at < w->count && !w->word[at].quoted && !words_is(w, at, "hex") &&
        !words_is(w, at, "fill")) {
        unsigned long code = strtoul(words_text(w, at++), NULL, 10);
        body[length++] = (uint8_t)(code >> 8);
        body[length++] = (uint8_t)code;
    }
    if (!payload(w, at, body, sizeof body, &length))
        return "no payload";
    size_t n = make_header(&m, m.declared ? m.length : length, header);
    for (size_t i = 0; m.masked && i < length; i++)
        body[i] ^= m.key[i & 3];
    return put(s, d, bytes_of(header, n)) && put(s, d, bytes_of(body, length)) ? NULL : "too long";
}

/* ---- heads ---------------------------------------------------------------------------------------------------- */

/* The handshake of RFC 6455 1.3. */
static const char *const standard[2][6] = {
    {"GET /chat HTTP/1.1", "Host: server.example", "Upgrade: websocket", "Connection: Upgrade",
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"},
    {"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", NULL, NULL},
};

static size_t name_length(const char *line)
{
    return strcspn(line, ":");
}

static bool same_name(const char *a, const char *b)
{
    size_t n = name_length(a);
    return n == name_length(b) && memcmp(a, b, n) == 0;
}

static bool is_first_line(enum wsd_direction d, const char *line)
{
    return d == WSD_CLIENT ? strstr(line, " HTTP/") != NULL : strncmp(line, "HTTP/", 5) == 0;
}

/* What is said about standard[d][i]: the word that replaces it, "" when it is left out, or NULL. */
static const char *instead(enum wsd_direction d, size_t i, const struct words *w, size_t from, bool *used)
{
    for (size_t k = from; k < w->count; k++) {
        const char *word = words_text(w, k);
        if (!w->word[k].quoted && word[0] == '-' && i > 0 && same_name(word + 1, standard[d][i]))
            return "";
        if (!w->word[k].quoted)
            continue;
        if (i == 0 ? is_first_line(d, word) : !is_first_line(d, word) && same_name(word, standard[d][i]) && !used[k]) {
            used[k] = true;
            return word;
        }
    }
    return NULL;
}

static bool put_line(struct script *s, enum wsd_direction d, const char *line, bool lf)
{
    return put(s, d, bytes_text(line)) && put(s, d, bytes_text(lf ? "\n" : "\r\n"));
}

/* Words: lf, -Name, "Name: value" (instead of the standard one of this name, else besides), "GET /x HTTP/1.0". */
static const char *make_head(struct script *s, enum wsd_direction d, const struct words *w, size_t from)
{
    bool used[WORDS_MOST] = {false}, lf = words_is(w, from, "lf"), fits = true;
    for (size_t i = 0; i < 6 && standard[d][i] != NULL; i++) {
        const char *line = instead(d, i, w, from, used);
        if (line == NULL)
            line = standard[d][i];
        if (line[0] != 0)
            fits = fits && put_line(s, d, line, lf);
    }
    for (size_t k = from; k < w->count; k++)
        if (w->word[k].quoted && !used[k])
            fits = fits && put_line(s, d, words_text(w, k), lf);
    return fits && put_line(s, d, "", lf) ? NULL : "too long";
}

/* Both heads; a word is an extension that is offered and accepted. */
static const char *make_open(struct script *s, const struct words *w)
{
    struct words extension = {0};
    int n = snprintf(extension.store, sizeof extension.store, "Sec-WebSocket-Extensions: %s", words_text(w, 1));
    if (w->count > 1)
        extension.word[extension.count++] = (struct word){true, bytes_of(extension.store, (size_t)n)};
    const char *wrong = make_head(s, WSD_CLIENT, &extension, 0);
    return wrong != NULL ? wrong : make_head(s, WSD_SERVER, &extension, 0);
}

/* ---- lines ---------------------------------------------------------------------------------------------------- */

static bool direction_word(const struct words *w, size_t i, enum wsd_direction *d)
{
    *d = words_is(w, i, "<-") ? WSD_SERVER : WSD_CLIENT;
    return words_is(w, i, "->") || words_is(w, i, "<-");
}

static const char *set(struct wsd_options *o, const struct words *w)
{
    uint32_t value = (uint32_t)strtoul(words_text(w, 2), NULL, 10);
    if (words_is(w, 1, "frames"))
        o->frames = true;
    else if (words_is(w, 1, "keep"))
        o->keep_payload = value;
    else if (words_is(w, 1, "head"))
        o->limits.head_bytes = value;
    else if (words_is(w, 1, "early"))
        o->limits.early_bytes = value;
    else if (words_is(w, 1, "inflate"))
        o->limits.inflate_bytes = value;
    else if (words_is(w, 1, "ratio"))
        o->limits.inflate_ratio = value;
    else
        return "no such setting";
    return NULL;
}

static const char *send_line(struct script *s, enum wsd_direction d, const struct words *w)
{
    static uint8_t raw[SCRIPT_BYTES_MOST];
    size_t n = 0;
    if (w->count > 1 && !w->word[1].quoted && !words_is(w, 1, "hex") && !words_is(w, 1, "fill"))
        return make_frame(s, d, w);
    if (!payload(w, 1, raw, sizeof raw, &n))
        return "bytes are \"text\", hex 48 65 or fill 10";
    return put(s, d, bytes_of(raw, n)) ? NULL : "too long";
}

const char *script_line(struct script *s, const char *line)
{
    struct words w;
    enum wsd_direction d;
    if (!words_split(line, &w))
        return "a quotation mark is missing, or the line is too long";
    if (w.count == 0 || words_text(&w, 0)[0] == '#')
        return NULL;
    if (direction_word(&w, 0, &d))
        return send_line(s, d, &w);
    if (words_is(&w, 0, "set"))
        return set(&s->options, &w);
    if (words_is(&w, 0, "open"))
        return make_open(s, &w);
    if (words_is(&w, 0, "request") || words_is(&w, 0, "answer"))
        return make_head(s, words_is(&w, 0, "request") ? WSD_CLIENT : WSD_SERVER, &w, 1);
    if (words_is(&w, 0, "idle"))
        return add(s, SCRIPT_IDLE, WSD_CLIENT, 0) ? NULL : "too long";
    if (!direction_word(&w, 1, &d))
        return "not understood";
    if (words_is(&w, 0, "gap"))
        return add(s, SCRIPT_GAP, d, strtoull(words_text(&w, 2), NULL, 10)) ? NULL : "too long";
    if (words_is(&w, 0, "fin") || words_is(&w, 0, "reset"))
        return add(s, words_is(&w, 0, "fin") ? SCRIPT_FIN : SCRIPT_RESET, d, 0) ? NULL : "too long";
    return "not understood";
}
