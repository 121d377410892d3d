// lenient-client.cjs PORT: types the expressions over a bare socket and does not
// look at the answer's headers, as clients on microcontrollers do not.
const crypto = require('crypto');
const net = require('net');
const expressions = require('./expressions.cjs');

const socket = net.connect(Number(process.argv[2]), '127.0.0.1');
let bytes = Buffer.alloc(0);
let upgraded = false;
let asked = 0;

function send(opcode, payload) {
    const key = crypto.randomBytes(4);
    const masked = Buffer.from(payload).map((byte, i) => byte ^ key[i % 4]);
    socket.write(Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | masked.length]), key, masked]));
}

// The length of a whole first frame, header included, or 0.
function frameLength() {
    if (bytes.length < 2)
        return 0;
    const short = bytes[1] & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < head)
        return 0;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : bytes.readUInt32BE(6);
    return bytes.length < head + length ? 0 : head + length;
}

function take(opcode) {
    if (opcode === 9)
        return send(10, 'still there?');
    if (opcode === 8)
        return socket.end();
    if (asked < expressions.length)
        return send(1, expressions[asked++]);
    return send(8, Buffer.from([0x03, 0xe8]));
}

socket.on('connect', () => socket.write(
    'GET /console HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Key: ${crypto.randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`));
socket.on('data', data => {
    bytes = Buffer.concat([bytes, data]);
    const blank = bytes.indexOf('\r\n\r\n');
    if (!upgraded && blank >= 0) {
        upgraded = true;
        bytes = bytes.subarray(blank + 4);
    }
    for (let length; upgraded && (length = frameLength()); bytes = bytes.subarray(length))
        take(bytes[0] & 0x0f);
});
socket.on('close', () => console.log('closed after', asked));
