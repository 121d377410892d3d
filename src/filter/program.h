/*
 * program.h: a filter, compiled: a tree of tests in one array. What parser.c makes and match.c asks.
 */
#ifndef FILTER_PROGRAM_H
#define FILTER_PROGRAM_H

#include "filter/fields.h"
#include "filter/pattern.h"

enum { FILTER_DEPTH_MOST = 64 }; /* of parentheses and negations */

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };
enum test_kind {
    TEST_HAS,   /* the field alone */
    TEST_EQUAL, /* one of the values, as all the next do */
    TEST_UNEQUAL,
    TEST_LESS,
    TEST_LESS_EQUAL,
    TEST_GREATER,
    TEST_GREATER_EQUAL,
    TEST_CONTAINS,
    TEST_MATCHES,
};

#define NO_NODE UINT32_MAX

struct node {
    uint8_t kind, test;     /* enum node_kind, enum test_kind */
    uint8_t field;          /* enum field_id */
    uint32_t child;         /* the first one; NO_NODE */
    uint32_t next;          /* sibling; NO_NODE */
    uint32_t value, values; /* the first one and how many: several for "in" */
};

struct value {
    int64_t number;
    uint8_t address[16], family, prefix; /* prefix: leading bits that are compared */
    struct wsd_bytes text;               /* owned by the program */
    struct pattern *pattern;             /* owned */
};

struct filter {
    struct node *nodes;
    struct value *values;
    uint32_t node_count, value_count;
    uint32_t root;
    bool frames; /* it asks for a field of frames */
};

#endif
