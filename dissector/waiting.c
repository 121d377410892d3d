#include "waiting.h"
#include "base/bytes.h"

#include <stdlib.h>

/* A connection that ended while its records wait for secrets: what is left of its flow. */
struct remnant {
    struct flow flow; /* a copy, in no table */
    struct remnant *next;
};

enum { REMNANTS_MOST = 4096 };

static bool stream_waits(struct stream *stream)
{
    for (struct tls *t = tls_of(stream); t != NULL; t = tls_of(tls_inner(t)))
        if (tls_is_waiting(t))
            return true;
    return false;
}

static void own(struct stream *stream, struct flow *flow)
{
    stream->slot = (struct stream **)&flow->upper;
    for (struct tls *t = tls_of(stream); t != NULL; t = tls_of(tls_inner(t)))
        tls_set_owner(t, flow);
}

/* What it was waiting for will not come. */
static int end_remnant(struct wsd_dissector *d, struct remnant *r)
{
    int rc = 0;
    d->opening = &r->flow;
    for (struct tls *t = tls_of(r->flow.upper); t != NULL && rc == 0; t = tls_of(tls_inner(t)))
        rc = tls_resume(t, true);
    return rc < 0 ? rc : 0;
}

static void free_remnant(struct wsd_dissector *d, struct remnant *r)
{
    if (r->flow.attempted && !d->ending)
        flows_regain(d->flows);
    ((struct stream *)r->flow.upper)->ops->free(r->flow.upper);
    free(r);
    d->remnants--;
}

/* Unlinks the oldest. */
static struct remnant *take_oldest(struct wsd_dissector *d)
{
    struct remnant *r = d->oldest;
    if (r == NULL)
        return NULL;
    d->oldest = r->next;
    if (d->oldest == NULL)
        d->newest = &d->oldest;
    return r;
}

/* The flow's stream goes on without it. False: no memory. */
static bool keep_remnant(struct wsd_dissector *d, struct flow *flow)
{
    struct remnant *r =
        aligned_alloc(FLOW_ALIGNMENT, (sizeof *r + FLOW_ALIGNMENT - 1) / FLOW_ALIGNMENT * FLOW_ALIGNMENT);
    if (r == NULL)
        return false;
    *r = (struct remnant){.flow = *flow};
    own(flow->upper, &r->flow);
    *d->newest = r;
    d->newest = &r->next;
    d->remnants++;
    while (d->remnants > REMNANTS_MOST || (d->remnants > 1 && d->tls.held.bytes > d->tls.held.most / 4 * 3)) {
        struct remnant *oldest = take_oldest(d);
        (void)end_remnant(d, oldest);
        free_remnant(d, oldest);
    }
    return true;
}

/* Those that do not wait any more are over. */
static void sweep_remnants(struct wsd_dissector *d)
{
    struct remnant **link = &d->oldest;
    while (*link != NULL) {
        struct remnant *r = *link;
        if (stream_waits(r->flow.upper)) {
            link = &r->next;
            continue;
        }
        *link = r->next;
        free_remnant(d, r);
    }
    d->newest = link;
}

static bool is_remnant(const struct wsd_dissector *d, const struct flow *flow)
{
    for (const struct remnant *r = d->oldest; r != NULL; r = r->next)
        if (&r->flow == flow)
            return true;
    return false;
}

/* A flow's stream is over, or failed. */
static int settle(struct wsd_dissector *d, struct flow *flow, int rc)
{
    if (!is_remnant(d, flow))
        return flows_settle(d->flows, flow, rc);
    for (struct tls *t = tls_of(flow->upper); t != NULL; t = tls_of(tls_inner(t)))
        tls_drop_held(t);
    return rc < 0 ? rc : 0;
}

int waiting_resume(struct wsd_dissector *d, bool late)
{
    int rc = 0;
    tls_host_look(&d->tls);
    for (struct tls *t; (t = tls_host_next(&d->tls)) != NULL;) {
        struct flow *flow = tls_owner(t);
        if (late && !tls_is_late(t, d->now.time))
            continue;
        d->opening = flow;
        int one = tls_resume(t, late);
        if (one != 0)
            one = settle(d, flow, one);
        rc = rc != 0 ? rc : one;
    }
    sweep_remnants(d);
    return rc;
}

bool waiting_take(struct wsd_dissector *d, struct flow *flow)
{
    return stream_waits(flow->upper) && keep_remnant(d, flow);
}

int waiting_finish(struct wsd_dissector *d)
{
    int rc = 0;
    for (struct remnant *r; (r = take_oldest(d)) != NULL;) {
        int one = end_remnant(d, r);
        free_remnant(d, r);
        rc = rc != 0 ? rc : one;
    }
    return rc;
}

void waiting_free(struct wsd_dissector *d)
{
    for (struct remnant *r; (r = take_oldest(d)) != NULL;)
        free_remnant(d, r);
}

/* ---- secrets -------------------------------------------------------------------------------------------------- */

int wsd_secrets(struct wsd_dissector *d, const char *text, size_t length, struct wsd_secrets_read *read)
{
    struct wsd_secrets_read none = {0};
    read = read != NULL ? read : &none;
    uint64_t taken = read->taken;
    int rc = tls_secrets_read(&d->tls.secrets, bytes_of(text, length), read);
    int others = read->taken == taken ? 0 : waiting_resume(d, false);
    return rc != 0 ? rc : others;
}

int wsd_private_key(struct wsd_dissector *d, const char *pem, size_t length)
{
    return tls_secrets_key(&d->tls.secrets, bytes_of(pem, length));
}

bool wsd_waits_for_secrets(const struct wsd_dissector *d)
{
    return d->tls.waiting != NULL;
}
