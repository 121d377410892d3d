"""The two ends of WebSocket connections on the loopback interface, for live.sh: what they say is read from standard input, a line
each, and answered by a line when it has been said.

    open N                  connection N is opened
    ask N                   its request only, which nobody answers yet; open N answers it
    say N TEXT, answer N TEXT
    ping N, close N, leave N, reset N
"""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'cli'))
from wire import ANSWER, REQUEST, Conversation, frame, set_up  # noqa: E402

set_up('lo')
talks, asked = {}, set()
print('ready', flush=True)
for line in sys.stdin:
    what, number, *text = line.rstrip('\n').split(' ', 2)
    if what in ('open', 'ask') and number not in talks:
        talks[number] = Conversation()
    talk = talks[number]
    if what == 'ask':
        talk._move(talk.client, talk.server, REQUEST)
        asked.add(number)
    elif what == 'open':
        if number not in asked:
            talk._move(talk.client, talk.server, REQUEST)
        talk._move(talk.server, talk.client, ANSWER)
    elif what == 'say':
        talk.say(text[0])
    elif what == 'answer':
        talk.answer(text[0])
    elif what == 'ping':
        talk._move(talk.client, talk.server, frame(9, b'beat', b'\x01\x02\x03\x04'))
        talk._move(talk.server, talk.client, frame(10, b'beat'))
    elif what == 'close':
        talk.close()
    elif what == 'leave':
        talk.leave()
    elif what == 'reset':
        talk.server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        talk.leave()
    print('done', flush=True)
