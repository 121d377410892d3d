/*
 * filter_fuzz.c: any text as a filter. It compiles, or what is wrong with it is said with a place that lies in the text; what
 * compiles is asked about events of each kind and answers without a fault, and its negation never passes together with it.
 */
#include "base/bytes.h"
#include "filter/filter.h"
#include "support/require.h"

#include <stdio.h>
#include <stdlib.h>

static struct wsd_connection connection = {.id = 1,
                                           .endpoint = {{{10, 0, 0, 7}, 4, 51022}, {{0x20, 1, 0xd, 0xb8}, 6, 80}},
                                           .url = {(const uint8_t *)"ws://a/b", 8}};

static void check_error(const char *text, const struct filter_error *error)
{
    size_t length = strlen(error->message);
    require(length > 0 && error->column >= 1 && error->column + error->length <= strlen(text) + 1);
    for (size_t i = 0; i < length; i++)
        require(error->message[i] >= 0x20 && error->message[i] < 0x7F);
}

static void ask(const struct filter *filter, const struct filter *negation, const uint8_t *payload, size_t length)
{
    for (int type = WSD_EVENT_CONNECTION; type <= WSD_EVENT_TRANSPORT; type++) {
        struct wsd_event e = {.type = (enum wsd_event_type)type, .connection = type % 2 == 0 ? &connection : NULL};
        if (type == WSD_EVENT_MESSAGE)
            e.message = (struct wsd_message){.opcode = 1, .payload = bytes_of(payload, length), .length = length};
        if (type == WSD_EVENT_FINDING)
            e.finding.detail = "";
        const struct filter_subject subject = filter_subject_of(&e);
        bool passes = filter_match(filter, &subject);
        require(negation == NULL || !passes || !filter_match(negation, &subject));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[512], negated[528];
    struct filter_error error;
    size_t n = size < sizeof text - 1 ? size : sizeof text - 1;
    memcpy(text, data, n);
    text[n] = 0;
    struct filter *filter = filter_compile(text, &error);
    if (filter == NULL) {
        check_error(text, &error);
        return 0;
    }
    snprintf(negated, sizeof negated, "not (%s)", text);
    struct filter *negation = filter_compile(negated, &error);
    ask(filter, negation, data, n);
    filter_free(negation);
    filter_free(filter);
    return 0;
}
