// hybi-8.cjs PORT: ws as it was years ago at both ends, in protocol version 8.
const WebSocket = require('ws-of-2015');

const port = Number(process.argv[2]);
new WebSocket.Server({ port, host: '127.0.0.1' }).on('connection', socket =>
    socket.on('message', message => socket.send(message)));

const client = new WebSocket(`ws://127.0.0.1:${port}/`, { protocolVersion: 8, origin: 'http://old.example' });
let received = 0;
client.on('open', () => ['one', 'two', 'three'].forEach(text => client.send(text, { mask: true })));
client.on('message', () => {
    if (++received === 3)
        client.close(1000);
});
client.on('close', () => setTimeout(process.exit, 100, 0));
