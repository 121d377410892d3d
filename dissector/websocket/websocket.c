#include "websocket/websocket.h"
#include "base/bytes.h"
#include "websocket/state.h"

#include <errno.h>
#include <stdlib.h>

static struct message_env env_of(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    return (struct message_env){ws->host, &ws->info, &ws->half[d].inflation, moment};
}

/* ---- one frame ------------------------------------------------------------------------------------------------ */

static struct wsd_bytes copy_of(uint8_t to[WSD_DETAIL_RECORD], struct wsd_bytes from)
{
    from = bytes_first(from, WSD_DETAIL_RECORD);
    if (from.length > 0)
        memcpy(to, from.data, from.length);
    return bytes_of(to, from.length);
}

static void note_record(struct frame_detail *detail, const struct wsd_record *record)
{
    detail->record = *record;
    detail->record.sealed = copy_of(detail->sealed, record->sealed);
    detail->record.opened = copy_of(detail->opened, record->opened);
}

static int note_detail(struct ws_half *half, const struct wsd_moment *moment)
{
    if (half->detail == NULL && (half->detail = malloc(sizeof *half->detail)) == NULL)
        return -ENOMEM;
    struct frame_detail *detail = half->detail;
    struct wsd_bytes headers = bytes_first(moment->headers, WSD_DETAIL_HEADERS);
    if (headers.length > 0)
        memcpy(detail->headers, headers.data, headers.length);
    detail->headers_length = headers.length;
    detail->link_type = moment->link_type;
    detail->payload_length = 0;
    detail->in_record = moment->record != NULL;
    if (detail->in_record)
        note_record(detail, moment->record);
    return 0;
}

/* The first byte of a header has come. */
int websocket_note_first(struct websocket *ws, struct ws_half *half, const struct wsd_moment *moment)
{
    half->first_time = moment->time;
    half->first_packet = moment->packet;
    return ws->host->detail ? note_detail(half, moment) : 0;
}

void websocket_note_payload(struct ws_half *half, struct wsd_bytes piece)
{
    struct frame_detail *detail = half->detail;
    if (detail == NULL)
        return;
    piece = bytes_first(piece, WSD_DETAIL_PAYLOAD - detail->payload_length);
    if (piece.length > 0)
        memcpy(detail->payload + detail->payload_length, piece.data, piece.length);
    detail->payload_length += piece.length;
}

static void count_frame(struct websocket *ws, enum wsd_direction d, uint64_t payload)
{
    const struct ws_half *half = &ws->half[d];
    struct wsd_counts *mine = &ws->info.counts[d], *sum = &ws->host->sum;
    mine->frames++;
    mine->wire_bytes += payload;
    mine->header_bytes += half->frame.size;
    sum->frames++;
    sum->wire_bytes += payload;
    sum->header_bytes += half->frame.size;
}

/* first: the packet of its first byte; payload: its first bytes on the wire; both as far as they were asked for. */
static void tell_frame(struct websocket *ws, enum wsd_direction d, bool complete, const struct wsd_moment *first,
                       struct wsd_bytes payload, const struct wsd_moment *moment)
{
    const struct ws_half *half = &ws->half[d];
    const struct frame_header *h = &half->frame;
    struct wsd_event event; /* the rest of its union means nothing for a frame, and is not set */
    struct wsd_frame *frame = &event.frame;
    event.type = WSD_EVENT_FRAME;
    event.at = *moment;
    event.connection = &ws->info;
    *frame = (struct wsd_frame){
        .direction = d,
        .opcode = frame_opcode(h),
        .fin = frame_fin(h),
        .rsv = {(frame_rsv(h) & FRAME_RSV1) != 0, (frame_rsv(h) & FRAME_RSV2) != 0, (frame_rsv(h) & FRAME_RSV3) != 0},
        .masked = h->mask_at != 0,
        .length = h->length,
        .complete = complete,
        .legacy = ws->is_legacy,
        .header = bytes_of(ws->is_legacy ? half->stage.bytes : h->bytes, h->size),
        .payload = payload,
        .first = *first};
    if (h->mask_at != 0)
        memcpy(frame->mask, h->bytes + h->mask_at, 4);
    host_tell(ws->host, &event);
}

