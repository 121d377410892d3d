/*
 * describe_websocket.c: the frame header (RFC 6455 5.2) and the beginning of the payload.
 *
 * Offsets count from the frame's first byte. The payload's raw bytes are those on the wire; its meaning is unmasked: as
 * text where it is or may be text, else in hex. A frame with RSV1 is in hex too, being compressed for all that can be
 * known here. The payload field's length is what the header declares, at most UINT32_MAX; its bytes are the few kept.
 */
#include "base/bytes.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "describe.h"

#include <stdio.h>

enum { OPCODE_TEXT = 1, OPCODE_BINARY = 2, OPCODE_CLOSE = 8, CODE_SIZE = 2 };

static void payload_length(struct fields *f)
{
    if (!field_take(f, 1))
        return;
    bool masked = field_value(f, 0, 1) != 0;
    unsigned length = (unsigned)field_value(f, 1, 7), more = length == 126 ? 2 : length == 127 ? 8 : 0;
    field_flag(f, "MASK", 0, "masked");
    if (more == 0) {
        field_bits(f, "payload length", 1, 7, "%u", length);
    } else {
        field_bits(f, "payload length", 1, 7, "%u: in the next %u bytes", length, more);
        field_number(f, "extended payload length", more);
    }
    if (masked)
        field_hex(f, "masking key", sizeof((struct wsd_frame *)0)->mask);
}

/* hixie-75 and -76: the type says whether a delimiter ends the payload, or a length stands in front of it. Both bytes around a text
 * are its header. */
static void legacy_header(struct fields *f, const struct wsd_frame *frame)
{
    f->layer = "WebSocket";
    if (!field_take(f, 1))
        return;
    uint8_t type = frame->header.data[0];
    field_bits(f, "type", 0, 8, "%s (0x%02x)", wsd_opcode_word(frame->opcode), type);
    if (frame->header.length > 1)
        field_hex(f, type < 0x80 ? "delimiter" : "payload length", frame->header.length - 1);
}

static void header(struct fields *f)
{
    f->layer = "WebSocket";
    if (!field_take(f, 1))
        return;
    uint8_t opcode = (uint8_t)field_value(f, 4, 4);
    field_bits(f, "FIN", 0, 1, "%s", field_value(f, 0, 1) != 0 ? "last frame of its message" : "more frames follow");
    field_flag(f, "RSV1", 1, "RSV1 set");
    field_flag(f, "RSV2", 2, "RSV2 set");
    field_flag(f, "RSV3", 3, "RSV3 set");
    field_bits(f, "opcode", 4, 4, "%s (%u)", wsd_opcode_word(opcode), opcode);
    payload_length(f);
}

/* ---- payload ------------------------------------------------------------------------------------------------- */

/* The kept bytes of the payload, unmasked. */
struct plain {
    uint8_t data[WSD_DETAIL_PAYLOAD];
    struct wsd_bytes bytes;
    bool cut; /* the payload goes on */
};

static void unmask(struct plain *plain, const struct wsd_frame *frame)
{
    size_t kept = frame->payload.length < sizeof plain->data ? frame->payload.length : sizeof plain->data;
    if (kept > frame->length)
        kept = (size_t)frame->length;
    for (size_t i = 0; i < kept; i++)
        plain->data[i] = frame->payload.data[i] ^ (frame->masked ? frame->mask[i % sizeof frame->mask] : 0);
    plain->bytes = (struct wsd_bytes){plain->data, kept};
    plain->cut = kept < frame->length;
}

/* What a payload of unknown kind must be to be shown as text. */
static bool looks_like_text(struct wsd_bytes bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if (bytes.data[i] < 0x20 && memchr("\t\n\r", bytes.data[i], 3) == NULL)
            return false;
    return utf8_valid(bytes);
}

static void print_text(char *out, struct wsd_bytes text, bool cut)
{
    struct escaped done = escape_text(out, FIELD_MEANING - sizeof "...", SIZE_MAX, text, ESCAPE_UTF8);
    memcpy(out + done.length, "...", cut ? sizeof "..." : 0);
}

/* RSV1 says compressed to the one extension in use; what it says to others is not known either. */
static void print_meaning(char *out, const struct plain *plain, uint8_t opcode, bool rsv1)
{
    size_t whole = plain->cut ? utf8_border(plain->bytes) : plain->bytes.length;
    struct wsd_bytes text = bytes_first(plain->bytes, whole);
    if (!rsv1 && (opcode == OPCODE_TEXT || (opcode != OPCODE_BINARY && looks_like_text(text))))
        print_text(out, text, plain->cut);
    else
        field_print_hex(out, plain->bytes, plain->cut);
}

/* Tells the payload from `from` to `to` (in bytes of the payload), with what was kept of it. */
static void part(const struct fields *f, const struct wsd_frame *frame, const char *name, uint64_t from, uint64_t to,
                 const char *meaning)
{
    uint64_t length = to - from;
    struct wsd_bytes kept = bytes_first(frame->payload, to < SIZE_MAX ? (size_t)to : SIZE_MAX);
    struct wsd_field field = {
        .layer = f->layer,
        .name = name,
        .offset = (uint32_t)(frame->header.length + from),
        .length = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX,
        .raw = bytes_after(kept, (size_t)from),
        .meaning = meaning,
    };
    f->visit(f->user, &field);
}

static void close_frame(const struct fields *f, const struct wsd_frame *frame, const struct plain *plain)
{
    char meaning[FIELD_MEANING];
    unsigned code = (unsigned)plain->data[0] << 8 | plain->data[1];
    snprintf(meaning, sizeof meaning, "%s (%u)", wsd_close_word((int)code), code);
    part(f, frame, "close code", 0, CODE_SIZE, meaning);
    if (frame->length == CODE_SIZE)
        return;
    struct wsd_bytes reason = bytes_after(plain->bytes, CODE_SIZE);
    print_text(meaning, bytes_first(reason, plain->cut ? utf8_border(reason) : reason.length), plain->cut);
    part(f, frame, "close reason", CODE_SIZE, frame->length, meaning);
}

static void payload(struct fields *f, const struct wsd_frame *frame)
{
    char meaning[FIELD_MEANING];
    struct plain plain;
    unmask(&plain, frame);
    f->layer = "payload";
    if (plain.bytes.length == 0) {
        part(f, frame, "not captured", 0, frame->length, "none of its bytes were kept");
    } else if (frame->opcode == OPCODE_CLOSE && plain.bytes.length >= CODE_SIZE) {
        close_frame(f, frame, &plain);
    } else {
        print_meaning(meaning, &plain, frame->opcode, frame->rsv[0]);
        part(f, frame, "payload data", 0, frame->length, meaning);
    }
}

/* Without the packet's headers nobody asked for detail, and a payload of which nothing was kept is not worth a word. */
void describe_websocket(const struct wsd_frame *frame, wsd_field_fn *visit, void *user)
{
    struct fields f = {.visit = visit, .user = user};
    field_begin(&f, frame->header, 0);
    if (frame->legacy)
        legacy_header(&f, frame);
    else
        header(&f);
    if (frame->length != 0 && (frame->payload.length != 0 || frame->first.headers.length != 0))
        payload(&f, frame);
}
