#include "net/reassembly.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>

/* One call's surroundings, so that the steps below need not hand six things to each other. */
struct job {
    struct reassembly *r;
    struct reassembly_host *host;
    void *flow;
    unsigned side;
};

/* xorshift64: unpredictable enough to keep the tree balanced, its seed being random. */
static uint32_t next_random(struct reassembly_host *host)
{
    uint64_t x = host->random | 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    host->random = x;
    return (uint32_t)(x >> 32);
}

static uint32_t cost(const struct held *run)
{
    return (uint32_t)sizeof *run + run->captured + (uint32_t)run->moment.headers.length;
}

static void held_forget(struct job *j, struct held *run)
{
    j->r->held->bytes -= cost(run);
    j->host->held_total -= cost(run);
    free(run);
}

/* An empty set goes. */
static void held_release(struct reassembly *r)
{
    if (r->held != NULL && r->held->root == NULL) {
        free(r->held);
        r->held = NULL;
    }
}

/* Bytes that nobody saw end here: what was delivered last lies no more in front of the next byte. */
static void pass(struct reassembly *r, uint32_t end)
{
    r->next = end;
    r->last = 0;
}

/* Tells bytes that begin at next. */
static int deliver_bytes(struct job *j, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct reassembly *r = j->r;
    r->next += (uint32_t)bytes.length;
    if (!r->fin_seen && bytes.length > 0)
        reassembly_note(r, j->host->key, bytes);
    return bytes.length == 0 ? 0 : j->host->data(j->host->user, j->flow, j->side, bytes, moment);
}

/* Tells a run that begins at next, and the bytes that the snaplen cut off behind it. */
static int deliver(struct job *j, struct wsd_bytes bytes, uint32_t length, const struct wsd_moment *moment)
{
    if (bytes.length >= length)
        return deliver_bytes(j, bytes, moment);
    struct wsd_moment cut = *moment;
    cut.cut = true;
    int rc = deliver_bytes(j, bytes, &cut);
    if (rc != 0)
        return rc;
    uint32_t missing = length - (uint32_t)bytes.length;
    pass(j->r, j->r->next + missing);
    return j->host->gap(j->host->user, j->flow, j->side, missing, &cut);
}

/* Delivers held runs while they follow without a hole. The next hole has waited since its own first run came. */
static int drain(struct job *j)
{
    struct held_set *set = j->r->held;
    struct held *run;
    int rc = 0;
    while (rc == 0 && (run = held_first(set->root)) != NULL && run->seq == j->r->next) {
        run = held_first_take(&set->root);
        rc = deliver(j, bytes_of(run->bytes, run->captured), run->length, &run->moment);
        held_forget(j, run);
        set->packets = 0;
        set->heard = false;
    }
    if (set->root != NULL)
        set->since = held_first(set->root)->moment.time;
    held_release(j->r);
    return rc;
}

/* The hole in front of the first held run will not be filled any more. */
static int give_up_hole(struct job *j)
{
    const struct held *run = held_first(j->r->held->root);
    uint32_t missing = run->seq - j->r->next;
    pass(j->r, run->seq);
    int rc = j->host->gap(j->host->user, j->flow, j->side, missing, &run->moment);
    return rc != 0 ? rc : drain(j);
}

static int open_set(struct reassembly *r, const struct wsd_moment *moment)
{
    if (r->held != NULL)
        return 0;
    r->held = calloc(1, sizeof *r->held);
    if (r->held == NULL)
        return -ENOMEM;
    r->held->since = moment->time;
    return 0;
}

/* Holds a copy of a run that no held run overlaps. */
static int hold(struct job *j, uint32_t seq, struct wsd_bytes bytes, uint32_t length, const struct wsd_moment *moment)
{
    if (open_set(j->r, moment) < 0)
        return -ENOMEM;
    struct held *run = malloc(sizeof *run + bytes.length + moment->headers.length);
    if (run == NULL) {
        held_release(j->r);
        return -ENOMEM;
    }
    *run = (struct held){.priority = next_random(j->host), .seq = seq, .length = length};
    run->captured = (uint32_t)bytes.length;
    run->moment = *moment;
    if (bytes.length > 0)
        memcpy(run->bytes, bytes.data, bytes.length);
    if (moment->headers.length > 0) {
        run->moment.headers.data = run->bytes + bytes.length;
        memcpy(run->bytes + bytes.length, moment->headers.data, moment->headers.length);
    }
    held_insert(&j->r->held->root, run);
    j->r->held->bytes += cost(run);
    j->host->held_total += cost(run);
    return 0;
}

/* Whether two copies of the same bytes differ, where the capture has both. */
static bool differ(const struct held *run, uint32_t seq, struct wsd_bytes bytes, uint32_t length)
{
    uint32_t into = seq - run->seq;
    size_t n = into < run->captured ? run->captured - into : 0;
    if (n > length)
        n = length;
    if (n > bytes.length)
        n = bytes.length;
    return n > 0 && memcmp(run->bytes + into, bytes.data, n) != 0;
}

