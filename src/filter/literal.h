/*
 * literal.h: a value as it is written in a filter: numbers, durations, times, addresses, words.
 */
#ifndef FILTER_LITERAL_H
#define FILTER_LITERAL_H

#include "filter/program.h"

/* Sets the member of *out that the type asks for. False: text is no value of this type. */
bool literal_read(enum field_type type, struct wsd_bytes text, struct value *out);

#endif
