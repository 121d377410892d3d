#include "ui/bars.h"

#include "output/human.h"
#include "ui/save.h"
#include "ui/view.h"

#include <string.h>

enum { TARGETS = 24, STATUS_TEXT = 512, NARROW = 80, NARROWEST = 60 /* columns */, KEY_TAB_COLUMNS = 3 };

/* Where something can be clicked. */
struct target {
    int from, to, what;
};

static struct target tabs[TARGETS], keys[TARGETS];
static size_t tab_count, key_count;

static int target_at(const struct target *targets, size_t n, int x, int none)
{
    for (size_t i = 0; i < n; i++)
        if (x >= targets[i].from && x < targets[i].to)
            return targets[i].what;
    return none;
}

enum place bars_top_at(int x)
{
    return (enum place)target_at(tabs, tab_count, x, PLACE_COUNT);
}

enum command bars_keys_at(int x)
{
    return (enum command)target_at(keys, key_count, x, COMMAND_NONE);
}

static void remember(struct target *targets, size_t *n, int from, int to, int what)
{
    if (*n < TARGETS)
        targets[(*n)++] = (struct target){from, to, what};
}

/* ---- the top line */

/* Live: where packets are captured. */
static void write_interfaces(const struct ui_reading *reading, struct writer *w, bool narrow)
{
    writer_text(w, narrow ? "" : "live ");
    for (size_t i = 0; i < reading->interface_count; i++)
        writer_format(w, "%s%s", i > 0 ? ", " : "", reading->interfaces[i]);
}

static void write_input(const struct ui *ui, struct writer *w, bool narrow)
{
    const struct options *o = ui->options;
    const char *slash = o->file_count > 0 ? strrchr(o->files[0], '/') : NULL;
    if (o->file_count == 0)
        write_interfaces(ui->reading, w, narrow);
    else if (strcmp(o->files[0], "-") == 0)
        writer_text(w, "standard input");
    else
        writer_text(w, slash != NULL ? slash + 1 : o->files[0]);
    if (o->file_count > 1)
        writer_format(w, " and %zu more", o->file_count - 1);
}

/* Packets that nobody will see, and records that the monitor could not take. */
static uint64_t own_drops(const struct ui *ui)
{
    return ui->news.left_out_records + ui->news.left_out_payloads;
}

static bool drops(const struct ui *ui)
{
    const struct sink_progress *p = &ui->news.progress;
    return p->dropped_kernel + p->dropped_interface + own_drops(ui) > 0;
}

/* Live, whatever else there is room for: by the kernel, by the interface, by the monitor itself. */
static void write_drops(const struct ui *ui, struct writer *w)
{
    const struct sink_progress *p = &ui->news.progress;
    char kernel[HUMAN_SIZE], interface[HUMAN_SIZE], own[HUMAN_SIZE];
    writer_format(w, "%sdrops %s/%s/%s", w->length > 0 ? ", " : "", human_count(kernel, p->dropped_kernel),
                  human_count(interface, p->dropped_interface), human_count(own, own_drops(ui)));
}

static void write_progress(const struct ui *ui, struct writer *w, int width)
{
    bool narrow = width < NARROW;
    const struct sink_progress *p = &ui->news.progress;
    char count[HUMAN_SIZE];
    if (ui->paused)
        writer_text(w, "PAUSED");
    else if (ui->loading && !p->live && p->size > 0)
        writer_format(w, "loading %u%%", (unsigned)(100 * (p->read < p->size ? p->read : p->size) / p->size));
    else if (ui->loading && !p->live)
        writer_format(w, "%s, %s packets", p->pipe ? "reading" : "loading", human_count(count, p->packets));
    else if (p->live && !ui->loading)
        writer_text(w, "ended");
    else if (!p->live || !drops(ui) || width >= NARROWEST) /* the count gives way to drops */
        writer_format(w, narrow && p->live ? "%s" : "%s packets", human_count(count, p->packets));
    if (p->live)
        write_drops(ui, w);
}

