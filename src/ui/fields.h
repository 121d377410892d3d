/*
 * fields.h: a message as it was on the wire: every header field of its frames, and the bytes they stand in. Nothing of curses.
 *
 * The bytes are made anew from what is kept: the packet's headers, the TLS record as it was on the wire and as it was opened, as far
 * as both are kept, the frame's header, and the payload, masked again. Inside TLS the frame is not what was on the wire, but what
 * the record was opened to: it stands there twice.
 */
#ifndef UI_FIELDS_H
#define UI_FIELDS_H

#include "ui/model.h"

enum {
    FIELDS_FRAMES = 64,                   /* that are described; of messages with more the first ones */
    FIELDS_BYTES_MOST = 64 * 1024 * 1024, /* of the wire image */
    FIELD_NAME = 40,
    FIELD_MEANING_MOST = 160
};

struct field_item {
    bool heading;   /* of a layer; name is the layer's */
    uint32_t group; /* which heading it stands under */
    char name[FIELD_NAME], meaning[FIELD_MEANING_MOST];
    size_t offset, length; /* in bytes */
    uint8_t bit, bits;
};

struct fields {
    struct field_item *items;
    size_t count, slots;
    uint32_t groups;
    uint8_t *bytes; /* packet headers, records and frames, one behind the other */
    size_t length;
    bool without_payload; /* none of it was kept */
    bool cut;             /* there is more than FIELDS_BYTES_MOST or FIELDS_FRAMES, or than was kept */
    bool out_of_memory;
};

/* Packet headers are described and stand in the bytes with `packets`, else only frames. */
void fields_make(struct fields *fields, const struct model *model, const struct model_row *row, bool packets);
void fields_free(struct fields *fields);

/* The item that names a byte most narrowly; count when none does. */
size_t fields_at(const struct fields *fields, size_t offset);

#endif
