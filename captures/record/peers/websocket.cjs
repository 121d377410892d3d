// Frames and handshakes as bytes, for peers that break the rules on purpose.
const crypto = require('crypto');
const zlib = require('zlib');

const TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const bytesOf = payload => Buffer.isBuffer(payload) ? payload : Buffer.from(payload);

// The length in its shortest form, or in the one that "as" names (7, 16 or 64 bits).
function lengthBytes(length, as) {
    as ??= length < 126 ? 7 : length < 65536 ? 16 : 64;
    if (as === 7)
        return Buffer.from([length]);
    const bytes = Buffer.alloc(as === 16 ? 3 : 9);
    bytes[0] = as === 16 ? 126 : 127;
    if (as === 16)
        bytes.writeUInt16BE(length, 1);
    else
        bytes.writeBigUInt64BE(BigInt(length), 1);
    return bytes;
}

// frame(opcode, payload, {fin, rsv, mask, as, length}): mask is four bytes or null,
// length a lie to tell instead of the payload's own.
function frame(opcode, payload = '', { fin = true, rsv = 0, mask = null, as, length } = {}) {
    const body = Buffer.from(bytesOf(payload));
    const size = lengthBytes(length ?? body.length, as);
    if (mask) {
        size[0] |= 0x80;
        for (let i = 0; i < body.length; i++)
            body[i] ^= mask[i % 4];
    }
    const first = (fin ? 0x80 : 0) | rsv << 4 | opcode;
    return Buffer.concat([Buffer.from([first]), size, mask ?? Buffer.alloc(0), body]);
}

// Masking keys that are the same in every recording.
let keys = 0;
const nextMask = () => crypto.createHash('sha256').update(`key ${keys++}`).digest().subarray(0, 4);

const server = (opcode, payload, options) => frame(opcode, payload, options);
const client = (opcode, payload, options) => frame(opcode, payload, { mask: nextMask(), ...options });

function closing(code, reason = '') {
    return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), bytesOf(reason)]);
}

function request({ target = '/', key = KEY, headers = [], upgrade = 'websocket', version = '13' } = {}) {
    return Buffer.from([
        `GET ${target} HTTP/1.1`, 'Host: 127.0.0.1:8086', `Upgrade: ${upgrade}`, 'Connection: Upgrade',
        `Sec-WebSocket-Key: ${key}`, `Sec-WebSocket-Version: ${version}`, ...headers, '', '',
    ].join('\r\n'));
}

function response({ key = KEY, accept, upgrade = 'websocket', headers = [] } = {}) {
    accept ??= crypto.createHash('sha1').update(key + MAGIC).digest('base64');
    return Buffer.from([
        'HTTP/1.1 101 Switching Protocols', `Upgrade: ${upgrade}`, 'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${accept}`, ...headers, '', '',
    ].join('\r\n'));
}

// A payload deflated as RFC 7692 7.2.1 says: flushed, the last four bytes removed. With
// a dictionary it refers to bytes that the receiver never had.
function deflate(payload, dictionary) {
    const finishFlush = zlib.constants.Z_SYNC_FLUSH;
    const whole = zlib.deflateRawSync(bytesOf(payload), { finishFlush, dictionary: dictionary && bytesOf(dictionary) });
    return whole.subarray(0, whole.length - 4);
}

module.exports = {
    TEXT, BINARY, CLOSE, PING, PONG, KEY,
    frame, server, client, closing, request, response, deflate,
};
