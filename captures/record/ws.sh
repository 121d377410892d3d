#!/usr/bin/env bash
# Node's ws at both ends: plain, fragmented, over IPv6, and with permessage-deflate
# in each of the ways its parameters can be agreed.
. "$(dirname "$0")/lib.sh"
segments_of 1500

# talk NAME SERVER_OPTIONS SCRIPT CLIENT_OPTIONS [HOST]
talk() {
    start "$1"
    serve 8080 node "$peers/echo.cjs" 8080 "$2"
    timeout 20 node "$peers/chat.cjs" "ws://${5:-127.0.0.1}:8080/chat?room=lobby" "$3" "$4"
    finish
}

everyday='["hello", "how are you?", {"ping": "beat"}, {"binary": "00010203ff"}, {"fill": 126},
    {"fill": 5000}, "", "h\u00e9llo \u2713 \ud83c\udf89", {"pong": ""}, {"await": 7},
    {"close": 1000, "reason": "done"}]'
fragments='[{"parts": ["one ", "two ", "three"]}, {"parts": ["before ", {"ping": "between"}, "after"]},
    {"parts": ["", "empty first and last", ""]}, {"await": 3}, {"close": 1000}]'
off='{"perMessageDeflate": false, "protocols": ["chat.v2", "chat.v1"], "origin": "http://shop.example",
    "headers": {"Cookie": "sid=0123456789abcdef"}}'

talk ws-plain     '{"perMessageDeflate": false}' "$everyday"  "$off"
talk ws-fragments '{"perMessageDeflate": false}' "$fragments" "$off"
talk ws-ipv6      '{"perMessageDeflate": false}' "$everyday"  "$off" '[::1]'

# The same line again and again: later messages refer to earlier ones, unless
# the context is given up.
prices='["{\"type\":\"order\",\"symbol\":\"EURUSD\",\"side\":\"buy\",\"amount\":1000}",
    "{\"type\":\"order\",\"symbol\":\"EURUSD\",\"side\":\"sell\",\"amount\":1000}",
    {"binary": "00010203040506070001020304050607"}, {"fill": 3000}, "", {"ping": "beat"},
    "{\"type\":\"order\",\"symbol\":\"EURUSD\",\"side\":\"sell\",\"amount\":2000}",
    {"await": 16}, {"close": 1000, "reason": "market closed"}]'

# deflate NAME SERVER_PARAMETERS [SCRIPT [CLIENT_PARAMETERS]]
deflate() {
    talk "$1" "{\"perMessageDeflate\": $2, \"hello\": 10}" "${3:-$prices}" \
        "{\"perMessageDeflate\": ${4:-"{\"threshold\": 0}"}}"
}

deflate ws-deflate-takeover            '{"threshold": 0}'
deflate ws-deflate-server-no-takeover  '{"threshold": 0, "serverNoContextTakeover": true}'
deflate ws-deflate-client-no-takeover  '{"threshold": 0, "clientNoContextTakeover": true}'
deflate ws-deflate-no-takeover \
    '{"threshold": 0, "serverNoContextTakeover": true, "clientNoContextTakeover": true}'
deflate ws-deflate-window-9 '{"threshold": 0, "serverMaxWindowBits": 9, "clientMaxWindowBits": 9}' \
    '' '{"threshold": 0, "serverMaxWindowBits": 9, "clientMaxWindowBits": 9}'
# ws looks at the threshold only where the context is not taken over.
deflate ws-deflate-threshold \
    '{"threshold": 64, "serverNoContextTakeover": true, "clientNoContextTakeover": true}' \
    '' '{"threshold": 64}'
deflate ws-deflate-fragments '{"threshold": 0}' \
    '[{"parts": ["one one one ", {"ping": "between"}, "two two two ", {"ping": "again"}, "three"]},
      "one one one whole", {"parts": ["four four ", "", "five five"]}, {"await": 13}, {"close": 1000}]'
