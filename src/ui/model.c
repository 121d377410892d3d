#include "ui/model.h"

#include "ui/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_LEAST = 64 };

static const int64_t second = 1000000000;

_Static_assert(WSD_FINDING_COUNT <= 64, "model_connection.found has a bit for each");

/* ---- rings: slots are a power of two, and a thing's slot is its number modulo that */

/* Doubles the slots. Returns the new memory or NULL. */
static void *ring_grown(void *slots, size_t *count, size_t size, uint64_t first, uint64_t end)
{
    size_t wanted = *count == 0 ? SLOTS_LEAST : *count * 2;
    char *grown = calloc(wanted, size);
    if (grown == NULL)
        return NULL;
    /* Two runs at most on each side; one by one is as fast as it needs to be. */
    for (uint64_t i = first; i < end; i++)
        memcpy(grown + (i & (wanted - 1)) * size, (char *)slots + (i & (*count - 1)) * size, size);
    free(slots);
    *count = wanted;
    return grown;
}

static bool room_for_row(struct model *m)
{
    if (m->end_row - m->first_row < m->row_slots)
        return true;
    size_t before = m->row_slots;
    void *grown = ring_grown(m->rows, &m->row_slots, sizeof *m->rows, m->first_row, m->end_row);
    if (grown == NULL)
        return false;
    m->rows = grown;
    m->used += (m->row_slots - before) * sizeof *m->rows;
    return true;
}

static bool room_for_block(struct model *m)
{
    if (m->end_block - m->first_block < m->block_slots)
        return true;
    void *grown = ring_grown(m->blocks, &m->block_slots, sizeof *m->blocks, m->first_block, m->end_block);
    if (grown == NULL)
        return false;
    m->blocks = grown;
    return true;
}

/* ---- places of records */

static record_place place_of(uint64_t block, size_t offset)
{
    return (block + 1) << 32 | offset / 8;
}

static const struct record *at_place(const struct model *m, record_place place)
{
    uint64_t block = (place >> 32) - 1;
    if (place == 0 || block < m->first_block || block >= m->end_block)
        return NULL;
    const struct block *b = m->blocks[block & (m->block_slots - 1)].block;
    return (const struct record *)(b->data + (place & UINT32_MAX));
}

/* ---- connections */

/* Where a connection's slot is, or would be. Ids are ours, and follow one another: they need no better hash. */
static size_t index_of(const struct model *m, uint64_t id)
{
    size_t at = id & (m->index_slots - 1);
    while (m->index[at].connection != NULL && m->index[at].id != id)
        at = (at + 1) & (m->index_slots - 1);
    return at;
}

static void index_put(struct model *m, struct model_connection *c)
{
    m->index[index_of(m, c->about.id)] = (struct model_slot){c->about.id, c};
}

static void index_fill(struct model *m)
{
    memset(m->index, 0, m->index_slots * sizeof *m->index);
    for (size_t i = 0; i < m->connection_count; i++)
        index_put(m, m->connections[i]);
}

static bool index_resize(struct model *m, size_t slots)
{
    void *grown = realloc(m->index, slots * sizeof *m->index);
    if (grown == NULL)
        return false;
    m->index = grown;
    m->index_slots = slots;
    index_fill(m);
    return true;
}

struct model_connection *model_connection(const struct model *m, uint64_t id)
{
    return m->index_slots > 0 ? m->index[index_of(m, id)].connection : NULL;
}

void model_mark(struct model *m, struct model_connection *c, bool marked)
{
    m->marked_count += (size_t)marked - (size_t)c->marked;
    c->marked = marked;
}

static void set_state(struct model *m, struct model_connection *c, enum model_state state)
{
    m->open_count += (size_t)(state == MODEL_OPEN) - (size_t)(c->state == MODEL_OPEN);
    c->state = state;
}

static bool room_for_connection(struct model *m)
{
    if (m->connection_count < m->connection_slots)
        return true;
    size_t slots = m->connection_slots == 0 ? SLOTS_LEAST : m->connection_slots * 2;
    void *grown = realloc(m->connections, slots * sizeof(struct model_connection *));
    if (grown == NULL)
        return false;
    m->connections = grown;
    if (!index_resize(m, slots * 2))
        return false;
    m->connection_slots = slots;
    return true;
}

