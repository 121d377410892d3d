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
    ZERO_BITS = 2,          /* a first byte of 0, of which payloads are full */
    KNOWN_BITS = 7,         /* the first byte is one that this direction is known to send */
    MASK_BITS = 1,          /* the MASK bit is right every other time, where it is known what is right */
    AGAIN_BITS = 1,         /* the same opcode and length as before, which tables and pixels have as well */
    START_BITS = 12,        /* it begins where a segment does: most frames do */
    LANDING_BITS = 6,       /* its end is where a segment ends, */
    LANDING_LONG_BITS = 10, /* and it is LONG_FRAME bytes or more: no cluster of small segments made that likely */
    LONG_FRAME = 16 << 10,
    LONG_FORM_BITS = 6, /* 126 or 127 in the length: one value of 128 */
    LIKELY_BITS = 23,   /* a header of the long form where a segment begins */
    LOOKED_AT = 256,    /* bytes of a payload */
    TEXT_BITS_MOST =
        16, /* what valid UTF-8 behind a masking key is worth, a bit a byte; and ASCII behind a first byte that is none */
    CLOSE_BITS = 11, /* a code below 1024 that may be sent */
    FEW_SEGMENTS = 32,
    OWN_BITS = 12, /* what a frame in front of a chain needs of its own, see begins_rightly() */
};

/* What a candidate at a segment's start needs, and one more for every doubling of the segments that were looked at without success; others
 * for every doubling of the bytes held. final: no more bytes come. strict: it might be no WebSocket at all. */
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
    uint64_t skipped; /* bytes given up */
    size_t found;     /* the start that won */
    bool found_masked;
    struct candidate *candidates; /* grows: most searches have one or two */
    size_t count, capacity;
    bool borders_only; /* only what begins where a segment does is looked at */
    bool cut;          /* what is held does not end where a segment does */
    bool no_memory;    /* told by the next resync_add() */
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
    return payload.length < TEXT_BITS_MOST ? (int)payload.length : TEXT_BITS_MOST;
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

static int plain_bits(const struct resync *r, const struct frame_header *h)
{
    int bits = h->bytes[0] == 0 && h->mask_at == 0 ? ZERO_BITS
               : known(&r->terms, h->bytes[0])     ? KNOWN_BITS
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
        struct candidate c = {.start = r->scanned, .next = r->scanned, .at_segment = early_border(&r->held, r->scanned)};
        c.bits = c.at_segment ? START_BITS : 0;
        if (length - r->scanned < FRAME_HEADER_MOST && !final && !c.at_segment)
            break;
        if (!c.at_segment && r->terms.known_count > 0 && !known(&r->terms, r->held.bytes.data[r->scanned]))
            continue;
        enum step first = step(r, &c);
        if (first == STEPPED || (first == WAITING && c.at_segment))
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

static int needed(const struct resync *r, const struct candidate *c, bool final)
{
    int bits = enough[r->terms.strict][final];
    for (size_t n = !c->at_segment    ? r->held.bytes.length
                    : r->terms.strict ? 0
                                      : r->segments / FEW_SEGMENTS;
         n > 1; n /= 2)
        bits++;
    return bits;
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
static size_t meeting(const struct resync *r, const struct candidate *one, const struct candidate *other)
{
    size_t a = one->start, b = other->start;
    struct frame_header h;
    while (a != b) {
        size_t *first = a < b ? &a : &b;
        *first = end_of_frame(r, *first, &h);
    }
    return a;
}

/* The evidence of a candidate's frames up to where its chain meets another one, which shares all that follows. A frame's place and
 * length have to be right by chance to lead there; the same header again is a pattern's period. */
static int own_bits(const struct resync *r, const struct candidate *c, size_t until)
{
    size_t places = c->at_segment ? 1 : until;
    struct frame_header last = {0}, h;
    int bits = 0;
    for (size_t at = c->start, end; at < until; at = end, last = h) {
        end = end_of_frame(r, at, &h);
        int text = text_bits(r, &h, at + h.size), form = (h.bytes[1] & 0x7F) >= 126 ? LONG_FORM_BITS : 0;
        bool again = h.size == last.size && memcmp(h.bytes, last.bytes, h.size) == 0;
        bits += again ? 0 : plain_bits(r, &h) + (text > 0 ? text : 0) + form;
        if (end == until)
            bits += exact_bits(&h);
        if (places > 1 && at == c->start && end == until && form == 0)
            places = FRAME_CONTROL_PAYLOAD_MOST; /* from nowhere else does so short a frame lead there */
    }
    for (; places > 1; places /= 2)
        bits--;
    return bits;
}

/* Of two chains that have met, whether the one that begins earlier is the right one: it needs evidence of its own, since whatever
 * happens to meet the right one shares that one's; and more than the other one, if only one of them can be right. */
static bool begins_rightly(const struct resync *r, const struct candidate *earlier, const struct candidate *later)
{
    size_t until = meeting(r, earlier, later);
    int bits = own_bits(r, earlier, until);
    return until == later->start ? bits >= OWN_BITS : bits > own_bits(r, later, until);
}

/* The beginning of the best one's chain: from the latest of those that have met on, as far as the earlier ones are right. */
static const struct candidate *begin_of_chain(const struct resync *r, const struct candidate *best)
{
    const struct candidate *begin = NULL, *latest = NULL, *next;
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
        if (begin == NULL || begins_rightly(r, next, begin))
            begin = next;
    }
}

static bool has_enough(const struct resync *r, const struct candidate *c, bool final)
{
    return c->bits >= needed(r, c, final) && c->frames > r->terms.strict;
}

/* Whether the chain has enough, from its beginning on or from a later frame. */
static bool beyond_doubt(const struct resync *r, const struct candidate *begin, bool final)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct candidate *c = &r->candidates[i];
        if (c->next == begin->next && c->masked == begin->masked && c->start >= begin->start &&
            has_enough(r, c, final) && meeting(r, begin, c) == c->start)
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
    best = begin_of_chain(r, best);
    if (!beyond_doubt(r, best, final))
        return false;
    /* A frame that began earlier, at a segment's start, and has not ended yet may hold all of this in its payload. */
    for (size_t i = 0; i < r->count && !final; i++) {
        const struct candidate *c = &r->candidates[i];
        if (c->start < best->start && c->at_segment && c->next > r->held.bytes.length && c->next != best->next &&
            c->bits >= LIKELY_BITS)
            return false;
    }
    r->found = best->start;
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

int resync_add(struct resync *r, struct wsd_bytes bytes, const struct wsd_moment *moment, bool cut)
{
    if (r->no_memory)
        return -ENOMEM;
    r->segments++;
    r->cut = cut;
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
    r->skipped += r->held.bytes.length;
    early_free(&r->held);
    r->count = r->scanned = 0;
}
