/*
 * clipboard.h: to the clipboard of the terminal that the user sits at, also through ssh: OSC 52, "ESC ] 52 ; c ; BASE64 BEL"
 * (xterm's control sequences). The terminal decides whether it does; nothing comes back.
 */
#ifndef UI_CLIPBOARD_H
#define UI_CLIPBOARD_H

struct ui;

/* Terminals take sequences of 100,000 bytes at least; base64 makes four bytes of three. */
enum { CLIPBOARD_MOST = 74994 };

/* Copies the payload of the message under the cursor; of another row its line of text, of a connection its URL. Says what
 * was copied, and what was cut. */
void clipboard_copy(struct ui *ui);

#endif
