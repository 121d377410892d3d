#include "ui/save.h"

#include "output/human.h"
#include "output/sink.h"
#include "ui/save_packets.h"
#include "ui/ui.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROWS_A_SLICE = 64, PACKETS_A_SLICE = 256, /* each may be large */ ERROR_SIZE = 1280, PART = 8 };

/* Key, what it is, ending of the file's name. */
#define FORMATS(X)                                                                                                     \
    X(JSON, 'j', "json")                                                                                               \
    X(TEXT, 't', "txt")                                                                                                \
    X(RAW, 'r', "bin")                                                                                                 \
    X(PACKETS, 'p', "pcapng")
#define FORMAT_ENUM(name, key, ending) FORMAT_##name,
enum format { FORMATS(FORMAT_ENUM) };
#undef FORMAT_ENUM

/* What the packets of the wanted connections are protected by, and whether the file has what opens it. */
enum protection { NONE, SECRETS_LEFT_OUT, SECRETS_WRITTEN };

struct save {
    /* What: rows of a list, or between two numbers those of some connections, or of all. */
    uint64_t *rows; /* owned, NULL: all between the numbers */
    uint64_t at, end;
    struct marks connections; /* whose; without any: all */
    uint64_t first;           /* where it began, for how far it has come */

    enum format format;
    bool runs;
    char path[PROMPT_TEXT], part[PROMPT_TEXT + PART];
    struct options options;
    struct output *output;
    const struct sink *sink;
    void *state;
    struct marks told; /* connections whose opening is written */
    struct marks flows;
    enum protection protection; /* of their packets */
    struct save_packets *packets;
    uint64_t written; /* rows, or payloads */
    uint64_t gone;    /* rows that had left the store */
    uint64_t cut;     /* payloads that were not kept whole */
    uint64_t bytes;
    char choices[8]; /* of the first question */
};

/* ---- what */

static void add(struct marks *marks, uint64_t number)
{
    if (!marks_has(marks, number))
        marks_toggle(marks, number);
}

static void clear(struct save *s)
{
    free(s->rows);
    marks_clear(&s->connections);
    marks_clear(&s->told);
    marks_clear(&s->flows);
    *s = (struct save){0};
}

static bool take_rows(struct save *s, const uint64_t *rows, size_t n)
{
    s->rows = malloc((n + 1) * sizeof *rows);
    if (s->rows == NULL)
        return false;
    if (n > 0)
        memcpy(s->rows, rows, n * sizeof *rows);
    s->end = n;
    return true;
}

