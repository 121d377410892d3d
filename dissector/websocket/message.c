#include "websocket/message.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PIECE = 16384,       /* bytes unmasked at a time when nobody keeps them: stays in the first-level cache */
    SPARE_MESSAGES = 4,  /* one for each slot of a busy connection */
    SPARE_BYTES = 65536, /* a larger buffer is given back when its message ends */
};

/* ---- beginning and ending ------------------------------------------------------------------------------------- */

static struct message *take_spare(struct websocket_host *host)
{
    struct message *m = host->spare_messages;
    if (m == NULL)
        return calloc(1, sizeof *m);
    host->spare_messages = m->next_spare;
    host->spare_message_count--;
    memset(m, 0, offsetof(struct message, kept)); /* the buffers stay, empty */
    m->kept.length = m->wire.length = 0;
    return m;
}

void message_drop(struct websocket_host *host, struct message *m)
{
    if (m == NULL)
        return;
    free(m->unknown);
    m->unknown = NULL;
    if (m->kept.capacity > SPARE_BYTES)
        buffer_free(&m->kept);
    if (m->wire.capacity > SPARE_BYTES)
        buffer_free(&m->wire);
    if (host->spare_message_count < SPARE_MESSAGES) {
        m->next_spare = host->spare_messages;
        host->spare_messages = m;
        host->spare_message_count++;
        return;
    }
    buffer_free(&m->kept);
    buffer_free(&m->wire);
    free(m);
}

void inflation_free(struct inflation *inflation)
{
    deflate_free(inflation->deflate);
    inflation->deflate = NULL;
}

/* Every message begins with an empty window: because the sender does so, or because nobody knows what the sender's holds. */
static bool forgets(const struct inflation *inflation)
{
    return inflation->no_takeover || inflation->lost;
}

/* The window of this direction: its own, or one of which nobody needs to remember anything. */
static int take_window(const struct message_env *env)
{
    struct inflation *inflation = env->inflation;
    struct websocket_host *host = env->host;
    if (host->block == NULL && (host->block = malloc(DEFLATE_BLOCK)) == NULL)
        return -ENOMEM;
    if (inflation->deflate != NULL)
        return forgets(inflation) ? deflate_reset(inflation->deflate, inflation->window_bits) : 0;
    if (!forgets(inflation) || host->spare_deflate == NULL) {
        inflation->deflate = deflate_new(inflation->window_bits);
        return inflation->deflate == NULL ? -ENOMEM : 0;
    }
    inflation->deflate = host->spare_deflate;
    host->spare_deflate = NULL;
    return deflate_reset(inflation->deflate, inflation->window_bits);
}

static void put_window_away(const struct message_env *env)
{
    struct inflation *inflation = env->inflation;
    if (!forgets(inflation))
        return;
    deflate_free(env->host->spare_deflate);
    env->host->spare_deflate = inflation->deflate;
    inflation->deflate = NULL;
}

void inflation_lose(struct inflation *inflation)
{
    if (!inflation->negotiated || inflation->no_takeover)
        return;
    inflation->lost = true;
    inflation_free(inflation);
}

struct message *message_begin(const struct message_env *env, enum wsd_direction direction,
                              const struct frame_header *header, bool explained)
{
    struct message *m = take_spare(env->host);
    if (m == NULL)
        return NULL;
    m->event.message.direction = direction;
    m->event.message.direction = direction;
    m->event.message.opcode = frame_opcode(header);
    m->text = m->event.message.opcode == WSD_OPCODE_TEXT && explained;
    m->keep = env->host->keep_payload;
    if (frame_is_control(m->event.message.opcode) && m->keep < FRAME_CONTROL_PAYLOAD_MOST)
        m->keep = FRAME_CONTROL_PAYLOAD_MOST; /* a close frame's code is always wanted */
    bool data = m->event.message.opcode == WSD_OPCODE_TEXT || m->event.message.opcode == WSD_OPCODE_BINARY;
    if (env->inflation->negotiated && data && frame_rsv(header) & FRAME_RSV1)
        m->event.message.compressed = true;
    return m;
}

