#include "ui/preferences.h"

#include "config.h"
#include "ui/ui.h"

#include <curses.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one that was chosen, or that fits: some terminals say what their background is ("15;0": the last number). */
static enum theme theme_for(const struct ui *ui)
{
    const char *colors = getenv("COLORFGBG"), *background = colors != NULL ? strrchr(colors, ';') : NULL;
    if (ui->settings.theme != 0)
        return (enum theme)(ui->settings.theme - 1);
    if (background != NULL && (strcmp(background, ";7") == 0 || strcmp(background, ";15") == 0))
        return THEME_LIGHT;
    return COLORS >= 256 ? THEME_COLORS_256 : THEME_DARK;
}

void preferences_theme(struct ui *ui)
{
    ui->theme = theme_for(ui);
    draw_theme(ui->theme, ui->color);
}

void preferences_next_theme(struct ui *ui)
{
    ui->settings.theme = (ui->settings.theme + 1) % (THEME_COUNT + 1);
    preferences_theme(ui);
    if (ui->color)
        ui_say(ui, "theme: %s%s", ui->settings.theme == 0 ? "auto, " : "", theme_word(ui->theme));
    else
        ui_say(ui, "no colours: this terminal has none, or NO_COLOR or --color forbids them");
}

/* ---- the file */

static void tell_setting(void *user, const char *line)
{
    struct ui *ui = user;
    char text[HANDOFF_LINE];
    snprintf(text, sizeof text, "settings: %.250s (%.200s)", line, ui->reading->config->file);
    handoff_sink.tell(ui->reading->handoff, text, true);
}

void preferences_load(struct ui *ui)
{
    size_t length;
    char *text = NULL;
    int rc = config_read(ui->reading->config, SETTINGS_BYTES_MOST, &text, &length);
    if (rc < 0)
        tell_setting(ui, strerror(-rc));
    else if (text != NULL)
        settings_read(&ui->settings, text, length, tell_setting, ui);
    free(text);
    ui->loaded = ui->settings;
    preferences_theme(ui);
}

void preferences_keep(struct ui *ui)
{
    size_t length = 0;
    char *text = NULL, *written = NULL;
    if (ui->reading->config->file[0] == 0 || !settings_differ(&ui->loaded, &ui->settings))
        return;
    int rc = config_read(ui->reading->config, SETTINGS_BYTES_MOST, &text, &length);
    if (rc == 0 && (written = malloc(length + SETTINGS_GROW_MOST)) == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = config_write(ui->reading->config, written,
                          settings_write(written, text, length, &ui->loaded, &ui->settings));
    if (rc < 0) {
        char why[128];
        snprintf(why, sizeof why, "not kept: %s",
                 rc == -ELOOP ? "it is a symbolic link, which is left alone" : strerror(-rc));
        tell_setting(ui, why);
    }
    free(written);
    free(text);
}
