#include "ui/handoff.h"

#include "output/flow_secrets.h"
#include "ui/memory.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    POOL_BLOCKS = 8,        /* kept to be filled again: fresh memory costs more than a record */
    FIRST_BLOCK = 8 * 1024, /* the first rows shall be seen soon */
    TELL_BYTES =
        8 * 1024 * 1024, /* of a file, after which what there is of records is handed on, and how far it has come */
    AHEAD = 2048,        /* bytes behind a record that are asked for: records go where no cache has anything */
    JOIN_NANOSECONDS = 5000000, /* between two attempts to interrupt the reading thread */
    INTERRUPT = SIGUSR2
};

struct told {
    char text[HANDOFF_LINE];
    bool wrong;
};

struct handoff {
    /* The reading thread's own. */
    struct block *open;
    bool waits; /* when the list is full */
    struct sink_progress progress;
    uint64_t told_at; /* bytes of files that had been read at the last push */
    uint64_t left_out_payloads, left_out_records;

    /* Read by both without the mutex, as a hint. */
    atomic_size_t listed; /* bytes of the list */
    atomic_bool stopped;

    /* Under the mutex. */
    pthread_mutex_t mutex;
    pthread_cond_t room; /* the list has become shorter, or all is stopped */
    struct block *first, *last;
    struct block *pool;
    size_t pooled;
    struct handoff_news news;
    bool finished; /* the thread returns */
    struct told told[HANDOFF_TOLD];
    size_t told_count;
    struct flow_secrets *secrets; /* NULL: there were none */
    uint64_t secrets_lost;        /* there was no memory */

    /* The monitor's own. */
    pthread_t thread;
    bool started;
    int event;
    void (*read)(void *user);
    void *user;
};

/* ---- the list */

static void wake(struct handoff *h)
{
    uint64_t one = 1;
    /* It can only fail when it is readable already. */
    if (write(h->event, &one, sizeof one) < 0)
        return;
}

/* Small blocks are copied behind the last one, others are moved. Returns what is left to be filled: the block, emptied, or
 * NULL. Under the mutex. */
static struct block *append(struct handoff *h, struct block *b)
{
    struct block *last = h->last;
    size_t before = atomic_load_explicit(&h->listed, memory_order_relaxed);
    atomic_store_explicit(&h->listed, before + b->length, memory_order_relaxed);
    if (last != NULL && last->size - last->length >= b->length) {
        memcpy((char *)last->data + last->length, b->data, b->length);
        last->length += b->length;
        b->length = 0;
        return b;
    }
    b->next = NULL;
    if (last != NULL)
        last->next = b;
    else
        h->first = b;
    h->last = b;
    return NULL;
}

static struct block *from_pool(struct handoff *h)
{
    struct block *b = h->pool;
    if (b == NULL)
        return NULL;
    h->pool = b->next;
    h->pooled--;
    b->next = NULL;
    b->length = 0;
    return b;
}

/* The open block goes to the list. */
static void push(struct handoff *h)
{
    bool was_empty;
    if (h->open == NULL)
        return;
    size_t length = h->open->length;
    h->told_at = h->progress.read;
    pthread_mutex_lock(&h->mutex);
    while (h->waits && h->first != NULL && !atomic_load(&h->stopped) &&
           atomic_load_explicit(&h->listed, memory_order_relaxed) + length > HANDOFF_BYTES)
        pthread_cond_wait(&h->room, &h->mutex);
    was_empty = h->first == NULL;
    if (length > 0 && !atomic_load(&h->stopped))
        h->open = append(h, h->open);
    h->news.progress = h->progress;
    h->news.left_out_payloads = h->left_out_payloads;
    h->news.left_out_records = h->left_out_records;
    if (h->open == NULL)
        h->open = from_pool(h);
    pthread_mutex_unlock(&h->mutex);
    if (was_empty && length > 0)
        wake(h);
}

/* A place for a record, or NULL. */
static void *reserve(struct handoff *h, size_t size)
{
    if (h->open != NULL && h->open->size - h->open->length < size)
        push(h);
    if (h->open != NULL && h->open->size - h->open->length < size) {
        block_free(h->open); /* empty, or nobody wants it any more */
        h->open = NULL;
    }
    if (h->open == NULL)
        h->open = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
    if (h->open == NULL)
        return NULL;
    char *at = (char *)h->open->data + h->open->length;
    h->open->length += size;
    for (size_t i = 0; i < size && i < AHEAD; i += MEMORY_LINE)
        memory_fetch((uintptr_t)at + AHEAD + i);
    return at;
}

/* ---- the sink */

static void handoff_wants(const struct output *output, struct wsd_options *wsd)
{
    wsd->keep_payload = output->options->max_payload;
    wsd->frames = wsd->detail = wsd->transport = wsd->requests = true;
}