static struct model_connection *new_connection(struct model *m, uint64_t id)
{
    struct model_connection *c;
    if (!room_for_connection(m) || (c = calloc(1, sizeof *c)) == NULL)
        return NULL;
    c->about.id = id;
    c->about.version = -1;
    c->about.handshake = WSD_HANDSHAKE_MISSING;
    c->state = MODEL_OPEN;
    m->open_count++;
    c->round_trip = -1;
    c->code = c->reported = -1;
    c->by = WSD_NEITHER;
    c->first_row = m->end_row;
    size_t at = m->connection_count++;
    for (; at > 0 && m->connections[at - 1]->about.id > id; at--) /* it most often is the last */
        m->connections[at] = m->connections[at - 1];
    m->connections[at] = c;
    index_put(m, c);
    m->connection_bytes += sizeof *c;
    m->used += sizeof *c;
    return c;
}

static void forget(struct model *m, struct model_connection *c)
{
    size_t bytes = sizeof *c + (c->opening != NULL ? c->opening->head.size : 0) +
                   (c->statistics != NULL ? sizeof *c->statistics : 0);
    m->connection_bytes -= bytes;
    m->used -= bytes;
    m->connections_left++;
    m->open_count -= c->state == MODEL_OPEN;
    model_mark(m, c, false);
    for (int side = 0; side < 2; side++) {
        m->counts_left[side].messages += c->about.counts[side].messages;
        m->counts_left[side].frames += c->about.counts[side].frames;
        m->counts_left[side].payload_bytes += c->about.counts[side].payload_bytes;
        m->counts_left[side].wire_bytes += c->about.counts[side].wire_bytes;
        m->counts_left[side].header_bytes += c->about.counts[side].header_bytes;
    }
    free(c->statistics);
    free(c->opening);
    free(c);
}

/* The oldest that have ended and of which nothing is kept any more, until connections take less than their part. */
static void forget_connections(struct model *m)
{
    size_t most = m->budget / 4, kept = 0;
    if (m->connection_bytes <= most)
        return;
    most -= most / 8; /* so that this is done seldom */
    model_settle(m);
    for (size_t i = 0; i < m->connection_count; i++) {
        struct model_connection *c = m->connections[i];
        if (m->connection_bytes > most && c->ended && c->last_row < m->first_row)
            forget(m, c);
        else
            m->connections[kept++] = c;
    }
    m->connection_count = kept;
    index_fill(m);
}

/* ---- what each record changes */

/* The TCP connection that an attempt was made on. */
static uint64_t flow_of(const struct record *r)
{
    struct record_scratch scratch;
    struct wsd_event e;
    record_event(r, NULL, &scratch, &e);
    return e.opening.flow;
}

static void forget_opening(struct model *m, unsigned at)
{
    struct model_connection *c = m->opening[at];
    m->used -= sizeof *c + c->opening->head.size;
    free(c->opening);
    free(c);
    m->opening[at] = m->opening[--m->opening_count];
    m->openings_left++;
}

/* An attempt was answered, or its TCP connection has another one now. */
static void end_opening(struct model *m, uint64_t flow)
{
    for (unsigned i = m->opening_count; i-- > 0;)
        if (m->opening[i]->flow == flow)
            forget_opening(m, i);
}

static void asked(struct model *m, const struct record *r)
{
    uint64_t flow = flow_of(r);
    end_opening(m, flow);
    struct model_connection *c = m->opening_count < MODEL_OPENING_MOST ? calloc(1, sizeof *c) : NULL;
    if (c == NULL || (c->opening = malloc(r->size)) == NULL) {
        free(c);
        return;
    }
    memcpy(c->opening, r, r->size);
    record_connection(c->opening, &c->about, &c->tls);
    c->state = MODEL_OPENING;
    c->flow = flow;
    c->round_trip = c->code = c->reported = -1;
    c->by = WSD_NEITHER;
    c->last_time = r->time;
    m->used += sizeof *c + r->size;
    m->opening[m->opening_count++] = c;
}

