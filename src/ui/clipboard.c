#include "ui/clipboard.h"

#include "dissector/base/json.h"
#include "output/human.h"
#include "output/sink.h"
#include "ui/tty.h"
#include "ui/ui.h"

#include <stdlib.h>
#include <string.h>

enum { SEQUENCE = CLIPBOARD_MOST / 3 * 4 + 64 };

/* tmux hands on what it is told to (set-clipboard on), or what is wrapped for its own terminal (allow-passthrough on). Both
 * are tried: the second time the same is copied. */
static void send_bytes(struct wsd_bytes bytes)
{
    char *text = malloc(SEQUENCE);
    struct writer w = {.data = text, .size = SEQUENCE};
    bool tmux = getenv("TMUX") != NULL;
    if (text == NULL)
        return;
    json_base64(&w, bytes);
    /* without its quotation marks */
    const char *base64 = text + 1;
    size_t length = w.length - 2;
    tty_send("\033]52;c;", 7);
    tty_send(base64, length);
    tty_send("\a", 1);
    if (tmux) {
        tty_send("\033Ptmux;\033\033]52;c;", 15);
        tty_send(base64, length);
        tty_send("\a\033\\", 3);
    }
    free(text);
}

static void copy(struct ui *ui, const char *what, struct wsd_bytes bytes, bool whole)
{
    char size[HUMAN_SIZE], all[HUMAN_SIZE];
    uint64_t length = bytes.length;
    if (bytes.length == 0) {
        ui_complain(ui, "there is nothing to copy");
        return;
    }
    if (bytes.length > CLIPBOARD_MOST)
        bytes.length = CLIPBOARD_MOST;
    send_bytes(bytes);
    human_size(size, bytes.length);
    if (bytes.length < length)
        ui_say(ui, "copied the first %s of %s of the %s: terminals take no more", size, human_size(all, length), what);
    else if (!whole)
        ui_say(ui, "copied %s of the %s: --max-payload keeps no more", size, what);
    else
        ui_say(ui, "copied the %s, %s, by OSC 52%s", what, size,
               getenv("TMUX") != NULL ? " (tmux: wants set-clipboard on)" : "");
}

/* The line that -o text has for a row. */
static void copy_line(struct ui *ui, const struct model_row *row)
{
    static const char what[] = "line";
    struct options options = *ui->options;
    struct record_scratch scratch;
    struct wsd_event e;
    struct output *output = malloc(sizeof *output);
    void *state = calloc(1, text_sink.state_size);
    if (output != NULL && state != NULL) {
        options.color = COLOR_NEVER;
        output_init(output, -1, &options);
        output->out.drain = NULL; /* its buffer is all that is wanted */
        text_sink.begin(state, output);
        model_event(row, &scratch, &e);
        text_sink.event(state, &e);
        copy(ui, what, (struct wsd_bytes){(const uint8_t *)output->buffer, output->out.length}, true);
    }
    free(state);
    free(output);
}

void clipboard_copy(struct ui *ui)
{
    if (ui->place == PLACE_CONNECTIONS) {
        const struct model_connection *c = model_connection(&ui->model, ui->cursor_connection);
        if (c != NULL)
            copy(ui, "URL", c->about.url, true);
        return;
    }
    const struct model_row *row = ui->has_message ? model_row(&ui->model, ui->message) : NULL;
    if (row == NULL) {
        ui_complain(ui, "no message is selected");
    } else if (row->type == WSD_EVENT_MESSAGE) {
        const struct record_message *m = (const struct record_message *)row->record;
        copy(ui, "payload", record_payload(m), (m->head.flags & (RECORD_TRUNCATED | RECORD_LEFT_OUT)) == 0);
    } else {
        copy_line(ui, row);
    }
}