void websocket_note_frame(struct websocket *ws, enum wsd_direction d, bool complete, const struct wsd_moment *moment)
{
    const struct ws_half *half = &ws->half[d];
    const struct frame_detail *detail = half->detail;
    struct wsd_moment first = {.time = half->first_time, .packet = half->first_packet};
    struct wsd_bytes payload = {0};
    count_frame(ws, d, half->at);
    if (!ws->host->frames)
        return;
    if (detail != NULL) {
        payload = bytes_of(detail->payload, detail->payload_length);
        first.headers = bytes_of(detail->headers, detail->headers_length);
        first.link_type = detail->link_type;
        first.record = detail->in_record ? &detail->record : NULL;
    }
    tell_frame(ws, d, complete, &first, payload, moment);
}

static bool is_data(uint8_t opcode)
{
    return opcode == WSD_OPCODE_TEXT || opcode == WSD_OPCODE_BINARY;
}

static void cut_off_data(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    if (half->data == NULL)
        return;
    struct message_env env = env_of(ws, d, moment);
    message_end(&env, half->data, false);
    half->data = NULL;
}

/* Nobody saw what was agreed: RSV1 can only mean that deflate was, with windows that are not known. */
static void guess_deflate(const struct websocket *ws, struct ws_half *half)
{
    if (ws->info.handshake == WSD_HANDSHAKE_MISSING && !half->inflation.negotiated &&
        is_data(frame_opcode(&half->frame)) && frame_rsv(&half->frame) & FRAME_RSV1)
        inflation_guess(&half->inflation);
}

/* A header is whole: which message does its frame belong to? */
static int begin_frame(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    uint8_t opcode = frame_opcode(&half->frame);
    struct message_env env = env_of(ws, d, moment);
    guess_deflate(ws, half);
    rules_header(ws, d);
    half->in_payload = true;
    half->incomplete = false;
    half->at = 0;
    if (frame_length_msb(&half->frame)) {
        half->lost = true;
        half->in_payload = false;
        websocket_note_frame(ws, d, false, moment);
        return search_begin(ws, d);
    }
    if (half->known[0] != half->frame.bytes[0])
        search_note_frame(half);
    if (is_data(opcode)) {
        cut_off_data(ws, d, moment);
        half->tail_unseen = false;
    }
    if (opcode == WSD_OPCODE_CONTINUATION && half->data != NULL) {
        half->current = half->data;
        return message_frame(&env, half->current, &half->frame);
    }
    half->current = message_begin(&env, d, &half->frame, rules_rsv_explained(ws, d, half->frame.bytes[0]));
    if (half->current == NULL)
        return -ENOMEM;
    half->current->event.message.first_time = half->first_time;
    half->current->event.message.first_packet = half->first_packet;
    if (is_data(opcode))
        half->data = half->current;
    return message_frame(&env, half->current, &half->frame);
}

/* A message that ends with its frame: a control frame's, or one of a frame that belongs to no message. */
static void end_single(struct websocket *ws, enum wsd_direction d, const struct message_env *env)
{
    struct ws_half *half = &ws->half[d];
    struct message *m = half->current;
    uint8_t opcode = m->event.message.opcode;
    bool known = opcode == WSD_OPCODE_CLOSE || opcode == WSD_OPCODE_PING || opcode == WSD_OPCODE_PONG;
    if (opcode == WSD_OPCODE_CONTINUATION && frame_fin(&half->frame))
        half->tail_unseen = false;
    if (opcode == WSD_OPCODE_CLOSE)
        ending_close_frame(ws, d, message_close(m), !half->incomplete, env->moment);
    message_end(env, m, known && !half->incomplete);
}

static int end_frame(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    struct message_env env = env_of(ws, d, moment);
    half->in_payload = false;
    websocket_note_frame(ws, d, !half->incomplete, moment);
    int rc = message_frame_end(&env, half->current, &half->frame);
    if (rc != 0)
        return rc;
    if (half->current != half->data) {
        end_single(ws, d, &env);
    } else if (frame_fin(&half->frame)) {
        half->data = NULL;
        message_end(&env, half->current, true);
    }
    half->current = NULL;
    return 0;
}