/* A view without a key of its own stands there only while it is seen. */
static bool has_tab(const struct ui *ui, enum place place)
{
    return place == ui->place || place_key(place) != 0;
}

void bars_top(struct ui *ui, struct area area)
{
    char input[STATUS_TEXT], progress[64];
    struct writer in = {.data = input, .size = sizeof input}, right = {.data = progress, .size = sizeof progress - 1};
    write_input(ui, &in, area.width < NARROWEST);
    write_progress(ui, &right, area.width);
    progress[right.length] = 0;
    int right_columns = (int)right.length, needed = 0, count = 0;
    for (int place = 0; place < PLACE_COUNT; place++) {
        bool tab = has_tab(ui, (enum place)place);
        needed += tab ? draw_columns(place_title((enum place)place)) + 4 : 0;
        count += tab;
    }
    const char *program = area.width < NARROWEST ? " " : " wscope ";
    int program_columns = draw_columns(program), input_columns = (int)in.length;
    bool all = area.width >= needed + right_columns + program_columns + 4 + (input_columns < 12 ? input_columns : 12);
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_TITLE);
    int one = draw_columns(place_title(ui->place)) + 4, keys_only = one + (count - 1) * KEY_TAB_COLUMNS;
    /* Where the titles have no place, the keys of the other views may have one, instead of the program's name if need be. */
    int keys_need = keys_only + right_columns + 2 + (input_columns < 14 ? input_columns : 14);
    bool some = !all && area.width >= keys_need + 1;
    if (some && area.width < keys_need + program_columns) {
        program = " ";
        program_columns = 1;
    }
    int room = area.width - right_columns - 2 - (all ? needed : some ? keys_only : one) - program_columns - 1;
    pen_text(&pen, ROLE_TITLE, program);
    if (room > 1)
        pen_bytes(&pen, ROLE_TITLE, (struct wsd_bytes){(const uint8_t *)input, in.length}, room > 28 && all ? 28 : room,
                  false);
    pen_text(&pen, ROLE_TITLE, " ");
    tab_count = 0;
    for (int place = 0; place < PLACE_COUNT; place++) {
        bool here = (enum place)place == ui->place;
        char name[KEY_WORD];
        if (!has_tab(ui, (enum place)place) || (!all && !some && !here))
            continue;
        int from = pen.x;
        pen.base = here ? ROLE_TAB : ROLE_TITLE;
        pen_text(&pen, ROLE_TITLE, " ");
        if (place_key((enum place)place) != 0)
            pen_format(&pen, ROLE_TITLE, "%s ", key_word(name, place_key((enum place)place)));
        if (all || here)
            pen_format(&pen, ROLE_TITLE, "%s ", place_title((enum place)place));
        remember(tabs, &tab_count, from, pen.x, place);
    }
    pen.base = ROLE_TITLE;
    pen_to(&pen, area.width - right_columns - 1);
    if (drops(ui))
        pen.base = ROLE_ERROR;
    pen_text(&pen, ROLE_TITLE, progress);
    pen.base = ROLE_TITLE;
    pen_end(&pen);
}

/* ---- the status line */

/* What is not to be seen, and why. */
static void write_losses(const struct ui *ui, struct writer *w, bool narrow)
{
    const struct handoff_news *n = &ui->news;
    char count[HUMAN_SIZE];
    if (n->progress.live && drops(ui))
        writer_format(w, "  dropped: kernel %llu, interface %llu, here %llu",
                      (unsigned long long)n->progress.dropped_kernel, (unsigned long long)n->progress.dropped_interface,
                      (unsigned long long)n->left_out_records);
    else if (n->left_out_records > 0)
        writer_format(w, "  %s left out", human_count(count, n->left_out_records));
    if (n->left_out_payloads > 0)
        writer_format(w, "  %s without payload", human_count(count, n->left_out_payloads));
    if (ui->model.messages_left > 0)
        writer_format(w, "  %llu older%s", (unsigned long long)ui->model.messages_left, narrow ? "" : " messages left");
    if (ui->model.connections_left > 0)
        writer_format(w, "  %s older connections", human_count(count, ui->model.connections_left));
    if (ui->model.out_of_memory)
        writer_text(w, "  out of memory");
    if (ui->trouble[0] != 0 && ui->said[0] == 0)
        writer_format(w, "  %s", ui->trouble);
}

