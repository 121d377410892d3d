/*
 * describe_tls.c: the record that a frame came in (RFC 8446 5.1, 5.2), as it was on the wire and as it was opened.
 *
 *      content type (1)   version (2)   length (2)   ciphertext            offsets count from the record's first byte
 *      plaintext   TLS 1.3: content type (1)   padding                     offsets count from the plaintext's first byte
 *
 * Lengths are those of the whole record; bytes are the first ones, which were kept.
 */
#include "base/bytes.h"
#include "describe.h"

#include <stdio.h>

static const struct field_word contents[] = {
    {20, "change_cipher_spec"}, {21, "alert"}, {22, "handshake"}, {23, "application_data"}};

/* Tells `length` bytes from `at` on, with those of them that were kept. kept begins at `start`. */
static void part(const struct fields *f, const char *name, struct wsd_bytes kept, uint32_t start, uint32_t at,
                 uint32_t length, const char *meaning)
{
    char hex[FIELD_MEANING];
    struct wsd_bytes raw = bytes_first(bytes_after(kept, at - start), length);
    field_print_hex(hex, raw, raw.length < length);
    size_t end = strlen(hex);
    if (raw.length < length)
        snprintf(hex + end, sizeof hex - end, "  %u of %u bytes left out", (unsigned)(length - raw.length),
                 (unsigned)length);
    struct wsd_field field = {.layer = f->layer,
                              .name = name,
                              .offset = at,
                              .length = length,
                              .raw = raw,
                              .meaning = meaning != NULL ? meaning : hex};
    if (length > 0)
        f->visit(f->user, &field);
}

static void sealed(struct fields *f, const struct wsd_record *r)
{
    char number[32];
    f->layer = "TLS";
    field_begin(f, (struct wsd_bytes){r->header, sizeof r->header}, 0);
    field_named(f, "content type", 1, FIELD_WORDS(contents));
    if (field_take(f, 2)) {
        const char *version = wsd_tls_version_word((uint16_t)f->value);
        field_tell(f, "record version", "%s", version != NULL ? version : "not known");
    }
    field_number(f, "length", 2);
    /* Counted by both sides: no byte on the wire says it. */
    snprintf(number, sizeof number, "%llu", (unsigned long long)r->sequence);
    const struct wsd_field sequence = {.layer = f->layer,
                                       .name = "sequence number",
                                       .offset = sizeof r->header,
                                       .raw = {r->header + sizeof r->header, 0},
                                       .meaning = number};
    f->visit(f->user, &sequence);
    part(f, "ciphertext", r->sealed, sizeof r->header, sizeof r->header, r->ciphertext, NULL);
}

static void opened(struct fields *f, const struct wsd_record *r)
{
    char type[48], padding[32];
    const char *word = field_word(FIELD_WORDS(contents), r->content);
    f->layer = "TLS opened";
    part(f, "plaintext", r->opened, 0, 0, r->plaintext, NULL);
    if (r->behind == 0)
        return;
    snprintf(type, sizeof type, "%s (%u)", word != NULL ? word : "not known", (unsigned)r->content);
    part(f, "content type", r->opened, 0, r->plaintext, 1, type);
    snprintf(padding, sizeof padding, "%u bytes of 0", (unsigned)(r->behind - 1));
    part(f, "padding", r->opened, 0, r->plaintext + 1, r->behind - 1, padding);
}

void describe_tls(const struct wsd_record *record, wsd_field_fn *visit, void *user)
{
    struct fields f = {.visit = visit, .user = user};
    sealed(&f, record);
    opened(&f, record);
}
