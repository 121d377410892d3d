// secure-page.cjs PORT CERTIFICATE KEY: the page of browser.cjs over https:// and wss://; ends when its socket is closed.
const fs = require('fs'), https = require('https'), path = require('path');
const { WebSocketServer } = require('ws');

const [port, cert, key] = process.argv.slice(2);
const page = fs.readFileSync(path.join(__dirname, 'page.html'));
const web = https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, (request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(page);
});
new WebSocketServer({ server: web, perMessageDeflate: { threshold: 0 } }).on('connection', socket => {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
    socket.on('close', () => setTimeout(() => process.exit(0), 500));
});
web.listen(Number(port));
