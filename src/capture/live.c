#include "capture/live.h"

#include "capture/bpf.h"
#include "capture/link_drops.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MILLISECOND    INT64_C(1000000)
#define PACKETS_A_LOOK 256 /* at the clock, while packets come without a pause */

/* One interface's place in the merge. */
struct lane {
    struct device device;
    struct wsd_packet packet; /* its next one, when `pending` */
    bool pending;
    bool empty;       /* it had none when it was asked last, at empty_at */
    bool over;        /* all its packets before the end were delivered */
    int64_t empty_at; /* wall clock */
    int64_t since;    /* monotonic clock when its packet was first held back, 0: not yet */
    int64_t failed;   /* monotonic clock, 0: it works */
};

struct live {
    struct source source;
    struct lane *lanes;
    size_t count;
    struct lane *delivered; /* whose packet the caller has */
    struct bpf *bpf;
    int link_fd;
    const volatile sig_atomic_t *stop;
    int64_t until;    /* monotonic clock, 0: no end */
    int64_t end;      /* wall clock: packets after it are not delivered. 0: it goes on */
    int64_t deadline; /* monotonic clock: the last block must be there, once `end` is set */
    bool waits;       /* SOURCE_WAIT was told, and nothing came since */
    uint32_t packets; /* read, to look at the clock now and then */
};

static int64_t clock_now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the end */

static bool stopped(const struct live *l)
{
    return l->stop != NULL && *l->stop != 0;
}

static void look_for_end(struct live *l, int64_t monotonic)
{
    if (l->end != 0 || !(stopped(l) || (l->until != 0 && monotonic >= l->until)))
        return;
    l->end = clock_now(CLOCK_REALTIME);
    l->deadline = monotonic + (LIVE_HOLD_MS + DEVICE_BLOCK_MS) * MILLISECOND;
}

static bool finished(const struct live *l, int64_t monotonic)
{
    bool all_over = true;
    for (size_t i = 0; i < l->count; i++)
        all_over &= l->lanes[i].over;
    return all_over || (l->end != 0 && monotonic >= l->deadline);
}

/* ---- the merge */

/* A failed interface may still have packets in its ring, the last block comes when it is old enough. */
static bool given_up(const struct lane *lane, int64_t monotonic)
{
    return lane->failed != 0 && monotonic >= lane->failed + LIVE_HOLD_MS * MILLISECOND;
}

/* Reads a lane's next packet, if it has none. 0, or -1: it has failed for good. */
static int fill(struct live *l, struct lane *lane)
{
    if (lane->pending || lane->over)
        return 0;
    int result = device_read(&lane->device, &lane->packet);
    if (result > 0) {
        lane->pending = l->end == 0 || lane->packet.time <= l->end;
        lane->over = !lane->pending;
        lane->empty = false;
        lane->since = 0;
        return 0;
    }
    int64_t monotonic = clock_now(CLOCK_MONOTONIC);
    lane->empty = true;
    lane->empty_at = clock_now(CLOCK_REALTIME);
    if (result < 0 && lane->failed == 0)
        lane->failed = monotonic;
    if (!given_up(lane, monotonic))
        return 0;
    lane->over = true;
    return -1;
}

/* Whether an interface without a packet may still bring one that is earlier than this. */
static bool may_be_earlier(const struct lane *other, int64_t time)
{
    return !other->pending && !other->over && time > other->empty_at - LIVE_HOLD_MS * MILLISECOND;
}

/* The earliest packet that is there. */
static struct lane *earliest(const struct live *l)
{
    struct lane *best = NULL;
    for (size_t i = 0; i < l->count; i++) {
        struct lane *lane = &l->lanes[i];
        if (lane->pending && (best == NULL || lane->packet.time < best->packet.time))
            best = lane;
    }
    return best;
}

