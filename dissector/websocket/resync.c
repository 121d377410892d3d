#include "websocket/resync.h"
#include "base/bytes.h"
#include "base/utf8.h"
#include "websocket/close.h"
#include "websocket/frame.h"

#include <errno.h>
#include <stdlib.h>

enum { SEEN = 16, HEADS = 4 };

/* Evidence, in bits. A byte is a legal first one by chance about once in 28 times. */
enum {
    HEADER_BITS = 5,
    ZERO_BITS = 2,    /* a first byte of 0, of which payloads are full */
    KNOWN_BITS = 8,   /* the first byte is the one that this direction is known to send; less by the number of those */
    MASK_BITS = 1,    /* the MASK bit is right every other time, where it is known what is right */
    AGAIN_BITS = 1,   /* the same opcode and length as before, which tables and pixels have as well */
    START_BITS = 12,  /* it begins where a segment does, which may begin a write: most frames do */
    LANDING_BITS = 6, /* its end is where a segment ends, */
    LANDING_LONG_BITS = 10, /* and it is LONG_FRAME bytes or more: no cluster of small segments made that likely */
    LONG_FRAME = 16 << 10,
    LONG_FORM_BITS = 6, /* 126 or 127 in the length: one value of 128 */
    LIKELY_BITS = 23,   /* a header of the long form where a segment begins */
    LOOKED_AT = 256,    /* bytes of a payload */
    TEXT_BITS_MOST =
        16, /* what valid UTF-8 behind a masking key is worth, a bit a byte; and ASCII behind a first byte that is none */
    NO_TEXT = 4,     /* bytes of zero, and nothing else, are no text but masked zeros */
    CLOSE_BITS = 11, /* a code below 1024 that may be sent */
    FEW_SEGMENTS = 32,
    INSIDE_BITS = 3,       /* and more inside a segment, where few begin, besides the number of places; */
    OWN_BITS = 12,         /* what a frame in front of a chain needs of its own, see own_bits() */
    ORDER_BITS = 8,        /* against it: with it, fragments are in an order that RFC 6455 5.4 forbids, */
    ORDER_FRAMES = 16,     /* in so many frames, */
    MASKED_AGAIN_BITS = 4, /* or it has the masking key and length of the one before it */
};

/* What a candidate at a segment's start needs, and one more for every doubling of the segments that were looked at without success; others
 * for every doubling of the bytes held. final: no more bytes come, and each time that this happens is another chance. strict: it might be no
 * WebSocket at all. */
static const int enough[2][2] = {{30, 26}, {44, 38}}; /* [strict][final] */

struct candidate {
    size_t start, next; /* its first frame; where its next header must be */
    int bits;
    unsigned frames;
    bool at_segment, masked;
    /* Where its latest frame ends was not there yet: what it is worth if that turns out to be a segment's end. */
    uint8_t landing;
    uint32_t seen[SEEN];   /* digests of its latest frames, */
    uint64_t heads[HEADS]; /* and opcodes and lengths of different ones; 0: none yet */
};

struct resync {
    struct resync_terms terms;
    struct early held;
    size_t scanned;   /* starts that were looked at */
    size_t segments;  /* that were looked at, also those that are not held any more */
    size_t tries;     /* gaps before which nothing was found */
    uint64_t skipped; /* bytes given up */
    size_t found;     /* the start that won */
    bool found_masked;
    struct candidate *candidates; /* grows: most searches have one or two */
    size_t count, capacity;
    bool borders_only;  /* only what begins where a segment does is looked at */
    bool cut;           /* what is held does not end where a segment does */
    uint64_t before[2]; /* lengths of the segments in front of what is held, the latest first; 0: not known */
    uint64_t missing;   /* bytes that the gap behind it has */
    bool no_memory;     /* told by the next resync_add() */
};

struct resync *resync_new(const struct resync_terms *terms)
{
    struct resync *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->terms = *terms;
    return r;
}

void resync_free(struct resync *r)
{
    if (r == NULL)
        return;
    early_free(&r->held);
    free(r->candidates);
    free(r);
}

size_t resync_memory(const struct resync *r)
{
    return r == NULL ? 0 : sizeof *r + r->capacity * sizeof *r->candidates + early_memory(&r->held);
}

static bool at_border(const struct resync *r, size_t at)
{
    return at == r->held.bytes.length ? !r->cut : early_border(&r->held, at);
}

