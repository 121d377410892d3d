/*
 * deflate.h: inflates the messages of one direction (RFC 7692 7.2.2), with zlib.
 *
 * A message goes in as its frames' payload arrives, the four bytes 00 00 FF FF behind the last piece, and comes out in
 * blocks of DEFLATE_BLOCK through a callback; nothing is reserved by what a message claims. Between two messages the
 * window stays (context takeover) or is forgotten. Output has a ceiling per message. A block with BFINAL set ends the
 * deflate stream; the window stays and another one begins (7.2.3.4).
 *
 * A window of which nothing is known (the capture began late, or lacks a message) is read by two inflaters: one has a window
 * full of one byte, the other of another one. Which bytes are copied from where is said by the data alone, so both do the
 * same, and a byte that comes out different is one that was copied, at first or second hand, from what nobody saw; all others
 * are exact. Once a whole window of bytes that are known has come out, the second inflater has nothing more to tell, and goes.
 */
#ifndef WEBSOCKET_DEFLATE_H
#define WEBSOCKET_DEFLATE_H

#include "base/allocator.h"
#include "base/event.h"

enum { DEFLATE_BLOCK = 32768, DEFLATE_SCRATCH = 2 * DEFLATE_BLOCK, DEFLATE_TAIL = 4 };

extern const uint8_t deflate_tail[DEFLATE_TAIL];

struct deflate; /* one window: 40 KiB, if it has 15 bits, and twice that while it is not known */

/* Inflated bytes, borrowed; at least one. known: these are they; else there are so many, and nobody knows which. */
typedef int deflate_fn(void *user, struct wsd_bytes bytes, bool known);

/* window_bits: 8 to 15. from: of the block that it lives in; borrowed until deflate_free(). NULL when there is no memory. */
struct deflate *deflate_new(const struct wsd_allocator *from, uint8_t window_bits);
void deflate_free(struct deflate *deflate);

/* The window is empty. window_bits may differ from before. Returns 0 or -ENOMEM. */
int deflate_reset(struct deflate *deflate, uint8_t window_bits);

/* The window is full of bytes that are not known. scratch: DEFLATE_SCRATCH bytes. Returns 0 or -ENOMEM. */
int deflate_unknown(struct deflate *deflate, uint8_t window_bits, uint8_t *scratch);

/* Bytes of memory that it takes, as if all of its window had been used; NULL: 0. */
size_t deflate_memory(const struct deflate *deflate);

/* Whether every byte that a message may refer to is known. */
bool deflate_exact(const struct deflate *deflate);

/* How many bytes a window of so many bits has here. */
uint32_t deflate_window(uint8_t window_bits);

enum { DEFLATE_BROKEN = 1, DEFLATE_LIMIT = 2 };

/* Inflates one piece, at most `most` bytes of output. tail: how many of its last bytes are the tail. scratch: DEFLATE_SCRATCH bytes. Returns 0, DEFLATE_BROKEN (no
 * deflate data), DEFLATE_LIMIT (the output would pass most), or a negative error, its own or the callback's. */
int deflate_piece(struct deflate *deflate, struct wsd_bytes piece, size_t tail, uint64_t most, uint8_t *scratch,
                  deflate_fn *out, void *user);

/* After the last piece and the tail: does the message end where a block may end? */
bool deflate_at_border(const struct deflate *deflate);

/* zlib's words for what was broken; static. */
const char *deflate_error(const struct deflate *deflate);

#endif
