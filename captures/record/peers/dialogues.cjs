// Dialogues with something wrong (bad-) or rare in them. Each goes on after it, because a
// passive observer has to go on as well, and ends with an orderly close.
const {
    TEXT, BINARY, CLOSE, PING, PONG,
    frame, server, client, closing, request, response, deflate,
} = require('./websocket.cjs');

const toServer = (...args) => ['client', client(...args)];
const toClient = (...args) => ['server', server(...args)];
const FRAGMENT = { fin: false };
const CONTINUATION = 0;

const opening = (ask, answer) => [['client', request(ask)], ['server', response(answer)]];
const ending = () => [
    toServer(CLOSE, closing(1000, 'end of the dialogue')),
    toClient(CLOSE, closing(1000, 'end of the dialogue')),
];
const talk = (...steps) => [...opening(), toServer(TEXT, 'before'), ...steps, toServer(TEXT, 'after'), ...ending()];

const DEFLATE = ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover'];
const deflated = (...steps) => [...opening({ headers: DEFLATE }, { headers: DEFLATE }), ...steps, ...ending()];
const RSV1 = { rsv: 4 };

const bytes = (...values) => Buffer.from(values);
const between = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

// Escape sequences that must not reach a terminal: colours, window title, clearing,
// C1 controls in UTF-8, bidirectional overrides, line separators, DEL, NUL.
const HOSTILE = '\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J \u009b31m \u0085 \u202Eright to left\u202C \u2066 \u2028 \x7f \0 \b\r\n\ttab';

const page = '<!DOCTYPE html>\n<html><head><title>500 Internal Server Error</title></head>\n' +
    '<body><h1>Internal Server Error</h1>\n<p>The application failed after the upgrade.</p></body></html>\n';

