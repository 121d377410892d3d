"""s_client.py STEPS ARGUMENT ...: a WebSocket client on `openssl s_client ARGUMENT ...`.

STEPS is a JSON list: a text is sent as a message, and waited for to come back; {"key": "K"} is a line for s_client itself (K and k update
the keys, R renegotiates); {"fill": N} sends N bytes; {"early": true} first: the request is in the file that -early_data names;
{"early": "rejected"}: and is sent once more.
"""
import json, os, subprocess, sys, threading, time

REQUEST = (b'GET /feed HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
           b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
MASK = b'\x37\xfa\x21\x3d'


def frame(opcode, payload):
    n = len(payload)
    head = bytes([0x80 | opcode]) + (bytes([0x80 | n]) if n < 126 else b'\xfe' + n.to_bytes(2, 'big'))
    return head + MASK + bytes(b ^ MASK[i & 3] for i, b in enumerate(payload))


class Client:
    def __init__(self, arguments):
        self.process = subprocess.Popen(['openssl', 's_client'] + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.seen, self.news = b'', threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            data = os.read(self.process.stdout.fileno(), 65536)
            with self.news:
                self.seen += data
                self.over = not data
                self.news.notify()
            if not data:
                return

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def await_(self, what, count=1):
        with self.news:
            if not self.news.wait_for(lambda: self.seen.count(what) >= count, 10):
                sys.exit(f's_client.py: {what[:40]} did not come; there was {self.seen[-800:]}')


steps = json.loads(sys.argv[1])
client = Client(sys.argv[2:])
if steps and steps[0] == {'early': True}:
    steps.pop(0)
elif steps and steps[0] == {'early': 'rejected'}:
    steps.pop(0)
    client.await_(b'Early data was rejected')
    client.send(REQUEST)
else:
    client.await_(b'Verify return code')
    client.send(REQUEST)
client.await_(b'101 Switching')
for i, step in enumerate(steps):
    if isinstance(step, str):
        text = f'{i}: {step}'.encode()
        client.send(frame(1, text))
        client.await_(text)
    elif 'fill' in step:
        text = (f'{i}: ' + 'abcdefghij' * (step['fill'] // 10)).encode()
        client.send(frame(1, text))
        client.await_(text)
    elif 'key' in step:
        before = len(client.seen)
        client.send(step['key'].encode() + b'\n')
        client.await_({'K': b'KEYUPDATE', 'k': b'KEYUPDATE', 'R': b'RENEGOTIATING'}[step['key']])
        time.sleep(.2)  # s_client takes one line of its own at a time
client.send(frame(8, b'\x03\xe8'))
client.await_(b'\x88\x02\x03\xe8')
client.process.wait(5)