/* ---- bytes ---------------------------------------------------------------------------------------------------- */

/* HTTP, or a page of HTML, where a frame should begin: an application that writes its error page into the socket, or a
 * proxy. No legal frame begins with one of these letters. Returns 1: it does, 0: it does not, -1: too few bytes to say. */
static int http_inside(struct wsd_bytes bytes)
{
    static const char *const words[] = {"HTTP/",    "GET /",    "POST /",  "HEAD /", "PUT /",
                                        "DELETE /", "OPTIONS ", "PATCH /", "<html",  "<!DOCTYPE"};
    if (bytes.length == 0 || bytes.data[0] < '<' || bytes.data[0] > 'P') /* almost every frame */
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (memcmp(bytes.data, words[i], bytes.length < n ? bytes.length : n) == 0)
            return bytes.length >= n ? 1 : -1;
    }
    return 0;
}

/* Whether it may be the handshake itself: that of this side was not seen, and nor was a frame. It came late, behind what was lost. */
static bool may_be_handshake(const struct websocket *ws, enum wsd_direction d)
{
    bool seen = d == WSD_CLIENT ? ws->info.url.length > 0 : ws->info.handshake != WSD_HANDSHAKE_MISSING;
    return !seen && ws->info.counts[d].frames == 0;
}

static int lose_to_http(struct websocket *ws, enum wsd_direction d)
{
    struct ws_half *half = &ws->half[d];
    const struct wsd_moment first = {.time = half->first_time, .packet = half->first_packet};
    if (!may_be_handshake(ws, d))
        ws_finding(ws, d, WSD_FINDING_STREAM_HTTP_INSIDE, "", &first);
    half->lost = true;
    half->stage.have = 0;
    return search_begin(ws, d);
}

static int feed(struct websocket *ws, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment);

/* Decodes the header in the stage. What was staged beyond it, while it looked like HTTP, is payload. */
static int decode_staged(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    uint8_t staged[STAGE_SIZE];
    size_t have = half->stage.have, size = frame_header_size(half->stage.bytes, have);
    memcpy(staged, half->stage.bytes, have);
    half->stage.have = 0;
    frame_header_decode(staged, size, &half->frame);
    int rc = begin_frame(ws, d, moment);
    return rc != 0 || have == size ? rc : feed(ws, d, bytes_of(staged + size, have - size), moment);
}

/* A header that arrives in pieces, or might be HTTP: one byte at a time into the stage. */
static int stage_header(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                        const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    struct stage *stage = &half->stage;
    while (bytes->length > 0) {
        stage_fill(stage, bytes, stage->have + 1u);
        int http = http_inside(bytes_of(stage->bytes, stage->have));
        if (http > 0)
            return lose_to_http(ws, d);
        if (http == 0 && stage->have >= 2 && stage->have >= frame_header_size(stage->bytes, stage->have))
            return decode_staged(ws, d, moment);
    }
    return 0;
}

/* Whether an ordinary frame lies in these bytes from its first to its last; then its header is decoded. */
static bool whole_frame(const struct websocket *ws, enum wsd_direction d, struct wsd_bytes bytes,
                        struct frame_header *header)
{
    if (bytes.length < 2 || !rules_ordinary(&ws->half[d], d, bytes.data))
        return false;
    size_t size = frame_header_size(bytes.data, bytes.length);
    if (bytes.length < size)
        return false;
    frame_header_decode(bytes.data, size, header);
    return header->length <= bytes.length - size;
}

static int take_whole(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                      const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    struct message_env env = env_of(ws, d, moment);
    const struct wsd_bytes payload = {bytes->data + half->frame.size, (size_t)half->frame.length};
    *bytes = bytes_after(*bytes, half->frame.size + payload.length);
    half->first_time = moment->time;
    half->first_packet = moment->packet;
    rules_rest_of_header(ws, d);
    if (half->known[0] != half->frame.bytes[0])
        search_note_frame(half);
    half->tail_unseen = false;
    count_frame(ws, d, payload.length);
    struct message_whole whole;
    if (message_whole(&env, d, &half->frame, payload, &whole) < 0)
        return -ENOMEM;
    if (ws->host->frames) /* nothing of it has to be kept: all of it is in the packet at hand */
        tell_frame(ws, d, true, moment, ws->host->detail ? bytes_first(payload, WSD_DETAIL_PAYLOAD) : bytes_of(NULL, 0),
                   moment);
    message_tell_whole(&env, &whole);
    return 0;
}