static void opened(struct model *m, struct model_connection *c, const struct record *r)
{
    static const enum model_state states[] = {[WSD_HANDSHAKE_COMPLETE] = MODEL_OPEN,
                                              [WSD_HANDSHAKE_REJECTED] = MODEL_REJECTED,
                                              [WSD_HANDSHAKE_UNANSWERED] = MODEL_UNANSWERED,
                                              [WSD_HANDSHAKE_MISSING] = MODEL_OPEN,
                                              [WSD_HANDSHAKE_ENCRYPTED] = MODEL_ENCRYPTED};
    if (m->opening_count > 0)
        end_opening(m, flow_of(r));
    if (c->opening != NULL)
        return;
    c->opening = malloc(r->size);
    if (c->opening == NULL) {
        m->out_of_memory = true;
        return;
    }
    memcpy(c->opening, r, r->size);
    m->connection_bytes += r->size;
    m->used += r->size;
    record_connection(c->opening, &c->about, &c->tls);
    memset(c->about.counts, 0, sizeof c->about.counts);
    set_state(m, c, states[c->about.handshake]);
    c->ended = c->state == MODEL_REJECTED || c->state == MODEL_UNANSWERED;
    c->end_time = r->time;
}

/* Of the second, in the ring of the last minute. */
static uint32_t *bucket_of(struct model_connection *c, int64_t at)
{
    return &c->buckets[(uint64_t)at % MODEL_SECONDS];
}

static void count_in_history(struct model_connection *c, int64_t time)
{
    int64_t now = time / second;
    if (now > c->second) {
        int64_t passed = now - c->second < MODEL_SECONDS ? now - c->second : MODEL_SECONDS;
        for (int64_t i = 0; i < passed; i++)
            *bucket_of(c, now - i) = 0;
        c->second = now;
    }
    if (now > c->second - MODEL_SECONDS)
        ++*bucket_of(c, now);
}

/* FNV-1a; a pong is the answer to the ping with the same payload. */
static uint64_t hash_of(struct wsd_bytes bytes)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < bytes.length && i < 125; i++)
        hash = (hash ^ bytes.data[i]) * 0x100000001b3;
    return hash;
}

static void ping_or_pong(struct model *m, struct model_connection *c, const struct record_message *r)
{
    if (r->head.direction > WSD_SERVER)
        return;
    uint64_t hash = hash_of(record_payload(r));
    struct model_ping *sent = &c->ping[r->head.direction], *answered = &c->ping[!r->head.direction];
    if (r->head.opcode == WSD_OPCODE_PING) {
        *sent = (struct model_ping){true, r->head.time, hash};
    } else if (answered->waiting && answered->hash == hash) {
        c->round_trip = r->head.time - answered->time;
        answered->waiting = false;
        statistics_round_trip(&m->statistics, c->round_trip);
        if (c->statistics != NULL)
            statistics_round_trip(c->statistics, c->round_trip);
    }
}

/* Statistics of its own, from its first message on; not when connections take their part of the budget already. */
static void begin_statistics(struct model *m, struct model_connection *c)
{
    if (c->statistics != NULL || c->about.counts[0].messages + c->about.counts[1].messages > 1 ||
        m->connection_bytes + sizeof *c->statistics > m->budget / 4)
        return;
    c->statistics = calloc(1, sizeof *c->statistics);
    if (c->statistics != NULL) {
        m->connection_bytes += sizeof *c->statistics;
        m->used += sizeof *c->statistics;
    }
}

static bool is_data(unsigned opcode)
{
    return opcode == WSD_OPCODE_TEXT || opcode == WSD_OPCODE_BINARY;
}

static void settle(struct model_connection *c)
{
    for (unsigned i = 0; i < c->unsettled_count; i++) {
        const struct model_message *u = &c->unsettled[i];
        if (is_data(u->opcode))
            count_in_history(c, u->time);
        if (c->statistics != NULL)
            statistics_message(c->statistics, (uint8_t)u->opcode, (enum wsd_direction)u->direction, u->length, u->time,
                               u->interval);
    }
    c->unsettled_count = 0;
}

void model_settle(struct model *m)
{
    for (struct model_connection *c = m->waiting; c != NULL; c = c->next_waiting) {
        settle(c);
        c->waits = false;
    }
    m->waiting = NULL;
}

