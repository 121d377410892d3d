/*
 * record_block.h: events as the monitor's store keeps them. cmocka.h comes before it.
 */
#ifndef SUPPORT_RECORD_BLOCK_H
#define SUPPORT_RECORD_BLOCK_H

#include "ui/record.h"

#include <string.h>

/* Of the events of a test. */
static struct wsd_connection connection = {.id = 7, .handshake = WSD_HANDSHAKE_COMPLETE, .version = 13};

/* A whole message of one frame, which is told as text; payload is borrowed. */
static inline struct wsd_event message_event(uint64_t id, int64_t time, uint8_t opcode, enum wsd_direction direction,
                                             const char *payload)
{
    connection.id = id;
    return (struct wsd_event){.type = WSD_EVENT_MESSAGE,
                              .at = {.time = time, .packet = 5},
                              .connection = &connection,
                              .message = {.direction = direction,
                                          .opcode = opcode,
                                          .length = strlen(payload),
                                          .wire_length = strlen(payload),
                                          .frames = 1,
                                          .complete = true,
                                          .text = true,
                                          .payload = {(const uint8_t *)payload, strlen(payload)},
                                          .close_code = -1}};
}

/* A block with one record. */
static inline struct block *record_block(const struct wsd_event *e)
{
    size_t size = record_size(e, true);
    struct block *b = block_new(size);
    assert_non_null(b);
    assert_int_equal(size % 8, 0);
    record_write(b->data, size, e, true);
    b->length = size;
    return b;
}

#endif
