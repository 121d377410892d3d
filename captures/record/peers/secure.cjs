// secure.cjs PORT CERTIFICATE KEY [OPTIONS]: wss:// on Node, sends every message back. OPTIONS is JSON for https.createServer();
// psk is a pre-shared key in hexadecimal.
const https = require('https'), fs = require('fs');
const { WebSocketServer } = require('ws');

const [port, cert, key, options = '{}'] = process.argv.slice(2);
const given = JSON.parse(options);
if (given.psk)
    given.pskCallback = () => Buffer.from(given.psk, 'hex');
const web = https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key), ...given });
const server = new WebSocketServer({ server: web, perMessageDeflate: false });
server.on('connection', socket => {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
    socket.on('error', error => console.log(error.message));
});
web.on('tlsClientError', error => console.log(error.message));
web.listen(Number(port));