static bool take_listed(struct save *s, const struct selection *listed)
{
    size_t n = listed->end - listed->first;
    s->rows = malloc((n + 1) * sizeof *s->rows);
    if (s->rows == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        s->rows[i] = selection_row(listed, listed->first + i);
    s->end = n;
    return true;
}

static void take_all(struct save *s, const struct model *m)
{
    s->at = s->first = m->first_row;
    s->end = m->end_row;
}

/* ---- writing */

static void write_event(struct save *s, const struct model_row *row)
{
    struct record_scratch scratch;
    struct wsd_event e;
    model_event(row, &scratch, &e);
    s->sink->event(s->state, &e);
    s->written++;
}

/* A connection's line stands before every other line of it. */
static void write_opening(struct save *s, struct model_connection *c)
{
    struct model_row opening = {.record = &c->opening->head, .connection = c, .type = WSD_EVENT_CONNECTION};
    if (marks_has(&s->told, c->about.id))
        return;
    add(&s->told, c->about.id);
    write_event(s, &opening);
}

static void write_payload(struct save *s, const struct model_row *row)
{
    const struct record_message *m = (const struct record_message *)row->record;
    struct wsd_bytes payload = record_payload(m);
    bool one = s->rows != NULL && s->end == 1;
    if (row->type != WSD_EVENT_MESSAGE || (record_is_control(&m->head) && !one))
        return;
    writer_put(&s->output->out, (const char *)payload.data, payload.length);
    s->cut += (m->head.flags & (RECORD_TRUNCATED | RECORD_LEFT_OUT)) != 0;
    s->bytes += payload.length;
    s->written++;
}

static void write_row(struct save *s, const struct model_row *row)
{
    if (row->type == WSD_EVENT_TRANSPORT)
        return;
    if (s->format == FORMAT_RAW) {
        write_payload(s, row);
        return;
    }
    if (row->connection != NULL && row->connection->opening != NULL)
        write_opening(s, row->connection);
    if (row->type != WSD_EVENT_CONNECTION)
        write_event(s, row);
}

static bool wanted(const struct save *s, const struct model_row *row)
{
    return s->connections.count == 0 ||
           (row->connection != NULL && marks_has(&s->connections, row->connection->about.id));
}

/* ---- beginning and end */

static void close_all(struct save *s)
{
    save_packets_close(s->packets);
    s->packets = NULL;
    if (s->output != NULL && s->output->fd >= 0)
        close(s->output->fd);
    free(s->output);
    free(s->state);
    s->output = NULL;
    s->state = NULL;
    s->runs = false;
}

static void give_up(struct ui *ui, const char *why)
{
    struct save *s = ui->save;
    close_all(s);
    unlink(s->part);
    ui_complain(ui, "not saved: %s", why);
    clear(s);
}

static void fail(struct ui *ui, int error)
{
    char why[ERROR_SIZE];
    const char *path = ui->save->path;
    bool elsewhere = path[0] == '/' || strstr(path, "..") != NULL;
    bool forbidden = (error == EACCES || error == EPERM) && elsewhere && !ui->options->no_sandbox;
    snprintf(why, sizeof why, "%s: %s", path,
             forbidden ? "only the starting folder is open for it (--no-sandbox)" : strerror(error));
    give_up(ui, why);
}

static void done(struct ui *ui)
{
    struct save *s = ui->save;
    char size[HUMAN_SIZE], more[128] = "";
    bool secrets_lost = false;
    if (s->packets != NULL) {
        s->written = save_packets_written(s->packets);
        secrets_lost = save_packets_secrets_lost(s->packets) > 0;
    }
    close_all(s);
    if (rename(s->part, s->path) < 0) {
        fail(ui, errno);
        return;
    }
    if (s->gone > 0)
        snprintf(more, sizeof more, "; %llu had left the store", (unsigned long long)s->gone);
    else if (s->cut > 0)
        snprintf(more, sizeof more, "; of %llu only what --max-payload keeps", (unsigned long long)s->cut);
    else if (s->protection != NONE)
        snprintf(more, sizeof more, "%s",
                 secrets_lost                       ? "; for some TLS secrets there was no room"
                 : s->protection == SECRETS_WRITTEN ? " with TLS secrets"
                                                    : " without TLS secrets (--with-secrets)");
    if (s->format == FORMAT_RAW)
        ui_say(ui, "saved: %s, %llu payload%s, %s%s", s->path, (unsigned long long)s->written,
               s->written == 1 ? "" : "s", human_size(size, s->bytes), more);
    else
        ui_say(ui, "saved: %s, %llu %s%s", s->path, (unsigned long long)s->written,
               s->format == FORMAT_PACKETS ? "packets"
               : s->written == 1           ? "event"
                                           : "events",
               more);
    clear(s);
}

/* The TCP connections of what is wanted, as far as they are known now. */
static void find_flows(struct ui *ui)
{
    struct save *s = ui->save;
    struct record_scratch scratch;
    s->protection = NONE;
    for (uint64_t i = 0; s->rows != NULL && i < s->end; i++) {
        const struct model_row *row = model_row(&ui->model, s->rows[i]);
        if (row != NULL && row->connection != NULL)
            add(&s->connections, row->connection->about.id);
    }
    for (size_t i = 0; i < ui->model.connection_count; i++) {
        struct model_connection *c = ui->model.connections[i];
        struct wsd_event e;
        if (c->opening == NULL || (s->connections.count > 0 && !marks_has(&s->connections, c->about.id)))
            continue;
        record_event(&c->opening->head, &c->about, &scratch, &e);
        add(&s->flows, e.opening.flow);
        if (c->about.tls != NULL && c->about.tls->decrypted)
            s->protection = ui->options->with_secrets ? SECRETS_WRITTEN : SECRETS_LEFT_OUT;
    }
}

static void begin_packets(struct ui *ui)
{
    struct save *s = ui->save;
    char error[ERROR_SIZE];
    find_flows(ui);
    s->packets = save_packets_open(ui->options, s->part, &s->flows, ui->reading->handoff, error, sizeof error);
    if (s->packets == NULL) {
        int why = errno;
        if (why == EACCES || why == EPERM)
            fail(ui, why);
        else
            give_up(ui, error);
        return;
    }
    s->runs = true;
}

static void begin(struct ui *ui)
{
    struct save *s = ui->save;
    snprintf(s->part, sizeof s->part, "%s.part", s->path);
    unlink(s->part); /* what is left of another attempt, or a link, has rights of its own */
    if (s->format == FORMAT_PACKETS) {
        begin_packets(ui);
        return;
    }
    s->options = *ui->options;
    s->options.color = COLOR_NEVER;
    s->sink = s->format == FORMAT_JSON ? &json_sink : &text_sink;
    s->output = malloc(sizeof *s->output);
    s->state = calloc(1, s->sink->state_size);
    if (s->output == NULL || s->state == NULL) {
        free(s->output);
        s->output = NULL;
        give_up(ui, "memory: there is none left");
        return;
    }
    int fd = open(s->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666), why = errno;
    output_init(s->output, fd, &s->options);
    if (fd < 0) {
        fail(ui, why);
        return;
    }
    s->sink->begin(s->state, s->output);
    s->runs = true;
}

/* ---- asking */

static void on_overwrite(struct ui *ui, char choice, const char *text)
{
    (void)text;
    if (choice == 'y')
        begin(ui);
    else
        ui_say(ui, "not saved");
}

/* A file that is read, or written by -w. */
static bool in_use(const struct ui *ui, const struct stat *about)
{
    const struct options *o = ui->options;
    struct stat other;
    for (size_t i = 0; i < o->file_count; i++)
        if (stat(o->files[i], &other) == 0 && other.st_dev == about->st_dev && other.st_ino == about->st_ino)
            return true;
    return o->write != NULL && stat(o->write, &other) == 0 && other.st_dev == about->st_dev &&
           other.st_ino == about->st_ino;
}

static void on_name(struct ui *ui, char choice, const char *text)
{
    struct save *s = ui->save;
    struct stat about;
    (void)choice;
    if (text[0] == 0) {
        ui_say(ui, "not saved");
        return;
    }
    snprintf(s->path, sizeof s->path, "%s", text);
    if (stat(s->path, &about) != 0)
        begin(ui);
    else if (!S_ISREG(about.st_mode))
        ui_complain(ui, "not saved: %s is no regular file", s->path);
    else if (in_use(ui, &about))
        ui_complain(ui, "not saved: %s is in use: it is read, or written by -w", s->path);
    else
        prompt_choose(&ui->prompt, "yn", on_overwrite, "%s is there already, overwrite it?  y yes  n no", s->path);
}

/* Why packets cannot be had; NULL: they can. */
static const char *no_packets(const struct options *o)
{
    struct stat about;
    if (o->file_count == 0)
        return o->write != NULL ? "packets of a live capture are only kept by -w"
                                : "packets of a live capture are not kept: -w FILE writes them from the start";
    for (size_t i = 0; i < o->file_count; i++)
        if (strcmp(o->files[i], "-") == 0 || stat(o->files[i], &about) != 0 || !S_ISREG(about.st_mode))
            return "packets that came from a pipe are not kept, and cannot be read again";
    return NULL;
}

static void on_format(struct ui *ui, char choice, const char *text)
{
    static const struct {
        char key;
        const char *ending;
    } formats[] = {
#define FORMAT_ROW(name, key, ending) {key, ending},
        FORMATS(FORMAT_ROW)
#undef FORMAT_ROW
    };
    struct save *s = ui->save;
    static const char *const questions[] = {
        [NONE] = "Save to:",
        [SECRETS_LEFT_OUT] = "Save without TLS secrets to:",
        [SECRETS_WRITTEN] = "Save with TLS secrets to:",
    };
    char name[64], stamp[32] = "";
    time_t now = time(NULL);
    struct tm local;
    (void)text;
    s->format = FORMAT_JSON;
    while (formats[s->format].key != choice)
        s->format++;
    const char *why = s->format == FORMAT_PACKETS ? no_packets(ui->options) : NULL;
    if (why != NULL) {
        ui_complain(ui, "not saved: %s", why);
        return;
    }
    if (localtime_r(&now, &local) != NULL)
        strftime(stamp, sizeof stamp, "-%Y%m%d-%H%M%S", &local);
    snprintf(name, sizeof name, "wscope%s.%s", stamp, formats[s->format].ending);
    if (s->format == FORMAT_PACKETS)
        find_flows(ui);
    prompt_line(&ui->prompt, questions[s->protection], name, on_name);
}

static void on_what(struct ui *ui, char choice, const char *text)
{
    struct save *s = ui->save;
    bool enough = true;
    (void)text;
    clear(s);
    switch (choice) {
    case 'm':
        if (ui->place == PLACE_CONNECTIONS) {
            take_all(s, &ui->model);
            for (size_t i = 0; i < ui->model.connection_count; i++)
                if (ui->model.connections[i]->marked)
                    add(&s->connections, ui->model.connections[i]->about.id);
        } else {
            enough = take_rows(s, ui->marks.rows, ui->marks.count);
        }
        break;
    case 'l': enough = take_listed(s, ui->listed); break;
    case 't':
        if (ui->place == PLACE_CONNECTIONS) {
            take_all(s, &ui->model);
            add(&s->connections, ui->cursor_connection);
        } else {
            enough = take_rows(s, &ui->message, 1);
        }
        break;
    default: take_all(s, &ui->model);
    }
    if (enough)
        prompt_choose(&ui->prompt, "jtrp", on_format, "Save as:  j JSON  t text  r raw payload  p packets (pcapng)");
    else
        ui_complain(ui, "not saved: memory: there is none left");
}

void save_ask(struct ui *ui)
{
    char question[PROMPT_QUESTION];
    struct writer w = {.data = question, .size = sizeof question - 1};
    char *choices;
    bool connections = ui->place == PLACE_CONNECTIONS;
    size_t n = 0, marked = connections ? ui->model.marked_count : ui->marks.count;
    if (ui->save == NULL)
        ui->save = calloc(1, sizeof *ui->save);
    if (ui->save == NULL || ui->save->runs) {
        ui_complain(ui,
                    ui->save == NULL ? "memory: there is none left" : "something is being saved already; Esc stops it");
        return;
    }
    choices = ui->save->choices;
    WRITER_JUST(&w, "Save:");
    if (connections ? ui->cursor_connection != 0 : ui->has_message) {
        writer_format(&w, "  t this %s", connections ? "connection" : "one");
        choices[n++] = 't';
    }
    if (marked > 0) {
        writer_format(&w, "  m %zu marked", marked);
        choices[n++] = 'm';
    }
    if (ui->place == PLACE_MESSAGES && ui->listed != NULL) {
        writer_format(&w, "  l %llu listed", (unsigned long long)(ui->listed->end - ui->listed->first));
        choices[n++] = 'l';
    }
    WRITER_JUST(&w, "  a all  Esc nothing");
    choices[n++] = 'a';
    choices[n] = question[w.length] = 0;
    prompt_choose(&ui->prompt, choices, on_what, "%s", question);
}

/* ---- the work */

static void work_packets(struct ui *ui)
{
    char error[ERROR_SIZE];
    int result = save_packets_work(ui->save->packets, PACKETS_A_SLICE, error, sizeof error);
    if (result < 0)
        give_up(ui, error);
    else if (result == 0)
        done(ui);
}

static void work_rows(struct ui *ui)
{
    struct save *s = ui->save;
    for (unsigned i = 0; i < ROWS_A_SLICE && s->at < s->end; i++, s->at++) {
        const struct model_row *row = model_row(&ui->model, s->rows != NULL ? s->rows[s->at] : s->at);
        if (row == NULL)
            s->gone++;
        else if (wanted(s, row))
            write_row(s, row);
    }
    if (s->at == s->end)
        output_flush(s->output);
    if (s->output->error != 0)
        fail(ui, s->output->error);
    else if (s->at == s->end)
        done(ui);
}

bool save_work(struct ui *ui)
{
    if (!save_runs(ui))
        return false;
    if (ui->save->packets != NULL)
        work_packets(ui);
    else
        work_rows(ui);
    return true;
}

bool save_runs(const struct ui *ui)
{
    return ui->save != NULL && ui->save->runs;
}

void save_status(const struct ui *ui, struct writer *text)
{
    const struct save *s = ui->save;
    uint64_t at = s->at - s->first, all = s->end - s->first;
    if (s->packets != NULL) {
        at = save_packets_read(s->packets);
        all = ui->news.progress.packets;
    }
    writer_format(text, "saving %s: %u%%, Esc stops", s->path,
                  (unsigned)(all > 0 ? 100 * (at < all ? at : all) / all : 100));
}

void save_stop(struct ui *ui)
{
    give_up(ui, "stopped");
}

void save_free(struct ui *ui)
{
    struct save *s = ui->save;
    if (s == NULL)
        return;
    if (s->runs) {
        close_all(s);
        unlink(s->part);
    }
    clear(s);
    free(s);
    ui->save = NULL;
}
