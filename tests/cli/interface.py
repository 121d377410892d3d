"""Live capture from interfaces, in a network namespace of its own (interface.sh). Nothing here sleeps: a test waits for the
line that says that the capture has begun, and then for the lines that its packets must bring."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from wire import Conversation, Tap, packets, set_down, set_up

WSCOPE = sys.argv[1]


class Capture:
    """A running wscope. It captures when this has been made."""

    def __init__(self, *arguments, **more):
        self.process = subprocess.Popen([WSCOPE, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, **more)
        self.began = self.complaint()
        assert b'capturing on' in self.began, self.began

    def line(self):
        return self.process.stdout.readline().decode()

    def wait_for(self, text):
        """The first line with that text."""
        while True:
            line = self.line()
            assert line != '', f'no {text!r}: ' + self.process.stderr.read().decode()
            if text in line:
                return line

    def complaint(self):
        return self.process.stderr.readline()

    def end(self, number=None):
        """What was still printed, the exit status, standard error."""
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.stdout.read(), self.process.stderr.read() # communicate() would pass by what is buffered
        return out.decode(), self.process.wait(), err.decode()


def says_each_message():
    """Text and JSON: a line is there without another packet that would push it out."""
    for arguments, wanted in ((('-i', 'lo'), 'hello'), (('-i', 'lo', '-o', 'json'), '"text":"hello"')):
        capture = Capture(*arguments)
        talk = Conversation().open()
        talk.say('hello')
        capture.wait_for(wanted)
        talk.answer('and you?')
        capture.wait_for('and you?')
        talk.close()
        capture.wait_for('close')
        capture.end(signal.SIGINT)


def without_arguments():
    """The interface chosen is told, and shows what is said on this machine."""
    capture = Capture()
    assert b'capturing on any' in capture.began, capture.began
    for address in ('127.0.0.1', '::1'):
        talk = Conversation(address).open()
        talk.say('over ' + address)
        assert f'{talk.port}  ws://here/chat' in capture.wait_for(' open ')
        capture.wait_for('over ' + address)
        talk.close()
        capture.wait_for(' close    by client, 1000')
    capture.end(signal.SIGINT)


def signals_end_it():
    """What was captured is shown, also what the kernel had not handed over yet, then the summary. Status 0."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        capture = Capture('-i', 'lo', '-o', 'json')
        talk = Conversation().open()
        talk.say('last words')
        out, status, err = capture.end(number)
        assert status == 0, (status, err)
        lines = [json.loads(line) for line in out.splitlines()]
        kinds = [line['type'] for line in lines]
        assert kinds == ['connection', 'message', 'close', 'summary'], kinds
        assert lines[2]['how'] == 'capture-end', lines
        summary = lines[-1]
        assert summary['dropped'] == {'kernel': 0, 'interface': 0}, summary
        # SYN, SYN ACK, ACK, and request, answer and message, each with its ACK or with none: once each, not twice
        assert 6 <= summary['packets'] <= 9, lines
        assert 'dropped: 0 by the kernel, 0 by the interface, 0 by wscope' in err, err
        talk.leave()


def count_and_duration_end_it():
    capture = Capture('-i', 'lo', '-c', '2')
    talk = Conversation().open()
    for text in ('one', 'two', 'three'):
        talk.say(text)
    out, status, err = capture.end()
    assert status == 0 and 'two' in out and 'three' not in out, (status, out, err)

    capture = Capture('-i', 'lo', '-a', '1')
    talk = Conversation().open()
    talk.say('in time')
    out, status, err = capture.end()
    assert status == 0 and 'in time' in out and 'still open' in out, (status, out, err)