/* The lengths of the two segments before the one that begins at `at`, the latest first; 0: not known. */
static void lengths_before(const struct resync *r, size_t at, uint64_t lengths[2])
{
    size_t n = early_lengths(&r->held, at, lengths);
    for (size_t i = n; i < 2; i++)
        lengths[i] = r->before[i - n];
}

/* Whether the application may have begun to write here: a segment begins, and not behind two of one length that is not less than its
 * own, as those in the midst of a long write do. */
static bool may_begin_write(const struct resync *r, size_t at)
{
    uint64_t lengths[2];
    lengths_before(r, at, lengths);
    return lengths[0] != lengths[1] || early_next_border(&r->held, at + 1) - at > lengths[0];
}

/* ---- headers -------------------------------------------------------------------------------------------------- */

static bool legal(const struct resync_terms *terms, const struct frame_header *h)
{
    uint8_t opcode = frame_opcode(h), rsv = frame_rsv(h);
    bool first = opcode == WSD_OPCODE_TEXT || opcode == WSD_OPCODE_BINARY;
    if (frame_is_reserved(opcode) || (rsv & ~(terms->deflate && first ? FRAME_RSV1 : 0)) != 0)
        return false;
    if ((!terms->either && (h->mask_at != 0) != terms->masked) || frame_length_not_minimal(h) || h->length >> 40 != 0)
        return false;
    if (frame_is_control(opcode))
        return frame_fin(h) && h->length <= FRAME_CONTROL_PAYLOAD_MOST;
    return frame_fin(h) || h->length > 0; /* endless empty fragments are a run of zeros */
}

static bool known(const struct resync_terms *terms, uint8_t first)
{
    for (unsigned i = 0; i < terms->known_count; i++)
        if (terms->known[i] == first)
            return true;
    return false;
}

/* How many different values there are, less one: what repeats itself on the wire, as masked zeros do, is text of one character behind a
 * key that is part of it. */
static size_t variety(const uint8_t *text, size_t length)
{
    uint64_t seen[4] = {0};
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        uint64_t bit = UINT64_C(1) << (text[i] & 63);
        n += (seen[text[i] >> 6] & bit) == 0;
        seen[text[i] >> 6] |= bit;
    }
    return n - 1;
}

static bool ascii(const uint8_t *text, size_t length)
{
    uint8_t all = 0;
    for (size_t i = 0; i < length; i++)
        all |= text[i];
    return all < 0x80;
}

/* A text frame whose payload begins here must be text, as far as it is looked at: a bounded part, so that the search stays
 * linear. A close frame has a code, one in a few thousands of those that two bytes can be. Returns its evidence, or -1 when it is no
 * text. */
static int text_bits(const struct resync *r, const struct frame_header *h, size_t at)
{
    struct utf8 state = {0};
    uint8_t block[LOOKED_AT];
    struct wsd_bytes payload = bytes_first(bytes_after(buffer_bytes(&r->held.bytes), at), (size_t)h->length);
    bool closes = frame_opcode(h) == WSD_OPCODE_CLOSE && payload.length >= 2;
    payload = bytes_first(payload, closes ? 2 : sizeof block);
    if (!closes && (frame_opcode(h) != WSD_OPCODE_TEXT || frame_rsv(h) != 0 || payload.length == 0))
        return 0;
    if (h->mask_at != 0)
        frame_unmask(block, payload.data, payload.length, h->bytes + h->mask_at, 0);
    else
        memcpy(block, payload.data, payload.length);
    if (closes)
        return block[0] == 0x03 && close_code_valid(block[0] << 8 | block[1]) ? CLOSE_BITS : 0;
    if (utf8_check(&state, block, payload.length) != payload.length)
        return -1;
    if (h->mask_at == 0 && (r->terms.strict || !ascii(block, payload.length)))
        return 0;
    size_t values = variety(block, payload.length);
    if (values == 0 && block[0] == 0 && payload.length >= NO_TEXT)
        return -1;
    size_t bits = values * 2 < payload.length ? values * 2 : payload.length;
    return bits < TEXT_BITS_MOST ? (int)bits : TEXT_BITS_MOST;
}

/* Whether a frame with this opcode and length was in the candidate's chain already; else it is now. */
static bool has_head(struct candidate *c, const struct frame_header *h)
{
    uint64_t head = h->length << 8 | h->bytes[0];
    for (unsigned i = 0; i < HEADS; i++)
        if (c->heads[i] == head)
            return true;
    memmove(c->heads + 1, c->heads, sizeof c->heads - sizeof *c->heads);
    c->heads[0] = head;
    return false;
}

