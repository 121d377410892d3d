/*
 * buffer.h: bytes that grow, up to a ceiling that every append names.
 *
 * The buffer owns its memory; bytes from buffer_bytes() are borrowed until the next append or free.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/event.h"

struct buffer {
    uint8_t *data;
    size_t length, capacity;
};

/* Makes room for more bytes after length. Returns 0, or -ENOMEM (the buffer is as before). */
int buffer_reserve(struct buffer *buffer, size_t more);

/* The same for a buffer that is not to become longer than `ceiling` bytes, so that it takes no more memory than these. */
int buffer_reserve_within(struct buffer *buffer, size_t more, uint64_t ceiling);

/* Appends as much as the ceiling on the whole length allows; the caller counts the rest. Returns 0 or -ENOMEM. */
int buffer_append(struct buffer *buffer, struct wsd_bytes bytes, uint64_t ceiling);

/* Gives the memory back. */
void buffer_free(struct buffer *buffer);

static inline struct wsd_bytes buffer_bytes(const struct buffer *buffer)
{
    return (struct wsd_bytes){buffer->data, buffer->length};
}

#endif