module.exports = {
    'bad-utf8': () => talk(
        toServer(TEXT, bytes(0x66, 0x6f, 0xff, 0x6f)),                  // never in UTF-8
        toClient(TEXT, bytes(0xed, 0xa0, 0x80)),                        // a surrogate
        toServer(TEXT, bytes(0xc0, 0xaf)),                              // overlong
        toServer(TEXT, bytes(0xf4, 0x90, 0x80, 0x80)),                  // above U+10FFFF
        toClient(TEXT, bytes(0x63, 0x61, 0x66, 0xc3)),                  // cut off
        toServer(TEXT, bytes(0xe2, 0x9c), FRAGMENT),                    // right: split in a character
        toServer(CONTINUATION, bytes(0x93)),
        toServer(CLOSE, closing(1000, bytes(0x80, 0x81)))),

    'bad-rsv1-not-negotiated': () => talk(
        toClient(TEXT, deflate('compressed without agreement'), RSV1),
        toServer(TEXT, 'plain, but the bit is set', RSV1),
        toServer(PING, 'bits on a ping', RSV1)),

    'bad-rsv2-rsv3': () => talk(
        toServer(TEXT, 'RSV2', { rsv: 2 }), toClient(TEXT, 'RSV3', { rsv: 1 }), toServer(BINARY, 'all', { rsv: 7 })),

    'bad-rsv1-every-fragment': () => {
        const whole = deflate('fragments of a compressed message, '.repeat(6));
        const third = Math.ceil(whole.length / 3);
        const part = i => whole.subarray(i * third, (i + 1) * third);
        return deflated(
            toClient(TEXT, part(0), { ...FRAGMENT, ...RSV1 }),
            toClient(CONTINUATION, part(1), { ...FRAGMENT, ...RSV1 }),
            toClient(CONTINUATION, part(2), RSV1),
            toServer(TEXT, deflate('a right one'), RSV1));
    },

    'bad-deflate-garbage': () => deflated(
        toClient(TEXT, deflate('a right one'), RSV1),
        toClient(TEXT, bytes(0x07, 0xff, 0xff, 0xff), RSV1),            // block type 3
        toServer(TEXT, deflate('said before', 'said before'), RSV1),    // reaches before the start
        toClient(TEXT, deflate(bytes(0xc3, 0x28)), RSV1),               // inflates to broken UTF-8
        toServer(TEXT, deflate('a right one again'), RSV1),
        toClient(TEXT, 'and one that is not compressed')),

    'bad-server-masks': () => talk(
        ['server', client(TEXT, 'a masked answer')], ['server', client(PING, 'masked too')],
        toServer(PONG, 'masked too'), ['server', client(BINARY, bytes(1, 2, 3))]),

    'bad-client-unmasked': () => talk(
        ['client', server(TEXT, 'no mask on this one')], toClient(TEXT, 'got it all the same'),
        ['client', server(BINARY, Buffer.alloc(300, 7))], ['client', server(PING, 'nor here')],
        toClient(PONG, 'nor here')),

    'rare-zero-mask': () => talk(
        toServer(TEXT, 'a key of zeros is legal', { mask: bytes(0, 0, 0, 0) }),
        toClient(TEXT, 'so it is')),

    'bad-opcodes': () => talk(
        ...between(3, 7).map(opcode => toServer(opcode, `reserved for data: ${opcode}`)),
        ...between(11, 15).map(opcode => toClient(opcode, `reserved for control: ${opcode}`))),

    'bad-lengths': () => talk(
        toServer(TEXT, 'five in 16 bits', { as: 16 }), toServer(TEXT, 'x'.repeat(200), { as: 64 }),
        toClient(TEXT, 'seven in 64 bits', { as: 64 }), toClient(TEXT, '', { as: 64 })),

    // Nothing can follow: whoever believes the length waits for ever.
    'bad-length-msb': () => [...opening(), toServer(TEXT, 'before'),
        ['client', frame(BINARY, 'a length with its highest bit set', {
            mask: bytes(1, 2, 3, 4), as: 64, length: 2n ** 63n + 5n })],
        toClient(CLOSE, closing(1002, 'highest bit of the length'))],
    'bad-length-huge': () => [...opening(), toServer(TEXT, 'before'),
        toClient(BINARY, 'an exabyte is announced', { as: 64, length: 2n ** 60n }),
        toServer(CLOSE, closing(1009, 'too big'))],

    'bad-control': () => talk(
        toServer(PING, 'a ping in ', FRAGMENT), toServer(CONTINUATION, 'two parts'),
        toServer(PING, 'p'.repeat(126)), toClient(PONG, 'q'.repeat(300)),
        toClient(PONG, 'nobody asked: legal')),

    'bad-continuation': () => talk(
        toServer(CONTINUATION, 'continues nothing'),
        toServer(TEXT, 'first part of one, ', FRAGMENT), toServer(TEXT, 'a second message inside'),
        toServer(CONTINUATION, 'last part of one'),
        toClient(TEXT, 'begun and never ended', FRAGMENT), toServer(TEXT, 'unrelated')),

    'bad-close-codes': () => talk(
        toServer(CLOSE, closing(1005)), toClient(CLOSE, closing(1006)), toServer(CLOSE, closing(1015)),
        toClient(CLOSE, closing(1004)), toServer(CLOSE, closing(999)), toClient(CLOSE, closing(2999)),
        toServer(CLOSE, closing(5000)), toClient(CLOSE, closing(0))),
    'bad-close-1005':     () => [...opening(), toClient(TEXT, 'hello'), toServer(CLOSE, closing(1005)), toClient(CLOSE, closing(1005))],
    'bad-close-one-byte': () => [...opening(), toClient(TEXT, 'hello'), toServer(CLOSE, bytes(0x03)), toClient(CLOSE, closing(1002))],
    'bad-close-then-data': () => [...opening(), toServer(CLOSE, closing(1000)), toServer(TEXT, 'one more thing'),
        toClient(TEXT, 'still sent before the answer: legal'), toClient(CLOSE, closing(1000)), toClient(PING, 'too late')],
    'bad-close-long':     () => [...opening(), toServer(CLOSE, closing(1000, 'r'.repeat(124))), toClient(CLOSE, closing(1002))],

    // Application errors: HTTP inside the tunnel.
    'bad-html-after-101': () => [...opening(), toServer(TEXT, 'hello'), toClient(TEXT, 'hello'),
        ['server', Buffer.from('HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/html; charset=utf-8\r\n' +
            `Content-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`)]],
    'bad-html-at-once': () => [...opening(), ['server', Buffer.from(page)]],

    'bad-escapes': () => [
        ...opening(
            { target: '/\x1b[31mred?q=\x1b]0;owned\x07\u202E%1b', headers: [`User-Agent: ${HOSTILE.replace(/[\r\n\0]/g, '')}`,
                'Cookie: sid=\x9b31m', 'Sec-WebSocket-Protocol: chat'] },
            { headers: ['Server: \x1b[2Jcleared', 'Sec-WebSocket-Protocol: chat'] }),
        toServer(TEXT, HOSTILE), toClient(TEXT, HOSTILE), toServer(BINARY, HOSTILE), toServer(PING, '\x1b[5mblink'),
        toClient(PONG, '\x1b[5mblink'), toServer(CLOSE, closing(4000, '\x1b[2J\u202Ereason\x07 \u009b1m')),
        toClient(CLOSE, closing(4000, '\x1b[2J'))],

    // Handshakes that a careful peer refuses.
    'bad-accept-wrong':   () => [...opening({}, { accept: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }), toServer(TEXT, 'never mind'), ...ending()],
    'bad-upgrade-websockets': () => [...opening({ upgrade: 'websockets' }, { upgrade: 'websockets' }),
        toServer(TEXT, 'a misspelt token'), toClient(TEXT, 'and its answer'), ...ending()],
    'bad-not-offered': () => [...opening({ headers: ['Sec-WebSocket-Protocol: chat'] },
        { headers: ['Sec-WebSocket-Protocol: soap', 'Sec-WebSocket-Extensions: permessage-deflate'] }),
        toServer(TEXT, 'a subprotocol and an extension that nobody offered'),
        toClient(TEXT, deflate('compressed all the same'), RSV1), ...ending()],
    'bad-key-short': () => [...opening({ key: 'c2hvcnQ=' }, { key: 'c2hvcnQ=' }), toClient(TEXT, 'five bytes of key'), ...ending()],

    // Right, but in one segment with what goes before.
    'rare-pipelined': () => [
        ['client', Buffer.concat([request(), client(TEXT, 'before the answer')])],
        ['server', Buffer.concat([response(), server(TEXT, 'with the 101'), server(PING, 'and a ping')])],
        toServer(PONG, 'and a ping'), ...ending()],

    // Segments full of tiny frames.
    'many-frames': () => [...opening(), toServer(TEXT, 'begin'),
        ['server', Buffer.concat(between(0, 31999).map(i => server(TEXT, String(i).padStart(5, '0'))))],
        ...ending()],
};
