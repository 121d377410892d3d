#include "capture/privilege.h"

#include "capture/confine.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A decimal number that fits an id. (uid_t)-1 means "none" to the system. */
static bool parse_id(const char *text, unsigned *id)
{
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *id = (unsigned)value;
    return errno == 0 && *end == 0 && value < (uid_t)-1;
}

static void take_user(struct privilege *p, const struct passwd *user)
{
    p->uid = user->pw_uid;
    p->gid = user->pw_gid;
    snprintf(p->name, sizeof p->name, "%s", user->pw_name);
}

/* A user by number needs not to be in the database. */
static void take_number(struct privilege *p, uid_t uid)
{
    const struct passwd *user = getpwuid(uid);
    p->uid = uid;
    p->gid = (gid_t)uid;
    if (user != NULL)
        take_user(p, user);
}

static int refuse(const char *user, const char *why, char *error, size_t size)
{
    snprintf(error, size, "-Z %.60s: %s", user, why);
    return -EINVAL;
}

static int find_named(struct privilege *p, const char *user, char *error, size_t size)
{
    unsigned id;
    const struct passwd *entry = getpwnam(user);
    if (entry != NULL)
        take_user(p, entry);
    else if (parse_id(user, &id))
        take_number(p, id);
    else
        return refuse(user, "no such user", error, size);
    p->why = "-Z";
    p->change = p->uid != geteuid() || p->uid != getuid();
    return p->change && geteuid() != 0 ? refuse(user, "only root can become another user", error, size) : 0;
}

int privilege_find(struct privilege *p, const char *user, char *error, size_t size)
{
    unsigned id;
    *p = (struct privilege){.uid = geteuid(), .gid = getegid(), .why = ""};
    if (user != NULL)
        return find_named(p, user, error, size);
    if (geteuid() != 0)
        return 0;
    if (getuid() != 0) {
        take_number(p, getuid());
        p->gid = getgid();
        p->why = "who called it";
    } else if (parse_id(getenv("SUDO_UID"), &id) && id != 0) {
        take_number(p, id);
        p->why = "SUDO_UID";
        if (parse_id(getenv("SUDO_GID"), &id))
            p->gid = id;
    }
    p->change = p->uid != 0;
    return 0;
}

/* Groups, then the user: in the other order there would be no right left to change groups. All three ids of each change, since
 * it is root that asks. */
static bool become(const struct privilege *p)
{
    bool groups = p->name[0] != 0 ? initgroups(p->name, p->gid) == 0 : setgroups(1, &p->gid) == 0;
    if (!groups || setgid(p->gid) != 0 || setuid(p->uid) != 0)
        return false;
    /* Is there a way back? */
    errno = EPERM;
    return p->uid == 0 || (setuid(0) != 0 && seteuid(0) != 0);
}

int privilege_drop(struct privilege *p, char *error, size_t size)
{
    char capabilities[CONFINE_SAID];
    confine_bound_capabilities();
    if (p->change && !become(p)) {
        snprintf(error, size, "cannot become user %u (%s): %s", (unsigned)p->uid, p->why, strerror(errno));
        return -EPERM;
    }
    if (confine_capabilities(capabilities) < 0) {
        snprintf(error, size, "capabilities: they cannot be given up");
        return -EPERM;
    }
    snprintf(p->said, sizeof p->said, "user %u%s%s%s, %s", (unsigned)geteuid(), p->change ? " (" : "",
             p->change ? p->why : "", p->change ? ")" : "", capabilities);
    return 0;
}