/* Holds those parts of a segment that are not held yet. Each turn either skips a held run or fills a hole between two,
 * so it ends. */
static int hold_new_parts(struct job *j, uint32_t seq, struct wsd_bytes bytes, uint32_t length,
                          const struct wsd_moment *moment)
{
    bool told = false;
    while (length > 0) {
        struct held *root = j->r->held != NULL ? j->r->held->root : NULL;
        struct held *at = held_at_or_before(root, seq);
        bool covered = at != NULL && tcp_distance(at->seq + at->length, seq) > 0;
        struct held *after = covered ? NULL : held_after(root, seq);
        uint32_t n = length;
        if (covered && at->seq + at->length - seq < n)
            n = at->seq + at->length - seq;
        if (after != NULL && after->seq - seq < n)
            n = after->seq - seq;
        if (covered && !told && differ(at, seq, bytes, n)) {
            told = true;
            j->host->conflict(j->host->user, j->flow, j->side, moment);
        }
        if (!covered) {
            int rc = hold(j, seq, bytes_first(bytes, n), n, moment);
            if (rc != 0)
                return rc;
        }
        seq += n;
        length -= n;
        bytes = bytes_after(bytes, n);
    }
    return 0;
}

static int check_limits(struct job *j, const struct wsd_moment *moment)
{
    bool told = false;
    while (j->r->held != NULL &&
           (j->r->held->bytes > j->host->most_held || j->host->held_total > j->host->most_held_total)) {
        if (!told)
            j->host->limit(j->host->user, j->flow, j->side, moment);
        told = true;
        int rc = give_up_hole(j);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Whether these bytes, delivered already, are others than those that were delivered last. */
static bool was_other(const struct reassembly *r, uint64_t key, uint32_t seq, struct wsd_bytes bytes, uint32_t length)
{
    if (r->last == 0 || r->fin_seen || length < REASSEMBLY_EDGE || bytes.length != length)
        return false;
    const uint8_t *end = bytes.data + length - REASSEMBLY_EDGE;
    return (seq == r->next - r->last && r->edges[0] != reassembly_edge(key, bytes.data)) ||
           (seq + length == r->next && r->edges[1] != reassembly_edge(key, end));
}

int reassembly_segment(struct reassembly *r, struct reassembly_host *host, void *flow, unsigned side, uint32_t seq,
                       struct wsd_bytes bytes, uint32_t length, const struct wsd_moment *moment)
{
    struct job j = {r, host, flow, side};
    if (tcp_distance(seq, r->next) < 0) { /* what was delivered already, or a keep-alive's byte */
        uint32_t behind = r->next - seq;
        if (was_other(r, host->key, seq, bytes, length))
            host->conflict(host->user, flow, side, moment);
        if (behind >= length)
            return 0;
        bytes = bytes_after(bytes, behind);
        length -= behind;
        seq = r->next;
    }
    if (seq == r->next && r->held == NULL)
        return deliver(&j, bytes, length, moment);
    int rc = hold_new_parts(&j, seq, bytes, length, moment);
    if (rc == 0)
        rc = drain(&j);
    return rc != 0 ? rc : check_limits(&j, moment);
}

int reassembly_wait(struct reassembly *r, struct reassembly_host *host, void *flow, unsigned side,
                    const struct wsd_moment *moment)
{
    struct job j = {r, host, flow, side};
    struct held_set *set = r->held;
    if (set == NULL)
        return 0;
    const struct held *first = held_first(set->root);
    int64_t waited = moment->time - set->since;
    bool acked = r->acked_known && tcp_distance(r->acked, first->seq) >= 0;
    if (acked)
        set->packets++;
    bool late = acked && (set->packets > REASSEMBLY_LATE_PACKETS || waited > REASSEMBLY_LATE_TIME);
    bool silent = !set->heard && waited > REASSEMBLY_SILENT_TIME;
    return late || silent ? give_up_hole(&j) : 0;
}

int reassembly_finish(struct reassembly *r, struct reassembly_host *host, void *flow, unsigned side,
                      const struct wsd_moment *moment)
{
    struct job j = {r, host, flow, side};
    while (r->held != NULL) {
        int rc = give_up_hole(&j);
        if (rc != 0)
            return rc;
    }
    if (!r->known)
        return 0;
    uint32_t end = r->fin_seen ? r->fin : r->acked;
    if (!r->fin_seen && !r->acked_known)
        return 0;
    int32_t missing = tcp_distance(end, r->next);
    /* Without a FIN in the capture an acknowledgement that is one ahead is most likely for the FIN. */
    if (missing <= 0 || (!r->fin_seen && missing == 1))
        return 0;
    pass(r, end);
    return host->gap(host->user, flow, side, (uint64_t)missing, moment);
}

void reassembly_free(struct reassembly *r, struct reassembly_host *host)
{
    struct job j = {r, host, NULL, 0};
    if (r->held == NULL)
        return;
    for (struct held *run; (run = held_first_take(&r->held->root)) != NULL;)
        held_forget(&j, run);
    held_release(r);
}
