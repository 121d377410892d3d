/*
 * describe_option.c: the options of IPv4 (RFC 791 3.1), IPv6 (RFC 8200 4.2) and TCP (RFC 9293 3.2).
 *
 *     +------+--------+---------------+
 *     | kind | length | content ...   |      a kind below format->single stands alone
 *     +------+--------+---------------+
 *
 * IPv4 and TCP count kind and length in the length, IPv6 does not. The room that the header declares for its options
 * is a number here and the captured bytes are the cursor's: an option longer than the room is a lie, one longer than
 * the capture is cut.
 */
#include "describe.h"

static const struct option_kind *find(const struct option_format *format, uint64_t kind)
{
    for (size_t i = 0; i < format->count; i++)
        if (format->kinds[i].kind == kind)
            return &format->kinds[i];
    return NULL;
}

static void content(struct fields *f, const struct option_kind *known, size_t size)
{
    bool as_known = known != NULL && known->content != NULL && (known->size == 0 || known->size == size);
    if (size != 0 && as_known)
        known->content(f, size);
    else
        field_bytes(f, "option data", size);
}

/* What the header has room for but no option explains. */
static void rest(struct fields *f, const char *why, size_t size)
{
    if (size != 0 && field_take(f, size))
        field_tell(f, "options not decoded", "%s", why);
}

/* Describes the option's length and content, returns the bytes it took of the room. */
static size_t described(struct fields *f, const struct option_format *format, const struct option_kind *known,
                        size_t room)
{
    if (room == 0 || !field_take(f, 1))
        return 0;
    size_t length = (size_t)f->value;
    bool possible = length >= format->overhead && length - format->overhead <= room - 1;
    field_tell(f, "option length", possible ? "%zu" : "%zu: impossible", length);
    if (!possible) {
        rest(f, "after an impossible option length", room - 1);
        return room;
    }
    content(f, known, length - format->overhead);
    return 1 + length - format->overhead;
}

void describe_options(struct fields *f, const struct option_format *format, size_t size)
{
    while (size > 0 && field_take(f, 1)) {
        uint64_t kind = f->value;
        const struct option_kind *known = find(format, kind);
        field_tell(f, "option kind", "%s (%u)", known != NULL ? known->word : "unknown", (unsigned)kind);
        size--;
        if (kind == 0 && format->ends) {
            field_bytes(f, "options padding", size);
            return;
        }
        if (kind >= format->single)
            size -= described(f, format, known, size);
    }
}