static void handoff_begin(void *state, struct output *output)
{
    struct handoff *h = state;
    h->waits = output->options->file_count > 0;
    h->progress.live = h->news.progress.live = !h->waits;
    h->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&h->mutex, NULL);
    pthread_cond_init(&h->room, NULL);
    h->open = block_new(FIRST_BLOCK);
}

/* They open what is shown, and are needed when it is saved. */
static void keep_secrets(struct handoff *h, uint64_t flow)
{
    pthread_mutex_lock(&h->mutex);
    struct flow_secret *one = flow_secrets_of(h->secrets, flow);
    if (one != NULL)
        one->keep = true;
    pthread_mutex_unlock(&h->mutex);
}

static void handoff_secret(void *state, uint64_t flow, struct wsd_bytes line)
{
    struct handoff *h = state;
    pthread_mutex_lock(&h->mutex);
    if (h->secrets == NULL)
        h->secrets = flow_secrets_new();
    if (h->secrets == NULL || flow_secrets_add(h->secrets, flow, line) < 0)
        h->secrets_lost++;
    pthread_mutex_unlock(&h->mutex);
}

static void handoff_event(void *state, const struct wsd_event *e)
{
    struct handoff *h = state;
    bool payload = true;
    if (e->type == WSD_EVENT_CONNECTION && h->secrets != NULL)
        keep_secrets(h, e->opening.flow);
    if (!h->waits) {
        size_t listed = atomic_load_explicit(&h->listed, memory_order_relaxed);
        bool needed = e->type == WSD_EVENT_CONNECTION || e->type == WSD_EVENT_CLOSE;
        if (listed > HANDOFF_BYTES && !needed) {
            h->left_out_records++;
            return;
        }
        if (listed > HANDOFF_BYTES / 2 && e->type == WSD_EVENT_MESSAGE && e->message.payload.length > 0) {
            payload = false;
            h->left_out_payloads++;
        }
    }
    size_t size = record_size(e, payload);
    void *at = reserve(h, size);
    if (at != NULL)
        record_write(at, size, e, payload);
    else
        h->left_out_records++;
}

static void handoff_progress(void *state, const struct sink_progress *progress)
{
    struct handoff *h = state;
    h->progress = *progress;
    /* Of a file many records are handed on together: small blocks cost the monitor more than what is in them. */
    bool enough = h->open != NULL && h->open->length >= BLOCK_SIZE - BLOCK_SIZE / FULL_PART;
    if (progress->live || progress->pipe ||
        (atomic_load_explicit(&h->listed, memory_order_relaxed) == 0 &&
         (enough || progress->read - h->told_at >= TELL_BYTES)))
        push(h);
}

static void handoff_finish(void *state, const struct sink_end *end)
{
    struct handoff *h = state;
    h->progress.packets = end->totals->packets;
    h->progress.bytes = end->totals->bytes;
    h->progress.flows = end->totals->flows;
    h->progress.flows_ignored = end->totals->flows_ignored;
    h->progress.dropped_kernel = end->dropped_kernel;
    h->progress.dropped_interface = end->dropped_interface;
    push(h);
}

static void handoff_tell(void *state, const char *text, bool wrong)
{
    struct handoff *h = state;
    pthread_mutex_lock(&h->mutex);
    if (h->told_count < HANDOFF_TOLD) {
        struct told *t = &h->told[h->told_count++];
        snprintf(t->text, sizeof t->text, "%s", text);
        t->wrong = wrong;
    }
    h->news.told = true;
    pthread_mutex_unlock(&h->mutex);
    wake(h);
}

static void free_list(struct block *b)
{
    while (b != NULL) {
        struct block *next = b->next;
        block_free(b);
        b = next;
    }
}

static void handoff_free(void *state)
{
    struct handoff *h = state;
    block_free(h->open);
    free_list(h->first);
    free_list(h->pool);
    flow_secrets_free(h->secrets);
    if (h->event >= 0)
        close(h->event);
    pthread_mutex_destroy(&h->mutex);
    pthread_cond_destroy(&h->room);
}

const struct sink handoff_sink = {
    .state_size = sizeof(struct handoff),
    .wants = handoff_wants,
    .begin = handoff_begin,
    .event = handoff_event,
    .progress = handoff_progress,
    .tell = handoff_tell,
    .secret = handoff_secret,
    .finish = handoff_finish,
    .free = handoff_free,
};

/* ---- the thread */

static void on_interrupt(int number)
{
    (void)number; /* the blocking call that it interrupts returns EINTR: that is all it is for */
}

static void *reading(void *user)
{
    struct handoff *h = user;
    h->read(h->user);
    push(h);
    pthread_mutex_lock(&h->mutex);
    h->finished = true;
    pthread_mutex_unlock(&h->mutex);
    wake(h);
    return NULL;
}

