/*
 * capture_fuzz.c: any bytes as a capture file.
 *
 * Whatever they are, the packets and the error do not depend on the sizes in which the bytes arrive, no packet is larger
 * on disk than the file, and captured <= length. The first byte of the input is that size.
 */
#include "../unit/capture_bytes.h"
#include "support/require.h"

static const size_t plain_limit = 1 << 20;

static void on_secrets(void *user, uint32_t type, struct wsd_bytes secrets)
{
    uint64_t *sum = user;
    *sum = *sum * 31 + type;
    for (size_t i = 0; i < secrets.length; i++)
        *sum = *sum * 31 + secrets.data[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > plain_limit)
        return 0;
    uint64_t secrets[2] = {0, 0};
    struct file_hooks whole_hooks = {.secrets = on_secrets, .user = &secrets[0]};
    struct file_hooks split_hooks = {.secrets = on_secrets, .user = &secrets[1]};
    struct got whole = read_back(data + 1, size - 1, size, &whole_hooks);
    struct got split = read_back(data + 1, size - 1, 1 + data[0], &split_hooks);
    require(whole.count == split.count && whole.hash == split.hash && whole.errors == split.errors);
    require(secrets[0] == secrets[1] && strcmp(whole.error, split.error) == 0);
    bool gzip = size > 2 && data[1] == 0x1f && data[2] == 0x8b;
    require(gzip || whole.bytes <= size);
    for (size_t i = 0; i < whole.count && i < 16; i++)
        require(whole.packets[i].captured <= whole.packets[i].length);
    return 0;
}
