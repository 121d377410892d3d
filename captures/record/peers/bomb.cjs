// bomb.cjs PORT: a server on ws whose answer is 50 MB of zeros, which permessage-deflate
// makes about 50 KB on the wire.
const { WebSocketServer } = require('ws');

new WebSocketServer({ port: Number(process.argv[2]), perMessageDeflate: { zlibDeflateOptions: { level: 9 } } })
    .on('connection', socket => socket.on('message', data => {
        socket.send(Buffer.alloc(50e6));
        socket.send(`after ${data}`);
    }));
