/*
 * legacy.c: the framing of the drafts before lengths and masks: hixie-75, and hixie-76, which is hybi-00.
 *
 *     00 .......... FF     a text: type below 80, payload up to FF (which UTF-8 never has)
 *     80 len .........     type 80 and above, a length of seven bits a byte, the highest bit: more follow; then so many bytes
 *     FF 00                the same with no payload: the closing handshake of hixie-76
 *
 * hixie-76 (draft-ietf-hybi-thewebsocketprotocol-00, 1.3) has a third key of 8 bytes behind the request's head, and behind the
 * answer's head 16 bytes that must be the MD5 of the numbers in the first two keys, in 4 bytes each, and the third.
 *
 * Each frame is one message, neither masked nor compressed. Nothing is staged but a length: a text that never ends is counted, and
 * kept as far as any other. Where bytes are missing, what was open is cut off, and the next frame begins behind an FF, or at once
 * with a 00: no text has the one, few have the other.
 *
 * Drafts between these and hybi-07 frame in ways of their own: their connections are told, their bytes passed over.
 */
#include "base/bytes.h"
#include "base/crypto.h"
#include "stream/http.h"
#include "websocket/handshake.h"
#include "websocket/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TYPE_TEXT = 0x00,
    TYPE_BINARY = 0x80,
    TYPE_CLOSE = 0xFF,
    DELIMITER = 0xFF,
    LENGTH_MOST = 9, /* bytes of a length: 63 bits */
    OPCODE_OF_OTHER_TEXT = 3,
    OPCODE_OF_OTHER_LENGTH = 11,
};

struct legacy {
    bool unframed;
    bool asked; /* the numbers of both keys are known, and nothing of the challenge is missing until now */
    uint8_t need[2], have[2]; /* bytes behind each head */
    uint8_t challenge[4 + 4 + LEGACY_KEY], answer[CRYPTO_MD5_SIZE];
    bool at_gap[2];      /* while it searches: the next byte is the first one behind a gap */
    uint64_t skipped[2]; /* while it searches */
};

static struct message_env env_of(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    return (struct message_env){ws->host, &ws->info, &ws->half[d].inflation, moment};
}

/* ---- the challenge -------------------------------------------------------------------------------------------- */

/* hybi-00 5.2: the digits of a key, as one number, divided by how many spaces it has. */
static bool key_number(const struct wsd_head *request, const char *name, uint8_t out[4])
{
    const struct wsd_header *key = http_header(request, name, 0);
    uint64_t number = 0, spaces = 0;
    for (size_t i = 0; key != NULL && i < key->value.length; i++) {
        uint8_t c = key->value.data[i];
        spaces += c == ' ';
        if (c >= '0' && c <= '9' && number <= UINT32_MAX)
            number = number * 10 + (uint64_t)(c - '0');
    }
    if (number > UINT32_MAX || spaces == 0 || number % spaces != 0)
        return false;
    number /= spaces;
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(number >> (24 - 8 * i));
    return true;
}

int legacy_begin(struct websocket *ws, enum handshake_draft draft, const struct wsd_head *request)
{
    struct legacy *l = calloc(1, sizeof *l);
    if (l == NULL)
        return -ENOMEM;
    ws->legacy = l;
    ws->is_legacy = true;
    ws->no_closing = draft != DRAFT_HIXIE_76;
    l->unframed = draft == DRAFT_UNFRAMED;
    if (draft != DRAFT_HIXIE_76)
        return 0;
    l->need[WSD_SERVER] = CRYPTO_MD5_SIZE;
    if (request == NULL) { /* nor is it known whether the key behind it is in the capture */
        ws->half[WSD_CLIENT].searching = l->at_gap[WSD_CLIENT] = true;
        return 0;
    }
    l->need[WSD_CLIENT] = LEGACY_KEY;
    l->asked = key_number(request, "Sec-WebSocket-Key1", l->challenge) &&
               key_number(request, "Sec-WebSocket-Key2", l->challenge + 4);
    return 0;
}

static int judge_challenge(struct websocket *ws, const struct wsd_moment *moment)
{
    struct legacy *l = ws->legacy;
    uint8_t wanted[CRYPTO_MD5_SIZE];
    const struct wsd_bytes whole = bytes_of(l->challenge, sizeof l->challenge);
    if (!l->asked || l->have[0] < l->need[0] || l->have[1] < l->need[1])
        return 0;
    int rc = crypto_md5(&whole, 1, wanted);
    if (rc == 0 && memcmp(wanted, l->answer, sizeof wanted) != 0)
        ws_finding(ws, WSD_SERVER, WSD_FINDING_HANDSHAKE_CHALLENGE_MISMATCH, "", moment);
    return rc;
}

