#include "stream/tls_held.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>

static bool has_room(const struct tls_queue *q, const struct tls_held_total *total, size_t length)
{
    return length <= total->most_each && q->bytes <= total->most_each - length && length <= total->most &&
           total->bytes <= total->most - length;
}

int tls_queue_insert(struct tls_queue *q, struct tls_held_total *total, struct tls_held *at,
                     const struct tls_held *what, struct wsd_bytes bytes)
{
    struct tls_held *held = malloc(sizeof *held + bytes.length);
    if (held == NULL)
        return -ENOMEM;
    *held = *what;
    held->next = at != NULL ? at->next : q->first;
    held->length = bytes.length;
    held->moment = stream_moment(&what->moment);
    if (bytes.length > 0)
        memcpy(held->bytes, bytes.data, bytes.length);
    if (at != NULL)
        at->next = held;
    else
        q->first = held;
    if (q->last == at)
        q->last = held;
    q->bytes += sizeof *held + bytes.length;
    total->bytes += sizeof *held + bytes.length;
    return 0;
}

static int append(struct tls_queue *q, struct tls_held_total *total, const struct tls_held *what,
                  struct wsd_bytes bytes)
{
    return tls_queue_insert(q, total, q->last, what, bytes);
}

int tls_queue_add(struct tls_queue *q, struct tls_held_total *total, const struct tls_held *what,
                  struct wsd_bytes bytes)
{
    struct tls_held *lost = q->lost[what->direction];
    if (what->kind == TLS_HELD_END || (lost == NULL && has_room(q, total, sizeof *what + bytes.length)))
        return append(q, total, what, bytes);
    if (lost == NULL) {
        struct tls_held first = *what;
        first.kind = TLS_HELD_LOST;
        first.count = first.records = 0;
        if (append(q, total, &first, bytes_of(NULL, 0)) < 0)
            return -ENOMEM;
        lost = q->lost[what->direction] = q->last;
    }
    lost->count += bytes.length + (what->kind == TLS_HELD_GAP ? what->count : 0);
    lost->records += what->kind == TLS_HELD_RECORD;
    lost->unframed = lost->unframed || what->kind != TLS_HELD_RECORD;
    lost->moment.time = what->moment.time;
    lost->moment.packet = what->moment.packet;
    return 0;
}

void tls_queue_remove(struct tls_queue *q, struct tls_held_total *total, struct tls_held *before)
{
    struct tls_held *held = before != NULL ? before->next : q->first;
    if (before != NULL)
        before->next = held->next;
    else
        q->first = held->next;
    if (q->last == held)
        q->last = before;
    for (int d = 0; d < 2; d++)
        if (q->lost[d] == held)
            q->lost[d] = NULL;
    q->bytes -= sizeof *held + held->length;
    total->bytes -= sizeof *held + held->length;
    free(held);
}

void tls_queue_free(struct tls_queue *q, struct tls_held_total *total)
{
    while (q->first != NULL)
        tls_queue_remove(q, total, NULL);
}
