/*
 * request_test.c: what is told of an attempt before it is answered (wsd_options.requests), in all captures: each opening whose request
 * was captured whole had its request told before, once, with the same flow, head and URL, and not later than itself; and times of
 * SYNs stand before both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/capture_load.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN_MOST = 256, TEXT_MOST = 512 };

struct asked {
    uint64_t flow;
    int64_t time;
    char target[TEXT_MOST], url[TEXT_MOST];
};

struct watch {
    struct asked open[OPEN_MOST];
    size_t count;
    unsigned requests, openings, with_syn;
};

static void copy(char out[TEXT_MOST], struct wsd_bytes bytes)
{
    snprintf(out, TEXT_MOST, "%.*s", (int)bytes.length, bytes.length > 0 ? (const char *)bytes.data : "");
}

static void on_request(struct watch *w, const struct wsd_event *e)
{
    struct asked *a = &w->open[w->count++];
    assert_true(w->count < OPEN_MOST);
    assert_int_equal(e->connection->id, 0);
    assert_int_equal(e->connection->handshake, WSD_HANDSHAKE_UNANSWERED);
    assert_non_null(e->opening.request);
    assert_null(e->opening.response);
    assert_true(e->opening.request_time == e->at.time);
    *a = (struct asked){.flow = e->opening.flow, .time = e->at.time};
    copy(a->target, e->opening.request->target);
    copy(a->url, e->connection->url);
    w->requests++;
}

static void on_opening(struct watch *w, const struct wsd_event *e)
{
    char target[TEXT_MOST], url[TEXT_MOST];
    w->openings++;
    for (int side = 0; side < 2; side++) {
        w->with_syn += e->opening.syn_time[side] != 0;
        assert_true(e->opening.syn_time[side] <= e->at.time);
        assert_true(e->opening.request_time == 0 || e->opening.syn_time[side] <= e->opening.request_time);
    }
    for (size_t i = 0; i < w->count; i++) {
        if (w->open[i].flow != e->opening.flow)
            continue;
        assert_non_null(e->opening.request);
        copy(target, e->opening.request->target);
        copy(url, e->connection->url);
        assert_string_equal(w->open[i].target, target);
        assert_string_equal(w->open[i].url, url);
        /* Where the answer is not in the capture, nobody looked at the time any more. */
        if (e->connection->handshake != WSD_HANDSHAKE_MISSING)
            assert_true(w->open[i].time == e->opening.request_time);
        assert_true(w->open[i].time <= e->at.time);
        memmove(&w->open[i], &w->open[i + 1], (--w->count - i) * sizeof *w->open);
        return;
    }
}

static void on_event(void *user, const struct wsd_event *e)
{
    if (e->type == WSD_EVENT_REQUEST)
        on_request(user, e);
    if (e->type == WSD_EVENT_CONNECTION)
        on_opening(user, e);
}

static struct watch watch_capture(const char *path, bool requests)
{
    static struct watch w;
    struct wsd_options options;
    struct loaded l;
    memset(&w, 0, sizeof w);
    wsd_options_init(&options);
    options.event = on_event;
    options.user = &w;
    options.transport = options.requests = requests;
    capture_load(&l, path);
    struct wsd_dissector *d = wsd_new(&options);
    assert_non_null(d);
    for (size_t i = 0; i < l.count; i++)
        assert_true(wsd_packet(d, &l.packets[i]) >= 0);
    assert_int_equal(wsd_finish(d), 0);
    wsd_free(d);
    capture_unload(&l);
    return w;
}

/* All of them are answered, or told to be unanswered, in the end. */
static void each_is_told_once_before_its_answer(void **state)
{
    DIR *folder = opendir("captures");
    unsigned requests = 0, with_syn = 0;
    (void)state;
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".pcap") != 0 || strcmp(entry->d_name, "format-cut.pcap") == 0)
            continue;
        snprintf(path, sizeof path, "captures/%s", entry->d_name);
        struct watch w = watch_capture(path, true);
        assert_int_equal(w.count, 0);
        requests += w.requests;
        with_syn += w.with_syn;
    }
    closedir(folder);
    assert_true(requests > 200);
    assert_true(with_syn > 300);
}

static void nobody_asked(void **state)
{
    struct watch w = watch_capture("captures/many-connections.pcap", false);
    (void)state;
    assert_int_equal(w.requests, 0);
    assert_int_equal(w.openings, 60);
    assert_int_equal(w.with_syn, 0);
}

/* On one connection: refused, then accepted. */
static void one_after_another(void **state)
{
    struct watch w = watch_capture("captures/nginx-401-then-101.pcap", true);
    (void)state;
    assert_true(w.requests == w.openings && w.requests >= 2);
    assert_int_equal(w.with_syn, 2 * w.openings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_told_once_before_its_answer),
                                       cmocka_unit_test(nobody_asked), cmocka_unit_test(one_after_another)};
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
