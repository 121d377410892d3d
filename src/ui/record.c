#include "ui/record.h"

#include "dissector/base/cursor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE_LEAST = 4096 };

/* ---- blocks */

/* A whole page of the large kind, from the system and back to it: malloc() would put what stays for long between two of them, and the
 * heap would grow for days. */
static struct block *page_new(void)
{
    char *at = mmap(NULL, 2 * (size_t)BLOCK_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    size_t before = (BLOCK_PAGE - (uintptr_t)at % BLOCK_PAGE) % BLOCK_PAGE;
    if (before > 0)
        (void)munmap(at, before);
    (void)munmap(at + before + BLOCK_PAGE, BLOCK_PAGE - before);
#ifdef MADV_HUGEPAGE
    (void)madvise(at + before, BLOCK_PAGE, MADV_HUGEPAGE); /* only a wish */
#endif
    return (struct block *)(void *)(at + before);
}

struct block *block_new(size_t size)
{
    struct block *b = size == BLOCK_SIZE ? page_new() : malloc(sizeof(struct block) + size);
    if (b == NULL)
        return NULL;
    b->next = NULL;
    b->size = size;
    b->length = 0;
    return b;
}

void block_free(struct block *block)
{
    if (block != NULL && block->size == BLOCK_SIZE)
        (void)munmap(block, BLOCK_PAGE);
    else
        free(block);
}

void block_touch(struct block *b)
{
    volatile char *data = (volatile char *)b->data;
    for (size_t i = 0; i < b->size; i += PAGE_LEAST)
        data[i] = 0;
}

/* ---- packing: each string as its length in four bytes, in network order, and its bytes */

struct packer {
    uint8_t *at; /* NULL: only count */
    size_t length;
};

static void pack_u32(struct packer *p, uint32_t value)
{
    if (p->at != NULL) {
        uint8_t *at = p->at + p->length;
        at[0] = (uint8_t)(value >> 24);
        at[1] = (uint8_t)(value >> 16);
        at[2] = (uint8_t)(value >> 8);
        at[3] = (uint8_t)value;
    }
    p->length += 4;
}

static void pack_u64(struct packer *p, uint64_t value)
{
    pack_u32(p, (uint32_t)(value >> 32));
    pack_u32(p, (uint32_t)value);
}

static void pack(struct packer *p, struct wsd_bytes bytes)
{
    pack_u32(p, (uint32_t)bytes.length);
    if (p->at != NULL && bytes.length > 0)
        memcpy(p->at + p->length, bytes.data, bytes.length);
    p->length += bytes.length;
}

static uint64_t unpack_u64(struct cursor *c)
{
    uint64_t high = cursor_u32(c);
    return high << 32 | cursor_u32(c);
}

static struct wsd_bytes unpack(struct cursor *c)
{
    size_t length = cursor_u32(c);
    return cursor_bytes(c, length);
}

/* The first headers that are not too much together. */
static size_t headers_kept(const struct wsd_head *head)
{
    size_t n = 0, bytes = 0;
    for (; n < head->header_count && n < RECORD_HEADERS; n++) {
        bytes += head->headers[n].name.length + head->headers[n].value.length;
        if (bytes > RECORD_HEAD)
            break;
    }
    return n;
}

static void pack_head(struct packer *p, const struct wsd_head *head)
{
    pack_u32(p, head != NULL);
    if (head == NULL)
        return;
    pack(p, head->method);
    pack(p, head->target);
    pack_u32(p, (uint32_t)head->status);
    pack(p, head->reason);
    pack(p, head->http);
    size_t headers = headers_kept(head);
    pack(p, (struct wsd_bytes){head->raw.data, head->raw.length < RECORD_HEAD ? head->raw.length : RECORD_HEAD});
    pack_u32(p, (uint32_t)headers);
    for (size_t i = 0; i < headers; i++) {
        pack(p, head->headers[i].name);
        pack(p, head->headers[i].value);
    }
}

static const struct wsd_head *unpack_head(struct cursor *c, struct wsd_head *head, struct wsd_header *headers)
{
    if (cursor_u32(c) == 0)
        return NULL;
    *head = (struct wsd_head){.headers = headers};
    head->method = unpack(c);
    head->target = unpack(c);
    head->status = (int)cursor_u32(c);
    head->reason = unpack(c);
    head->http = unpack(c);
    head->raw = unpack(c);
    size_t count = cursor_u32(c);
    for (size_t i = 0; i < count; i++) {
        struct wsd_header header;
        header.name = unpack(c);
        header.value = unpack(c);
        if (i < RECORD_HEADERS)
            headers[head->header_count++] = header;
    }
    return head;
}

enum { CONNECTION_STRINGS = 4 /* that stand first */ };

static void pack_opening(struct packer *p, const struct wsd_event *e)
{
    const struct wsd_opening *o = &e->opening;
    const struct wsd_tls none = {0}, *tls = e->connection->tls != NULL ? e->connection->tls : &none;
    const char *community = o->community_id != NULL ? o->community_id : "";
    pack(p, e->connection->url);
    pack(p, e->connection->subprotocol);
    pack(p, tls->sni);
    pack(p, tls->alpn);
    pack_u64(p, o->flow);
    pack_u64(p, (uint64_t)o->request_time);
    pack_u64(p, (uint64_t)o->syn_time[0]);
    pack_u64(p, (uint64_t)o->syn_time[1]);
    pack(p, o->extensions);
    pack(p, (struct wsd_bytes){(const uint8_t *)community, strlen(community)});
    pack(p, o->forwarded_for);
    pack_head(p, o->request);
    pack_head(p, o->response);
    pack_u32(p, (uint32_t)o->via_count);
    for (size_t i = 0; i < o->via_count; i++) {
        pack(p, (struct wsd_bytes){(const uint8_t *)&o->via[i], sizeof o->via[i]});
        pack(p, o->via[i].target);
    }
}

static void unpack_opening(const struct record_connection *r, struct record_scratch *s, struct wsd_opening *o)
{
    struct cursor c = cursor_of((struct wsd_bytes){r->packed, r->packed_length});
    *o = (struct wsd_opening){0};
    for (int i = 0; i < CONNECTION_STRINGS; i++)
        unpack(&c);
    o->flow = unpack_u64(&c);
    o->request_time = (int64_t)unpack_u64(&c);
    o->syn_time[0] = (int64_t)unpack_u64(&c);
    o->syn_time[1] = (int64_t)unpack_u64(&c);
    o->extensions = unpack(&c);
    struct wsd_bytes community = unpack(&c);
    if (community.length >= sizeof s->community_id)
        community.length = sizeof s->community_id - 1;
    if (community.length > 0)
        memcpy(s->community_id, community.data, community.length);
    s->community_id[community.length] = 0;
    o->community_id = s->community_id;
    o->forwarded_for = unpack(&c);
    o->request = unpack_head(&c, &s->request, s->headers[0]);
    o->response = unpack_head(&c, &s->response, s->headers[1]);
    size_t count = cursor_u32(&c);
    for (size_t i = 0; i < count && i < RECORD_HOPS; i++) {
        struct wsd_bytes hop = unpack(&c);
        struct wsd_bytes target = unpack(&c);
        if (hop.length != sizeof s->hops[i])
            break;
        memcpy(&s->hops[i], hop.data, sizeof s->hops[i]);
        s->hops[i].target = target;
        o->via_count = i + 1;
    }
    o->via = s->hops;
}

/* ---- sizes */

static size_t rounded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

static size_t tls_size(const struct wsd_record *tls)
{
    return tls != NULL ? sizeof *tls + tls->sealed.length + tls->opened.length : 0;
}

size_t record_size(const struct wsd_event *e, bool payload)
{
    size_t size = sizeof(struct record);
    switch (e->type) {
    case WSD_EVENT_REQUEST:
    case WSD_EVENT_CONNECTION: {
        struct packer p = {0};
        pack_opening(&p, e);
        size = sizeof(struct record_connection) + p.length;
        break;
    }
    case WSD_EVENT_FRAME:
        size = sizeof(struct record_frame) + e->frame.header.length + e->frame.first.headers.length +
               tls_size(e->frame.first.record);
        break;
    case WSD_EVENT_MESSAGE:
        size = sizeof(struct record_message);
        if (payload)
            size += e->message.unknown_count * sizeof(struct wsd_range) + e->message.payload.length +
                    e->message.wire.length;
        break;
    case WSD_EVENT_GAP: size = sizeof(struct record_gap); break;
    case WSD_EVENT_FINDING: size = sizeof(struct record_finding) + strlen(e->finding.detail) + 1; break;
    case WSD_EVENT_CLOSE: size = sizeof(struct record_close) + e->close.reason.length; break;
    case WSD_EVENT_TRANSPORT: break;
    }
    return rounded(size);
}

/* ---- writing */

static void write_connection(struct record_connection *r, const struct wsd_event *e)
{
    struct packer p = {.at = r->packed};
    assert(e->connection != NULL); /* it is about one */
    r->head.detail = (uint32_t)e->connection->handshake;
    r->head.direction = WSD_NEITHER;
    r->connection = *e->connection;
    r->tls = e->connection->tls != NULL ? *e->connection->tls : (struct wsd_tls){0};
    pack_opening(&p, e);
    r->packed_length = p.length;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t length)
{
    if (length > 0)
        memcpy(at, bytes, length);
    return at + length;
}

static void write_frame(struct record_frame *r, const struct wsd_frame *f)
{
    r->head.direction = (uint8_t)f->direction;
    r->head.opcode = f->opcode;
    r->head.flags =
        (uint8_t)((f->masked ? RECORD_MASKED : 0) | (f->fin ? RECORD_FIN : 0) | (f->complete ? RECORD_COMPLETE : 0) |
                  (f->rsv[0] ? RECORD_RSV : 0) | (f->rsv[1] ? RECORD_RSV << 1 : 0) | (f->rsv[2] ? RECORD_RSV << 2 : 0));
    r->length = f->length;
    r->first_time = f->first.time;
    r->first_packet = f->first.packet;
    r->previous = 0;
    r->link_type = f->first.link_type;
    r->packet_headers = (uint16_t)f->first.headers.length;
    r->header_length = (uint8_t)f->header.length;
    memcpy(r->mask, f->mask, sizeof r->mask);
    uint8_t *at = put(r->bytes, f->header.data, f->header.length);
    at = put(at, f->first.headers.data, f->first.headers.length);
    const struct wsd_record *tls = f->first.record;
    r->in_tls = tls != NULL;
    if (tls == NULL)
        return;
    at = put(at, tls, sizeof *tls);
    at = put(at, tls->sealed.data, tls->sealed.length);
    put(at, tls->opened.data, tls->opened.length);
}

static void write_message(struct record_message *r, const struct wsd_message *m, bool payload)
{
    r->head.direction = (uint8_t)m->direction;
    r->head.opcode = m->opcode;
    r->head.flags = (uint8_t)((m->compressed ? RECORD_COMPRESSED : 0) | (m->inflated ? RECORD_INFLATED : 0) |
                              (m->complete ? RECORD_COMPLETE : 0) | (m->truncated ? RECORD_TRUNCATED : 0) |
                              (m->text ? RECORD_TEXT : 0) | (payload ? 0 : RECORD_LEFT_OUT));
    r->length = m->length;
    r->wire_length = m->wire_length;
    r->frames = m->frames;
    r->unknown_bytes = m->unknown_bytes;
    r->first_time = m->first_time;
    r->first_packet = m->first_packet;
    r->close_code = m->close_code;
    r->last_frame = 0;
    r->kept = payload ? m->payload.length : 0;
    r->kept_wire = payload ? m->wire.length : 0;
    r->unknown_count = payload ? (uint32_t)m->unknown_count : 0;
    if (r->unknown_count > 0)
        memcpy(r->unknown, m->unknown, m->unknown_count * sizeof *m->unknown);
    if (r->kept > 0)
        memcpy(r->unknown + r->unknown_count, m->payload.data, m->payload.length);
    if (r->kept_wire > 0)
        memcpy((uint8_t *)(r->unknown + r->unknown_count) + r->kept, m->wire.data, m->wire.length);
}

static void write_close(struct record_close *r, const struct wsd_event *e)
{
    const struct wsd_close *c = &e->close;
    r->head.direction = (uint8_t)c->by;
    r->head.detail = (uint32_t)c->how;
    assert(e->connection != NULL);
    memcpy(r->counts, e->connection->counts, sizeof r->counts);
    r->duration = c->duration;
    r->code = c->code;
    r->reported = c->reported;
    r->reason_length = c->reason.length;
    if (c->reason.length > 0)
        memcpy(r->reason, c->reason.data, c->reason.length);
}

void record_write(void *at, size_t size, const struct wsd_event *e, bool payload)
{
    struct record *r = at;
    *r = (struct record){.size = size,
                         .type = (uint8_t)e->type,
                         .direction = WSD_NEITHER,
                         .connection = e->connection != NULL ? e->connection->id : 0,
                         .time = e->at.time,
                         .packet = e->at.packet};
    switch (e->type) {
    case WSD_EVENT_REQUEST:
    case WSD_EVENT_CONNECTION: write_connection(at, e); break;
    case WSD_EVENT_FRAME: write_frame(at, &e->frame); break;
    case WSD_EVENT_MESSAGE: write_message(at, &e->message, payload); break;
    case WSD_EVENT_GAP:
        r->direction = (uint8_t)e->gap.direction;
        ((struct record_gap *)at)->bytes = e->gap.bytes;
        break;
    case WSD_EVENT_FINDING:
        r->direction = (uint8_t)e->finding.direction;
        r->detail = (uint32_t)e->finding.code;
        memcpy(((struct record_finding *)at)->text, e->finding.detail, strlen(e->finding.detail) + 1);
        break;
    case WSD_EVENT_CLOSE: write_close(at, e); break;
    case WSD_EVENT_TRANSPORT:
        r->direction = (uint8_t)e->transport.direction;
        r->detail = (uint32_t)e->transport.what;
        break;
    }
}

/* ---- reading back */

void record_connection(const struct record_connection *r, struct wsd_connection *connection, struct wsd_tls *tls)
{
    struct cursor c = cursor_of((struct wsd_bytes){r->packed, r->packed_length});
    *connection = r->connection;
    connection->url = unpack(&c);
    connection->subprotocol = unpack(&c);
    *tls = r->tls;
    tls->sni = unpack(&c);
    tls->alpn = unpack(&c);
    connection->tls = connection->tls != NULL ? tls : NULL;
}

static void read_frame(const struct record_frame *r, struct record_scratch *scratch, struct wsd_frame *f)
{
    uint8_t flags = r->head.flags;
    *f = (struct wsd_frame){
        .direction = (enum wsd_direction)r->head.direction,
        .opcode = r->head.opcode,
        .fin = (flags & RECORD_FIN) != 0,
        .rsv = {(flags & RECORD_RSV) != 0, (flags & RECORD_RSV << 1) != 0, (flags & RECORD_RSV << 2) != 0},
        .masked = (flags & RECORD_MASKED) != 0,
        .length = r->length,
        .complete = (flags & RECORD_COMPLETE) != 0,
        .header = {r->bytes, r->header_length},
        .first = {.time = r->first_time,
                  .packet = r->first_packet,
                  .headers = {r->bytes + r->header_length, r->packet_headers},
                  .link_type = r->link_type}};
    memcpy(f->mask, r->mask, sizeof f->mask);
    if (r->in_tls) {
        const uint8_t *at = r->bytes + r->header_length + r->packet_headers;
        memcpy(&scratch->tls, at, sizeof scratch->tls);
        scratch->tls.sealed.data = at + sizeof scratch->tls;
        scratch->tls.opened.data = scratch->tls.sealed.data + scratch->tls.sealed.length;
        f->first.record = &scratch->tls;
    }
}

static void read_message(const struct record_message *r, struct wsd_message *m)
{
    uint8_t flags = r->head.flags;
    *m = (struct wsd_message){.direction = (enum wsd_direction)r->head.direction,
                              .opcode = r->head.opcode,
                              .length = r->length,
                              .wire_length = r->wire_length,
                              .frames = r->frames,
                              .compressed = (flags & RECORD_COMPRESSED) != 0,
                              .inflated = (flags & RECORD_INFLATED) != 0,
                              .complete = (flags & RECORD_COMPLETE) != 0,
                              .truncated = (flags & (RECORD_TRUNCATED | RECORD_LEFT_OUT)) != 0,
                              .text = (flags & RECORD_TEXT) != 0,
                              .payload = record_payload(r),
                              .wire = record_wire(r),
                              .unknown = r->unknown,
                              .unknown_count = r->unknown_count,
                              .unknown_bytes = r->unknown_bytes,
                              .first_time = r->first_time,
                              .first_packet = r->first_packet,
                              .close_code = r->close_code};
    if (r->close_code >= 0 && r->kept > 2)
        m->close_reason = (struct wsd_bytes){m->payload.data + 2, m->payload.length - 2};
}

void record_event(const struct record *r, const struct wsd_connection *connection, struct record_scratch *scratch,
                  struct wsd_event *e)
{
    *e = (struct wsd_event){
        .type = (enum wsd_event_type)r->type, .at = {.time = r->time, .packet = r->packet}, .connection = connection};
    enum wsd_direction direction = (enum wsd_direction)r->direction;
    switch (e->type) {
    case WSD_EVENT_REQUEST:
    case WSD_EVENT_CONNECTION: unpack_opening((const struct record_connection *)r, scratch, &e->opening); break;
    case WSD_EVENT_FRAME: read_frame((const struct record_frame *)r, scratch, &e->frame); break;
    case WSD_EVENT_MESSAGE: read_message((const struct record_message *)r, &e->message); break;
    case WSD_EVENT_GAP: e->gap = (struct wsd_gap){direction, ((const struct record_gap *)r)->bytes}; break;
    case WSD_EVENT_FINDING:
        e->finding =
            (struct wsd_finding){direction, (enum wsd_finding_code)r->detail, ((const struct record_finding *)r)->text};
        break;
    case WSD_EVENT_CLOSE: {
        const struct record_close *c = (const struct record_close *)r;
        e->close = (struct wsd_close){.by = direction,
                                      .how = (enum wsd_how)r->detail,
                                      .code = c->code,
                                      .reported = c->reported,
                                      .reason = {c->reason, c->reason_length},
                                      .duration = c->duration};
        break;
    }
    case WSD_EVENT_TRANSPORT:
        e->transport = (struct wsd_transport){direction, (enum wsd_transport_what)r->detail};
        break;
    }
}