void bars_status(struct ui *ui, struct area area)
{
    char left[STATUS_TEXT], right[STATUS_TEXT];
    struct writer l = {.data = left, .size = sizeof left - 1}, r = {.data = right, .size = sizeof right - 1};
    const struct view *view = ui_view(ui->place);
    if (ui->said[0] != 0)
        writer_text(&l, ui->said);
    else if (ui->searching.direction != 0)
        searching_status(ui, &l);
    else if (save_runs(ui))
        save_status(ui, &l);
    else
        view->status(ui->states[ui->place], ui, &l);
    write_losses(ui, &r, area.width < NARROWEST);
    left[l.length] = right[r.length] = 0;
    int losses = draw_columns(right);
    size_t length = r.length;
    /* The filter is known to who typed it: it has what room is left. */
    if (ui->filter != NULL)
        writer_format(&r, "  filter: %.60s", ui->filter_text);
    right[r.length] = 0;
    struct pen pen = pen_at(&ui->terminal, area, 0, ui->said[0] != 0 && ui->said_wrong ? ROLE_ERROR : ROLE_STATUS);
    int wanted = draw_columns(right), room = area.width - 2 - draw_columns(left);
    if (losses > area.width / 2)
        losses = area.width / 2;
    if (losses < room)
        losses = wanted < room ? wanted : room;
    else
        right[length] = 0;
    pen_text(&pen, ROLE_STATUS, " ");
    pen_left(&pen, ROLE_STATUS, left, area.width - losses - 2);
    pen_right(&pen, ROLE_STATUS, right, losses);
    pen_end(&pen);
}

void bars_said(const struct ui *ui, struct area area)
{
    bool typed = ui->entry.open && ui->entry.message[0] != 0;
    const char *text = typed ? ui->entry.message : ui->said;
    enum role role = typed || ui->said_wrong ? ROLE_ERROR : ROLE_STATUS;
    int lines = draw_wrapped(&ui->terminal, (struct area){.width = area.width}, role, text);
    if (typed)
        area.height--;
    else if (lines == 1 || ui->prompt.active)
        return;
    if (lines > area.height)
        lines = area.height;
    area.y += area.height - lines;
    area.height = lines;
    draw_wrapped(&ui->terminal, area, role, text);
}

/* ---- the keys */

static int key_columns(const struct key_row *row)
{
    char name[KEY_WORD];
    return draw_columns(key_word(name, row->keys[0])) + 1 + draw_columns(row->bar) + 2;
}

void bars_keys(struct ui *ui, struct area area)
{
    if (ui->entry.open) {
        key_count = 0;
        entry_draw(&ui->entry, &ui->terminal, area);
        return;
    }
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    /* Help and the way out always have their place. */
    int reserved = key_columns(key_row(COMMAND_HELP)) + key_columns(key_row(COMMAND_QUIT));
    key_count = 0;
    pen_text(&pen, ROLE_NORMAL, " ");
    for (int command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        const struct key_row *row = key_row((enum command)command);
        char name[KEY_WORD];
        if (row->bar == NULL || (row->places >> ui->place & 1) == 0)
            continue;
        bool last = command == COMMAND_HELP || command == COMMAND_QUIT;
        if (key_command(row->keys[0], ui->place) != row->command)
            continue;
        if (!last && pen.x + key_columns(row) + reserved > pen.end)
            continue;
        int from = pen.x;
        pen_text(&pen, ROLE_KEY, key_word(name, row->keys[0]));
        pen_text(&pen, ROLE_NORMAL, " ");
        pen_text(&pen, ROLE_KEY_TEXT, row->bar);
        remember(keys, &key_count, from, pen.x, command);
        pen_text(&pen, ROLE_NORMAL, "  ");
    }
    pen_end(&pen);
}