static int known_bits(const struct resync *r)
{
    static const uint8_t fewer[] = {0, 0, 1, 2, 2}; /* the logarithm of how many are known */
    return KNOWN_BITS - fewer[r->terms.known_count];
}

static int plain_bits(const struct resync *r, const struct frame_header *h)
{
    int bits = h->bytes[0] == 0 && h->mask_at == 0 ? ZERO_BITS
               : known(&r->terms, h->bytes[0])     ? known_bits(r)
                                                   : HEADER_BITS;
    return bits + (r->terms.either ? 0 : MASK_BITS);
}

static int header_bits(const struct resync *r, const struct frame_header *h, bool same_head)
{
    if (r->terms.strict && same_head)
        return AGAIN_BITS;
    int bits = plain_bits(r, h);
    uint8_t form = h->bytes[1] & 0x7F;
    if (form >= 126)
        bits += LONG_FORM_BITS;
    if (form == 127 && !r->terms.strict) /* but streams of zeros, with a byte here and there, are no WebSockets */
        bits += 8 * 3;                   /* the upper three bytes of the length are zero, as legal() asks */
    return bits;
}

/* The same bytes again are no new evidence: a period of a pattern looks like a chain of frames that come again and again. Nor is a
 * fragment that goes on and on, which runs of small bytes look like. */
static bool is_new(const struct resync *r, struct candidate *c, const struct frame_header *h, bool same_head)
{
    struct wsd_bytes frame = bytes_after(buffer_bytes(&r->held.bytes), c->next);
    uint32_t digest = 2166136261u; /* FNV-1a, over the frame as far as it is looked at */
    size_t wanted = h->length < LOOKED_AT ? h->size + (size_t)h->length : LOOKED_AT;
    if (frame.length < wanted) /* what is not there yet cannot be told from what came before */
        return !r->terms.strict && !same_head;
    frame = bytes_first(frame, wanted);
    for (size_t i = 0; i < frame.length; i++)
        digest = (digest ^ frame.data[i]) * 16777619u;
    for (unsigned i = 0; i < SEEN; i++)
        if (c->seen[i] == digest)
            return false;
    c->seen[c->frames % SEEN] = digest;
    return frame_fin(h) || !r->terms.strict;
}

/* ---- candidates ----------------------------------------------------------------------------------------------- */

enum step { DEAD, WAITING, STEPPED };

/* Moves a candidate over the frame at its next header. */
static enum step step(const struct resync *r, struct candidate *c)
{
    struct wsd_bytes bytes = buffer_bytes(&r->held.bytes);
    struct frame_header h;
    if (c->next > bytes.length)
        return WAITING;
    if (c->landing > 0 && at_border(r, c->next))
        c->bits += c->landing;
    c->landing = 0;
    if (c->next == bytes.length)
        return WAITING;
    struct wsd_bytes rest = bytes_after(bytes, c->next);
    size_t size = frame_header_size(rest.data, rest.length);
    if (rest.length < size)
        return WAITING;
    frame_header_decode(rest.data, size, &h);
    if (!legal(&r->terms, &h) || (c->frames > 0 && c->masked != (h.mask_at != 0)))
        return DEAD;
    int text = text_bits(r, &h, c->next + size);
    if (text < 0)
        return DEAD;
    c->masked = h.mask_at != 0;
    c->frames++;
    bool same_head = has_head(c, &h), counts = is_new(r, c, &h, same_head),
         alone = !r->terms.strict && at_border(r, c->next);
    c->next += size + (size_t)h.length;
    c->bits += counts ? header_bits(r, &h, same_head) + text : 0;
    /* The same message again is no new evidence, but that it ends where a segment does is, if it is long or fills segments. */
    int landing = h.length >= LONG_FRAME ? LANDING_LONG_BITS : counts || alone ? LANDING_BITS : 0;
    if (c->next > bytes.length)
        c->landing = (uint8_t)landing;
    else if (landing > 0 && at_border(r, c->next))
        c->bits += landing;
    return STEPPED;
}

/* Room for one more, if there may be. */
static bool make_room(struct resync *r)
{
    size_t capacity = r->capacity == 0 ? 2 : r->capacity * 2;
    if (r->count < r->capacity)
        return true;
    if (r->capacity == RESYNC_CANDIDATES)
        return false;
    struct candidate *candidates = realloc(r->candidates, capacity * sizeof *candidates);
    r->no_memory |= candidates == NULL;
    if (candidates == NULL)
        return false;
    r->candidates = candidates;
    r->capacity = capacity;
    return true;
}