int message_frame(const struct message_env *env, struct message *m, const struct frame_header *header)
{
    struct inflation *inflation = env->inflation;
    bool first = m->event.message.frames++ == 0;
    if (inflation->per_frame && !first && frame_rsv(header) & FRAME_RSV1 && !m->event.message.compressed)
        m->event.message.compressed = true;
    bool wanted = m->event.message.compressed && !m->failed && !m->limited;
    if (inflation->per_frame) {
        m->inflating = wanted && (frame_rsv(header) & FRAME_RSV1) != 0;
        m->tail_fed = false;
        return m->inflating && (inflation->deflate == NULL || inflation->no_takeover) ? take_window(env) : 0;
    }
    m->inflating = wanted;
    return m->inflating && first ? take_window(env) : 0;
}

/* ---- payload -------------------------------------------------------------------------------------------------- */

static uint64_t room(const struct message *m, const struct buffer *buffer)
{
    return m->keep > buffer->length ? m->keep - buffer->length : 0;
}

static void tell_invalid(const struct message_env *env, enum wsd_direction direction, uint64_t at)
{
    char detail[48];
    snprintf(detail, sizeof detail, "at byte %llu", (unsigned long long)at);
    host_finding(env->host, env->connection, direction, WSD_FINDING_MESSAGE_UTF8_INVALID, detail, env->moment);
}

/* Counts payload bytes, and judges them when they are text. */
static void check(const struct message_env *env, struct message *m, struct wsd_bytes bytes)
{
    uint64_t before = m->event.message.length;
    m->event.message.length += bytes.length;
    if (!m->text)
        return;
    size_t skip = 0;
    if (m->after_hole > 0) { /* the first character may have begun in the hole */
        while (skip < bytes.length && m->after_hole > 0 && (bytes.data[skip] & 0xC0) == 0x80)
            skip++, m->after_hole--;
        if (skip < bytes.length)
            m->after_hole = 0;
    }
    size_t valid = skip + utf8_check(&m->utf8, bytes.data + skip, bytes.length - skip);
    if (valid == bytes.length)
        return;
    m->text = false;
    tell_invalid(env, m->event.message.direction, before + valid);
}

/* Masked payload goes straight to where it is kept; what nobody keeps goes through the scratch. */
static int take_masked(const struct message_env *env, struct message *m, const uint8_t key[4], struct wsd_bytes piece,
                       uint64_t at)
{
    uint64_t keep = room(m, &m->kept);
    while (piece.length > 0) {
        bool kept = keep > 0;
        struct buffer *to = kept ? &m->kept : &env->host->scratch;
        size_t n = piece.length;
        if (kept ? n > keep : n > PIECE)
            n = kept ? (size_t)keep : PIECE;
        if (!kept)
            to->length = 0;
        if (buffer_reserve_within(to, n, kept ? m->keep : PIECE) < 0)
            return -ENOMEM;
        frame_unmask(to->data + to->length, piece.data, n, key, at);
        check(env, m, bytes_of(to->data + to->length, n));
        to->length += n;
        keep -= kept ? n : 0;
        at += n;
        piece = bytes_after(piece, n);
    }
    return 0;
}

static int take_plain(const struct message_env *env, struct message *m, struct wsd_bytes piece, bool whole)
{
    check(env, m, piece);
    if (!whole)
        return buffer_append(&m->kept, piece, m->keep);
    m->whole = m->keep < piece.length ? bytes_first(piece, (size_t)m->keep) : piece;
    return 0;
}

struct inflating {
    const struct message_env *env;
    struct message *m;
};

static int take_inflated(void *user, struct wsd_bytes bytes)
{
    struct inflating *i = user;
    check(i->env, i->m, bytes);
    return buffer_append(&i->m->kept, bytes, i->m->keep);
}

