/*
 * describe_tcp.c: the TCP header (RFC 9293 3.1), its flags bit by bit and its options.
 *
 * What depends on other packets is not judged: sequence numbers are absolute, the window is unscaled, the checksum,
 * which covers the payload, is shown as it stands (on the sending host the network card fills it in later).
 */
#include "describe.h"
#include "net/tcp.h"

enum { FLAGS_AT = 13, EXPERIMENT_FAST_OPEN = 0xf989 };

static void segment_size(struct fields *f, size_t size)
{
    field_number(f, "maximum segment size", size);
}

static void window_scale(struct fields *f, size_t size)
{
    if (!field_take(f, size))
        return;
    unsigned shift = (unsigned)f->value;
    if (shift <= 14) /* RFC 7323 2.3: more counts as 14 */
        field_tell(f, "window scale", "%u: window times %u", shift, 1u << shift);
    else
        field_tell(f, "window scale", "%u: too large, counts as 14", shift);
}

static void sack(struct fields *f, size_t size)
{
    for (; size >= 8; size -= 8) {
        field_number(f, "SACK left edge", 4);
        field_number(f, "SACK right edge", 4);
    }
    field_bytes(f, "option data", size);
}

static void timestamps(struct fields *f, size_t size)
{
    (void)size;
    field_number(f, "timestamp", 4);
    field_number(f, "timestamp echo", 4);
}

static void user_timeout(struct fields *f, size_t size)
{
    if (!field_take(f, size))
        return;
    bool minutes = field_value(f, 0, 1) != 0;
    field_bits(f, "granularity", 0, 1, "%s", minutes ? "minutes" : "seconds");
    field_bits(f, "user timeout", 1, 15, "%u %s", (unsigned)field_value(f, 1, 15), minutes ? "min" : "s");
}

static void authentication(struct fields *f, size_t size)
{
    if (size < 2) {
        field_bytes(f, "option data", size);
        return;
    }
    field_number(f, "key", 1);
    field_number(f, "next key", 1);
    field_bytes(f, "message authentication code", size - 2);
}

static void digest(struct fields *f, size_t size)
{
    field_bytes(f, "MD5 digest", size);
}

/* RFC 8684 3: the subtype, and four bits that each subtype uses for itself. */
static void multipath(struct fields *f, size_t size)
{
    static const struct field_word subtypes[] = {
        {0, "MP_CAPABLE"}, {1, "MP_JOIN"}, {2, "DSS"},          {3, "ADD_ADDR"},  {4, "REMOVE_ADDR"},
        {5, "MP_PRIO"},    {6, "MP_FAIL"}, {7, "MP_FASTCLOSE"}, {8, "MP_TCPRST"}, {15, "MP_EXPERIMENTAL"},
    };
    if (!field_take(f, 1))
        return;
    unsigned subtype = (unsigned)field_value(f, 0, 4);
    const char *word = field_word(FIELD_WORDS(subtypes), subtype);
    field_bits(f, "multipath subtype", 0, 4, "%s (%u)", word != NULL ? word : "unknown", subtype);
    field_bits(f, "version or flags", 4, 4, "0x%x", (unsigned)field_value(f, 4, 4));
    field_bytes(f, "multipath data", size - 1);
}

static void fast_open(struct fields *f, size_t size)
{
    field_bytes(f, "Fast Open cookie", size);
}

/* RFC 6994: experiments share two kinds and are told apart by an identifier. */
static void experiment(struct fields *f, size_t size)
{
    static const struct field_word experiments[] = {{EXPERIMENT_FAST_OPEN, "Fast Open"}};
    if (size < 2) {
        field_bytes(f, "option data", size);
        return;
    }
    uint64_t which = field_named_hex(f, "experiment", 2, FIELD_WORDS(experiments));
    field_bytes(f, which == EXPERIMENT_FAST_OPEN ? "Fast Open cookie" : "experiment data", size - 2);
}

static const struct option_kind kinds[] = {
    {0, 0, "end of options", NULL},
    {1, 0, "no operation", NULL},
    {2, 2, "maximum segment size", segment_size},
    {3, 1, "window scale", window_scale},
    {4, 0, "SACK permitted", NULL},
    {5, 0, "SACK", sack},
    {8, 8, "timestamps", timestamps},
    {19, 16, "MD5 signature", digest},
    {28, 2, "user timeout", user_timeout},
    {29, 0, "authentication", authentication},
    {30, 0, "Multipath TCP", multipath},
    {34, 0, "Fast Open", fast_open},
    {69, 0, "encryption negotiation", NULL},
    {172, 0, "accurate ECN, order 0", NULL},
    {174, 0, "accurate ECN, order 1", NULL},
    {253, 0, "experiment", experiment},
    {254, 0, "experiment", experiment},
};
static const struct option_format options = {kinds, sizeof kinds / sizeof kinds[0], .single = 2, .overhead = 2,
                                             .ends = true};

/* Data offset, reserved bits and flags: sixteen bits. Returns the header's length. */
static size_t offset_and_flags(struct fields *f)
{
    if (!field_take(f, 2))
        return 0;
    size_t length = (size_t)field_value(f, 0, 4) * 4;
    field_bits(f, "data offset", 0, 4, length < TCP_HEADER ? "%zu bytes: impossible" : "%zu bytes", length);
    field_bits(f, "reserved", 4, 3, "%u", (unsigned)field_value(f, 4, 3));
    field_flag(f, "AE", 7, "accurate ECN");
    field_flag(f, "CWR", 8, "congestion window reduced");
    field_flag(f, "ECE", 9, "congestion was notified");
    field_flag(f, "URG", 10, "urgent pointer counts");
    field_flag(f, "ACK", 11, "acknowledgment number counts");
    field_flag(f, "PSH", 12, "push to the application");
    field_flag(f, "RST", 13, "reset the connection");
    field_flag(f, "SYN", 14, "synchronize sequence numbers");
    field_flag(f, "FIN", 15, "no more data from the sender");
    return length;
}

/* A number that counts only when its flag is set. */
static void flagged(struct fields *f, const char *name, size_t n, bool counts)
{
    if (field_take(f, n))
        field_tell(f, name, counts ? "%u" : "%u: not in use", (unsigned)f->value);
}

void describe_tcp(struct fields *f)
{
    struct cursor ahead = f->at; /* what the acknowledgment number means is said five bytes behind it */
    cursor_skip(&ahead, FLAGS_AT);
    uint8_t flags = cursor_u8(&ahead);
    if (f->ended)
        return;
    f->layer = "TCP";
    field_number(f, "source port", 2);
    field_number(f, "destination port", 2);
    field_number(f, "sequence number", 4);
    flagged(f, "acknowledgment number", 4, ahead.short_of || (flags & TCP_ACK) != 0);
    size_t length = offset_and_flags(f);
    if (field_take(f, 2))
        field_tell(f, "window", (flags & TCP_SYN) != 0 ? "%u" : "%u, before scaling", (unsigned)f->value);
    field_hex(f, "checksum", 2);
    flagged(f, "urgent pointer", 2, (flags & TCP_URG) != 0);
    if (length > TCP_HEADER)
        describe_options(f, &options, length - TCP_HEADER);
}
