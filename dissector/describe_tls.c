/*
 * describe_tls.c: the record that a frame came in (RFC 8446 5.1): its header, which number it has, and how much was in it.
 */
#include "describe.h"

static const struct field_word contents[] = {
    {20, "change_cipher_spec"}, {21, "alert"}, {22, "handshake"}, {23, "application_data"}};

void describe_tls(const struct wsd_record *record, wsd_field_fn *visit, void *user)
{
    struct fields f = {.visit = visit, .user = user, .layer = "TLS"};
    field_begin(&f, (struct wsd_bytes){record->header, sizeof record->header}, 0);
    const char *word = field_word(FIELD_WORDS(contents), record->header[0]);
    if (field_take(&f, 1))
        field_tell(&f, "content type", "%s, record %llu under its key", word != NULL ? word : "not known",
                   (unsigned long long)record->sequence);
    if (field_take(&f, 2)) {
        const char *version = wsd_tls_version_word((uint16_t)f.value);
        field_tell(&f, "record version", "%s", version != NULL ? version : "not known");
    }
    if (field_take(&f, 2))
        field_tell(&f, "length", "%u bytes of ciphertext, %u of plaintext", (unsigned)record->ciphertext,
                   (unsigned)record->plaintext);
}
