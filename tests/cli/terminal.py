"""Running a program on a terminal of its own, to see what it writes there."""
import fcntl
import os
import pty
import struct
import termios


def begin_on_terminal(columns, program, *arguments, **environment):
    """The program's number, and a terminal of 24 lines, on which it runs."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
        os.environ.update({'TERM': 'xterm', **environment})
        os.execv(program, [program, *arguments])
    return child, terminal


def run_on_terminal(columns, program, *arguments, **environment):
    """What the program writes to a terminal of 24 lines, until it ends."""
    child, terminal = begin_on_terminal(columns, program, *arguments, **environment)
    output = b''
    while True:
        try:
            some = os.read(terminal, 65536)
        except OSError:  # the child has gone
            break
        if not some:
            break
        output += some
    os.waitpid(child, 0)
    return output
