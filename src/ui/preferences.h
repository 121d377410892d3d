/*
 * preferences.h: settings (settings.h) between their file (config.h) and the monitor. They are read once it is sandboxed, and written
 * when the user leaves and has changed some.
 */
#ifndef UI_PREFERENCES_H
#define UI_PREFERENCES_H

struct ui;

/* What is wrong with the file is told in the status line, and on standard error when the monitor has gone. */
void preferences_load(struct ui *ui);

/* What is another than at the beginning goes into the file as that is now: another monitor may have written it. */
void preferences_keep(struct ui *ui);

/* Colours as the settings and the terminal want them; and the next ones there are. */
void preferences_theme(struct ui *ui);
void preferences_next_theme(struct ui *ui);

#endif