static void keep(struct resync *r, const struct candidate *c)
{
    if (make_room(r)) {
        r->candidates[r->count++] = *c;
        return;
    }
    struct candidate *weakest = r->candidates;
    for (size_t i = 1; i < r->count; i++)
        if (r->candidates[i].bits < weakest->bits)
            weakest = &r->candidates[i];
    if (weakest != NULL && weakest->bits < c->bits)
        *weakest = *c;
}

/* Looks at every start that has not been looked at. A start needs the bytes of a whole header, unless these are the last. */
static void scan(struct resync *r, bool final)
{
    size_t length = r->held.bytes.length;
    for (; r->scanned < length; r->scanned++) {
        if (r->borders_only && (r->scanned = early_next_border(&r->held, r->scanned)) == length)
            break;
        bool border = early_border(&r->held, r->scanned);
        struct candidate c = {.start = r->scanned, .next = r->scanned};
        c.at_segment = border && may_begin_write(r, r->scanned);
        c.bits = c.at_segment ? START_BITS : 0;
        if (length - r->scanned < FRAME_HEADER_MOST && !final && !border)
            break;
        if (!border && r->terms.known_count > 0 && !known(&r->terms, r->held.bytes.data[r->scanned]))
            continue;
        enum step first = step(r, &c);
        if (first == STEPPED || (first == WAITING && border))
            keep(r, &c);
    }
}

static void advance(struct resync *r)
{
    size_t alive = 0;
    for (size_t i = 0; i < r->count; i++) {
        struct candidate c = r->candidates[i];
        enum step last = STEPPED;
        while (last == STEPPED)
            last = step(r, &c);
        if (last == WAITING)
            r->candidates[alive++] = c;
    }
    r->count = alive;
}

static int halvings(size_t n)
{
    int bits = 0;
    for (; n > 1; n /= 2)
        bits++;
    return bits;
}

static int needed(const struct resync *r, const struct candidate *c, bool final)
{
    size_t places = !c->at_segment ? r->held.bytes.length : r->terms.strict ? 0 : r->segments / FEW_SEGMENTS;
    return enough[r->terms.strict][final] + halvings(places) + (final ? halvings(r->tries + 1) : 0);
}

/* What a length that leads exactly to a place is worth. */
static int exact_bits(const struct frame_header *h)
{
    uint8_t form = h->bytes[1] & 0x7F;
    return form == 127 ? 40 : form == 126 ? 16 : 7;
}

/* Where the frame that begins at `at` ends. The candidate's chain has been there. */
static size_t end_of_frame(const struct resync *r, size_t at, struct frame_header *h)
{
    struct wsd_bytes rest = bytes_after(buffer_bytes(&r->held.bytes), at);
    size_t size = frame_header_size(rest.data, rest.length);
    frame_header_decode(rest.data, size, h);
    return at + size + (size_t)h->length;
}

/* Where two chains meet that have met. */
static size_t meeting(const struct resync *r, size_t a, size_t b)
{
    struct frame_header h;
    while (a != b) {
        size_t *first = a < b ? &a : &b;
        *first = end_of_frame(r, *first, &h);
    }
    return a;
}

/* Whether the fragments from `at` on are in an order that RFC 6455 5.4 allows, as far as it is looked at. */
static bool in_order(const struct resync *r, size_t at)
{
    enum { UNKNOWN, BETWEEN, OPEN } message = UNKNOWN; /* messages, or inside one */
    size_t length = r->held.bytes.length;
    for (int i = 0; i < ORDER_FRAMES && at < length; i++) {
        struct wsd_bytes rest = bytes_after(buffer_bytes(&r->held.bytes), at);
        struct frame_header h;
        if (rest.length < frame_header_size(rest.data, rest.length))
            return true;
        at = end_of_frame(r, at, &h);
        if (frame_is_control(frame_opcode(&h)))
            continue;
        if (message == (frame_opcode(&h) == WSD_OPCODE_CONTINUATION ? BETWEEN : OPEN))
            return false;
        message = frame_fin(&h) ? BETWEEN : OPEN;
    }
    return true;
}

/* What a frame is worth that has the header of the one before it: a pattern's period has. */
static int again_bits(const struct resync *r, const struct frame_header *h, size_t at)
{
    size_t size = h->size + (size_t)h->length;
    struct wsd_bytes held = buffer_bytes(&r->held.bytes);
    if (h->mask_at != 0)
        return -MASKED_AGAIN_BITS;
    bool whole = at + size <= held.length && at >= size;
    bool same = whole && memcmp(held.data + at - size, held.data + at, size) == 0;
    return same && !early_border(&r->held, at) ? -AGAIN_BITS
                                               : 0; /* but the same message in segments of its own is common */
}

