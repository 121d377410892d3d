#include "say.h"

#include "output/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void say(const char *format, ...)
{
    char text[SAY_MOST], line[SAY_MOST * ESCAPE_WORST + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct wsd_bytes bytes = {(const uint8_t *)text, strlen(text)};
    escape_text(line, sizeof line, SIZE_MAX, bytes, terminal_charset());
    fprintf(stderr, "wscope: %s\n", line);
}