static void count_message(struct model *m, struct model_connection *c, const struct record_message *r, bool data)
{
    enum wsd_direction direction = (enum wsd_direction)r->head.direction;
    int64_t last = c->last_sent[direction], interval = -1;
    if (data && last != 0)
        interval = r->head.time > last ? r->head.time - last : 0;
    if (data)
        c->last_sent[direction] = r->head.time;
    statistics_message(&m->statistics, r->head.opcode, direction, r->length, r->head.time, interval);
    begin_statistics(m, c);
    if (c->unsettled_count == MODEL_UNSETTLED)
        settle(c);
    c->unsettled[c->unsettled_count++] = (struct model_message){.time = r->head.time,
                                                                .interval = interval,
                                                                .length = r->length & (((uint64_t)1 << 56) - 1),
                                                                .opcode = r->head.opcode & 0x7F,
                                                                .direction = direction & 1};
    if (c->waits)
        return;
    c->waits = true;
    c->next_waiting = m->waiting;
    m->waiting = c;
}

static void message(struct model *m, struct model_connection *c, struct record_message *r)
{
    uint8_t direction = r->head.direction;
    bool data = is_data(r->head.opcode);
    m->messages += data;
    if (direction > WSD_SERVER)
        return;
    struct wsd_counts *counts = &c->about.counts[direction];
    r->last_frame = c->last_frame[direction];
    if (data) {
        counts->messages++;
        counts->payload_bytes += r->length;
        c->last_message = r->head.time;
    }
    count_message(m, c, r, data);
    if ((r->head.flags & RECORD_INFLATED) != 0 && (r->head.flags & RECORD_COMPRESSED) != 0) {
        counts->deflated_bytes += r->wire_length;
        counts->inflated_bytes += r->length;
    }
    if (r->head.opcode == WSD_OPCODE_PING || r->head.opcode == WSD_OPCODE_PONG)
        ping_or_pong(m, c, r);
    if (r->head.opcode == WSD_OPCODE_CLOSE && c->state == MODEL_OPEN)
        set_state(m, c, MODEL_CLOSING);
}

static void frame(struct model_connection *c, struct record_frame *r, record_place place)
{
    if (r->head.direction > WSD_SERVER)
        return;
    struct wsd_counts *counts = &c->about.counts[r->head.direction];
    counts->frames++;
    counts->wire_bytes += r->length;
    counts->header_bytes += r->header_length;
    r->previous = c->last_frame[r->head.direction];
    c->last_frame[r->head.direction] = place;
}

static void closed(struct model *m, struct model_connection *c, const struct record_close *r)
{
    statistics_close(&m->closes, (enum wsd_how)r->head.detail, r->code);
    c->ended = true;
    c->how = (enum wsd_how)r->head.detail;
    c->by = (enum wsd_direction)r->head.direction;
    c->code = r->code;
    c->reported = r->reported;
    c->duration = r->duration;
    c->end_time = r->head.time;
    c->reason_length = r->reason_length < MODEL_REASON ? r->reason_length : MODEL_REASON;
    memcpy(c->reason, r->reason, c->reason_length);
    memcpy(c->about.counts, r->counts, sizeof c->about.counts);
    if (c->how == WSD_BY_HANDSHAKE)
        set_state(m, c, MODEL_CLOSED);
    else if (c->how == WSD_BY_CAPTURE_END)
        c->ended = false; /* it was still open, or closing: that is what is to be seen */
    else if (c->state == MODEL_OPEN || c->state == MODEL_CLOSING)
        set_state(m, c, MODEL_LOST);
}

static void apply(struct model *m, struct model_connection *c, struct record *r, record_place place)
{
    switch ((enum wsd_event_type)r->type) {
    case WSD_EVENT_CONNECTION: opened(m, c, r); break;
    case WSD_EVENT_FRAME: frame(c, (struct record_frame *)r, place); break;
    case WSD_EVENT_MESSAGE: message(m, c, (struct record_message *)r); break;
    case WSD_EVENT_GAP:
        if (r->direction <= WSD_SERVER) {
            c->about.counts[r->direction].gaps++;
            c->about.counts[r->direction].gap_bytes += ((struct record_gap *)r)->bytes;
        }
        break;
    case WSD_EVENT_FINDING:
        m->findings[r->detail]++;
        c->found[r->direction] |= (uint64_t)1 << r->detail;
        c->findings[wsd_finding_info((enum wsd_finding_code)r->detail)->severity]++;
        break;
    case WSD_EVENT_CLOSE: closed(m, c, (const struct record_close *)r); break;
    case WSD_EVENT_TRANSPORT:
    case WSD_EVENT_REQUEST: break;
    }
    c->changes++;
    c->last_time = r->time;
}

/* ---- the store */

