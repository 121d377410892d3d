#include "output/shown.h"
#include "dissector/base/bytes.h"

#include <errno.h>
#include <stdlib.h>

enum { NO_LINE = UINT32_MAX, BLOCK = 16384 };

int shown_init(struct shown *s, const struct filter *filter, const struct sink *sink, void *state,
               struct output *output)
{
    *s = (struct shown){.filter = filter, .sink = sink, .state = state, .output = output, .free = NO_LINE};
    return table_init(&s->table);
}

void shown_free(struct shown *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        buffer_free(&s->lines[i].text);
    free(s->lines);
    if (s->table.slots != NULL)
        table_free(&s->table);
}

/* ---- lines that wait ------------------------------------------------------------------------------------------ */

static uint64_t hash(uint64_t connection)
{
    return connection * UINT64_C(0x9E3779B97F4A7C15) >> 16;
}

static uint32_t find(const struct shown *s, uint64_t connection)
{
    for (struct probe p = table_probe(&s->table, hash(connection)); table_next(&s->table, &p);)
        if (s->lines[p.value].connection == connection)
            return p.value;
    return NO_LINE;
}

static void forget(struct shown *s, uint32_t at)
{
    struct shown_line *line = &s->lines[at];
    table_remove(&s->table, hash(line->connection), at);
    s->kept -= line->text.length;
    buffer_free(&line->text);
    line->connection = 0;
    line->next_free = s->free;
    s->free = at;
}

static uint32_t new_line(struct shown *s)
{
    uint32_t at = s->free;
    if (at != NO_LINE) {
        s->free = s->lines[at].next_free;
    } else {
        if (s->count == s->room) {
            uint32_t room = s->room == 0 ? 64 : s->room * 2;
            struct shown_line *lines = realloc(s->lines, room * sizeof *lines);
            if (lines == NULL)
                return NO_LINE;
            s->lines = lines;
            s->room = room;
        }
        at = s->count++;
    }
    s->lines[at] = (struct shown_line){0};
    return at;
}

/* Takes the text. */
static int keep(struct shown *s, uint64_t connection, const struct buffer *text)
{
    uint32_t at = new_line(s);
    if (at == NO_LINE)
        return -ENOMEM;
    if (table_add(&s->table, hash(connection), at) < 0) {
        s->lines[at].next_free = s->free;
        s->free = at;
        return -ENOMEM;
    }
    s->lines[at].connection = connection;
    s->lines[at].text = *text;
    s->kept += text->length;
    return 0;
}

static void drain(void *user, const char *data, size_t length)
{
    struct buffer *text = user;
    (void)buffer_append(text, bytes_of(data, length), UINT64_MAX);
}

/* Makes the line in memory: the sink writes through the same writer, which goes elsewhere meanwhile. */
static void make_line(struct shown *s, const struct wsd_event *e, struct buffer *text)
{
    char block[BLOCK];
    struct writer real = s->output->out;
    s->output->out = (struct writer){.data = block, .size = sizeof block, .drain = drain, .user = text};
    s->sink->event(s->state, e);
    writer_flush(&s->output->out);
    s->output->out = real;
}

static void write_out(struct shown *s, struct wsd_bytes text)
{
    writer_put(&s->output->out, (const char *)text.data, text.length);
}

/* ---- events --------------------------------------------------------------------------------------------------- */

static void hold_back(struct shown *s, const struct wsd_event *e)
{
    struct buffer text = {0};
    uint64_t connection = e->connection->id;
    enum wsd_handshake handshake = e->connection->handshake;
    make_line(s, e, &text);
    if (s->kept + text.length > SHOWN_KEPT_MOST || keep(s, connection, &text) < 0) {
        write_out(s, buffer_bytes(&text));
        buffer_free(&text);
    } else if (handshake == WSD_HANDSHAKE_REJECTED || handshake == WSD_HANDSHAKE_UNANSWERED) {
        s->attempt = connection;
    }
}

static void end_attempt(struct shown *s)
{
    uint32_t at = s->attempt != 0 ? find(s, s->attempt) : NO_LINE;
    if (at != NO_LINE)
        forget(s, at);
    s->attempt = 0;
}

bool shown_event(struct shown *s, const struct wsd_event *e)
{
    const struct filter_subject subject = filter_subject_of(e);
    bool passes = filter_match(s->filter, &subject);
    if (e->type == WSD_EVENT_CONNECTION) {
        end_attempt(s);
        if (!passes)
            hold_back(s, e);
    } else if (e->connection != NULL && (passes || e->type == WSD_EVENT_CLOSE)) {
        uint32_t at = find(s, e->connection->id);
        if (at != NO_LINE && passes)
            write_out(s, buffer_bytes(&s->lines[at].text));
        if (at != NO_LINE)
            forget(s, at);
    }
    if (passes)
        s->sink->event(s->state, e);
    return passes;
}
