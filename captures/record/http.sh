#!/usr/bin/env bash
# What HTTP does around an upgrade: ordinary requests before it on the same TCP
# connection, interim answers, refusals, no answer.
. "$(dirname "$0")/lib.sh"
segments_of 1500

# visit NAME STEP ...
visit() {
    start "http-$1"; shift
    serve 8080 node "$peers/web.cjs" 8080
    timeout 20 node "$peers/visitor.cjs" 8080 "$@"
    finish
}

visit keep-alive GET:/ GET:/chunked HEAD:/ GET:/nothing GET:/not-modified GET:/lost ws:/feed
visit continue   POST:/upload ws:/feed
visit continue-and-upgrade expect:/feed
visit early-hints ws:/hinted
visit 404        ws:/missing
visit 426        ws:/old
visit redirect   ws:/moved
visit unanswered ws:/silent
