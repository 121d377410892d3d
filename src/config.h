/*
 * config.h: the file of the monitor's settings, $XDG_CONFIG_HOME/wscope/config (XDG Base Directory Specification; without the
 * variable ~/.config). What stands in it is ui/settings.h's business.
 *
 * The sandbox opens the folder and nothing else for it, so it must be there before: it is made, as the user whose it is.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "capture/privilege.h"

enum { CONFIG_PATH = 1024 };

struct config {
    char folder[CONFIG_PATH]; /* "": there is none, and nothing is kept */
    char file[CONFIG_PATH + 8];
};

/* Of the user who root will become, else of the one who called. */
void config_find(struct config *config, const struct privilege *privilege);

/* Reads all of it, to be freed. *text is NULL where there is no file. Returns 0 or a negative errno: -EFBIG when it is
 * longer than `most`. */
int config_read(const struct config *config, size_t most, char **text, size_t *length);

/* Replaces it, whole or not at all. Returns 0 or a negative errno: -ELOOP when it is a symbolic link. */
int config_write(const struct config *config, const char *text, size_t length);

#endif