/* The evidence of the frames from `start` up to where their chain meets another one, which shares all that follows. A frame's place and
 * length have to be right by chance to lead there; the same header again is a pattern's period. *begin: the first of them that is
 * right. When one is, all behind it are: so a wrong one's predecessors are wrong as well, and wherever behind it the chain becomes right,
 * the evidence up to there is less than enough. `until` when none is right. */
static int own_bits(const struct resync *r, size_t start, size_t until, size_t *begin)
{
    struct frame_header last = {0}, h;
    size_t reach = 0, from = start;
    int bits = 0, all = 0;
    for (size_t at = start, end; at < until; at = end, last = h) {
        end = end_of_frame(r, at, &h);
        int text = text_bits(r, &h, at + h.size), form = (h.bytes[1] & 0x7F) >= 126 ? LONG_FORM_BITS : 0;
        bool again = h.size == last.size && memcmp(h.bytes, last.bytes, h.size) == 0;
        bits -= at == from && !in_order(r, at) ? ORDER_BITS : 0;
        bits += again ? again_bits(r, &h, at) : plain_bits(r, &h) + (text > 0 ? text : 0) + form;
        /* So far away may begin what leads there, as short as these are. */
        reach = form > 0 || reach > until ? SIZE_MAX / 2 : reach + FRAME_CONTROL_PAYLOAD_MOST;
        bool border = early_border(&r->held, from) && may_begin_write(r, from);
        all = bits + exact_bits(&h) - (border ? 0 : INSIDE_BITS + halvings(reach < until ? reach : until));
        *begin = all < OWN_BITS ? until : *begin == until ? at : *begin;
        if (bits < 0) { /* what is wrong says nothing of what follows */
            bits = 0;
            reach = 0;
            from = end;
        }
    }
    return all;
}

/* Of two chains that have met, the earlier one begins in front: where to begin. It needs evidence of its own, since whatever happens to
 * meet the right one shares that one's; and more than the other one, if only one of them can be right. */
static size_t begin_of_both(const struct resync *r, size_t earlier, size_t later)
{
    size_t until = meeting(r, earlier, later), begin = until, other = until;
    int bits = own_bits(r, earlier, until, &begin);
    return until == later || bits > own_bits(r, later, until, &other) ? begin : later;
}

/* Of a chain by itself. Which of its frames lead to right ones, and are not right themselves, shows in the same way. */
static size_t begin_of_one(const struct resync *r, const struct candidate *c)
{
    size_t begin = c->next;
    own_bits(r, c->start, c->next, &begin);
    return begin == c->next ? c->start : begin;
}

/* The beginning of the best one's chain: from the latest of those that have met on, as far as the earlier ones are right. */
static size_t begin_of_chain(const struct resync *r, const struct candidate *best)
{
    const struct candidate *latest = NULL, *next;
    size_t begin = 0;
    for (;; latest = next) {
        next = NULL;
        for (size_t i = 0; i < r->count; i++) {
            const struct candidate *c = &r->candidates[i];
            if (c->frames > 0 && c->next == best->next && c->masked == best->masked &&
                (latest == NULL || c->start < latest->start) && (next == NULL || c->start > next->start))
                next = c;
        }
        if (next == NULL)
            return begin;
        begin = latest == NULL ? begin_of_one(r, next) : begin_of_both(r, next->start, begin);
    }
}

/* Where the chain ends a header begins that is cut off: its first byte says something too. */
static int last_bits(const struct resync *r, const struct candidate *c)
{
    size_t length = r->held.bytes.length;
    return c->next < length && known(&r->terms, r->held.bytes.data[c->next]) ? known_bits(r) : 0;
}

static bool has_enough(const struct resync *r, const struct candidate *c, bool final)
{
    return c->bits + last_bits(r, c) >= needed(r, c, final) && c->frames > r->terms.strict;
}

/* Whether the chain has enough, from its beginning on or from a later frame. */
static bool beyond_doubt(const struct resync *r, size_t begin, const struct candidate *best, bool final)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct candidate *c = &r->candidates[i];
        if (c->next == best->next && c->masked == best->masked && c->start >= begin && has_enough(r, c, final) &&
            meeting(r, begin, c->start) == c->start)
            return true;
    }
    return false;
}