static void add_record(struct model *m, struct model_block *b, struct record *r, record_place place)
{
    struct model_connection *c = NULL;
    if (r->connection != 0) {
        c = model_connection(m, r->connection);
        if (c == NULL)
            c = new_connection(m, r->connection);
        if (c == NULL) {
            m->out_of_memory = true;
            return;
        }
    }
    if (m->began == 0)
        m->began = r->time;
    if (r->time > m->now)
        m->now = r->time;
    if (c != NULL)
        apply(m, c, r, place);
    if (r->type == WSD_EVENT_REQUEST)
        asked(m, r);
    if (r->type == WSD_EVENT_FRAME || r->type == WSD_EVENT_REQUEST)
        return; /* it is seen through its message, or its opening */
    if (!room_for_row(m)) {
        m->out_of_memory = true;
        return;
    }
    if (c != NULL)
        c->last_row = m->end_row;
    m->rows[m->end_row++ & (m->row_slots - 1)] = (struct model_row){r, c, r->type, r->opcode, r->direction, r->flags};
    b->rows++;
}

/* Data messages among the rows that leave. */
static void count_left(struct model *m, uint64_t rows)
{
    for (uint64_t i = m->first_row; i < m->first_row + rows; i++) {
        const struct model_row *row = &m->rows[i & (m->row_slots - 1)];
        m->messages_left += row->type == WSD_EVENT_MESSAGE && is_data(row->opcode);
    }
}

static void drop_oldest(struct model *m)
{
    struct model_block *oldest = &m->blocks[m->first_block & (m->block_slots - 1)];
    count_left(m, oldest->rows);
    m->first_row += oldest->rows;
    m->used -= oldest->block->size;
    m->first_block++;
    m->give_back(m->user, oldest->block);
}

/* ---- reading ahead
 *
 * A record lies where another processor has written it, and its connection is in no cache when many connections take turns. Waiting
 * for one line of memory after the other would take three times as long as all the rest, so they are fetched before they are needed:
 * the bytes of the block, then connections, then, once these are there, the place for another message. */

enum { AHEAD_BYTES = 1024, AHEAD_CONNECTION = 16, AHEAD_MESSAGE = 8 /* records */ };

static struct record *record_at(struct block *b, size_t at)
{
    return (struct record *)(b->data + at / 8);
}

static void fetch_connection(const struct model *m, const struct record *r)
{
    struct model_connection *c = model_connection(m, r->connection);
    for (size_t i = 0; i < r->size && i < AHEAD_BYTES; i += MEMORY_LINE)
        memory_fetch((uintptr_t)r + AHEAD_BYTES + i);
    if (c == NULL)
        return;
    memory_fetch((uintptr_t)c);
    memory_fetch((uintptr_t)&c->about.counts[WSD_SERVER]);
    memory_fetch((uintptr_t)&c->statistics);
    memory_fetch((uintptr_t)&c->unsettled_count);
}

static void fetch_message(const struct model *m, const struct record *r)
{
    const struct model_connection *c = r->type == WSD_EVENT_MESSAGE ? model_connection(m, r->connection) : NULL;
    if (c != NULL)
        memory_fetch((uintptr_t)&c->unsettled[c->unsettled_count % MODEL_UNSETTLED]);
}

/* One of the steps ahead: where it is in the block. */
static void step(const struct model *m, struct block *b, size_t *at, unsigned records,
                 void (*fetch)(const struct model *, const struct record *))
{
    for (; records > 0 && *at < b->length; records--) {
        const struct record *r = record_at(b, *at);
        fetch(m, r);
        *at += r->size;
    }
}

/* The records of a block, from a byte on. */
static void read_block(struct model *m, uint64_t number, size_t from)
{
    struct model_block *b = &m->blocks[number & (m->block_slots - 1)];
    size_t connections = from, messages = from;
    step(m, b->block, &connections, AHEAD_CONNECTION, fetch_connection);
    step(m, b->block, &messages, AHEAD_MESSAGE, fetch_message);
    for (size_t at = from; at < b->block->length;) {
        struct record *r = record_at(b->block, at);
        step(m, b->block, &connections, 1, fetch_connection);
        step(m, b->block, &messages, 1, fetch_message);
        add_record(m, b, r, place_of(number, at));
        at += r->size;
    }
}