static int take_challenge(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                          const struct wsd_moment *moment)
{
    struct legacy *l = ws->legacy;
    uint8_t *to = d == WSD_CLIENT ? l->challenge + 8 : l->answer;
    const struct wsd_bytes piece = bytes_first(*bytes, (size_t)(l->need[d] - l->have[d]));
    memcpy(to + l->have[d], piece.data, piece.length);
    l->have[d] = (uint8_t)(l->have[d] + piece.length);
    ws->host->challenge_bytes += piece.length;
    *bytes = bytes_after(*bytes, piece.length);
    return l->have[d] == l->need[d] ? judge_challenge(ws, moment) : 0;
}

/* ---- frames --------------------------------------------------------------------------------------------------- */

/* The type byte, the bytes of its length and, once it was seen, the delimiter lie in the stage. */
static bool delimited(const struct ws_half *half)
{
    return half->stage.bytes[0] < 0x80;
}

static uint8_t opcode_of(const struct ws_half *half)
{
    switch (half->stage.bytes[0]) {
    case TYPE_TEXT: return WSD_OPCODE_TEXT;
    case TYPE_BINARY: return WSD_OPCODE_BINARY;
    case TYPE_CLOSE: return half->frame.length == 0 ? WSD_OPCODE_CLOSE : OPCODE_OF_OTHER_LENGTH;
    default: return delimited(half) ? OPCODE_OF_OTHER_TEXT : OPCODE_OF_OTHER_LENGTH;
    }
}

static void judge_type(struct websocket *ws, enum wsd_direction d)
{
    const struct ws_half *half = &ws->half[d];
    const struct wsd_moment first = {.time = half->first_time, .packet = half->first_packet};
    char detail[32];
    if (frame_is_reserved(half->frame.bytes[0] & 0x0F)) {
        snprintf(detail, sizeof detail, "type 0x%02x", half->stage.bytes[0]);
        ws_finding(ws, d, WSD_FINDING_FRAME_OPCODE_RESERVED, detail, &first);
    }
    if (half->closed)
        ws_finding(ws, d, WSD_FINDING_CLOSE_DATA_AFTER, "", &first);
}

/* length: UINT64_MAX while the delimiter is to come. */
static int begin_frame(struct websocket *ws, enum wsd_direction d, uint64_t length, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    struct message_env env = env_of(ws, d, moment);
    half->frame = (struct frame_header){.length = length, .size = half->stage.have};
    half->frame.bytes[0] =
        (uint8_t)(0x80 | opcode_of(half)); /* what messages are made of: FIN, and the opcode it amounts to */
    half->in_payload = true;
    half->incomplete = false;
    half->at = 0;
    judge_type(ws, d);
    half->current = message_begin(&env, d, &half->frame, true);
    if (half->current == NULL)
        return -ENOMEM;
    half->current->event.message.first_time = half->first_time;
    half->current->event.message.first_packet = half->first_packet;
    return message_frame(&env, half->current, &half->frame);
}

/* whole: it ended as it should. */
static void end_frame(struct websocket *ws, enum wsd_direction d, bool whole, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    struct message_env env = env_of(ws, d, moment);
    struct message *m = half->current;
    uint8_t opcode = m->event.message.opcode;
    half->incomplete = half->incomplete || !whole;
    if (delimited(half))
        half->frame.length = half->at;
    half->frame.size = half->stage.have;
    half->in_payload = false;
    half->current = NULL;
    websocket_note_frame(ws, d, !half->incomplete, moment);
    if (opcode == WSD_OPCODE_CLOSE)
        ending_close_frame(ws, d, message_close(m), true, moment);
    message_end(&env, m, whole && !frame_is_reserved(opcode));
    half->stage.have = 0;
}

static void search(struct websocket *ws, enum wsd_direction d, bool at_gap)
{
    ws->half[d].searching = true;
    ws->half[d].stage.have = 0;
    ws->legacy->at_gap[d] = at_gap;
    ws->legacy->skipped[d] = 0;
}

static int lose_length(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    const struct wsd_moment first = {.time = half->first_time, .packet = half->first_packet};
    ws_finding(ws, d, WSD_FINDING_FRAME_LENGTH_MSB, "", &first);
    half->frame = (struct frame_header){.length = UINT64_MAX, .size = half->stage.have};
    half->frame.bytes[0] = (uint8_t)(0x80 | opcode_of(half));
    half->at = 0;
    half->lost = true;
    websocket_note_frame(ws, d, false, moment);
    search(ws, d, false);
    return 0;
}