static uint64_t inflate_room(const struct message_env *env, const struct message *m)
{
    uint64_t by_ratio = m->event.message.wire_length > UINT64_MAX / 65536 ? UINT64_MAX : m->event.message.wire_length * env->host->inflate_ratio;
    uint64_t most = by_ratio > env->host->inflate_bytes ? by_ratio : env->host->inflate_bytes;
    return most > m->event.message.length ? most - m->event.message.length : 0;
}

static void stop_inflating(const struct message_env *env, struct message *m, enum wsd_finding_code code,
                           const char *detail)
{
    struct inflation *inflation = env->inflation;
    m->inflating = false;
    if (inflation->lost && code == WSD_FINDING_MESSAGE_INFLATE_FAILED) {
        /* No fault of the sender: it refers to a window that is not known here. Told once. */
        code = inflation->lost_told ? WSD_FINDING_COUNT : WSD_FINDING_MESSAGE_WINDOW_UNKNOWN;
        inflation->lost_told = true;
        detail = "";
    }
    if (code != WSD_FINDING_COUNT)
        host_finding(env->host, env->connection, m->event.message.direction, code, detail, env->moment);
    inflation_lose(inflation);
}

/* bytes: unmasked, the last `tail` of them being the tail. */
static int inflate_bytes(const struct message_env *env, struct message *m, struct wsd_bytes bytes, size_t tail)
{
    struct inflating inflating = {env, m};
    m->tail_fed = m->tail_fed || tail > 0;
    int rc = deflate_piece(env->inflation->deflate, bytes, tail, inflate_room(env, m), env->host->block, take_inflated,
                           &inflating);
    if (rc == DEFLATE_BROKEN) {
        m->failed = true;
        stop_inflating(env, m, WSD_FINDING_MESSAGE_INFLATE_FAILED, deflate_error(env->inflation->deflate));
    } else if (rc == DEFLATE_LIMIT) {
        m->limited = true;
        stop_inflating(env, m, WSD_FINDING_MESSAGE_INFLATE_LIMIT, "");
    }
    return rc < 0 ? rc : 0;
}

/* The piece unmasked in the scratch, with room for the tail behind it. */
static int unmask(const struct message_env *env, const struct frame_header *header, struct wsd_bytes *piece, uint64_t at)
{
    struct buffer *scratch = &env->host->scratch;
    scratch->length = 0;
    if (buffer_reserve(scratch, piece->length + DEFLATE_TAIL) < 0)
        return -ENOMEM;
    if (header->mask_at != 0)
        frame_unmask(scratch->data, piece->data, piece->length, header->bytes + header->mask_at, at);
    else
        memcpy(scratch->data, piece->data, piece->length);
    piece->data = scratch->data;
    return 0;
}

static bool ends_compressed(const struct message_env *env, const struct frame_header *header)
{
    return env->inflation->per_frame || frame_fin(header);
}

/* One call of the inflater a piece: the last one takes the tail with it. */
static int take_compressed(const struct message_env *env, struct message *m, const struct frame_header *header,
                           struct wsd_bytes piece, uint64_t at)
{
    bool ends = at + piece.length == header->length && ends_compressed(env, header);
    if (unmask(env, header, &piece, at) < 0)
        return -ENOMEM;
    int rc = room(m, &m->wire) == 0 ? 0 : buffer_append(&m->wire, piece, m->keep);
    if (rc != 0 || !m->inflating)
        return rc;
    if (ends) {
        memcpy(env->host->scratch.data + piece.length, deflate_tail, DEFLATE_TAIL);
        piece.length += DEFLATE_TAIL;
    }
    return inflate_bytes(env, m, piece, ends ? DEFLATE_TAIL : 0);
}

int message_piece(const struct message_env *env, struct message *m, const struct frame_header *header,
                  struct wsd_bytes piece, uint64_t at)
{
    m->event.message.wire_length += piece.length;
    if (m->inflating || m->failed || m->limited)
        return take_compressed(env, m, header, piece, at);
    if (header->mask_at != 0)
        return take_masked(env, m, header->bytes + header->mask_at, piece, at);
    bool whole = piece.length == header->length && frame_fin(header) && m->event.message.frames == 1;
    return take_plain(env, m, piece, whole);
}

