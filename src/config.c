#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRIVATE = 0700 }; /* as the specification wants folders that are made */

/* The folder of settings of all programs; "": it is not known. */
static void find_home(char out[CONFIG_PATH], const struct privilege *p)
{
    const char *chosen = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    const struct passwd *user = p->change ? getpwuid(p->uid) : NULL;
    out[0] = 0;
    if (p->change)
        home = user != NULL ? user->pw_dir : NULL; /* sudo says root's */
    if (chosen != NULL && chosen[0] == '/')
        snprintf(out, CONFIG_PATH, "%s", chosen);
    else if (home != NULL && home[0] == '/')
        snprintf(out, CONFIG_PATH, "%s/.config", home);
}

/* What root makes for another user is made with that user's rights. */
static bool make_folders(const struct privilege *p, const char *home, const char *folder)
{
    struct stat about;
    if (stat(folder, &about) == 0)
        return S_ISDIR(about.st_mode);
    if (p->change && (setegid(p->gid) != 0 || seteuid(p->uid) != 0))
        return false;
    (void)mkdir(home, PRIVATE);
    bool made = mkdir(folder, PRIVATE) == 0;
    if (p->change && (seteuid(0) != 0 || setegid(0) != 0))
        abort(); /* half of a user would be worse than none */
    return made;
}

void config_find(struct config *c, const struct privilege *p)
{
    char home[CONFIG_PATH];
    *c = (struct config){0};
    find_home(home, p);
    if (home[0] == 0 || snprintf(c->folder, sizeof c->folder, "%s/wscope", home) >= (int)sizeof c->folder ||
        !make_folders(p, home, c->folder)) {
        c->folder[0] = 0;
        return;
    }
    snprintf(c->file, sizeof c->file, "%s/config", c->folder);
}

static int read_all(int fd, size_t most, char **text, size_t *length)
{
    char *at = malloc(most + 1);
    size_t n = 0;
    ssize_t got;
    if (at == NULL)
        return -ENOMEM;
    while ((got = read(fd, at + n, most + 1 - n)) > 0)
        n += (size_t)got;
    int rc = got < 0 ? -errno : n > most ? -EFBIG : 0;
    if (rc < 0) {
        free(at);
        return rc;
    }
    *text = at;
    *length = n;
    return 0;
}

int config_read(const struct config *c, size_t most, char **text, size_t *length)
{
    *text = NULL;
    *length = 0;
    if (c->file[0] == 0)
        return 0;
    int fd = open(c->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    int rc = read_all(fd, most, text, length);
    close(fd);
    return rc;
}

static int write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0)
            return -errno;
        text += n;
        length -= (size_t)n;
    }
    return 0;
}

int config_write(const struct config *c, const char *text, size_t length)
{
    char part[sizeof c->file + 8];
    struct stat about;
    snprintf(part, sizeof part, "%s.part", c->file);
    if (lstat(c->file, &about) == 0 && S_ISLNK(about.st_mode))
        return -ELOOP;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return -errno;
    int rc = write_all(fd, text, length);
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(part, c->file) < 0)
        rc = -errno;
    if (rc < 0)
        unlink(part);
    return rc;
}
