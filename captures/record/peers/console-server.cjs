// console-server.cjs PORT [no-accept]: a JavaScript console over WebSocket, on
// Node's http module alone. It does what tutorials do: it answers the upgrade by
// hand, unmasks by hand, and knows the three lengths of a frame.
//
// A client sends expressions as text; each is evaluated in a context that lives as
// long as the connection, and answered with {id, ok, value, took} or {id, ok, error}.
// With "no-accept" the 101 lacks Sec-WebSocket-Accept, as many first attempts do.
const crypto = require('crypto');
const http = require('http');
const util = require('util');
const vm = require('vm');

const [port, mistake] = process.argv.slice(2);
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1, CLOSE = 8, PING = 9, PONG = 10;

function frame(opcode, payload) {
    const length = payload.length;
    let head;
    if (length < 126) {
        head = Buffer.from([0x80 | opcode, length]);
    } else if (length < 65536) {
        head = Buffer.from([0x80 | opcode, 126, 0, 0]);
        head.writeUInt16BE(length, 2);
    } else {
        head = Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
        head.writeUInt32BE(length, 6);
    }
    return Buffer.concat([head, payload]);
}

// The first whole frame of a buffer, unmasked, or null.
function parse(bytes) {
    if (bytes.length < 2)
        return null;
    let length = bytes[1] & 0x7f;
    let at = 2;
    if (length === 126) {
        if (bytes.length < 4)
            return null;
        length = bytes.readUInt16BE(2);
        at = 4;
    } else if (length === 127) {
        if (bytes.length < 10)
            return null;
        length = Number(bytes.readBigUInt64BE(2));
        at = 10;
    }
    const end = at + 4 + length;
    if (bytes.length < end)
        return null;
    const key = bytes.subarray(at, at + 4);
    const payload = Buffer.from(bytes.subarray(at + 4, end)).map((byte, i) => byte ^ key[i % 4]);
    return { opcode: bytes[0] & 0x0f, payload, rest: bytes.subarray(end) };
}

function evaluate(context, id, expression) {
    const began = process.hrtime.bigint();
    try {
        const value = vm.runInContext(expression, context, { timeout: 500, filename: `console:${id}` });
        const took = Number(process.hrtime.bigint() - began) / 1e6;
        return { id, ok: true, value: typeof value === 'string' ? value : util.inspect(value), took };
    } catch (error) {
        return { id, ok: false, error: { name: error.name, message: error.message } };
    }
}

function converse(socket) {
    const context = vm.createContext({ process: { version: process.version } });
    let id = 0;
    let bytes = Buffer.alloc(0);

    function take({ opcode, payload }) {
        if (opcode === TEXT)
            socket.write(frame(TEXT, Buffer.from(JSON.stringify(evaluate(context, ++id, payload.toString())))));
        if (opcode === PING)
            socket.write(frame(PONG, payload));
        if (opcode === CLOSE)
            socket.end(frame(CLOSE, payload));
    }

    socket.on('data', data => {
        bytes = Buffer.concat([bytes, data]);
        for (let one; (one = parse(bytes)); bytes = one.rest)
            take(one);
    });
    socket.on('error', () => {});
    socket.write(frame(TEXT, Buffer.from(JSON.stringify({ hello: 'console', node: process.version }))));
    socket.write(frame(PING, Buffer.from('still there?')));
}

const server = http.createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.end('Connect to /console with a WebSocket.\n');
});

server.on('upgrade', (request, socket) => {
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    const key = request.headers['sec-websocket-key'];
    if (mistake !== 'no-accept')
        head.push('Sec-WebSocket-Accept: ' + crypto.createHash('sha1').update(key + MAGIC).digest('base64'));
    socket.write(head.join('\r\n') + '\r\n\r\n');
    converse(socket);
});

server.listen(Number(port), '127.0.0.1');