/* ---- what is missing ------------------------------------------------------------------------------------------ */

static int note_unknown(struct message *m, uint64_t offset, uint64_t length)
{
    m->event.message.unknown_bytes += length;
    if (m->event.message.unknown_count == WSD_RANGES_MOST) {
        struct wsd_range *last = &m->unknown[WSD_RANGES_MOST - 1];
        last->length = offset + length - last->offset;
        return 0;
    }
    struct wsd_range *ranges = realloc(m->unknown, (m->event.message.unknown_count + 1) * sizeof *ranges);
    if (ranges == NULL)
        return -ENOMEM;
    m->unknown = ranges;
    ranges[m->event.message.unknown_count++] = (struct wsd_range){offset, length};
    return 0;
}

/* Puts '?' where bytes are unknown, as far as the payload is kept. */
static int fill_hole(const struct message *m, struct buffer *buffer, uint64_t missing)
{
    uint64_t n = room(m, buffer);
    if (missing < n)
        n = missing;
    if (n == 0)
        return 0;
    if (n > SIZE_MAX / 2 || buffer_reserve(buffer, (size_t)n) < 0)
        return -ENOMEM;
    memset(buffer->data + buffer->length, '?', (size_t)n);
    buffer->length += (size_t)n;
    return 0;
}

int message_hole(const struct message_env *env, struct message *m, uint64_t missing)
{
    int rc = 0;
    if (m->event.message.compressed) {
        m->failed = true;
        m->inflating = false;
        inflation_lose(env->inflation);
        rc = note_unknown(m, m->event.message.wire_length, missing);
        rc = rc != 0 ? rc : fill_hole(m, &m->wire, missing);
    } else {
        rc = note_unknown(m, m->event.message.length, missing);
        rc = rc != 0 ? rc : fill_hole(m, &m->kept, missing);
        m->event.message.length += missing;
    }
    m->holes = true;
    m->after_hole = 3;
    m->utf8 = (struct utf8){0};
    m->event.message.wire_length += missing;
    return rc;
}

/* ---- the end -------------------------------------------------------------------------------------------------- */

int message_frame_end(const struct message_env *env, struct message *m, const struct frame_header *header)
{
    if (m->event.message.wire_length == 0) /* nothing at all inflates to nothing: receivers take it so */
        return 0;
    bool owed = m->inflating && !m->tail_fed && ends_compressed(env, header);
    int rc = owed ? inflate_bytes(env, m, bytes_of(deflate_tail, DEFLATE_TAIL), DEFLATE_TAIL) : 0;
    if (rc != 0 || !m->inflating || !ends_compressed(env, header) || deflate_at_border(env->inflation->deflate))
        return rc;
    m->failed = true;
    stop_inflating(env, m, WSD_FINDING_MESSAGE_INFLATE_FAILED, "the data ends inside a block");
    return 0;
}

static void count(const struct message_env *env, const struct wsd_message *told)
{
    struct wsd_counts *mine = &env->connection->counts[told->direction], *sum = &env->host->sum;
    mine->messages++;
    mine->payload_bytes += told->length;
    sum->messages++;
    sum->payload_bytes += told->length;
    if (!told->inflated)
        return;
    mine->deflated_bytes += told->wire_length;
    mine->inflated_bytes += told->length;
    sum->deflated_bytes += told->wire_length;
    sum->inflated_bytes += told->length;
}

struct wsd_bytes message_payload(const struct message *m)
{
    if (m->failed)
        return buffer_bytes(&m->wire);
    return m->whole.length > 0 ? m->whole : buffer_bytes(&m->kept);
}

struct close_payload message_close(const struct message *m)
{
    struct close_payload close = close_parse(message_payload(m));
    if (m->unknown != NULL && m->unknown[0].offset < 2)
        close.code = CLOSE_UNKNOWN_CODE;
    return close;
}

