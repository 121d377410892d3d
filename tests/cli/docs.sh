#!/usr/bin/env bash
# The documents that are made from tables are as the tables are: else "make docs" makes them so. The manual has no mistakes
# that its formatter would tell.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
tools/docs.sh "$place" || fail 'tools/docs.sh'
for name in wscope.1 findings.md limits.md; do
    diff -u "docs/$name" "$place/$name" || fail "docs/$name is not fresh: make docs"
done
for word in $("$wscope" --list-findings | cut -d ' ' -f 1); do
    grep -qF "| \`$word\` |" docs/findings.md || fail "docs/findings.md has no $word"
done
for word in $("$wscope" --list-limits | cut -d ' ' -f 1); do
    grep -qF "| \`$word\` |" docs/limits.md || fail "docs/limits.md has no $word"
done
if command -v groff >/dev/null; then
    [ -z "$(groff -man -Tutf8 -ww docs/wscope.1 2>&1 >/dev/null)" ] || fail 'groff complains about docs/wscope.1'
fi
# Every key that the program writes stands in docs/json.md.
"$wscope" -o json --frames captures/*.pcap captures/lab/*.pcap 2>/dev/null |
    grep -oE '"[a-z0-9_]+":' | sort -u | tr -d '":' >"$place/keys"
[ -s "$place/keys" ] || fail 'no keys'
while read -r key; do
    grep -qF "\`$key" docs/json.md || fail "docs/json.md does not know the key $key"
done <"$place/keys"
done_testing
