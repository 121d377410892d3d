#include "capture/sandbox.h"

#include "capture/confine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void sandbox_begin(struct sandbox *s, bool on)
{
    *s = (struct sandbox){.on = on, .rules = -1};
    if (on)
        confine_files_begin(s);
}

void sandbox_allow(struct sandbox *s, enum sandbox_access access, const char *path)
{
    s->writes |= access == SANDBOX_WRITE;
    if (s->on)
        (void)confine_files_allow(s, access, path);
}

void sandbox_allow_folder(struct sandbox *s, enum sandbox_access access, const char *file)
{
    const char *slash = strrchr(file, '/');
    /* Of "/name" the slash is the folder. */
    size_t length = slash == NULL ? 0 : slash == file ? 1 : (size_t)(slash - file);
    char *folder = length > 0 ? strndup(file, length) : strdup(".");
    if (folder != NULL)
        sandbox_allow(s, access, folder);
    free(folder);
}

/* What the C library opens when it is first asked, if it has to: the converter of the locale's character set. */
static void settle_library(void)
{
    (void)btowc('a');
}

int sandbox_enter(struct sandbox *s, struct privilege *privilege, char *error, size_t size)
{
    settle_library();
    if (privilege_drop(privilege, error, size) < 0)
        return -EPERM;
    if (!s->on)
        return 0;
    int result = confine_privileges();
    if (result < 0) {
        snprintf(s->files, sizeof s->files, "not available (%s)", strerror(-result));
        snprintf(s->calls, sizeof s->calls, "not available (%s)", strerror(-result));
        return 0;
    }
    confine_files_enter(s);
    confine_calls(s->writes, s->calls);
    return 0;
}

void sandbox_tell(const struct sandbox *s, const struct privilege *privilege, void (*tell)(const char *line))
{
    char line[PRIVILEGE_SAID + 32];
    snprintf(line, sizeof line, "privileges: %s", privilege->said);
    tell(line);
    snprintf(line, sizeof line, "sandbox: files: %s", s->on ? s->files : "off");
    tell(line);
    snprintf(line, sizeof line, "sandbox: system calls: %s", s->on ? s->calls : "off");
    tell(line);
}
