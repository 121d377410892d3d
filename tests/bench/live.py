"""Measures live capture on the loopback interface of a network namespace: see live.sh.

    live.py WSCOPE TALK RATE SECONDS
"""
import json
import os
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'cli'))
from wire import Conversation, set_up  # noqa: E402

WSCOPE, TALK, RATE, SECONDS = sys.argv[1:]


def start(*arguments, out=subprocess.DEVNULL):
    process = subprocess.Popen([WSCOPE, '-i', 'lo', *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE)
    assert b'capturing' in process.stderr.readline()
    return process


def processor(process):
    """Seconds of processor time."""
    return int(open(f'/proc/{process.pid}/schedstat').read().split()[0]) / 1e9


def memory(process):
    """MiB: what is resident now at most, without and with the kernel's ring, which is shared memory."""
    fields = dict(line.split(':') for line in open(f'/proc/{process.pid}/status'))
    return int(fields['RssAnon'].split()[0]) / 1024, int(fields['VmHWM'].split()[0]) / 1024


def load(*arguments):
    process = start(*arguments)
    before = processor(process)
    sent, took = subprocess.run([TALK, RATE, SECONDS], capture_output=True, check=True).stdout.split()
    used = processor(process) - before
    anonymous, peak = memory(process)
    process.send_signal(signal.SIGINT)
    err = process.communicate()[1].decode().splitlines()[-1]
    print(f'{" ".join(arguments):28} {int(sent) / float(took):8.0f} messages/s  {100 * used / float(took):5.1f} % of a core  '
          f'{anonymous:6.1f} MiB, {peak:.0f} with the ring')
    print(' ' * 28, err.split(': ', 2)[-1])


def latency(*interfaces):
    process = subprocess.Popen([WSCOPE, *interfaces, '-o', 'json'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    assert b'capturing' in process.stderr.readline()
    talk = Conversation().open()
    process.stdout.readline()
    took = []
    for number in range(200):
        time.sleep(0.02 + number % 7 * 0.0013)
        begin = time.monotonic()
        talk.say(f'message {number}')
        while json.loads(process.stdout.readline()).get('text') != f'message {number}':
            pass
        took.append(1000 * (time.monotonic() - begin))
    process.send_signal(signal.SIGINT)
    process.communicate()
    took.sort()
    print(f'latency {" ".join(interfaces):20} mean {statistics.mean(took):.1f} ms, 99 % within {took[-3]:.1f} ms, most {took[-1]:.1f} ms')


def idle():
    process = start()
    time.sleep(1)
    before = processor(process)
    time.sleep(10)
    print(f'idle                         {100 * (processor(process) - before) / 10:.3f} % of a core')
    process.send_signal(signal.SIGINT)
    process.communicate()


set_up('lo')
idle()
latency('-i', 'lo')
latency('-i', 'lo', '-i', 'any')
for arguments in (('-o', 'summary'), ('-o', 'text'), ('-o', 'json'), ('-o', 'json', '-w', '/dev/null')):
    load(*arguments)
