#!/usr/bin/env bash
# Records every capture again, as root. "all.sh NAME ..." runs only those scripts.
cd "$(dirname "$0")" || exit 1

# wrap.sh is last: it works on what ws.sh recorded.
themes=${*:-ws console python-websockets nginx browser subprotocols servers close http violations limits tls tls-peers formats wrap}
failed=
for theme in $themes; do
    echo "== $theme"
    bash "./$theme.sh" || failed="$failed $theme"
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
