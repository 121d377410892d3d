#include "base/crypto.h"

#include <errno.h>
#include <openssl/evp.h>

static int digest(const EVP_MD *algorithm, const struct wsd_bytes *parts, size_t count, uint8_t *out)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        return -ENOMEM;
    bool good = EVP_DigestInit_ex(context, algorithm, NULL) == 1;
    for (size_t i = 0; good && i < count; i++)
        good = EVP_DigestUpdate(context, parts[i].data, parts[i].length) == 1;
    good = good && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return good ? 0 : -ENOMEM;
}

int crypto_sha1(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_SHA1_SIZE])
{
    return digest(EVP_sha1(), parts, count, out);
}

int crypto_md5(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_MD5_SIZE])
{
    return digest(EVP_md5(), parts, count, out);
}

void crypto_base64(struct wsd_bytes bytes, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t i = 0;
    for (; i + 3 <= bytes.length; i += 3, out += 4) {
        uint32_t v = (uint32_t)bytes.data[i] << 16 | (uint32_t)bytes.data[i + 1] << 8 | bytes.data[i + 2];
        out[0] = digits[v >> 18];
        out[1] = digits[v >> 12 & 63];
        out[2] = digits[v >> 6 & 63];
        out[3] = digits[v & 63];
    }
    if (i == bytes.length)
        return;
    bool two = bytes.length - i == 2;
    uint32_t v = (uint32_t)bytes.data[i] << 16 | (two ? (uint32_t)bytes.data[i + 1] << 8 : 0);
    out[0] = digits[v >> 18];
    out[1] = digits[v >> 12 & 63];
    out[2] = two ? digits[v >> 6 & 63] : '=';
    out[3] = '=';
}

static bool is_digit(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

int crypto_base64_length(struct wsd_bytes text)
{
    if (text.length % 4 != 0 || text.length > 1 << 20)
        return -1;
    size_t padding = 0;
    while (padding < 2 && padding < text.length && text.data[text.length - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < text.length - padding; i++)
        if (!is_digit(text.data[i]))
            return -1;
    return (int)(text.length / 4 * 3 - padding);
}