static bool must_wait(const struct live *l, const struct lane *best)
{
    for (size_t i = 0; i < l->count; i++)
        if (&l->lanes[i] != best && may_be_earlier(&l->lanes[i], best->packet.time))
            return true;
    return false;
}

/* Held back long enough? By a clock that does not jump: the packets' one may. */
static bool held_enough(struct lane *lane)
{
    int64_t now = clock_now(CLOCK_MONOTONIC);
    if (lane->since == 0)
        lane->since = now;
    return now - lane->since >= LIVE_HOLD_MS * MILLISECOND;
}

static int lost(struct live *l, const struct lane *lane)
{
    snprintf(l->source.error, sizeof l->source.error, "%s: %s", lane->device.name, lane->device.error);
    return -1;
}

/* *out: the lane whose packet is next, NULL: none can be told yet. 0, or -1: an interface has failed. */
static int choose(struct live *l, struct lane **out)
{
    *out = NULL;
    for (size_t i = 0; i < l->count; i++) {
        struct lane *lane = &l->lanes[i];
        /* One that was just found empty is asked again when a packet depends on it. */
        if ((l->count == 1 || !lane->empty) && fill(l, lane) < 0)
            return lost(l, lane);
    }
    struct lane *best = earliest(l);
    if (l->count == 1 || (best != NULL && !must_wait(l, best))) {
        *out = best;
        return 0;
    }
    for (size_t i = 0; i < l->count; i++)
        if (fill(l, &l->lanes[i]) < 0)
            return lost(l, &l->lanes[i]);
    best = earliest(l);
    if (best != NULL && (!must_wait(l, best) || held_enough(best)))
        *out = best;
    return 0;
}

/* ---- waiting */

static int milliseconds_until(int64_t then, int64_t now)
{
    int64_t left = (then - now + MILLISECOND - 1) / MILLISECOND;
    return left <= 0 ? 0 : left < LIVE_TICK_MS ? (int)left : LIVE_TICK_MS;
}

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

/* How long poll() may wait. */
static int patience(const struct live *l, int64_t now)
{
    int most = LIVE_TICK_MS;
    if (l->end != 0)
        most = milliseconds_until(l->deadline, now);
    else if (l->until != 0)
        most = milliseconds_until(l->until, now);
    for (size_t i = 0; i < l->count; i++) {
        const struct lane *lane = &l->lanes[i];
        if (lane->pending)
            most = at_most(most, milliseconds_until(lane->since + LIVE_HOLD_MS * MILLISECOND, now));
        else if (lane->failed != 0 && !lane->over)
            most = at_most(most, 1);
    }
    return most;
}

/* Until a packet may be there. An interface that has one, or has failed, is not polled: it would not let us wait. */
static void wait_for_packets(const struct live *l)
{
    struct pollfd fds[LIVE_INTERFACES_MOST];
    nfds_t count = 0;
    for (size_t i = 0; i < l->count; i++) {
        const struct lane *lane = &l->lanes[i];
        if (!lane->pending && !lane->over && lane->failed == 0)
            fds[count++] = (struct pollfd){.fd = lane->device.fd, .events = POLLIN};
    }
    (void)poll(fds, count, patience(l, clock_now(CLOCK_MONOTONIC)));
}

/* ---- the source */

static int deliver(struct live *l, struct lane *lane, struct wsd_packet *packet)
{
    if (stopped(l) || (l->until != 0 && ++l->packets % PACKETS_A_LOOK == 0))
        look_for_end(l, clock_now(CLOCK_MONOTONIC));
    *packet = lane->packet;
    l->source.interface = lane->device.name;
    l->delivered = lane;
    l->waits = false;
    if (l->bpf == NULL)
        return 1;
    int match = bpf_match(l->bpf, packet);
    if (match >= 0)
        return match;
    snprintf(l->source.error, sizeof l->source.error, "%s: %s", lane->device.name, bpf_error(l->bpf));
    return -1;
}

