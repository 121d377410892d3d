/*
 * describe.h: how the describe_*.c files tell the fields of one frame. Internal to them.
 *
 * struct fields walks over captured bytes and tells what it has taken:
 *
 *     f->layer = "TCP";
 *     field_number(f, "source port", 2);         takes two bytes and tells them as a number
 *     if (field_take(f, 2)) {                    takes two bytes,
 *         field_bits(f, "fin", 15, 1, "set");    which are told in parts
 *     }
 *
 * Failure is remembered: the first field that the captured bytes do not hold is told as "not captured", over what is
 * left of them, and from then on nothing is told any more. So a header is described in straight lines, without a test
 * after each field. Told fields tile the bytes: no bit twice, none left out.
 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "base/cursor.h"
#include "dissector.h"

#define FIELD_MEANING 512 /* bytes of a meaning; the longest are 64 payload bytes, each escaped */

struct fields {
    wsd_field_fn *visit;
    void *user;
    struct cursor at;
    const uint8_t *start; /* of the bytes walked over, ... */
    uint32_t offset;      /* ... and the offset told for it */
    const char *layer;    /* told with each field; static */
    struct wsd_bytes raw; /* what was taken last, ... */
    uint64_t value;       /* ... as a number, of at most its last eight bytes */
    bool ended;           /* cut, or not understood: nothing more is told */
};

/* A name for a number. Tables of them are static, in any order. */
struct field_word {
    uint32_t number;
    const char *word;
};
struct field_words {
    const struct field_word *list;
    size_t count;
};
#define FIELD_WORDS(array) ((struct field_words){array, sizeof(array) / sizeof(array)[0]})

void field_begin(struct fields *f, struct wsd_bytes bytes, uint32_t offset);

/* Takes the next n bytes. False: they are not there, and that has been told. */
bool field_take(struct fields *f, size_t n);

/* Tells the bytes taken last. Of nothing taken, nothing is told. */
void field_tell(struct fields *f, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The number in the bits [first, first + width) of what was taken last; bit 0 is the most significant. */
uint64_t field_value(const struct fields *f, unsigned first, unsigned width);

/* Tells these bits. */
void field_bits(struct fields *f, const char *name, unsigned first, unsigned width, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Tells one bit: what it means when it is set, or "not set". */
void field_flag(struct fields *f, const char *name, unsigned bit, const char *set);

/* Take and tell n bytes (at most 8 but for bytes and address); return the number, 0 when it is not there. */
uint64_t field_number(struct fields *f, const char *name, size_t n);
uint64_t field_hex(struct fields *f, const char *name, size_t n);
uint64_t field_named(struct fields *f, const char *name, size_t n, struct field_words words);
uint64_t field_named_hex(struct fields *f, const char *name, size_t n, struct field_words words);
void field_bytes(struct fields *f, const char *name, size_t n); /* n 0: tells nothing */
void field_address(struct fields *f, const char *name, uint8_t family);

/* Tells what is left as not decoded, for the reason given, and ends. */
void field_undecoded(struct fields *f, const char *why);

/* The word, or NULL. */
const char *field_word(struct field_words words, uint64_t number);

/* Writes the first bytes in hex, "..." when there are more or `cut` says so; out holds FIELD_MEANING bytes. */
void field_print_hex(char *out, struct wsd_bytes bytes, bool cut);

/* ---- options, as IPv4, IPv6 and TCP have them: kind, length, content ------------------------------------------ */

struct option_kind {
    uint8_t kind;
    uint8_t size; /* bytes that the content must have to be described, 0: any */
    const char *word;
    void (*content)(struct fields *f, size_t size); /* takes exactly size bytes; NULL: told as they are */
};

struct option_format {
    const struct option_kind *kinds;
    size_t count;
    uint8_t single;   /* kinds below this number are one byte, without length and content */
    uint8_t overhead; /* bytes of kind and length that the length counts */
    bool ends;        /* kind 0 ends the list; padding follows */
};

/* Describes size bytes of options. */
void describe_options(struct fields *f, const struct option_format *format, size_t size);

/* ---- the layers, in their order; each goes on where the one before stopped ------------------------------------- */

void describe_link(struct fields *f, uint32_t link_type);
void describe_ethernet(struct fields *f);
uint64_t describe_type(struct fields *f, const char *name); /* an EtherType, or an 802.3 length; returns it */
void describe_ethertype(struct fields *f, uint64_t type);   /* what such a field announces, up to IP */
void describe_ppp(struct fields *f);
void describe_pppoe(struct fields *f);
void describe_cisco_hdlc(struct fields *f);
void describe_ip(struct fields *f);
uint64_t describe_ipv6(struct fields *f);                          /* returns the next header */
uint64_t describe_extensions(struct fields *f, uint64_t protocol); /* what they lead to, from the first one's number */
uint64_t describe_protocol(struct fields *f, const char *name);
void describe_traffic_class(struct fields *f, unsigned first); /* in the bits from there on */
void describe_fragment_offset(struct fields *f, unsigned first);
void describe_later_fragment(struct fields *f, uint64_t units); /* ends, when the offset is not 0 */
void describe_router_alert(struct fields *f, size_t size);
bool describe_tunnel(struct fields *f, uint64_t protocol); /* up to the next IP header; false: there is none */
void describe_tcp(struct fields *f);
void describe_tls(const struct wsd_record *record, wsd_field_fn *visit, void *user);
void describe_websocket(const struct wsd_frame *frame, wsd_field_fn *visit, void *user);

#endif
