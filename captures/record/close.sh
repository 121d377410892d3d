#!/usr/bin/env bash
# One capture for each way a WebSocket connection ends.
. "$(dirname "$0")/lib.sh"
segments_of 1500

# ending NAME HOW_OF_THE_SERVER SCRIPT_OF_THE_CLIENT
ending() {
    start "close-$1"
    serve 8084 node "$peers/ender.cjs" 8084 "$2"
    timeout 20 node "$peers/chat.cjs" ws://127.0.0.1:8084/ "$3" \
        '{"perMessageDeflate": false, "closeTimeout": 500}'
    finish
} 2>/dev/null    # bash tells of killed peers; that is what is wanted

ending by-client        answer  '["hello", {"await": 2}, {"close": 1000, "reason": "done here"}]'
ending by-client-empty  answer  '["hello", {"await": 2}, {"close": null}]'
ending by-server-1001   away    '["hello"]'
ending by-server-4401   expired '["hello"]'
ending by-server-empty  empty   '["hello"]'
ending by-both-at-once  at-once '[{"close": 1000, "reason": "me first"}]'
ending unanswered       frozen  '["hello", {"await": 2}, {"close": 1000, "reason": "anyone?"}]'
ending server-fin       fin     '["hello"]'
ending server-reset     reset   '["hello"]'
ending reset-while-sending gone '["hello", {"await": 1}, {"fill": 9000}, "nobody reads this"]'
ending server-killed    killed  '["hello"]'
ending server-killed-unread unread '["hello", {"await": 2}, "nobody", "reads this"]'
ending client-fin       answer  '["hello", {"await": 2}, {"end": "fin"}]'
ending client-reset     answer  '["hello", {"await": 2}, {"end": "reset"}]'
ending client-killed    answer  '["hello", {"await": 2}, {"end": "killed"}]'