/* Nothing is there: says so, and is asked again, waits. */
static int nothing(struct live *l, struct wsd_packet *packet)
{
    if (l->waits)
        wait_for_packets(l);
    l->waits = !l->waits;
    packet->time = clock_now(CLOCK_REALTIME) - (LIVE_HOLD_MS + DEVICE_BLOCK_MS) * MILLISECOND;
    return l->waits ? SOURCE_WAIT : 0;
}

static int live_next(struct source *source, struct wsd_packet *packet, int most)
{
    (void)most;
    struct live *l = (struct live *)source;
    for (;;) {
        if (l->delivered != NULL)
            l->delivered->pending = false;
        l->delivered = NULL;
        struct lane *lane;
        if (choose(l, &lane) < 0)
            return -1;
        int result = 0;
        if (lane != NULL) {
            result = deliver(l, lane, packet);
        } else {
            int64_t now = clock_now(CLOCK_MONOTONIC);
            look_for_end(l, now);
            if (finished(l, now))
                return 0;
            result = nothing(l, packet);
        }
        if (result != 0)
            return result;
    }
}

static void live_drops(struct source *source, struct source_drops *drops)
{
    struct live *l = (struct live *)source;
    *drops = (struct source_drops){.interface_known = true};
    for (size_t i = 0; i < l->count; i++) {
        struct device *d = &l->lanes[i].device;
        device_count_drops(d, l->link_fd);
        drops->kernel += d->dropped;
        drops->interface += d->link_dropped;
        drops->interface_known &= d->link_known;
    }
}

static void live_close(struct source *source)
{
    struct live *l = (struct live *)source;
    for (size_t i = 0; i < l->count; i++)
        device_close(&l->lanes[i].device);
    free(l->lanes);
    bpf_close(l->bpf);
    if (l->link_fd >= 0)
        close(l->link_fd);
    free(l);
}

static const struct source_ops live_ops = {live_next, live_drops, live_close};

static int open_devices(struct live *l, const struct live_options *o, char *error, size_t size)
{
    for (size_t i = 0; i < o->count; i++) {
        struct device *d = &l->lanes[i].device;
        int result = device_open(d, o->interfaces[i], &o->device, l->link_fd);
        if (result == -EINVAL)
            snprintf(error, size, "capture filter: %s: %s", o->interfaces[i], d->error);
        else if (result < 0)
            snprintf(error, size, "%s: %s", o->interfaces[i], d->error);
        if (result < 0)
            return result;
        l->count++;
    }
    return 0;
}

static int open_all(struct live *l, const struct live_options *o, char *error, size_t size)
{
    static const char what[] = "capture filter: ";
    snprintf(error, size, "%s", what);
    if (o->device.filter != NULL &&
        (l->bpf = bpf_open(o->device.filter, error + sizeof what - 1, size - sizeof what + 1)) == NULL)
        return -EINVAL;
    int result = open_devices(l, o, error, size);
    if (result == 0 && o->duration != 0)
        l->until = clock_now(CLOCK_MONOTONIC) + (int64_t)o->duration;
    return result;
}

int live_open(const struct live_options *o, struct source **source, char *error, size_t size)
{
    if (o->count > LIVE_INTERFACES_MOST) {
        snprintf(error, size, "interfaces: at most %d at once", LIVE_INTERFACES_MOST);
        return -EINVAL;
    }
    struct live *l = calloc(1, sizeof *l);
    struct lane *lanes = calloc(o->count, sizeof *lanes);
    if (l == NULL || lanes == NULL) {
        free(l);
        free(lanes);
        snprintf(error, size, "memory: there is none left");
        return -ENOMEM;
    }
    *l = (struct live){.source.ops = &live_ops, .lanes = lanes, .link_fd = link_drops_open(), .stop = o->stop};
    int result = open_all(l, o, error, size);
    if (result < 0)
        live_close(&l->source);
    else
        *source = &l->source;
    return result;
}