/* One byte of a type and its length. */
static int take_header(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                       const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    struct stage *stage = &half->stage;
    int rc = stage->have == 0 ? websocket_note_first(ws, half, moment) : 0;
    if (rc != 0)
        return rc;
    stage_fill(stage, bytes, stage->have + 1u);
    if (delimited(half))
        return begin_frame(ws, d, UINT64_MAX, moment);
    if (stage->have == 1 || (stage->bytes[stage->have - 1] >= 0x80 && stage->have <= LENGTH_MOST))
        return 0;
    if (stage->bytes[stage->have - 1] >= 0x80)
        return lose_length(ws, d, moment);
    uint64_t length = 0;
    for (unsigned i = 1; i < stage->have; i++)
        length = length << 7 | (stage->bytes[i] & 0x7Fu);
    half->frame.length = length;
    rc = begin_frame(ws, d, length, moment);
    if (rc == 0 && length == 0)
        end_frame(ws, d, true, moment);
    return rc;
}

static int take_payload(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                        const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    struct message_env env = env_of(ws, d, moment);
    const uint8_t *end = delimited(half) ? memchr(bytes->data, DELIMITER, bytes->length) : NULL;
    uint64_t left = half->frame.length - half->at;
    struct wsd_bytes piece = end != NULL            ? bytes_first(*bytes, (size_t)(end - bytes->data))
                             : left < bytes->length ? bytes_first(*bytes, (size_t)left)
                                                    : *bytes;
    uint64_t at = half->at;
    half->at += piece.length;
    if (end != NULL) /* a message that lies in one piece needs no copy, if that is known */
        half->frame.length = half->at;
    websocket_note_payload(half, piece);
    int rc = piece.length == 0 ? 0 : message_piece(&env, half->current, &half->frame, piece, at);
    *bytes = bytes_after(*bytes, piece.length);
    if (end != NULL)
        stage_fill(&half->stage, bytes, half->stage.have + 1u);
    if (rc == 0 && half->at == half->frame.length)
        end_frame(ws, d, true, moment);
    return rc;
}

/* ---- what is missing ------------------------------------------------------------------------------------------ */

static void take_searching(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                           const struct wsd_moment *moment)
{
    struct legacy *l = ws->legacy;
    char detail[48];
    bool begins = l->at_gap[d] && bytes->data[0] == TYPE_TEXT;
    const uint8_t *border = begins ? NULL : memchr(bytes->data, DELIMITER, bytes->length);
    size_t n = begins ? 0 : border != NULL ? (size_t)(border - bytes->data) + 1 : bytes->length;
    l->at_gap[d] = false;
    l->skipped[d] += n;
    *bytes = bytes_after(*bytes, n);
    if (!begins && border == NULL)
        return;
    ws->half[d].searching = false;
    snprintf(detail, sizeof detail, "%llu bytes skipped", (unsigned long long)l->skipped[d]);
    ws_finding(ws, d, WSD_FINDING_STREAM_RESYNCHRONISED, detail, moment);
}

static void cut_off(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    if (ws->half[d].in_payload)
        end_frame(ws, d, false, moment);
}

/* Bytes behind a head are missing, or some of them: the answer cannot be judged. Returns how many others are missing. */
static uint64_t skip_challenge(struct legacy *l, enum wsd_direction d, uint64_t missing)
{
    uint64_t left = (uint64_t)(l->need[d] - l->have[d]), n = left < missing ? left : missing;
    l->asked = l->asked && n == 0;
    l->have[d] = (uint8_t)(l->have[d] + n);
    return missing - n;
}

/* ---- the stream's operations ---------------------------------------------------------------------------------- */

int legacy_data(struct websocket *ws, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct legacy *l = ws->legacy;
    int rc = 0;
    while (rc == 0 && bytes.length > 0 && !l->unframed) {
        if (l->have[d] < l->need[d])
            rc = take_challenge(ws, d, &bytes, moment);
        else if (ws->half[d].searching)
            take_searching(ws, d, &bytes, moment);
        else if (ws->half[d].in_payload)
            rc = take_payload(ws, d, &bytes, moment);
        else
            rc = take_header(ws, d, &bytes, moment);
    }
    return rc;
}

int legacy_gap(struct websocket *ws, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    if (ws->legacy->unframed)
        return 0;
    missing = skip_challenge(ws->legacy, d, missing);
    if (missing == 0)
        return 0;
    if (!half->in_payload || delimited(half) || missing > half->frame.length - half->at) {
        cut_off(ws, d, moment);
        half->unseen = true;
        search(ws, d, true);
        return 0;
    }
    struct message_env env = env_of(ws, d, moment);
    half->incomplete = true;
    half->at += missing;
    ws->host->hole_bytes += moment->cut ? 0 : missing;
    int rc = message_hole(&env, half->current, missing);
    if (rc == 0 && half->at == half->frame.length)
        end_frame(ws, d, true, moment);
    return rc;
}

void legacy_end(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    cut_off(ws, d, moment);
    ws->half[d].searching = false;
}

void legacy_free(struct legacy *legacy)
{
    free(legacy);
}
