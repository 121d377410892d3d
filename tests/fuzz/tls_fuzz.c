/*
 * tls_fuzz.c: any records, any key log.
 *
 *      options (1)   length of the key log (2)   key log   then items: what and whose (1)   length (2)   bytes
 *
 * An item is data, a gap of `length` bytes, or an end. They are read twice, the second time in small pieces; the options say whether the
 * secrets come first or last, whether little may be held, and whether the capture
 * began late.
 * Invariants: both readings give the same content, and findings unless the session had to be found (what was lost is then noticed sooner or
 * later); no more content comes out than ciphertext went in; what is held keeps to its limits,
 * and nothing is held at the end; each stream is made once, and ends.
 */
#include "base/bytes.h"
#include "stream/tls.h"
#include "support/require.h"

#include <stdlib.h>

enum { LATE = 1, SMALL = 4, DETAIL = 8, JOINED = 16, PIECE = 7, HELD_EACH = 20000, HELD_ALL = 30000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The stream inside: what it was given, in one number for each direction. */
struct inside {
    struct stream base;
    struct reading *reading;
};

struct reading {
    struct tls_host host;
    struct stream *tls;
    uint64_t sum[2], content[2], gaps[2], sealed[2];
    unsigned made, findings;
    bool ended[2];
    bool found;  /* the session was found by trying secrets */
    bool turned; /* what the items call the client is the server */
};

static int inside_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct reading *r = ((struct inside *)s)->reading;
    require(bytes.length > 0 && moment->packet > 0);
    for (size_t i = 0; i < bytes.length; i++)
        r->sum[d] = (r->sum[d] ^ bytes.data[i]) * UINT64_C(0x100000001b3);
    r->content[d] += bytes.length;
    return 0;
}

static int inside_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct reading *r = ((struct inside *)s)->reading;
    (void)moment;
    r->gaps[d] += missing & ~STREAM_ABOUT;
    return 0;
}

static int inside_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct reading *r = ((struct inside *)s)->reading;
    (void)how, (void)moment;
    r->ended[d] = true;
    return r->ended[!d] ? STREAM_DONE : 0;
}

static void inside_free(struct stream *s)
{
    free(s);
}

static size_t inside_memory(const struct stream *s)
{
    (void)s;
    return sizeof(struct inside);
}

static int sealed_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    (void)moment;
    ((struct inside *)s)->reading->sealed[d] += bytes.length;
    return 0;
}

static const struct stream_ops inside_ops = {"inside", inside_data, inside_gap, inside_end, inside_free, inside_memory};
static const struct stream_ops sealed_ops = {"sealed", sealed_data, inside_gap, inside_end, inside_free, inside_memory};

static struct stream *make(struct reading *r, const struct stream_ops *ops, struct via *via)
{
    struct inside *inside = calloc(1, sizeof *inside);
    require(inside != NULL && ++r->made == 1);
    free(via);
    inside->base.ops = ops;
    inside->reading = r;
    return &inside->base;
}

static struct stream *inside_take(void *user, struct via *via, enum wsd_direction d, struct wsd_bytes first, bool late)
{
    (void)d, (void)first, (void)late;
    return make(user, &inside_ops, via);
}

static struct stream *sealed_take(void *user, struct via *via, const struct wsd_tls *tls, const struct wsd_moment *at)
{
    (void)at;
    require(tls->reason != NULL && !tls->decrypted);
    return make(user, &sealed_ops, via);
}

static bool finding(void *user, const struct stream *inner, enum wsd_direction d, enum wsd_finding_code code,
                    const char *detail, const struct wsd_moment *moment)
{
    struct reading *r = user;
    (void)inner, (void)moment;
    require(d <= WSD_NEITHER && code >= WSD_FINDING_TLS_NO_SECRETS && detail != NULL);
    r->findings++;
    r->found = r->found || code == WSD_FINDING_TLS_SESSION_FOUND;
    return true;
}

static void turned(void *user, void *owner)
{
    struct reading *r = user;
    (void)owner;
    r->turned = !r->turned;
}

/* What opens a record is a line that the reader takes. */
static void secret(void *user, void *owner, struct wsd_bytes line)
{
    static const uint8_t seed[16];
    struct tls_secrets secrets;
    struct wsd_secrets_read read = {0};
    (void)user, (void)owner;
    require(tls_secrets_init(&secrets, seed) == 0 && tls_secrets_read(&secrets, line, &read) == 0);
    require(line.length == 0 || (read.lines == 1 && read.taken == 1));
    tls_secrets_free(&secrets);
}

