/*
 * describe_fuzz.c: any packet headers, frame header and payload are described.
 *
 * Input: link type (the first byte chooses), sizes of the packet's headers and of the frame's header, opcode and flags,
 * declared length, masking key; then these bytes, perhaps a TLS record, and the rest is payload.
 * Invariants: it ends, after at most a field for each bit and twelve more; every field's bytes lie in the input that it
 * speaks of; packet and WebSocket fields tile their bytes, each bit at most once and in order; a meaning is valid UTF-8
 * without control characters.
 */
#include "base/cursor.h"
#include "base/utf8.h"
#include "dissector.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t link_types[] = {0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 229, 276, 147};

struct seen {
    const struct wsd_frame *frame;
    uint64_t bit, fields;
    bool in_frame, in_payload;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool inside(struct wsd_bytes part, struct wsd_bytes whole)
{
    return part.length == 0 || (part.data >= whole.data && part.data + part.length <= whole.data + whole.length);
}

static void check_header(struct seen *seen, const struct wsd_field *field, struct wsd_bytes header)
{
    check(inside(field->raw, header) && field->raw.length == field->length);
    check((uint64_t)field->offset + field->length <= header.length);
    check(seen->bit == (uint64_t)field->offset * 8 + field->bit);
    seen->bit += field->bits != 0 ? field->bits : (uint64_t)field->length * 8;
    check((seen->bit + 7) / 8 == (uint64_t)field->offset + field->length);
}

static void check_record(const struct wsd_record *record, const struct wsd_field *field)
{
    const struct wsd_bytes header = {record->header, sizeof record->header};
    struct wsd_bytes body = strcmp(field->layer, "TLS") == 0 ? record->sealed : record->opened;
    check(inside(field->raw, header) || inside(field->raw, body));
    check(field->raw.length <= field->length);
}

static void check_meaning(const char *meaning)
{
    size_t n = strlen(meaning);
    check(utf8_valid((struct wsd_bytes){(const uint8_t *)meaning, n}));
    for (size_t i = 0; i < n; i++)
        check((uint8_t)meaning[i] >= 0x20 && meaning[i] != 0x7f);
}

static void visit(void *user, const struct wsd_field *field)
{
    struct seen *seen = user;
    const struct wsd_frame *frame = seen->frame;
    if (strncmp(field->layer, "TLS", 3) == 0) {
        check_record(frame->first.record, field);
        check_meaning(field->meaning);
        return;
    }
    if (!seen->in_frame && strcmp(field->layer, "WebSocket") == 0)
        seen->in_frame = true, seen->bit = 0;
    seen->in_payload |= strcmp(field->layer, "payload") == 0;
    if (seen->in_payload)
        check(inside(field->raw, frame->payload) && field->offset >= frame->header.length &&
              field->raw.length <= field->length);
    else
        check_header(seen, field, seen->in_frame ? frame->header : frame->first.headers);
    check_meaning(field->meaning);
    check(++seen->fields <= (frame->first.headers.length + frame->header.length) * 8 + 12);
}

static struct wsd_bytes take_some(struct cursor *c, size_t most)
{
    size_t n = cursor_u8(c);
    n = n < most ? n : most;
    return cursor_bytes(c, n < cursor_left(c) ? n : cursor_left(c));
}

static void take_record(struct cursor *c, struct wsd_frame *frame, struct wsd_record *record)
{
    for (size_t i = 0; i < sizeof record->header; i++)
        record->header[i] = cursor_u8(c);
    record->plaintext = cursor_u16(c);
    record->behind = cursor_u8(c);
    record->ciphertext = record->plaintext + record->behind + cursor_u8(c);
    record->sequence = record->ciphertext;
    record->sealed = take_some(c, record->ciphertext);
    record->opened = take_some(c, record->plaintext + record->behind);
    frame->first.record = record;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_of((struct wsd_bytes){data, size});
    struct wsd_event event = {.type = WSD_EVENT_FRAME};
    struct wsd_frame *frame = &event.frame;
    frame->first.link_type = link_types[cursor_u8(&c) % (sizeof link_types / sizeof link_types[0])];
    size_t headers = cursor_u8(&c), header = cursor_u8(&c) % 15;
    uint8_t flags = cursor_u8(&c);
    frame->opcode = flags & 15;
    frame->masked = (flags & 0x80) != 0;
    frame->rsv[0] = (flags & 0x40) != 0;
    frame->length = (flags & 0x20) != 0 ? cursor_u64(&c) : cursor_u8(&c);
    for (size_t i = 0; i < sizeof frame->mask; i++)
        frame->mask[i] = cursor_u8(&c);
    frame->first.headers = cursor_bytes(&c, headers < cursor_left(&c) ? headers : cursor_left(&c));
    frame->header = cursor_bytes(&c, header < cursor_left(&c) ? header : cursor_left(&c));
    struct wsd_record record = {.content = (uint8_t)frame->length};
    if ((flags & 0x10) != 0)
        take_record(&c, frame, &record);
    frame->payload = cursor_rest(&c);
    struct seen seen = {.frame = frame};
    wsd_describe(&event, visit, &seen);
    return 0;
}
