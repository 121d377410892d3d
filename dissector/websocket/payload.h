/*
 * payload.h: bytes on their way into a message: unmasked, counted, judged as text, kept as far as they are wanted, and those
 * that are not known marked.
 *
 * Unknown are bytes that the capture lacks, and bytes that a compressed message copied from what nobody saw. '?' is kept in
 * their place, and their ranges are noted. Of a text, a character is known as a whole or not at all, so that what is kept
 * stays UTF-8, and nothing is held against the sender for what could not be seen.
 */
#ifndef WEBSOCKET_PAYLOAD_H
#define WEBSOCKET_PAYLOAD_H

#include "websocket/message.h"

/* How many more bytes a buffer of the message may keep. */
static inline uint64_t payload_room(const struct message *m, const struct buffer *buffer)
{
    return m->keep > buffer->length ? m->keep - buffer->length : 0;
}

/* Masked bytes, `at` bytes into their frame: straight to where they are kept; what nobody keeps goes through the scratch. These
 * return 0 or -ENOMEM. */
int payload_masked(const struct message_env *env, struct message *message, const uint8_t key[4], struct wsd_bytes piece,
                   uint64_t at);

/* Unmasked bytes of a frame. whole: they are the message, and may be borrowed. */
int payload_plain(const struct message_env *env, struct message *message, struct wsd_bytes piece, bool whole);

/* Bytes behind those that came before. */
int payload_known(const struct message_env *env, struct message *message, struct wsd_bytes bytes);

/* So many bytes that nobody knows. */
int payload_unknown(struct message *message, uint64_t n);

/* Notes a range, behind all others; and puts '?' behind what a buffer keeps. */
int payload_note_unknown(struct message *message, uint64_t offset, uint64_t length);
int payload_put_unknown(const struct message *message, struct buffer *buffer, uint64_t missing);

/* Whether the message is inflated by a guess: bytes that are no text then say that the guess is wrong, not the sender. */
bool payload_guessed(const struct message_env *env, const struct message *message);

void payload_tell_invalid(const struct message_env *env, enum wsd_direction direction, uint64_t at);

#endif
