"""Runs the commands of a Markdown file and compares what they print with what stands below them.

    readme.py FILE [--update]

A fenced block that begins with "$ " holds commands, each with its output below it up to the next "$ " or the end. They run in bash, from
the top of the project, as a person would run them with the output in a file of 80 columns. --update writes the outputs anew.
"""
import difflib
import os
import shutil
import subprocess
import sys


def run(command):
    done = subprocess.run(['bash', '-c', command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.stdout.decode().splitlines()


def commands_of(line):
    return [word for word in ('jq', 'gzip') if f' {word} ' in f' {line}']


path, update = sys.argv[1], '--update' in sys.argv
lines = open(path, encoding='utf-8').read().splitlines()
written, failed, count, at = [], 0, 0, 0
while at < len(lines):
    written.append(lines[at])
    at += 1
    if written[-1] != '```' or at >= len(lines) or not lines[at].startswith('$ '):
        continue
    while lines[at] != '```':
        command = lines[at][2:]
        at += 1
        wanted = []
        while lines[at] != '```' and not lines[at].startswith('$ '):
            wanted.append(lines[at])
            at += 1
        if all(map(shutil.which, commands_of(command))):
            got = run(command)
        else:
            print('skipped:', command)
            got = wanted
        count += 1
        if got != wanted and not update:
            failed = 1
            print('\n'.join(difflib.unified_diff(wanted, got, 'wanted: ' + command, 'got', lineterm='')))
        written += ['$ ' + command, *got]
    written.append(lines[at])
    at += 1
if update:
    open(path, 'w', encoding='utf-8').write('\n'.join(written) + '\n')
elif count == 0:
    print('no commands in', path)
    failed = 1
sys.exit(failed)