int handoff_start(struct handoff *h, void (*read)(void *user), void *user)
{
    sigset_t all, before;
    struct sigaction action = {.sa_handler = on_interrupt};
    if (h->event < 0)
        return -EMFILE;
    sigemptyset(&action.sa_mask);
    sigaction(INTERRUPT, &action, NULL);
    h->read = read;
    h->user = user;
    /* Signals to the program are the monitor's business; those for a crash go to the thread that has it. */
    sigfillset(&all);
    sigdelset(&all, INTERRUPT);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int rc = pthread_create(&h->thread, NULL, reading, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    h->started = rc == 0;
    return -rc;
}

void handoff_interrupt(struct handoff *h)
{
    if (h->started)
        pthread_kill(h->thread, INTERRUPT);
}

void handoff_stop(struct handoff *h)
{
    bool finished = false;
    if (!h->started)
        return;
    atomic_store(&h->stopped, true);
    while (!finished) {
        /* A signal that comes just before a blocking call interrupts nothing: hence again and again. */
        struct timespec pause = {.tv_nsec = JOIN_NANOSECONDS};
        pthread_mutex_lock(&h->mutex);
        finished = h->finished;
        pthread_cond_broadcast(&h->room);
        pthread_mutex_unlock(&h->mutex);
        if (finished)
            break;
        pthread_kill(h->thread, INTERRUPT);
        nanosleep(&pause, NULL);
    }
    pthread_join(h->thread, NULL);
    h->started = false;
}

/* ---- the monitor's side */

int handoff_fd(const struct handoff *h)
{
    return h->event;
}

struct block *handoff_take(struct handoff *h, struct handoff_news *news)
{
    uint64_t count;
    if (read(h->event, &count, sizeof count) < 0 && errno != EAGAIN)
        return NULL;
    pthread_mutex_lock(&h->mutex);
    struct block *first = h->first;
    h->first = h->last = NULL;
    *news = h->news;
    news->waiting = atomic_load_explicit(&h->listed, memory_order_relaxed);
    news->ended = h->finished;
    h->news.told = false;
    atomic_store_explicit(&h->listed, 0, memory_order_relaxed);
    pthread_cond_signal(&h->room);
    pthread_mutex_unlock(&h->mutex);
    return first;
}

/* Whether the pool took it. */
static bool to_pool(struct handoff *h, struct block *b)
{
    pthread_mutex_lock(&h->mutex);
    bool kept = h->pooled < POOL_BLOCKS;
    if (kept) {
        b->next = h->pool;
        h->pool = b;
        h->pooled++;
    }
    pthread_mutex_unlock(&h->mutex);
    return kept;
}

void handoff_give_back(struct handoff *h, struct block *b)
{
    if (b->size != BLOCK_SIZE || !to_pool(h, b))
        block_free(b);
}

bool handoff_prepare(struct handoff *h)
{
    pthread_mutex_lock(&h->mutex);
    bool enough = h->pooled == POOL_BLOCKS;
    pthread_mutex_unlock(&h->mutex);
    struct block *b = enough ? NULL : block_new(BLOCK_SIZE);
    if (b == NULL)
        return false;
    block_touch(b);
    handoff_give_back(h, b);
    return true;
}

size_t handoff_told(struct handoff *h, size_t from, void (*tell)(void *user, const char *text, bool wrong), void *user)
{
    pthread_mutex_lock(&h->mutex);
    size_t count = h->told_count;
    pthread_mutex_unlock(&h->mutex);
    /* What has been written there is not changed any more. */
    for (size_t i = from; i < count; i++)
        tell(user, h->told[i].text, h->told[i].wrong);
    return count;
}

void handoff_secrets(struct handoff *h, uint64_t flow, void (*tell)(void *user, uint64_t flow, struct wsd_bytes line),
                     void *user)
{
    pthread_mutex_lock(&h->mutex);
    const struct flow_secret *one = h->secrets != NULL ? flow_secrets_of(h->secrets, flow) : NULL;
    const char *at = one != NULL ? one->lines : NULL, *end = one != NULL ? at + one->length : NULL;
    while (at < end) {
        size_t length = (size_t)((const char *)memchr(at, '\n', (size_t)(end - at)) - at);
        tell(user, flow, (struct wsd_bytes){(const uint8_t *)at, length});
        at += length + 1;
    }
    pthread_mutex_unlock(&h->mutex);
}

uint64_t handoff_secrets_lost(struct handoff *h)
{
    pthread_mutex_lock(&h->mutex);
    uint64_t lost = h->secrets_lost + (h->secrets != NULL ? flow_secrets_lost(h->secrets) : 0);
    pthread_mutex_unlock(&h->mutex);
    return lost;
}