/* Bytes of the records at the beginning of a block that have room in so many. */
static size_t fitting(struct block *b, size_t room)
{
    size_t at = 0;
    while (at < b->length && record_at(b, at)->size <= room - at)
        at += record_at(b, at)->size;
    return at;
}

/* What is in a block that is not nearly full goes behind the newest, as much of it as has room there. So blocks that stay are all of
 * one size, and full, and those that leave are filled again. True: that was all of it. */
static bool append(struct model *m, struct block *b)
{
    if (b->length >= b->size - b->size / FULL_PART || m->end_block == m->first_block)
        return false;
    struct block *last = m->blocks[(m->end_block - 1) & (m->block_slots - 1)].block;
    size_t from = last->length, length = fitting(b, last->size - from);
    if (length == 0)
        return false;
    memcpy((char *)last->data + from, b->data, length);
    last->length += length;
    b->length -= length;
    memmove(b->data, (char *)b->data + length, b->length);
    read_block(m, m->end_block - 1, from);
    if (b->length > 0)
        return false;
    m->give_back(m->user, b);
    return true;
}

void model_add_take(struct model *m, struct block *block)
{
    if (append(m, block))
        return;
    while (m->used + block->size > m->budget && m->end_block > m->first_block)
        drop_oldest(m);
    forget_connections(m);
    if (!room_for_block(m)) {
        m->out_of_memory = true;
        m->give_back(m->user, block);
        return;
    }
    m->blocks[m->end_block & (m->block_slots - 1)] = (struct model_block){.block = block};
    m->used += block->size;
    read_block(m, m->end_block++, 0);
}

void model_init(struct model *m, size_t budget, void (*give_back)(void *user, struct block *block), void *user)
{
    *m = (struct model){.budget = budget, .give_back = give_back, .user = user};
}

void model_free(struct model *m)
{
    for (uint64_t i = m->first_block; i < m->end_block; i++)
        block_free(m->blocks[i & (m->block_slots - 1)].block);
    for (size_t i = 0; i < m->connection_count; i++) {
        free(m->connections[i]->statistics);
        free(m->connections[i]->opening);
        free(m->connections[i]);
    }
    while (m->opening_count > 0)
        forget_opening(m, m->opening_count - 1);
    free(m->blocks);
    free(m->rows);
    free(m->connections);
    free(m->index);
}

/* ---- looking things up */

const char *model_state_word(enum model_state state)
{
#define STATE_WORD(name, word) word,
    static const char *const words[] = {MODEL_STATES(STATE_WORD)};
#undef STATE_WORD
    return words[state];
}

size_t model_frames(const struct model *m, const struct record_message *message, const struct record_frame **frames,
                    size_t most)
{
    bool control = record_is_control(&message->head);
    uint64_t due = message->frames;
    size_t n = 0;
    record_place place = message->last_frame;
    /* From the last to the first; the first are wanted, so earlier ones push later ones out. */
    for (const struct record *r; due > 0 && (r = at_place(m, place)) != NULL;) {
        const struct record_frame *f = (const struct record_frame *)r;
        if (record_is_control(r) == control) {
            if (n == most)
                n--;
            memmove(frames + 1, frames, n * sizeof *frames);
            frames[0] = f;
            n++;
            due--;
        }
        place = f->previous;
    }
    return n;
}

void model_event(const struct model_row *row, struct record_scratch *scratch, struct wsd_event *event)
{
    record_event(row->record, row->connection != NULL ? &row->connection->about : NULL, scratch, event);
}

void model_history(const struct model_connection *c, int64_t now, uint32_t *counts, unsigned n)
{
    int64_t last = now / second;
    for (unsigned i = 0; i < n; i++) {
        int64_t at = last - (int64_t)(n - 1 - i);
        bool known = at >= 0 && at <= c->second && at > c->second - MODEL_SECONDS;
        counts[i] = known ? c->buckets[(uint64_t)at % MODEL_SECONDS] : 0;
    }
}

double model_rate(const struct model_connection *c, int64_t now, unsigned seconds)
{
    uint32_t counts[MODEL_SECONDS];
    uint64_t sum = 0;
    if (seconds > MODEL_SECONDS)
        seconds = MODEL_SECONDS;
    model_history(c, now, counts, seconds);
    for (unsigned i = 0; i < seconds; i++)
        sum += counts[i];
    return seconds > 0 ? (double)sum / seconds : 0;
}
