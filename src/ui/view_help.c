/*
 * view_help.c: all keys there are, from their table, by view.
 */
#include "dissector/base/bytes.h"
#include "ui/list.h"
#include "ui/view.h"

#include <string.h>

enum {
    LINES_MOST = 16 * COMMAND_COUNT,
    KEYS_TEXT = 40,
    KEYS_COLUMNS = 18,
    BESIDE_LEAST = 60, /* columns from which what a key does stands beside it, else below */
    BESIDE = KEYS_COLUMNS + 4,
    BELOW = 6,
    WORD_LEAST = 12
};

struct help_line {
    const char *heading;       /* or NULL, */
    const struct key_row *row; /* or both NULL: an empty line */
    bool keys;                 /* the line has the row's keys, */
    const char *text;          /* and a part of what they do, or NULL */
    size_t length;
};

struct help {
    struct help_line lines[LINES_MOST];
    size_t count;
    int width; /* that they were made for */
    struct list list;
};

static void add(struct help *s, struct help_line line)
{
    if (s->count < LINES_MOST)
        s->lines[s->count++] = line;
}

static void add_row(struct help *s, const struct key_row *row)
{
    bool beside = s->width >= BESIDE_LEAST, keys = beside;
    int room = s->width - (beside ? BESIDE : BELOW) - 1;
    const char *text = row->help;
    if (!beside)
        add(s, (struct help_line){.row = row, .keys = true});
    while (*text != 0) {
        size_t n = draw_line_of(text, room > WORD_LEAST ? room : WORD_LEAST);
        add(s, (struct help_line){.row = row, .keys = keys, .text = text, .length = n});
        text += n;
        text += strspn(text, " ");
        keys = false;
    }
}

/* The lines for a width. */
static void make(struct help *s, int width)
{
    s->width = width;
    s->count = 0;
    add(s, (struct help_line){.heading = "Everywhere"});
    for (int command = 1; command < COMMAND_COUNT; command++)
        if (key_row((enum command)command)->places == EVERYWHERE)
            add_row(s, key_row((enum command)command));
    for (int place = 0; place < PLACE_COUNT; place++) {
        bool begun = false;
        for (int command = 1; command < COMMAND_COUNT; command++) {
            const struct key_row *row = key_row((enum command)command);
            if (row->places == EVERYWHERE || (row->places >> place & 1) == 0)
                continue;
            if (!begun) {
                add(s, (struct help_line){0});
                add(s, (struct help_line){.heading = place_title((enum place)place)});
            }
            begun = true;
            add_row(s, row);
        }
    }
}

static bool help_act(void *state, struct ui *ui, enum command command)
{
    struct help *s = state;
    if (command == COMMAND_HELP) {
        ui_back(ui);
        return true;
    }
    return list_act(&s->list, command);
}

static bool help_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    (void)ui;
    return list_mouse(&((struct help *)state)->list, mouse, 0);
}

static void write_keys(char out[KEYS_TEXT], const struct key_row *row)
{
    struct writer w = {.data = out, .size = KEYS_TEXT - 1};
    char name[KEY_WORD];
    for (int i = 0; i < KEYS_EACH && row->keys[i] != 0; i++) {
        if (i > 0)
            writer_text(&w, ", ");
        writer_text(&w, key_word(name, row->keys[i]));
    }
    out[w.length] = 0;
}

static void help_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct help *s = state;
    if (s->width != area.width)
        make(s, area.width);
    list_set(&s->list, 0, s->count, (unsigned)area.height);
    for (int row = 0; row < area.height; row++) {
        uint64_t at;
        if (!list_at(&s->list, (unsigned)row, &at))
            break;
        const struct help_line *l = &s->lines[at];
        struct pen pen = pen_at(&ui->terminal, area, row, at == s->list.cursor && focused ? ROLE_CURSOR : ROLE_NORMAL);
        char keys[KEYS_TEXT];
        if (l->heading != NULL) {
            pen_text(&pen, ROLE_HEADING, l->heading);
        } else if (l->row != NULL) {
            write_keys(keys, l->row);
            pen_text(&pen, ROLE_NORMAL, "  ");
            if (l->keys)
                pen_left(&pen, ROLE_KEY, keys, KEYS_COLUMNS);
            pen_to(&pen, s->width >= BESIDE_LEAST ? BESIDE : BELOW);
            pen_format(&pen, ROLE_NORMAL, "%.*s", (int)l->length, l->text != NULL ? l->text : "");
        }
        pen_end(&pen);
    }
    draw_scroll_bar(&ui->terminal, area, &s->list);
}

static void help_status(void *state, struct ui *ui, struct writer *text)
{
    (void)state;
    (void)ui;
    writer_format(text, "wscope %s", wsd_version());
}

static const struct list *help_list(const void *state)
{
    return &((const struct help *)state)->list;
}

static enum found help_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct help *s = state;
    uint64_t at = s->list.cursor + (uint64_t)n;
    char keys[KEYS_TEXT];
    (void)ui;
    if (at >= s->count)
        return FOUND_END;
    const struct help_line *l = &s->lines[at];
    /* A row is found once, whatever lines it has. */
    const char *text = l->heading != NULL ? l->heading : l->keys ? l->row->help : "";
    bool found = pattern_matches(pattern, bytes_text(text));
    if (l->keys && !found) {
        write_keys(keys, l->row);
        found = pattern_matches(pattern, bytes_text(keys));
    }
    if (!found)
        return FOUND_NOT;
    list_go(&s->list, at);
    return FOUND_HERE;
}

const struct view help_view = {
    .place = PLACE_HELP,
    .state_size = sizeof(struct help),
    .act = help_act,
    .mouse = help_mouse,
    .draw = help_draw,
    .find = help_find,
    .list = help_list,
    .status = help_status,
};
