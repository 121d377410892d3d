#include "stream/tls_secrets.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECRETS_FIRST = 64 };

/* Labels that key logs have and that open no record of TLS: exporters, ECH, QUIC. */
static const char *const unused[] = {
    "EXPORTER_SECRET", "EARLY_EXPORTER_SECRET", "EXPORTER_MASTER_SECRET", "EARLY_EXPORTER_MASTER_SECRET", "ECH_SECRET",
    "ECH_CONFIG"};

int tls_secrets_init(struct tls_secrets *s, const uint8_t seed[16])
{
    *s = (struct tls_secrets){0};
    memcpy(&s->key, seed, sizeof s->key);
    return table_init(&s->table);
}

void tls_secrets_free(struct tls_secrets *s)
{
    crypto_wipe(s->secrets, s->capacity * sizeof *s->secrets);
    free(s->secrets);
    table_free(&s->table);
    for (size_t i = 0; i < s->key_count; i++)
        crypto_key_free(s->keys[i]);
    *s = (struct tls_secrets){0};
}

/* ---- the store ------------------------------------------------------------------------------------------------ */

static uint64_t hash(const struct tls_secrets *s, unsigned label, unsigned generation, const uint8_t of[TLS_RANDOM])
{
    uint64_t words[TLS_RANDOM / 8 + 1];
    memcpy(words, of, TLS_RANDOM);
    words[TLS_RANDOM / 8] = label | generation << 8;
    return hash_words(&s->key, words, TLS_RANDOM / 8 + 1);
}

static const struct tls_secret *find(const struct tls_secrets *s, unsigned label, unsigned generation,
                                     const uint8_t of[TLS_RANDOM])
{
    for (struct probe p = table_probe(&s->table, hash(s, label, generation, of)); table_next(&s->table, &p);) {
        const struct tls_secret *one = &s->secrets[p.value];
        if (one->label == label && one->generation == generation && memcmp(one->of, of, TLS_RANDOM) == 0)
            return one;
    }
    return NULL;
}

static void pad(uint8_t to[TLS_RANDOM], struct wsd_bytes of)
{
    memset(to, 0, TLS_RANDOM);
    if (of.length > 0)
        memcpy(to, of.data, of.length < TLS_RANDOM ? of.length : TLS_RANDOM);
}

struct wsd_bytes tls_secrets_find(const struct tls_secrets *s, enum tls_label label, unsigned generation,
                                  struct wsd_bytes of)
{
    uint8_t key[TLS_RANDOM];
    if (s->count == 0)
        return bytes_of(NULL, 0);
    pad(key, of);
    const struct tls_secret *one = find(s, label, generation, key);
    return one != NULL ? bytes_of(one->secret, one->length) : bytes_of(NULL, 0);
}

const struct tls_secret *tls_secrets_newest(const struct tls_secrets *s, uint64_t back)
{
    return &s->secrets[(s->oldest + s->count - 1 - back) % s->count];
}

/* realloc() would leave the old copy behind. */
static int grow(struct tls_secrets *s)
{
    uint32_t capacity = s->capacity == 0 ? SECRETS_FIRST : s->capacity * 2;
    struct tls_secret *larger = malloc(capacity * sizeof *larger);
    if (larger == NULL)
        return -ENOMEM;
    if (s->count > 0)
        memcpy(larger, s->secrets, s->count * sizeof *larger);
    crypto_wipe(s->secrets, s->capacity * sizeof *larger);
    free(s->secrets);
    s->secrets = larger;
    s->capacity = capacity;
    return 0;
}

/* Where the next secret goes; its place in the table is free. Returns 0 or -ENOMEM. */
static int make_room(struct tls_secrets *s, uint32_t *at)
{
    if (s->count < TLS_SECRETS_MOST) {
        *at = s->count;
        return s->count < s->capacity ? 0 : grow(s);
    }
    struct tls_secret *old = &s->secrets[s->oldest];
    table_remove(&s->table, hash(s, old->label, old->generation, old->of), s->oldest);
    crypto_wipe(old, sizeof *old);
    *at = s->oldest;
    s->oldest = (s->oldest + 1) % TLS_SECRETS_MOST;
    return 0;
}

int tls_secrets_add(struct tls_secrets *s, enum tls_label label, unsigned generation, struct wsd_bytes of,
                    struct wsd_bytes secret)
{
    struct tls_secret one = {
        .label = (uint8_t)label, .length = (uint8_t)secret.length, .generation = (uint16_t)generation};
    uint32_t at;
    pad(one.of, of);
    if (secret.length > TLS_SECRET_MOST || find(s, label, generation, one.of) != NULL)
        return 0;
    memcpy(one.secret, secret.data, secret.length);
    int rc = make_room(s, &at);
    if (rc == 0)
        rc = table_add(&s->table, hash(s, label, generation, one.of), at);
    if (rc == 0) {
        s->secrets[at] = one;
        s->added++;
        s->count += at == s->count;
    }
    crypto_wipe(&one, sizeof one);
    return rc;
}

int tls_secrets_key(struct tls_secrets *s, struct wsd_bytes pem)
{
    if (s->key_count == TLS_KEYS_MOST)
        return -ENOSPC;
    struct crypto_key *key = crypto_key_new(pem);
    if (key == NULL)
        return -EINVAL;
    s->keys[s->key_count++] = key;
    return 0;
}

/* ---- a key log's lines ---------------------------------------------------------------------------------------- */