static const struct tls_hooks hooks = {inside_take, sealed_take, finding, turned, secret};

static int item(struct reading *r, uint8_t what, struct wsd_bytes bytes, size_t length, struct wsd_moment *moment,
                size_t most)
{
    enum wsd_direction d = ((what & 1) ^ r->turned) ? WSD_SERVER : WSD_CLIENT;
    int rc = 0;
    moment->packet++;
    moment->time += 1000;
    if ((what & 6) == 2)
        return stream_gap(r->tls, d, length + 1, moment);
    if ((what & 6) == 4)
        return stream_end(r->tls, d, what & 8 ? WSD_BY_RESET : WSD_BY_FIN, moment);
    while (bytes.length > 0 && rc == 0) {
        struct wsd_bytes piece = bytes_first(bytes, most);
        uint8_t *exact = malloc(piece.length); /* ends where the memory does */
        require(exact != NULL);
        memcpy(exact, piece.data, piece.length);
        rc = stream_data(r->tls, d, bytes_of(exact, piece.length), moment);
        free(exact);
        bytes = bytes_after(bytes, piece.length);
        d = ((what & 1) ^ r->turned) ? WSD_SERVER : WSD_CLIENT;
        require(r->host.held.bytes <= HELD_ALL + 8 * sizeof(struct tls_held) || r->host.held.most > HELD_ALL);
    }
    return rc;
}

static void read_all(struct reading *r, const uint8_t *data, size_t size, uint8_t options, size_t most)
{
    static const uint8_t seed[16];
    struct wsd_secrets_read read = {0};
    struct wsd_moment moment = {.time = 1};
    struct wsd_bytes text = {data + 3, (size_t)data[1] << 8 | data[2]}, items;
    text = bytes_first(text, size - 3);
    items = bytes_after(bytes_of(data + 3, size - 3), text.length);
    *r = (struct reading){.host = {.hooks = &hooks, .user = r, .secrets_wait = UINT64_MAX, .detail = options & DETAIL}};
    r->host.held.most_each = options & SMALL ? HELD_EACH : 1 << 20;
    r->host.held.most = options & SMALL ? HELD_ALL : 1 << 24;
    require(tls_host_init(&r->host, seed) == 0);
    r->host.trials = 1 << 13; /* or a run takes a second */
    if (!(options & LATE))
        require(tls_secrets_read(&r->host.secrets, text, &read) == 0);
    r->tls = tls_new_take(&r->tls, &r->host, NULL, 0, options & JOINED, NULL);
    require(r->tls != NULL);
    uint64_t given[2] = {0};
    bool over[2] = {false};
    int rc = 0;
    while (items.length >= 3 && rc == 0) {
        uint8_t what = items.data[0];
        size_t length = (size_t)items.data[1] << 8 | items.data[2];
        struct wsd_bytes bytes = bytes_first(bytes_after(items, 3), what & 6 ? 0 : length);
        items = bytes_after(items, 3 + bytes.length);
        if (over[what & 1]) /* nothing is handed on behind an end */
            continue;
        over[what & 1] = (what & 6) == 4;
        over[~what & 1] |= over[what & 1] && (what & 8) != 0;
        given[what & 1] += bytes.length;
        rc = item(r, what, bytes, length, &moment, most);
    }
    if (options & LATE)
        require(tls_secrets_read(&r->host.secrets, text, &read) == 0);
    if (rc == 0)
        rc = tls_resume(tls_of(r->tls), false);
    for (int d = 0; d < 2 && rc == 0; d++)
        rc = stream_end(r->tls, (enum wsd_direction)d, WSD_BY_CAPTURE_END, &moment);
    require(rc == 0 || rc == STREAM_DONE);
    require(stream_memory(r->tls) > 0);
    r->tls->ops->free(r->tls);
    require(r->host.held.bytes == 0 && r->host.waiting == NULL);
    require(r->content[r->turned] <= given[0] && r->content[!r->turned] <= given[1]);
    require(read.taken + read.wrong <= read.lines);
    tls_host_free(&r->host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reading whole, again;
    if (size < 3)
        return 0;
    read_all(&whole, data, size, data[0], SIZE_MAX);
    if (data[0] & SMALL)
        return 0;
    read_all(&again, data, size, data[0], PIECE);
    require(whole.sum[0] == again.sum[0] && whole.sum[1] == again.sum[1]);
    require(whole.made == again.made && (whole.found || whole.findings == again.findings));
    return 0;
}
