/*
 * parser.c: the text of a filter becomes a tree. Each mistake names its word and column; the first one ends the parsing.
 */
#include "dissector/base/bytes.h"
#include "filter/lexer.h"
#include "filter/literal.h"
#include "filter/program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct parser {
    const char *text, *at;
    struct token token; /* the next one, not taken yet */
    struct filter *filter;
    uint32_t node_room, value_room;
    unsigned depth;
    struct filter_error *error;
    bool failed;
};

/* ---- mistakes ------------------------------------------------------------------------------------------------- */

static unsigned characters(const char *from, const char *to)
{
    unsigned n = 0;
    for (; from < to; from++)
        n += (*from & 0xC0) != 0x80;
    return n;
}

static uint32_t fail(struct parser *p, const struct token *token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The first mistake counts. */
static uint32_t fail(struct parser *p, const struct token *token, const char *format, ...)
{
    va_list arguments;
    if (p->failed)
        return NO_NODE;
    p->failed = true;
    const char *from = (const char *)token->text.data, *to = from + token->text.length;
    p->error->column = characters(p->text, from) + 1;
    p->error->length = characters(from, to);
    va_start(arguments, format);
    vsnprintf(p->error->message, sizeof p->error->message, format, arguments);
    va_end(arguments);
    return NO_NODE;
}

static uint32_t no_memory(struct parser *p)
{
    const struct token nothing = {TOKEN_END, {(const uint8_t *)p->text, 0}, NULL};
    return fail(p, &nothing, "there is no memory left");
}

/* A token as it is quoted in a message: printable, and not too much of it. */
struct shown {
    char text[48];
};

static struct shown show(const struct token *token)
{
    struct shown s;
    size_t n = 0;
    if (token->kind == TOKEN_END) {
        snprintf(s.text, sizeof s.text, "the end");
        return s;
    }
    s.text[n++] = '\'';
    for (size_t i = 0; i < token->text.length && n < sizeof s.text - 6; i++)
        s.text[n++] = token->text.data[i] >= 0x20 && token->text.data[i] < 0x7F ? (char)token->text.data[i] : '?';
    if (n == sizeof s.text - 6) {
        memcpy(s.text + n, "...", 3);
        n += 3;
    }
    s.text[n++] = '\'';
    s.text[n] = 0;
    return s;
}

static uint32_t unexpected(struct parser *p, const char *wanted)
{
    if (p->token.kind == TOKEN_WRONG)
        return fail(p, &p->token, "%s: %s", show(&p->token).text, p->token.why);
    return fail(p, &p->token, "%s: here should be %s", show(&p->token).text, wanted);
}

/* ---- nodes ---------------------------------------------------------------------------------------------------- */

static void advance(struct parser *p)
{
    p->token = lexer_next(&p->at);
}

/* Room for one more of `size` bytes. */
static bool grow(void **items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return true;
    uint32_t wanted = *room == 0 ? 8 : *room * 2;
    void *larger = realloc(*items, wanted * size);
    if (larger == NULL)
        return false;
    *items = larger;
    *room = wanted;
    return true;
}

static uint32_t new_node(struct parser *p, enum node_kind kind)
{
    struct filter *f = p->filter;
    void *items = f->nodes;
    if (!grow(&items, f->node_count, &p->node_room, sizeof *f->nodes))
        return no_memory(p);
    f->nodes = items;
    f->nodes[f->node_count] =
        (struct node){.kind = (uint8_t)kind, .child = NO_NODE, .next = NO_NODE, .value = f->value_count};
    return f->node_count++;
}

static struct value *new_value(struct parser *p)
{
    struct filter *f = p->filter;
    void *items = f->values;
    if (!grow(&items, f->value_count, &p->value_room, sizeof *f->values)) {
        no_memory(p);
        return NULL;
    }
    f->values = items;
    f->values[f->value_count] = (struct value){0};
    return &f->values[f->value_count++];
}

/* ---- values --------------------------------------------------------------------------------------------------- */

static void take_text(struct parser *p, struct value *v)
{
    uint8_t *text = malloc(p->token.text.length + 1);
    if (text == NULL) {
        no_memory(p);
        return;
    }
    v->text.data = text;
    v->text.length = p->token.text.length;
    if (p->token.kind == TOKEN_STRING)
        v->text.length = lexer_unquote(&p->token, text);
    else
        memcpy(text, p->token.text.data, p->token.text.length);
}

static void take_pattern(struct parser *p, struct value *v)
{
    char why[96];
    size_t at;
    v->pattern = pattern_compile(v->text, &at, why, sizeof why);
    if (v->pattern == NULL && why[0] == 0)
        no_memory(p);
    else if (v->pattern == NULL)
        fail(p, &p->token, "%s: %s (at character %zu)", show(&p->token).text, why, at + 1);
}

static const char *const wanted_words[FIELD_TYPE_COUNT] = {
    [FIELD_BOOLEAN] = "true or false",
    [FIELD_NUMBER] = "a number (k, M, G may follow)",
    [FIELD_DURATION] = "a duration, such as 500ms, 2s, 5m, 1h",
    [FIELD_TIME] = "a time, such as \"2026-11-22 17:22:52\"",
    [FIELD_TEXT] = "text in quotation marks",
    [FIELD_ADDRESS] = "an address, such as 10.0.0.0/8 or 2001:db8::1",
};

/* All words of a type, for a message. */
static void list_words(enum field_type type, char *out, size_t size)
{
    const char *word;
    size_t n = 0;
    for (unsigned i = 0; (word = fields_word(type, i)) != NULL && n < size; i++)
        if (strncmp(word, "reserved", 8) != 0)
            n += (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", word);
}

static void not_a_value(struct parser *p, enum field_type type)
{
    char words[96];
    if (wanted_words[type] != NULL) {
        unexpected(p, wanted_words[type]);
    } else if (type == FIELD_FINDING) {
        fail(p, &p->token, "%s: there is no such finding; wscope --list-findings has them all", show(&p->token).text);
    } else {
        list_words(type, words, sizeof words);
        fail(p, &p->token, "%s: there are %s", show(&p->token).text, words);
    }
}

static void take_value(struct parser *p, const struct node *node)
{
    enum field_type type = fields_type((enum field_id)node->field);
    bool quoted = p->token.kind == TOKEN_STRING;
    if (p->token.kind == TOKEN_WRONG || (p->token.kind != TOKEN_WORD && !quoted)) {
        unexpected(p, wanted_words[type] != NULL ? wanted_words[type] : "a word");
        return;
    }
    bool pattern = node->test == TEST_MATCHES;
    struct value *v = new_value(p);
    if (v == NULL)
        return;
    take_text(p, v);
    if (p->failed)
        return;
    if (type == FIELD_TEXT) {
        if (pattern)
            take_pattern(p, v);
    } else if (!literal_read(type, v->text, v)) {
        not_a_value(p, type);
    }
    advance(p);
}

/* ---- tests ---------------------------------------------------------------------------------------------------- */

static bool allowed(enum field_type type, enum test_kind test)
{
    switch (type) {
    case FIELD_PRESENCE: return false;
    case FIELD_TEXT: return true;
    case FIELD_NUMBER:
    case FIELD_DURATION:
    case FIELD_TIME: return test <= TEST_GREATER_EQUAL;
    default: return test <= TEST_UNEQUAL;
    }
}

static void take_set(struct parser *p, uint32_t at)
{
    advance(p);
    if (p->token.kind != TOKEN_BRACE_OPEN) {
        unexpected(p, "{");
        return;
    }
    advance(p);
    do {
        struct node node = p->filter->nodes[at];
        take_value(p, &node);
        if (p->token.kind == TOKEN_COMMA)
            advance(p);
    } while (!p->failed && p->token.kind != TOKEN_BRACE_CLOSE);
    advance(p);
}

static uint32_t parse_test(struct parser *p)
{
    const struct token name = p->token;
    enum field_id field = fields_find(name.text);
    const char *like = field == FIELD_COUNT ? fields_like(name.text) : NULL;
    if (like != NULL)
        return fail(p, &name, "%s: there is no such field; there is %s", show(&name).text, like);
    if (field == FIELD_COUNT)
        return fail(p, &name, "%s: there is no such field", show(&name).text);
    uint32_t at = new_node(p, NODE_TEST);
    if (at == NO_NODE)
        return at;
    struct node *node = &p->filter->nodes[at];
    node->field = (uint8_t)field;
    p->filter->frames = p->filter->frames || fields_of_frames(field);
    advance(p);
    bool set = p->token.kind == TOKEN_IN;
    if (!set && (p->token.kind < TOKEN_EQUAL || p->token.kind > TOKEN_MATCHES))
        return at; /* the field alone */
    node->test = set ? TEST_EQUAL : (uint8_t)(TEST_EQUAL + (p->token.kind - TOKEN_EQUAL));
    if (!allowed(fields_type(field), (enum test_kind)node->test))
        return fail(p, &p->token, "%s: %s cannot be compared like that", show(&p->token).text, fields_name(field));
    if (set) {
        take_set(p, at);
    } else {
        struct node copy = *node;
        advance(p);
        take_value(p, &copy);
    }
    p->filter->nodes[at].values = p->filter->value_count - p->filter->nodes[at].value;
    return at;
}

/* ---- expressions ---------------------------------------------------------------------------------------------- */

static uint32_t parse_or(struct parser *p);

static uint32_t parse_inner(struct parser *p)
{
    if (p->token.kind == TOKEN_NOT) {
        advance(p);
        uint32_t at = new_node(p, NODE_NOT);
        if (at == NO_NODE)
            return at;
        if (++p->depth > FILTER_DEPTH_MOST)
            return fail(p, &p->token, "%s: nested too deep", show(&p->token).text);
        uint32_t child = parse_inner(p);
        p->depth--;
        p->filter->nodes[at].child = child;
        return at;
    }
    if (p->token.kind == TOKEN_WORD)
        return parse_test(p);
    if (p->token.kind != TOKEN_OPEN)
        return unexpected(p, "a field");
    if (++p->depth > FILTER_DEPTH_MOST)
        return fail(p, &p->token, "%s: nested too deep", show(&p->token).text);
    const struct token open = p->token;
    advance(p);
    uint32_t at = parse_or(p);
    p->depth--;
    if (!p->failed && p->token.kind == TOKEN_END)
        return fail(p, &open, "'(': it is not closed");
    if (!p->failed && p->token.kind != TOKEN_CLOSE)
        return unexpected(p, "&&, || or )");
    advance(p);
    return at;
}

/* Terms with one operator between them are siblings, so that a long chain is not deep. */
static uint32_t parse_chain(struct parser *p, enum token_kind operator, enum node_kind kind,
                            uint32_t (*term)(struct parser *))
{
    uint32_t first = term(p), last = first;
    if (p->failed || p->token.kind != operator)
        return first;
    uint32_t at = new_node(p, kind);
    if (at == NO_NODE)
        return at;
    p->filter->nodes[at].child = first;
    while (!p->failed && p->token.kind == operator) {
        advance(p);
        uint32_t next = term(p);
        if (!p->failed)
            p->filter->nodes[last].next = next;
        last = next;
    }
    return at;
}

static uint32_t parse_and(struct parser *p)
{
    return parse_chain(p, TOKEN_AND, NODE_AND, parse_inner);
}

static uint32_t parse_or(struct parser *p)
{
    return parse_chain(p, TOKEN_OR, NODE_OR, parse_and);
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

struct filter *filter_compile(const char *text, struct filter_error *error)
{
    struct parser p = {.text = text, .at = text, .error = error};
    *error = (struct filter_error){.column = 1};
    if (strlen(text) > FILTER_TEXT_MOST) {
        snprintf(error->message, sizeof error->message, "it is longer than %d characters", FILTER_TEXT_MOST);
        return NULL;
    }
    p.filter = calloc(1, sizeof *p.filter);
    if (p.filter == NULL) {
        no_memory(&p);
        return NULL;
    }
    advance(&p);
    p.filter->root = parse_or(&p);
    if (!p.failed && p.token.kind != TOKEN_END)
        unexpected(&p, "&& or ||, or the end");
    if (!p.failed)
        return p.filter;
    filter_free(p.filter);
    return NULL;
}

bool filter_wants_frames(const struct filter *filter)
{
    return filter->frames;
}

void filter_free(struct filter *f)
{
    if (f == NULL)
        return;
    for (uint32_t i = 0; i < f->value_count; i++) {
        free((void *)(uintptr_t)f->values[i].text.data);
        pattern_free(f->values[i].pattern);
    }
    free(f->values);
    free(f->nodes);
    free(f);
}
