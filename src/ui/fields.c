#include "ui/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS_LEAST = 64 };

void fields_free(struct fields *f)
{
    free(f->items);
    free(f->bytes);
    memset(f, 0, sizeof *f);
}

static struct field_item *add(struct fields *f)
{
    if (f->count == f->slots) {
        size_t slots = f->slots == 0 ? ITEMS_LEAST : f->slots * 2;
        struct field_item *items = realloc(f->items, slots * sizeof *items);
        if (items == NULL) {
            f->out_of_memory = true;
            return NULL;
        }
        f->items = items;
        f->slots = slots;
    }
    struct field_item *item = &f->items[f->count++];
    *item = (struct field_item){.group = f->groups};
    return item;
}

/* ---- fields */

struct walk {
    struct fields *fields;
    size_t packet, record, opened, frame; /* where their bytes begin */
    bool packets;
    const char *layer; /* of the field before */
    unsigned number;   /* of the frame, from 1; 0: it is the only one */
};

static bool is_of_frame(const char *layer)
{
    return strcmp(layer, "WebSocket") == 0 || strcmp(layer, "payload") == 0;
}

static bool is_of_record(const char *layer)
{
    return strncmp(layer, "TLS", 3) == 0;
}

/* Where a field lies in the bytes; of a record only the first ones are kept. */
static void place(const struct walk *w, const struct wsd_field *field, size_t *offset, size_t *length)
{
    bool record = is_of_record(field->layer), opened = record && strcmp(field->layer, "TLS") != 0;
    size_t begin = is_of_frame(field->layer) ? w->frame : opened ? w->opened : record ? w->record : w->packet;
    size_t end = opened ? w->frame : record ? w->opened : w->fields->length;
    *offset = field->offset < end - begin ? begin + field->offset : end;
    *length = record ? field->raw.length : field->length;
    if (*length > end - *offset)
        *length = end - *offset;
}

static void heading(struct walk *w, const char *layer, size_t offset)
{
    w->fields->groups++;
    struct field_item *item = add(w->fields);
    if (item == NULL)
        return;
    item->heading = true;
    item->offset = offset;
    if (w->number > 0)
        snprintf(item->name, sizeof item->name, "%s, frame %u", layer, w->number);
    else
        snprintf(item->name, sizeof item->name, "%s", layer);
}

static void visit(void *user, const struct wsd_field *field)
{
    struct walk *w = user;
    struct fields *f = w->fields;
    if (!is_of_frame(field->layer) && !w->packets)
        return;
    size_t offset, length;
    place(w, field, &offset, &length);
    if (w->layer == NULL || strcmp(w->layer, field->layer) != 0)
        heading(w, field->layer, offset);
    w->layer = field->layer;
    struct field_item *item = add(f);
    if (item == NULL)
        return;
    item->offset = offset;
    item->length = length;
    item->bit = field->bit;
    item->bits = field->bits;
    snprintf(item->name, sizeof item->name, "%s", field->name);
    snprintf(item->meaning, sizeof item->meaning, "%s", field->meaning);
    /* A heading stands for all bytes of its layer. */
    for (size_t i = f->count - 1; i-- > 0;)
        if (f->items[i].heading) {
            if (item->offset + item->length > f->items[i].offset + f->items[i].length)
                f->items[i].length = item->offset + item->length - f->items[i].offset;
            break;
        }
}

/* ---- bytes */

static void put(struct fields *f, struct wsd_bytes bytes)
{
    if (bytes.length > 0)
        memcpy(f->bytes + f->length, bytes.data, bytes.length);
    f->length += bytes.length;
}

/* The part of the payload that a frame carried, as far as it is kept. */
static struct wsd_bytes part_of(struct wsd_bytes payload, uint64_t from, uint64_t length)
{
    if (from >= payload.length)
        return (struct wsd_bytes){0};
    size_t left = payload.length - (size_t)from;
    return (struct wsd_bytes){payload.data + from, length < left ? (size_t)length : left};
}

static void put_frame(struct fields *f, struct walk *w, const struct record_frame *frame, struct wsd_bytes payload,
                      bool packets)
{
    struct record_scratch scratch;
    struct wsd_event e;
    record_event(&frame->head, NULL, &scratch, &e);
    const struct wsd_record *tls = packets ? e.frame.first.record : NULL;
    size_t headers = e.frame.header.length + e.frame.first.headers.length;
    if (tls != NULL)
        headers += sizeof tls->header + tls->sealed.length + tls->opened.length;
    if (f->length + headers > FIELDS_BYTES_MOST) {
        f->cut = true;
        return;
    }
    if (payload.length > FIELDS_BYTES_MOST - f->length - headers) {
        payload.length = FIELDS_BYTES_MOST - f->length - headers;
        f->cut = true;
    }
    size_t needed = headers + payload.length;
    uint8_t *bytes = realloc(f->bytes, f->length + needed + 1);
    if (bytes == NULL) {
        f->out_of_memory = true;
        return;
    }
    f->bytes = bytes;
    w->packet = f->length;
    if (packets)
        put(f, e.frame.first.headers);
    w->record = f->length;
    if (tls != NULL) {
        put(f, (struct wsd_bytes){tls->header, sizeof tls->header});
        put(f, tls->sealed);
    }
    w->opened = f->length;
    if (tls != NULL)
        put(f, tls->opened);
    w->frame = f->length;
    put(f, e.frame.header);
    size_t at = f->length;
    put(f, payload);
    if (e.frame.masked)
        for (size_t i = 0; i < payload.length; i++)
            f->bytes[at + i] ^= frame->mask[i & 3];
    e.frame.payload.data = f->bytes + at;
    e.frame.payload.length = payload.length < WSD_DETAIL_PAYLOAD ? payload.length : WSD_DETAIL_PAYLOAD;
    w->layer = NULL;
    wsd_describe(&e, visit, w);
}

void fields_make(struct fields *f, const struct model *model, const struct model_row *row, bool packets)
{
    const struct record_message *m = (const struct record_message *)row->record;
    const struct record_frame *frames[FIELDS_FRAMES];
    fields_free(f);
    if (row->type != WSD_EVENT_MESSAGE)
        return;
    size_t count = model_frames(model, m, frames, FIELDS_FRAMES);
    bool inflated = (m->head.flags & RECORD_COMPRESSED) != 0 && (m->head.flags & RECORD_INFLATED) != 0;
    struct wsd_bytes payload = inflated ? record_wire(m) : record_payload(m);
    f->without_payload = payload.length == 0 && m->wire_length > 0;
    f->cut = m->frames > count || payload.length < m->wire_length;
    uint64_t at = 0;
    for (size_t i = 0; i < count && !f->out_of_memory; i++) {
        struct walk w = {.fields = f, .packets = packets, .number = count > 1 ? (unsigned)i + 1 : 0};
        struct wsd_bytes part = part_of(payload, at, frames[i]->length);
        put_frame(f, &w, frames[i], part, packets);
        at += frames[i]->length;
    }
}

size_t fields_at(const struct fields *f, size_t offset)
{
    size_t found = f->count;
    for (size_t i = 0; i < f->count; i++) {
        const struct field_item *item = &f->items[i];
        if (offset < item->offset || offset >= item->offset + item->length)
            continue;
        if (found == f->count || item->length < f->items[found].length ||
            (f->items[found].heading && item->length == f->items[found].length))
            found = i;
    }
    return found;
}
