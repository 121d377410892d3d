#!/usr/bin/env bash
# The picture of the monitor in the README is what it looks like.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
start 80x24 captures/graphql.pcap
loaded
keys Enter
await '1/'
keys Down Down Down Enter
await '"subscribe"'
screen readme
python3 - "$screens/readme" "${TUI_UPDATE:-}" <<'PYTHON' || fail 'README.md: the picture of the monitor (make tui-update)'
import re, sys
picture, readme = open(sys.argv[1]).read(), open('README.md').read()
mark = re.compile(r'(The monitor, on 80 by 24 characters:\n\n```\n).*?(```\n)', re.S)
if sys.argv[2]:
    open('README.md', 'w').write(mark.sub(lambda m: m.group(1) + picture + m.group(2), readme))
elif mark.search(readme) is None or picture not in readme:
    sys.exit(1)
PYTHON
done_testing
