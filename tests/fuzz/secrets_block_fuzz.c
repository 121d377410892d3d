/*
 * secrets_block_fuzz.c: any bytes as the body of a Decryption Secrets Block (pcapng), and as lines of a key log in one.
 *
 *      size in which the file arrives (1)   what (1)   body
 *
 * Bit 0 of what: another byte order; bit 1: the body is only the secrets, of TLS, and its length is right. Behind the block stands a packet.
 * Invariants: whatever the sizes, the same secrets are told; they lie in the block, and are all of it where its length says so; the packet
 * comes unless the block is damaged, which is said then.
 */
#include "../unit/capture_bytes.h"
#include "base/bytes.h"
#include "stream/tls_secrets.h"
#include "support/require.h"

#include <stdlib.h>

enum { BIG = 1, LINES = 2, BODY_MOST = 1 << 16, FRAME = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
    unsigned count;
    uint32_t type;
    uint64_t sum;
    size_t length;
    struct wsd_secrets_read read;
};

static void on_secrets(void *user, uint32_t type, struct wsd_bytes bytes)
{
    static const uint8_t seed[16];
    struct told *t = user;
    struct tls_secrets secrets;
    t->count++;
    t->type = type;
    t->length = bytes.length;
    for (size_t i = 0; i < bytes.length; i++)
        t->sum = t->sum * 31 + bytes.data[i];
    require(tls_secrets_init(&secrets, seed) == 0 && tls_secrets_read(&secrets, bytes, &t->read) == 0);
    require(secrets.count <= t->read.taken);
    tls_secrets_free(&secrets);
}

static size_t store(uint8_t *at, bool big, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * (big ? bytes - 1 - i : i));
    return bytes;
}

static size_t store_block(uint8_t *at, bool big, uint32_t type, const uint8_t *body, size_t length)
{
    size_t padded = (length + 3) & ~(size_t)3, n = store(at, big, type, 4);
    n += store(at + n, big, (uint32_t)(padded + FRAME), 4);
    memcpy(at + n, body, length);
    memset(at + n + length, 0, padded - length);
    return n + padded + store(at + n + padded, big, (uint32_t)(padded + FRAME), 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t file[BODY_MOST + 256], body[BODY_MOST + 8];
    struct told told[2] = {{0}};
    if (size < 2 || size > BODY_MOST)
        return 0;
    bool big = data[1] & BIG;
    size_t n = 0, length = size - 2;
    uint8_t section[16] = {0}, interface[8] = {0}, packet[24] = {0};
    store(section, big, 0x1a2b3c4d, 4);
    store(section + 4, big, 1, 2);
    memset(section + 8, 0xff, 8);
    store(interface, big, 1, 2);
    store(packet + 12, big, 4, 4);
    store(packet + 16, big, 4, 4);
    n += store_block(file, big, 0x0a0d0d0a, section, sizeof section);
    n += store_block(file + n, big, 1, interface, sizeof interface);
    if (data[1] & LINES) {
        store(body, big, 0x544c534b, 4);
        store(body + 4, big, (uint32_t)length, 4);
        memcpy(body + 8, data + 2, length);
        length += 8;
    } else {
        memcpy(body, data + 2, length);
    }
    n += store_block(file + n, big, 10, body, length);
    n += store_block(file + n, big, 6, packet, sizeof packet);
    struct file_hooks whole_hooks = {.secrets = on_secrets, .user = &told[0]},
                      split_hooks = {.secrets = on_secrets, .user = &told[1]};
    struct got whole = read_back(file, n, n, &whole_hooks), split = read_back(file, n, 1 + data[0], &split_hooks);
    require(memcmp(&told[0], &told[1], sizeof told[0]) == 0);
    require(whole.count == split.count && whole.errors == split.errors && strcmp(whole.error, split.error) == 0);
    require(told[0].count <= 1 && told[0].length + 8 <= ((length + 3) & ~(size_t)3) + (told[0].count == 0 ? 8 : 0));
    require(!(data[1] & LINES) || (told[0].count == 1 && told[0].type == 0x544c534b && told[0].length == size - 2));
    require((whole.errors == 0) == (told[0].count == 1) && whole.count == told[0].count);
    return 0;
}
