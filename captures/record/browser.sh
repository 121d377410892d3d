#!/usr/bin/env bash
# Chromium without a window against a page served on lo: the page closes its socket,
# the tab is closed, the tab goes elsewhere, the browser is killed.
. "$(dirname "$0")/lib.sh"
segments_of 1500
export HOME=$work TMPDIR=$work

for end in page tab away killed; do
    start "chromium-$end"
    timeout 60 node "$peers/browser.cjs" 8082 "$end"
    finish
done
