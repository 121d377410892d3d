/*
 * The border between the thread that reads and the one that shows: a file that is read faster than it is shown waits and loses nothing;
 * live capture never waits, and leaves out payloads first, then records, both counted; what opens and closes a connection stays.
 */
#include "ui/handoff.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PAYLOAD = 64 * 1024, MESSAGES = 2 * HANDOFF_BYTES / PAYLOAD };

static const uint8_t payload[PAYLOAD];
static const struct wsd_connection connection = {.id = 1};

static void tell(struct handoff *h, enum wsd_event_type type)
{
    struct wsd_event e = {.type = type, .connection = &connection};
    if (type == WSD_EVENT_MESSAGE)
        e.message =
            (struct wsd_message){.length = PAYLOAD, .payload = {payload, PAYLOAD}, .frames = 1, .close_code = -1};
    handoff_sink.event(h, &e);
}

static void read_messages(void *user)
{
    for (int i = 0; i < MESSAGES; i++)
        tell(user, WSD_EVENT_MESSAGE);
}

static struct handoff *begin(struct output *output, struct options *options, size_t files)
{
    struct handoff *h = calloc(1, handoff_sink.state_size);
    assert_non_null(h);
    options->file_count = files;
    output->options = options;
    handoff_sink.begin(h, output);
    return h;
}

struct taken {
    uint64_t messages, bare, others;
};

/* Counts what is in the blocks, and gives them back. */
static void count(struct handoff *h, struct block *b, struct taken *taken)
{
    while (b != NULL) {
        struct block *next = b->next;
        for (size_t at = 0; at < b->length;) {
            const struct record *r = (const struct record *)(b->data + at / 8);
            taken->messages += r->type == WSD_EVENT_MESSAGE;
            taken->bare += r->type == WSD_EVENT_MESSAGE && (r->flags & RECORD_LEFT_OUT) != 0;
            taken->others += r->type != WSD_EVENT_MESSAGE;
            at += r->size;
        }
        handoff_give_back(h, b);
        b = next;
    }
}

static void a_file_waits(void **state)
{
    struct options options = {0};
    struct output output = {0};
    struct handoff_news news = {0};
    struct taken taken = {0};
    (void)state;
    struct handoff *h = begin(&output, &options, 1);
    assert_int_equal(handoff_start(h, read_messages, h), 0);
    while (!news.ended) {
        struct pollfd fd = {handoff_fd(h), POLLIN, 0};
        poll(&fd, 1, -1);
        count(h, handoff_take(h, &news), &taken);
        assert_in_range(news.waiting, 0, HANDOFF_BYTES);
        handoff_prepare(h);
    }
    handoff_stop(h);
    assert_int_equal(taken.messages, MESSAGES);
    assert_int_equal(taken.bare, 0);
    assert_int_equal(news.left_out_payloads + news.left_out_records, 0);
    handoff_sink.free(h);
    free(h);
}

/* Nobody takes anything: bytes stay bounded, and every message is shown, shown without its payload, or counted. */
static void live_leaves_out(void **state)
{
    struct options options = {0};
    struct output output = {0};
    struct handoff_news news = {0};
    struct taken taken = {0};
    const struct sink_progress live = {.live = true};
    enum { MANY = 400 * 1000 };
    (void)state;
    struct handoff *h = begin(&output, &options, 0);
    tell(h, WSD_EVENT_CONNECTION);
    for (int i = 0; i < MANY; i++)
        tell(h, WSD_EVENT_MESSAGE);
    tell(h, WSD_EVENT_CLOSE);
    handoff_sink.progress(h, &live);
    count(h, handoff_take(h, &news), &taken);
    assert_in_range(news.waiting, HANDOFF_BYTES / 2, HANDOFF_BYTES + 2 * BLOCK_SIZE);
    assert_int_equal(taken.others, 2);
    assert_true(news.left_out_payloads > 0);
    assert_true(news.left_out_records > 0);
    assert_int_equal(taken.bare, news.left_out_payloads);
    assert_int_equal(taken.messages + news.left_out_records, MANY);
    /* Once there is room again, all is there again. */
    tell(h, WSD_EVENT_MESSAGE);
    handoff_sink.progress(h, &live);
    struct taken later = {0};
    count(h, handoff_take(h, &news), &later);
    assert_int_equal(later.messages, 1);
    assert_int_equal(later.bare, 0);
    handoff_sink.free(h);
    free(h);
}

static void a_reader_that_waits_is_stopped(void **state)
{
    struct options options = {0};
    struct output output = {0};
    (void)state;
    struct handoff *h = begin(&output, &options, 1);
    assert_int_equal(handoff_start(h, read_messages, h), 0);
    handoff_stop(h);
    handoff_sink.free(h);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_waits),
        cmocka_unit_test(live_leaves_out),
        cmocka_unit_test(a_reader_that_waits_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