static struct wsd_bytes next_word(struct wsd_bytes *line)
{
    size_t begin = 0;
    if (line->length == 0)
        return bytes_of(NULL, 0);
    while (begin < line->length && (line->data[begin] == ' ' || line->data[begin] == '\t'))
        begin++;
    size_t end = begin;
    while (end < line->length && line->data[end] != ' ' && line->data[end] != '\t')
        end++;
    struct wsd_bytes word = {line->data + begin, end - begin};
    *line = bytes_after(*line, end);
    return word;
}

static size_t to_hex(struct wsd_bytes bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.length; i++) {
        out[2 * i] = digits[bytes.data[i] >> 4];
        out[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    return 2 * bytes.length;
}

size_t tls_secret_line(enum tls_label label, struct wsd_bytes of, struct wsd_bytes secret, char line[TLS_SECRET_LINE])
{
#define ROW(name, label) label,
    static const char *const labels[] = {TLS_LABELS(ROW)};
#undef ROW
    bool traffic = label == TLS_SECRET_CLIENT_TRAFFIC || label == TLS_SECRET_SERVER_TRAFFIC;
    size_t n = (size_t)snprintf(line, 40, "%s%s ", labels[label], traffic ? "0" : "");
    n += to_hex(of, line + n);
    line[n++] = ' ';
    return n + to_hex(secret, line + n);
}

static int digit(uint8_t c)
{
    uint8_t l = c | 0x20;
    return c >= '0' && c <= '9' ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* Returns how many bytes it was, 0: it is no hexadecimal, or too long. */
static size_t from_hex(struct wsd_bytes word, uint8_t *out, size_t most)
{
    if (word.length % 2 != 0 || word.length / 2 > most)
        return 0;
    for (size_t i = 0; i < word.length / 2; i++) {
        int high = digit(word.data[2 * i]), low = digit(word.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return 0;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return word.length / 2;
}

/* Which label this is; for a traffic secret with its number behind it. TLS_LABEL_COUNT: known and of no use; -1: none. */
static int label_of(struct wsd_bytes word, unsigned *generation)
{
#define ROW(name, label) label,
    static const char *const labels[] = {TLS_LABELS(ROW)};
#undef ROW
    *generation = 0;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (bytes_equal(word, bytes_text(labels[i])))
            return i == TLS_SECRET_CLIENT_TRAFFIC || i == TLS_SECRET_SERVER_TRAFFIC ? -1 : (int)i;
        if ((i != TLS_SECRET_CLIENT_TRAFFIC && i != TLS_SECRET_SERVER_TRAFFIC) || !bytes_begin(word, labels[i]))
            continue;
        struct wsd_bytes number = bytes_after(word, strlen(labels[i]));
        if (bytes_equal(number, bytes_text("N"))) /* OpenSSL, of all behind a KeyUpdate: they follow from the first */
            return TLS_LABEL_COUNT;
        for (size_t k = 0; k < number.length; k++) {
            if (number.data[k] < '0' || number.data[k] > '9' || k == 4)
                return -1;
            *generation = *generation * 10 + (number.data[k] - '0');
        }
        return (int)i;
    }
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        if (bytes_equal(word, bytes_text(unused[i])))
            return TLS_LABEL_COUNT;
    return bytes_begin(word, "QUIC_") ? TLS_LABEL_COUNT : -1;
}

static bool fits(int label, size_t of, size_t secret)
{
    if (label == TLS_SECRET_MASTER)
        return of == TLS_RANDOM && secret == TLS_MASTER_SIZE;
    if (label == TLS_SECRET_PREMASTER)
        return of == 8 && secret == TLS_MASTER_SIZE;
    return of == TLS_RANDOM && (secret == CRYPTO_SHA256_SIZE || secret == CRYPTO_SHA384_SIZE);
}

/* Returns 1: taken, 0: of no use, -EINVAL: no line of a key log, -ENOMEM. */
static int read_line(struct tls_secrets *s, struct wsd_bytes line)
{
    uint8_t of[TLS_RANDOM], secret[TLS_SECRET_MOST];
    unsigned generation;
    int label = label_of(next_word(&line), &generation);
    if (label < 0)
        return -EINVAL;
    if (label == TLS_LABEL_COUNT)
        return 0;
    size_t of_length = from_hex(next_word(&line), of, sizeof of);
    size_t length = from_hex(next_word(&line), secret, sizeof secret);
    int rc = -EINVAL;
    if (fits(label, of_length, length) && next_word(&line).length == 0)
        rc = tls_secrets_add(s, (enum tls_label)label, generation, bytes_of(of, of_length), bytes_of(secret, length));
    crypto_wipe(secret, sizeof secret);
    return rc == 0 ? 1 : rc;
}

int tls_secrets_read(struct tls_secrets *s, struct wsd_bytes text, struct wsd_secrets_read *read)
{
    while (text.length > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.length);
        struct wsd_bytes line = bytes_first(text, end != NULL ? (size_t)(end - text.data) : text.length);
        text = bytes_after(text, line.length + (end != NULL));
        read->lines++;
        if (line.length > 0 && line.data[line.length - 1] == '\r')
            line.length--;
        line = bytes_trim(line);
        if (line.length == 0 || line.data[0] == '#')
            continue;
        int rc = read_line(s, line);
        if (rc == -ENOMEM)
            return rc;
        read->taken += rc == 1;
        if (rc == -EINVAL && read->wrong++ == 0)
            read->first_wrong = read->lines;
    }
    return 0;
}