static int take_header(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                       const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    if (half->stage.have > 0)
        return stage_header(ws, d, bytes, moment);
    if (whole_frame(ws, d, *bytes, &half->frame))
        return take_whole(ws, d, bytes, moment);
    int rc = websocket_note_first(ws, half, moment);
    size_t size = frame_header_size(bytes->data, bytes->length);
    if (rc != 0 || bytes->length < size || http_inside(*bytes) != 0)
        return rc != 0 ? rc : stage_header(ws, d, bytes, moment);
    frame_header_decode(bytes->data, size, &half->frame);
    *bytes = bytes_after(*bytes, size);
    return begin_frame(ws, d, moment);
}

static int take_payload(struct websocket *ws, enum wsd_direction d, struct wsd_bytes *bytes,
                        const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    uint64_t left = half->frame.length - half->at;
    struct wsd_bytes piece = left < bytes->length ? bytes_first(*bytes, (size_t)left) : *bytes;
    *bytes = bytes_after(*bytes, piece.length);
    if (piece.length == 0)
        return 0;
    struct message_env env = env_of(ws, d, moment);
    websocket_note_payload(half, piece);
    uint64_t at = half->at;
    half->at += piece.length;
    return message_piece(&env, half->current, &half->frame, piece, at);
}

static int feed(struct websocket *ws, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    int rc = 0;
    while (rc == 0 && bytes.length > 0) {
        if (half->searching)
            return search_bytes(ws, d, bytes, moment);
        if (!half->in_payload)
            rc = take_header(ws, d, &bytes, moment);
        if (rc == 0 && half->in_payload)
            rc = take_payload(ws, d, &bytes, moment);
        if (rc == 0 && half->in_payload && half->at == half->frame.length)
            rc = end_frame(ws, d, moment);
    }
    return rc;
}

/* ---- gaps and ends -------------------------------------------------------------------------------------------- */

/* The frame at hand ends here, and its message with it: the capture has no more of them. */
static void cut_off_frame(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct ws_half *half = &ws->half[d];
    rules_part_of_header(ws, d, half->stage.bytes, half->stage.have);
    half->stage.have = 0;
    if (half->in_payload) {
        struct message_env env = env_of(ws, d, moment);
        half->in_payload = false;
        half->incomplete = true;
        websocket_note_frame(ws, d, false, moment);
        if (half->current != half->data)
            end_single(ws, d, &env);
        half->current = NULL;
    }
    cut_off_data(ws, d, moment);
}

static void tell_gap(struct websocket *ws, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct wsd_event event = {.type = WSD_EVENT_GAP, .at = *moment, .connection = &ws->info, .gap = {d, missing}};
    struct wsd_counts *counts[] = {&ws->info.counts[d], &ws->host->sum};
    for (int i = 0; i < 2; i++) {
        counts[i]->gaps++;
        counts[i]->gap_bytes += missing;
    }
    host_tell(ws->host, &event);
}

static int websocket_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes,
                          const struct wsd_moment *moment)
{
    return feed((struct websocket *)s, d, bytes, moment);
}

static int websocket_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    bool about = (missing & STREAM_ABOUT) != 0;
    missing &= ~STREAM_ABOUT;
    struct websocket *ws = (struct websocket *)s;
    struct ws_half *half = &ws->half[d];
    struct message_env env = env_of(ws, d, moment);
    int rc = search_end(ws, d, missing);
    tell_gap(ws, d, missing, moment);
    if (rc != 0 || half->searching)
        return rc;
    uint64_t left = half->in_payload ? half->frame.length - half->at : 0;
    if (!half->in_payload || missing > left || about) {
        cut_off_frame(ws, d, moment);
        half->unseen = true;
        inflation_lose(&half->inflation);
        return search_begin(ws, d);
    }
    half->incomplete = true;
    half->at += missing;
    ws->host->hole_bytes += moment->cut ? 0 : missing;
    rc = message_hole(&env, half->current, missing);
    return rc == 0 && half->at == half->frame.length ? end_frame(ws, d, moment) : rc;
}

