/*
 * rules.c: the rules that a single frame's header can break (RFC 6455 5.1 to 5.5). Each broken rule is one finding, whatever
 * else is wrong; nothing here changes how the stream is read.
 */
#include "websocket/state.h"

#include <stdio.h>
#include <string.h>

enum { MASKS_REPEATED = 4 /* frames in a row with one key: by chance once in 2^96 */ };

/* The bits that an extension gave a meaning on this frame. */
static uint8_t allowed_rsv(const struct websocket *ws, enum wsd_direction d, uint8_t opcode)
{
    const struct inflation *inflation = &ws->half[d].inflation;
    bool first = opcode == WSD_OPCODE_TEXT || opcode == WSD_OPCODE_BINARY;
    bool frame_wise = inflation->per_frame && opcode == WSD_OPCODE_CONTINUATION;
    return inflation->negotiated && (first || frame_wise) ? FRAME_RSV1 : 0;
}

bool rules_rsv_explained(const struct websocket *ws, enum wsd_direction d, uint8_t first_byte)
{
    return (first_byte & 0x70 & ~allowed_rsv(ws, d, first_byte & 0x0F)) == 0;
}

static void judge_rsv(struct websocket *ws, enum wsd_direction d, uint8_t first_byte, const struct wsd_moment *moment)
{
    char detail[32];
    if (rules_rsv_explained(ws, d, first_byte))
        return;
    unsigned wrong = first_byte & 0x70 & ~(unsigned)allowed_rsv(ws, d, first_byte & 0x0F);
    snprintf(detail, sizeof detail, "%s%s%s", wrong & FRAME_RSV1 ? "RSV1 " : "", wrong & FRAME_RSV2 ? "RSV2 " : "",
             wrong & FRAME_RSV3 ? "RSV3 " : "");
    detail[strlen(detail) - 1] = 0;
    ws_finding(ws, d, WSD_FINDING_FRAME_RSV_SET, detail, moment);
}

static void judge_order(struct websocket *ws, enum wsd_direction d, uint8_t first_byte, const struct wsd_moment *moment)
{
    uint8_t opcode = first_byte & 0x0F;
    bool open = ws->half[d].data != NULL;
    if (opcode == WSD_OPCODE_CONTINUATION && !open && !ws->half[d].tail_unseen)
        ws_finding(ws, d, WSD_FINDING_FRAME_CONTINUATION_WITHOUT_START, "", moment);
    if ((opcode == WSD_OPCODE_TEXT || opcode == WSD_OPCODE_BINARY) && open)
        ws_finding(ws, d, WSD_FINDING_FRAME_DATA_INSIDE_FRAGMENTS, "", moment);
    if (frame_is_control(opcode) && (first_byte & 0x80) == 0)
        ws_finding(ws, d, WSD_FINDING_FRAME_CONTROL_FRAGMENTED, "", moment);
    if (ws->half[d].closed)
        ws_finding(ws, d, frame_is_control(opcode) ? WSD_FINDING_CLOSE_CONTROL_AFTER : WSD_FINDING_CLOSE_DATA_AFTER, "",
                   moment);
}

static void judge_first_bytes(struct websocket *ws, enum wsd_direction d, const uint8_t *bytes, size_t n)
{
    const struct wsd_moment first = {.time = ws->half[d].first_time, .packet = ws->half[d].first_packet},
                            *moment = &first;
    char detail[32];
    if (n < 1)
        return;
    judge_rsv(ws, d, bytes[0], moment);
    if (frame_is_reserved(bytes[0] & 0x0F)) {
        snprintf(detail, sizeof detail, "opcode %u", bytes[0] & 0x0Fu);
        ws_finding(ws, d, WSD_FINDING_FRAME_OPCODE_RESERVED, detail, moment);
    }
    judge_order(ws, d, bytes[0], moment);
    if (n < 2)
        return;
    bool masked = (bytes[1] & 0x80) != 0;
    if (d == WSD_CLIENT && !masked)
        ws_finding(ws, d, WSD_FINDING_FRAME_CLIENT_UNMASKED, "", moment);
    if (d == WSD_SERVER && masked)
        ws_finding(ws, d, WSD_FINDING_FRAME_SERVER_MASKED, "", moment);
    if (frame_is_control(bytes[0] & 0x0F) && (bytes[1] & 0x7F) > FRAME_CONTROL_PAYLOAD_MOST)
        ws_finding(ws, d, WSD_FINDING_FRAME_CONTROL_TOO_LONG, "", moment);
}

static void judge_length(struct websocket *ws, enum wsd_direction d, const struct frame_header *frame,
                         const struct wsd_moment *moment)
{
    if (frame_length_not_minimal(frame))
        ws_finding(ws, d, WSD_FINDING_FRAME_LENGTH_NOT_MINIMAL, "", moment);
    if (frame_length_msb(frame))
        ws_finding(ws, d, WSD_FINDING_FRAME_LENGTH_MSB, "", moment);
}

void rules_part_of_header(struct websocket *ws, enum wsd_direction d, const uint8_t *bytes, size_t n)
{
    const struct wsd_moment first = {.time = ws->half[d].first_time, .packet = ws->half[d].first_packet};
    judge_first_bytes(ws, d, bytes, n);
    if (n < 3)
        return;
    /* With ones for the bits that are missing, a length breaks a rule if whatever follows cannot mend it. */
    uint8_t filled[FRAME_HEADER_MOST];
    struct frame_header frame;
    memset(filled, 0xFF, sizeof filled);
    memcpy(filled, bytes, n);
    frame_header_decode(filled, frame_header_size(filled, n), &frame);
    judge_length(ws, d, &frame, &first);
}

/* Keys that a random source would not give (5.3, 10.3). Each is told once for a direction: it is a property of the sender. */
static void judge_mask(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    uint32_t mask;
    memcpy(&mask, half->frame.bytes + half->frame.mask_at, 4);
    if (mask == 0 && !half->mask_zero_told) {
        half->mask_zero_told = true;
        ws_finding(ws, d, WSD_FINDING_FRAME_MASK_ZERO, "", moment);
    }
    half->same_masks = mask == half->last_mask && half->same_masks < UINT8_MAX ? (uint8_t)(half->same_masks + 1) : 1;
    half->last_mask = mask;
    if (mask != 0 && half->same_masks >= MASKS_REPEATED && !half->mask_repeated_told) {
        half->mask_repeated_told = true;
        ws_finding(ws, d, WSD_FINDING_FRAME_MASK_REPEATED, "", moment);
    }
}

void rules_header(struct websocket *ws, enum wsd_direction d)
{
    const struct frame_header *frame = &ws->half[d].frame;
    if (!rules_ordinary(&ws->half[d], d, frame->bytes))
        judge_first_bytes(ws, d, frame->bytes, frame->size);
    rules_rest_of_header(ws, d);
}

void rules_rest_of_header(struct websocket *ws, enum wsd_direction d)
{
    const struct ws_half *half = &ws->half[d];
    const struct frame_header *frame = &half->frame;
    if (frame->mask_at == 0 && frame->length <= FRAME_CONTROL_PAYLOAD_MOST && frame->size == 2)
        return;
    const struct wsd_moment first = {.time = half->first_time, .packet = half->first_packet};
    judge_length(ws, d, frame, &first);
    if (frame->mask_at != 0)
        judge_mask(ws, d, &first);
}
