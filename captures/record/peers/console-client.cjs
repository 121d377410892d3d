// console-client.cjs URL: types the expressions on ws, one after each answer.
const WebSocket = require('ws');
const expressions = require('./expressions.cjs');

const socket = new WebSocket(process.argv[2], { perMessageDeflate: false, origin: 'http://console.example' });
let asked = 0;

socket.on('message', () => {
    if (asked === 5)
        socket.ping('client here');
    if (asked < expressions.length)
        socket.send(expressions[asked++]);
    else
        socket.close(1000, 'bye');
});
socket.on('error', error => console.log('error', error.message));
socket.on('close', (code, reason) => console.log('closed', code, String(reason), 'after', asked));
