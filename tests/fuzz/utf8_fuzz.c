/*
 * utf8_fuzz.c: any bytes as UTF-8, cut anywhere.
 *
 * The first two bytes say where the rest is cut in three. Invariants: utf8_check() finds the byte that a slow reference finds,
 * in one piece, in three pieces and byte by byte; utf8_whole() and utf8_valid() agree with it; a valid text cut anywhere is cut
 * back by utf8_border() to its last whole character.
 */
#include "base/bytes.h"
#include "base/utf8.h"
#include "support/require.h"
#include "support/utf8_reference.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t in_pieces(const uint8_t *data, size_t n, const size_t cuts[2], struct utf8 *s)
{
    const size_t ends[3] = {cuts[0], cuts[1], n};
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        size_t piece = ends[i] - at;
        uint8_t *exact = malloc(piece + 1);
        require(exact != NULL);
        memcpy(exact + 1, data + at, piece);
        size_t good = utf8_check(s, exact + 1, piece);
        free(exact);
        at += good;
        if (good < piece)
            break;
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 1 << 20)
        return 0;
    size_t n = size - 2, first = data[0] % (n + 1), cuts[2] = {first, first + data[1] % (n - first + 1)};
    data += 2;
    size_t expected = reference_impossible(data, n), whole = reference_whole(data, n);
    struct utf8 once = {0}, pieces = {0}, bytes = {0};
    require(utf8_check(&once, data, n) == expected);
    require(in_pieces(data, n, cuts, &pieces) == expected);
    size_t at = 0;
    while (at < n && utf8_check(&bytes, data + at, 1) == 1)
        at++;
    require(at == expected);
    require(utf8_valid(bytes_of(data, n)) == (whole == n));
    if (expected == n)
        require(utf8_whole(&once) == (whole == n) && utf8_whole(&pieces) == (whole == n) && once.due == bytes.due);
    require(utf8_border(bytes_of(data, expected)) == (expected < n ? reference_whole(data, expected) : whole));
    return 0;
}
