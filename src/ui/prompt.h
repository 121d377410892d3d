/*
 * prompt.h: a question in the place of the key bar: one key of several, or a line to type in. While it is there, all keys are its.
 *
 * Enter takes the line, Esc takes the question back. The answer may ask the next question.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/editor.h"

struct ui;

enum { PROMPT_QUESTION = 256, PROMPT_TEXT = EDITOR_TEXT };

struct prompt {
    bool active;
    char question[PROMPT_QUESTION];
    const char *choices; /* characters; NULL: a line is typed */
    struct editor line;
    void (*answer)(struct ui *ui, char choice, const char *text);
};

/* Asks for one of the characters of `choices`, which lives on; the question names them. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void prompt_choose(struct prompt *prompt, const char *choices, void (*answer)(struct ui *ui, char choice, const char *text),
                   const char *question, ...);

/* Asks for a line, which begins as `text`. */
void prompt_line(struct prompt *prompt, const char *question, const char *text,
                 void (*answer)(struct ui *ui, char choice, const char *text));

/* A key of the user's (keys.h). */
void prompt_key(struct prompt *prompt, struct ui *ui, uint32_t key);

/* In the last lines of the area, as many as it needs. */
void prompt_draw(const struct prompt *prompt, const struct terminal *terminal, struct area area);

#endif
