#include "base/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 256 }; /* bytes: below it growing by doubling is only many small steps */

int buffer_reserve(struct buffer *buffer, size_t more)
{
    return buffer_reserve_within(buffer, more, SIZE_MAX);
}

int buffer_reserve_within(struct buffer *buffer, size_t more, uint64_t ceiling)
{
    if (buffer->capacity - buffer->length >= more)
        return 0;
    if (more > SIZE_MAX / 2 - buffer->length)
        return -ENOMEM;
    size_t wanted = buffer->length + more;
    size_t capacity = buffer->capacity < SMALLEST ? SMALLEST : buffer->capacity * 2;
    if (capacity > ceiling)
        capacity = (size_t)ceiling;
    if (capacity < wanted)
        capacity = wanted;
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL)
        return -ENOMEM;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

int buffer_append(struct buffer *buffer, struct wsd_bytes bytes, uint64_t ceiling)
{
    uint64_t room = ceiling > buffer->length ? ceiling - buffer->length : 0;
    size_t n = bytes.length < room ? bytes.length : (size_t)room;
    if (n == 0)
        return 0;
    if (buffer_reserve_within(buffer, n, ceiling) < 0)
        return -ENOMEM;
    memcpy(buffer->data + buffer->length, bytes.data, n);
    buffer->length += n;
    return 0;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