/* Behind a RST only what the other side had sent before may come; when that was its close frame, nothing of it. */
static bool over_by_reset(const struct websocket *ws, enum wsd_direction d, enum wsd_how how)
{
    return how == WSD_BY_RESET && ws->half[!d].closed && !ws->half[!d].ended;
}

static int websocket_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct websocket *ws = (struct websocket *)s;
    struct ws_half *half = &ws->half[d];
    bool again = half->ended; /* FIN, then a RST */
    int rc = again ? 0 : search_end(ws, d, 0);
    if (rc != 0)
        return rc;
    half->ended = true;
    half->how = (uint8_t)how;
    if (!again)
        cut_off_frame(ws, d, moment);
    if (!again && !ws->half[!d].ended)
        ws->first_ended = (uint8_t)d;
    if (over_by_reset(ws, d, how))
        return websocket_end(s, !d, how, moment);
    if (again || !ws->half[!d].ended)
        return 0;
    ending_tell(ws, moment);
    return STREAM_DONE;
}

static void websocket_free(struct stream *s)
{
    struct websocket *ws = (struct websocket *)s;
    for (int d = 0; d < 2; d++) {
        struct ws_half *half = &ws->half[d];
        if (half->current != half->data)
            message_drop(ws->host, half->current);
        message_drop(ws->host, half->data);
        inflation_free(&half->inflation);
        free(half->detail);
        if (!ws->is_legacy)
            resync_free(ws->resync[d]);
    }
    if (ws->is_legacy)
        legacy_free(ws->legacy);
    if (ws->reason != NULL)
        buffer_free(ws->reason);
    free(ws->reason);
    free((void *)(uintptr_t)ws->info.url.data);
    free(ws);
}

static size_t websocket_memory(const struct stream *s)
{
    const struct websocket *ws = (const struct websocket *)s;
    size_t sum = sizeof *ws + ws->info.url.length + ws->info.subprotocol.length;
    sum += ws->reason != NULL ? sizeof *ws->reason + ws->reason->capacity : 0;
    for (int d = 0; d < 2; d++) {
        const struct ws_half *half = &ws->half[d];
        sum += message_memory(half->data) + (half->current != half->data ? message_memory(half->current) : 0);
        sum += deflate_memory(half->inflation.deflate);
        sum += (half->detail != NULL ? sizeof *half->detail : 0) + (ws->is_legacy ? 0 : resync_memory(ws->resync[d]));
    }
    return sum;
}

const struct stream_ops websocket_ops = {"websocket",   websocket_data, websocket_gap,
                                         websocket_end, websocket_free, websocket_memory};

/* The drafts of legacy.c. */

static int legacy_stream_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes,
                              const struct wsd_moment *moment)
{
    return legacy_data((struct websocket *)s, d, bytes, moment);
}

static int legacy_stream_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    tell_gap((struct websocket *)s, d, missing, moment);
    return legacy_gap((struct websocket *)s, d, missing, moment);
}

static int legacy_stream_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct websocket *ws = (struct websocket *)s;
    if (!ws->half[d].ended)
        legacy_end(ws, d, moment);
    return websocket_end(s, d, how, moment);
}

const struct stream_ops websocket_legacy_ops = {"websocket of a draft", legacy_stream_data, legacy_stream_gap,
                                                legacy_stream_end,      websocket_free,     websocket_memory};

const struct wsd_connection *websocket_connection(const struct stream *stream)
{
    return stream != NULL && stream->ops->free == websocket_free ? &((const struct websocket *)stream)->info : NULL;
}

bool websocket_both_found(const struct stream *stream)
{
    const struct wsd_connection *connection = websocket_connection(stream);
    return connection != NULL && connection->counts[WSD_CLIENT].frames > 0 && connection->counts[WSD_SERVER].frames > 0;
}
