/*
 * match.c: does an event pass? Tests are true, false, or neither, where the event lacks the field: not is then neither, and a true
 * branch of an or, like a false one of an and, decides all the same.
 */
#include "dissector/base/bytes.h"
#include "filter/program.h"

enum answer { FALSE, TRUE, NEITHER };

static enum answer answer_of(bool holds)
{
    return holds ? TRUE : FALSE;
}

static bool contains(struct wsd_bytes text, struct wsd_bytes what)
{
    while (text.length >= what.length) {
        if (what.length == 0 || memcmp(text.data, what.data, what.length) == 0)
            return true;
        const uint8_t *next = memchr(text.data + 1, what.data[0], text.length - 1);
        if (next == NULL)
            return false;
        text = bytes_after(text, (size_t)(next - text.data));
    }
    return false;
}

static bool inside(const struct wsd_endpoint *end, const struct value *v)
{
    unsigned whole = v->prefix / 8, bits = v->prefix % 8;
    if (end->family != v->family || memcmp(end->address, v->address, whole) != 0)
        return false;
    return bits == 0 || ((end->address[whole] ^ v->address[whole]) & (0xFF00 >> bits & 0xFF)) == 0;
}

/* Bytes, then length: as strings are sorted. */
static int compare_texts(struct wsd_bytes a, struct wsd_bytes b)
{
    size_t n = a.length < b.length ? a.length : b.length;
    int order = n > 0 ? memcmp(a.data, b.data, n) : 0;
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static bool ordered(enum test_kind test, int order)
{
    switch (test) {
    case TEST_LESS: return order < 0;
    case TEST_LESS_EQUAL: return order <= 0;
    case TEST_GREATER: return order > 0;
    case TEST_GREATER_EQUAL: return order >= 0;
    default: return order == 0;
    }
}

/* The i-th value of the event against one of the filter. */
static bool holds(const struct node *node, const struct field_values *have, unsigned i, const struct value *v)
{
    switch (fields_type((enum field_id)node->field)) {
    case FIELD_TEXT:
        if (node->test == TEST_CONTAINS)
            return contains(have->text, v->text);
        if (node->test == TEST_MATCHES)
            return pattern_matches(v->pattern, have->text);
        return ordered((enum test_kind)node->test, compare_texts(have->text, v->text));
    case FIELD_ADDRESS: return inside(have->end[i], v);
    default: return ordered((enum test_kind)node->test, (have->number[i] > v->number) - (have->number[i] < v->number));
    }
}

static bool any_holds(const struct filter *f, const struct node *node, const struct field_values *have)
{
    for (uint32_t v = node->value; v < node->value + node->values; v++)
        for (unsigned i = 0; i < have->count; i++)
            if (holds(node, have, i, &f->values[v]))
                return true;
    return false;
}

static enum answer test(const struct filter *f, const struct node *node, const struct filter_subject *subject)
{
    struct field_values have;
    fields_get((enum field_id)node->field, subject, &have);
    if (node->test == TEST_HAS) {
        if (fields_type((enum field_id)node->field) != FIELD_BOOLEAN)
            return answer_of(have.count > 0);
        return have.count == 0 ? NEITHER : answer_of(have.number[0] != 0);
    }
    if (have.count == 0)
        return NEITHER;
    return answer_of(any_holds(f, node, &have) != (node->test == TEST_UNEQUAL));
}

/* Recursion goes as deep as parentheses do, which the parser limits. */
static enum answer ask(const struct filter *f, uint32_t at, const struct filter_subject *subject)
{
    const struct node *node = &f->nodes[at];
    if (node->kind == NODE_TEST)
        return test(f, node, subject);
    if (node->kind == NODE_NOT) {
        enum answer inner = ask(f, node->child, subject);
        return inner == NEITHER ? NEITHER : answer_of(inner == FALSE);
    }
    enum answer decides = node->kind == NODE_OR ? TRUE : FALSE, all = decides == TRUE ? FALSE : TRUE;
    for (uint32_t child = node->child; child != NO_NODE; child = f->nodes[child].next) {
        enum answer one = ask(f, child, subject);
        if (one == decides)
            return decides;
        if (one == NEITHER)
            all = NEITHER;
    }
    return all;
}

bool filter_match(const struct filter *filter, const struct filter_subject *subject)
{
    return ask(filter, filter->root, subject) == TRUE;
}