def filter_and_snaplen():
    """-f: only one of two connections, and what the kernel leaves out is what we would; -s: what is cut is told as a gap."""
    talks = Conversation(), Conversation()
    capture = Capture('-i', 'lo', '-f', f'port {talks[1].port}')
    for talk in talks:
        talk.open()
        talk.say(f'to {talk.port}')
    capture.wait_for(f'to {talks[1].port}')
    out, status, err = capture.end(signal.SIGINT)
    assert status == 0 and str(talks[0].port) not in out, (status, out, err)
    assert int(err.split()[2]) <= 7, err

    capture = Capture('-i', 'lo', '-s', '400', '-o', 'json')
    talk = Conversation().open()
    talk.say('x' * 1000)
    assert '"complete":false' in capture.wait_for('"message"')
    capture.end(signal.SIGINT)


def several_interfaces():
    """Two at once are one stream: a connection whose directions came by different ways is one connection."""
    found = packets('captures/ws-plain.pcap')
    first = found[0][26:30] + found[0][34:36]  # the client's address and port
    taps = Tap('tap0'), Tap('tap1')
    capture = Capture('-i', 'tap0', '-i', 'tap1', '-o', 'json')
    for packet in found:
        taps[packet[26:30] + packet[34:36] != first].receive(packet)
    assert '"complete"' in capture.wait_for('"connection"')
    capture.wait_for('"close"')
    out, status, err = capture.end(signal.SIGINT)
    assert status == 0, (status, err)
    wanted = subprocess.run([WSCOPE, '-o', 'json', 'captures/ws-plain.pcap'], capture_output=True, check=True)
    messages = wanted.stdout.count(b'"type":"message"')
    assert json.loads(out.splitlines()[-1])['messages'] > 0 and '"gaps":0' in out, out
    again = json.loads(wanted.stdout.splitlines()[-1])
    now = json.loads(out.splitlines()[-1])
    for key in ('messages', 'frames', 'payload_bytes', 'gaps', 'findings', 'connections'):
        assert now[key] == again[key], (key, now, again, messages)
    for tap in taps:
        tap.vanish()


def interface_vanishes():
    """What was captured is shown; one line says what happened; status 1. With another interface left, it goes on."""
    found = packets('captures/ws-plain.pcap')
    tap = Tap('tap0')
    capture = Capture('-i', 'tap0')
    for packet in found[:12]:
        tap.receive(packet)
    tap.vanish()
    out, status, err = capture.end()
    assert status == 1 and ' open ' in out and 'still open' in out, (status, out, err)
    assert err.startswith('wscope: tap0: ') and 'disappeared' in err.splitlines()[0], err
    assert int(err.splitlines()[1].split()[2]) >= 12, err

    tap = Tap('tap0')
    capture = Capture('-i', 'tap0', '-i', 'lo')
    tap.vanish()
    assert capture.complaint().startswith(b'wscope: tap0: '), err
    talk = Conversation().open()
    talk.say('still here')
    capture.wait_for('still here')
    out, status, err = capture.end(signal.SIGINT)
    assert status == 1, (status, err)


def interface_goes_down():
    """An interface that is down for a while is no reason to end."""
    tap = Tap('tap0')
    capture = Capture('-i', 'tap0')
    set_down('tap0')
    set_up('tap0')
    for packet in packets('captures/ws-plain.pcap'):
        tap.receive(packet)
    capture.wait_for(' open ')
    out, status, err = capture.end(signal.SIGINT)
    assert status == 0, (status, err)
    tap.vanish()


def silence_is_told():
    """A hole that the other side has acknowledged becomes a gap though no packet comes any more."""
    tap = Tap('tap0')
    found = packets('captures/tcp-lost-payload.pcap')
    capture = Capture('-i', 'tap0', '-o', 'json')
    gaps = subprocess.run([WSCOPE, '-o', 'json', 'captures/tcp-lost-payload.pcap'], capture_output=True, check=True)
    assert b'"gap"' in gaps.stdout
    for packet in found:
        if packet[47] & 0x05:  # without FIN and RST
            break
        tap.receive(packet)
    capture.wait_for('"gap"')
    capture.end(signal.SIGINT)
    tap.vanish()


def written(path):
    """The lines that wscope shows of a file, and the texts of the messages among them."""
    run = subprocess.run([WSCOPE, '-o', 'json', path], capture_output=True)
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return lines, [line['text'] for line in lines if line['type'] == 'message' and 'text' in line]