/* Sets what is known only now. */
static void finish(struct message *m, bool whole)
{
    struct wsd_message *told = &m->event.message;
    if (m->failed)
        told->length = told->wire_length;
    told->inflated = told->compressed && !m->failed;
    told->complete = whole && !m->holes && !m->failed && !m->limited;
    told->payload = message_payload(m);
    told->truncated = told->payload.length < told->length;
    told->unknown = m->unknown;
    told->text = m->text && !m->failed;
    if (told->text && m->holes)
        told->text = utf8_valid(bytes_first(told->payload, utf8_border(told->payload)));
    told->close_code = CLOSE_NO_CODE;
    if (told->opcode == WSD_OPCODE_CLOSE) {
        struct close_payload close = message_close(m);
        told->close_code = close.code >= 0 ? close.code : CLOSE_NO_CODE;
        told->close_reason = close.reason;
    }
}

void message_end(const struct message_env *env, struct message *m, bool whole)
{
    if (m->text && whole && !m->failed && !m->limited && !utf8_whole(&m->utf8)) {
        m->text = false;
        tell_invalid(env, m->event.message.direction, m->event.message.length);
    }
    finish(m, whole);
    if (m->event.message.opcode == WSD_OPCODE_TEXT || m->event.message.opcode == WSD_OPCODE_BINARY)
        count(env, &m->event.message);
    m->event.type = WSD_EVENT_MESSAGE;
    m->event.at = *env->moment;
    m->event.connection = env->connection;
    host_tell(env->host, &m->event);
    if (m->event.message.compressed && !whole && !m->failed && !m->limited)
        inflation_lose(env->inflation);
    if (m->event.message.compressed && env->inflation->deflate != NULL && !env->inflation->per_frame)
        put_window_away(env);
    message_drop(env->host, m);
}

/* ---- a whole message at once ---------------------------------------------------------------------------------- */

/* Unmasked into the scratch, as far as it is kept or all of it must be judged. */
static int unmask_whole(const struct message_env *env, const struct frame_header *header, struct wsd_bytes *payload)
{
    struct buffer *scratch = &env->host->scratch;
    scratch->length = 0;
    if (buffer_reserve(scratch, payload->length) < 0)
        return -ENOMEM;
    frame_unmask(scratch->data, payload->data, payload->length, header->bytes + header->mask_at, 0);
    payload->data = scratch->data;
    return 0;
}

int message_whole(const struct message_env *env, enum wsd_direction direction, const struct frame_header *header,
                  struct wsd_bytes payload)
{
    struct wsd_event event; /* the rest of its union means nothing for a message, and is not set */
    struct wsd_message *m = &event.message;
    if (header->mask_at != 0 && unmask_whole(env, header, &payload) < 0)
        return -ENOMEM;
    *m = (struct wsd_message){.direction = direction,
                              .opcode = frame_opcode(header),
                              .length = payload.length,
                              .wire_length = payload.length,
                              .frames = 1,
                              .complete = true,
                              .first_time = env->moment->time,
                              .first_packet = env->moment->packet,
                              .close_code = CLOSE_NO_CODE,
                              .payload = payload};
    if (m->opcode == WSD_OPCODE_TEXT) {
        struct utf8 state = {0};
        size_t valid = utf8_check(&state, payload.data, payload.length);
        m->text = valid == payload.length && utf8_whole(&state);
        if (!m->text)
            tell_invalid(env, direction, valid);
    }
    if (env->host->keep_payload < payload.length) {
        m->payload = bytes_first(payload, (size_t)env->host->keep_payload);
        m->truncated = true;
    }
    count(env, m);
    if (env->host->event == NULL)
        return 0;
    event.type = WSD_EVENT_MESSAGE;
    event.at = *env->moment;
    event.connection = env->connection;
    host_tell(env->host, &event);
    return 0;
}
