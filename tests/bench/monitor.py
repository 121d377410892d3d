"""Measures the monitor in a pseudo terminal: see monitor.sh.

    monitor.py file WSCOPE CAPTURE
    monitor.py day WSCOPE GENERATE CONNECTIONS
    monitor.py live WSCOPE TALK RATE SECONDS
"""
import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import termios
import time

TOUCHED = 512 << 20


class Monitor:
    def __init__(self, *arguments, stdin=None):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if stdin is not None:
                os.dup2(stdin, 0)
            os.environ.update(TERM='xterm-256color', LC_ALL='C.UTF-8')
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 200, 0, 0))
            os.execv(arguments[0], arguments)

    def read(self, seconds):
        """What comes within that time, at once when something does; b'' when nothing."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b''
        try:
            return os.read(self.fd, 1 << 20)
        except OSError:
            return b''

    def until(self, text, seconds=30):
        """Seconds until it is printed."""
        begin, held = time.monotonic(), b''
        while text not in held:
            held = held[-200:] + self.read(seconds)
            assert time.monotonic() - begin < seconds, (text, held)
        return time.monotonic() - begin

    def quiet(self):
        """The time of the last output before a second of silence."""
        last = time.monotonic()
        while self.read(1):
            last = time.monotonic()
        return last

    def press(self, key, text):
        os.write(self.fd, key)
        return self.until(text)

    def processor(self):
        fields = open(f'/proc/{self.pid}/stat').read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def memory(self):
        fields = dict(line.split(':') for line in open(f'/proc/{self.pid}/status'))
        return int(fields['RssAnon'].split()[0]) / 1024

    def end(self):
        os.write(self.fd, b'q')
        while self.read(5):
            pass
        return os.waitpid(self.pid, 0)[1]


def touch_memory():
    """As the capture is in the page cache, the machine has the memory: in a virtual one the first touch of what its host has not
    given yet takes ten times as long as all else that is done with it."""
    b'\1' * TOUCHED


def of_file(wscope, capture):
    open(capture, 'rb').read()
    summary, loaded, first, keys = [], [], [], []
    for _ in range(3):
        touch_memory()
        begin = time.monotonic()
        subprocess.run([wscope, '-o', 'summary', capture], stdout=subprocess.DEVNULL, check=True)
        summary.append(time.monotonic() - begin)
        monitor = Monitor(wscope, capture)
        monitor.until(b'SERVER')
        monitor.until(b'open')
        first.append(time.monotonic() - monitor.began)
        loaded.append(monitor.quiet() - monitor.began)
        kept = monitor.memory()
        monitor.end()
        monitor = Monitor(wscope, capture)
        monitor.until(b'SERVER')
        limit = time.monotonic() + loaded[-1] - first[-1]
        while time.monotonic() < limit - 0.05:
            keys.append(monitor.press(b'?', b'Everywhere'))
            keys.append(monitor.press(b'\033', b'SERVER'))
        monitor.end()
    print(f'first row      {min(first):.3f} to {max(first):.3f} s')
    print(f'all loaded     {statistics.median(loaded):.3f} s; -o summary {statistics.median(summary):.3f} s; '
          f'ratio {statistics.median(loaded) / statistics.median(summary):.2f}')
    if keys:
        print(f'key answered   median {1000 * statistics.median(keys):.0f} ms, most {1000 * max(keys):.0f} ms, {len(keys)} keys while loading')
    print(f'memory         {kept:.0f} MiB')


def day(wscope, generate, connections):
    """24 hours in fast motion, through a pipe: memory at each hour of them."""
    generating = subprocess.Popen([generate, 'day', '-', connections], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    monitor = Monitor(wscope, '-', stdin=generating.stdout.fileno())
    generating.stdout.close()
    monitor.press(b'2', b'PAYLOAD')
    samples, looked = [], 0
    while True:
        data = monitor.read(0.5)
        if time.monotonic() - looked > 0.1:
            looked = time.monotonic()
            samples.append(monitor.memory())
        if generating.poll() is not None and not data: # all is on the screen
            break
    hours = [samples[len(samples) * hour // 24] for hour in range(1, 24)] + samples[-1:]
    print(f'24 hours       {connections} connections in {time.monotonic() - monitor.began:.0f} s; memory by the hour: ' +
          ' '.join(f'{hour:.0f}' for hour in hours) + ' MiB')
    monitor.end()


def live(wscope, talk, rate, seconds):
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'cli'))
    from wire import set_up
    set_up('lo')
    monitor = Monitor(wscope, '-i', 'lo')
    monitor.until(b'Waiting')
    monitor.press(b'2', b'PAYLOAD')
    before = monitor.processor()
    talking = subprocess.Popen([talk, rate, seconds], stdout=subprocess.PIPE)
    while talking.poll() is None:
        monitor.read(0.1)
    used = monitor.processor() - before
    sent, took = talking.stdout.read().split()
    held = b''
    time.sleep(1)
    os.write(monitor.fd, b'\x0c')
    while (data := monitor.read(1)) and len(held) < 1 << 22:
        held += data
    drops = re.findall(rb'drops (\S+)/(\S+)/([0-9.kMG]+)', held)
    print(f'live           {int(sent) / float(took):.0f} messages/s for {float(took):.0f} s: {100 * used / float(took):.1f} % of a core, '
          f'{monitor.memory():.0f} MiB, drops kernel/interface/own {b"/".join(drops[-1]).decode() if drops else "?"}')
    monitor.end()


{'file': of_file, 'day': day, 'live': live}[sys.argv[1]](*sys.argv[2:])