def writes_what_it_shows():
    """-w: from the SYN, without what is no WebSocket, and there while it is captured; SIGHUP: the file was moved away."""
    place = tempfile.mkdtemp()
    path, moved = place + '/out.pcapng', place + '/out.1.pcapng'
    other = Conversation()
    capture = Capture('-i', 'lo', '-o', 'json', '-w', path)
    other._move(other.client, other.server, b'GET / HTTP/1.1\r\n\r\n')
    other._move(other.server, other.client, b'HTTP/1.1 204 No Content\r\n\r\n')
    talk = Conversation().open()
    talk.say('first')
    capture.wait_for('first')
    os.rename(path, moved)
    capture.process.send_signal(signal.SIGHUP)
    while not os.path.exists(path):
        os.sched_yield()
    talk.say('second')
    out, status, err = capture.end(signal.SIGINT)
    assert status == 0, err
    lines, texts = written(moved)
    assert texts == ['first'] and lines[0]['handshake'] == 'complete', lines
    assert 6 <= lines[-1]['packets'] <= 9, lines[-1]  # as acknowledgements were sent apart or not; the other connection has more
    assert 1 <= written(path)[0][-1]['packets'] <= 3, lines[-1]
    talk.leave()
    other.leave()

    # Not moved away: nothing is lost, what follows stands behind it.
    capture = Capture('-i', 'lo', '-o', 'json', '-w', path)
    talk = Conversation().open()
    talk.say('first')
    capture.wait_for('first')
    size = os.path.getsize(path)
    capture.process.send_signal(signal.SIGHUP)
    while os.path.getsize(path) == size:
        os.sched_yield()
    talk.say('second')
    capture.wait_for('second')
    talk.close()
    out, status, err = capture.end(signal.SIGINT)
    lines, texts = written(path)
    assert texts == ['first', 'second'] and lines[-2]['type'] == 'close', lines
    shutil.rmtree(place)


def full_disk():
    """Said once; what is captured goes on being shown, and the status tells it at the end."""
    capture = Capture('-i', 'lo', '-w', '/dev/full')
    talk = Conversation().open()
    talk.say('shown all the same')
    capture.wait_for('shown all the same')
    assert capture.complaint() == b'wscope: /dev/full: No space left on device\n'
    talk.say('and so on')
    capture.wait_for('and so on')
    out, status, err = capture.end(signal.SIGINT)
    assert status == 1 and 'No space' not in err, (status, err)
    talk.leave()


def errors():
    def wrong(status, text, *arguments):
        run = subprocess.run([WSCOPE, *arguments], stdin=subprocess.DEVNULL, capture_output=True)
        err = run.stderr.decode()
        assert run.returncode == status and text in err and err.count('\n') == 1, (arguments, run.returncode, err)
        assert run.stdout == b'', run.stdout
    wrong(1, 'wscope: no-such: there is no such interface', '-i', 'no-such')
    wrong(1, 'wscope: no-such: there is no such interface', '-i', 'lo', '-i', 'no-such')
    wrong(2, 'syntax error', '-i', 'lo', '-f', 'prot 80')
    wrong(2, 'capture filter: any: ', '-i', 'any', '-f', 'ether host 1:2:3:4:5:6')
    set_down('lo')
    wrong(1, 'wscope: lo: the interface is down', '-i', 'lo')
    set_up('lo')
    listed = subprocess.run([WSCOPE, '-D'], capture_output=True, check=True).stdout.decode()
    assert [line for line in listed.splitlines() if line.startswith('lo ') and '127.0.0.1' in line], listed


set_up('lo')
says_each_message()
without_arguments()
signals_end_it()
count_and_duration_end_it()
filter_and_snaplen()
writes_what_it_shows()
full_disk()
if os.access('/dev/net/tun', os.R_OK | os.W_OK):
    several_interfaces()
    interface_vanishes()
    interface_goes_down()
    silence_is_told()
else:
    print('skipped: no /dev/net/tun, several and vanishing interfaces not tried')
errors()
