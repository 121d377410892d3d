// sluggish.cjs PORT: a server on ws that stops reading for a while after the first
// message, then echoes everything.
const { WebSocketServer } = require('ws');

new WebSocketServer({ port: Number(process.argv[2]), perMessageDeflate: false }).on('connection', socket => {
    let first = true;
    socket.on('message', data => {
        socket.send(`got ${data.length}`);
        if (first)
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
        first = false;
    });
});