bool resync_found(struct resync *r, bool final)
{
    const struct candidate *best = NULL;
    scan(r, final);
    advance(r);
    for (size_t i = 0; i < r->count; i++) {
        const struct candidate *c = &r->candidates[i];
        bool better = best == NULL || c->bits > best->bits || (c->bits == best->bits && c->start < best->start);
        if (better && has_enough(r, c, final))
            best = c;
    }
    if (best == NULL)
        return false;
    size_t begin = begin_of_chain(r, best);
    if (!beyond_doubt(r, begin, best, final))
        return false;
    /* A frame that began earlier, at a segment's start, and has not ended yet may hold all of this in its payload. */
    for (size_t i = 0; i < r->count && !final; i++) {
        const struct candidate *c = &r->candidates[i];
        if (c->start < begin && c->at_segment && c->next > r->held.bytes.length && c->next != best->next &&
            c->bits >= LIKELY_BITS)
            return false;
    }
    r->found = begin;
    r->found_masked = best->masked;
    return true;
}

static bool likely(const struct resync *r, const struct candidate *c)
{
    return c->at_segment && c->frames > 0 && c->bits >= LIKELY_BITS && c->next >= r->held.bytes.length;
}

bool resync_likely(const struct resync *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (likely(r, &r->candidates[i]))
            return true;
    return false;
}

void resync_expect_gap(struct resync *r, uint64_t missing)
{
    r->missing = missing;
    scan(r, true);
    advance(r);
    for (size_t i = 0; i < r->count; i++)
        if (r->candidates[i].frames > 0 && r->candidates[i].next > r->held.bytes.length &&
            r->candidates[i].next - r->held.bytes.length == missing)
            r->candidates[i].bits += LANDING_BITS;
}

bool resync_masked(const struct resync *r)
{
    return r->found_masked;
}

const struct wsd_moment *resync_first(const struct resync *r)
{
    return &r->held.runs[0].moment;
}

size_t resync_held(const struct resync *r)
{
    return r->held.bytes.length;
}

void resync_learn(struct resync *r, const struct resync_terms *terms)
{
    size_t alive = 0;
    r->terms = *terms;
    r->borders_only = false;
    for (size_t i = 0; i < r->count; i++)
        if (r->candidates[i].frames == 0 || r->candidates[i].masked == terms->masked)
            r->candidates[alive++] = r->candidates[i];
    r->count = alive;
}

/* ---- bytes ---------------------------------------------------------------------------------------------------- */

static void drop(struct resync *r, size_t n)
{
    size_t alive = 0;
    lengths_before(r, n, r->before);
    for (size_t i = 0; i < r->count; i++) {
        struct candidate c = r->candidates[i];
        if (c.start < n)
            continue;
        c.start -= n;
        c.next -= n;
        r->candidates[alive++] = c;
    }
    r->count = alive;
    r->scanned = r->scanned > n ? r->scanned - n : 0;
    r->skipped += n;
    early_drop(&r->held, n);
}

void resync_thin(struct resync *r)
{
    size_t n = r->held.bytes.length > 0 ? early_last_border(&r->held) : 0;
    r->borders_only = true;
    for (size_t i = 0; i < r->count; i++)
        if (likely(r, &r->candidates[i]) && r->candidates[i].start < n)
            n = r->candidates[i].start;
    drop(r, n);
}

uint64_t resync_seen(const struct resync *r)
{
    return r->skipped + r->held.bytes.length;
}

int resync_add(struct resync *r, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    if (r->no_memory)
        return -ENOMEM;
    r->segments++;
    r->cut = moment->cut;
    if (r->held.bytes.length + bytes.length > RESYNC_HELD_MOST && r->held.bytes.length > RESYNC_HELD_KEPT)
        drop(r, r->held.bytes.length - RESYNC_HELD_KEPT);
    return early_add(&r->held, bytes, moment, SIZE_MAX);
}

uint64_t resync_take(struct resync *r, struct early *held)
{
    drop(r, r->found);
    *held = r->held;
    r->held = (struct early){0};
    return r->skipped;
}

void resync_give_up(struct resync *r)
{
    lengths_before(r, r->held.bytes.length, r->before);
    r->tries++;
    if (r->cut)
        r->before[0] += r->missing;
    else if (r->missing > 0)
        r->before[0] = r->before[1] = 0;
    r->missing = 0;
    r->skipped += r->held.bytes.length;
    early_free(&r->held);
    r->count = r->scanned = 0;
}
