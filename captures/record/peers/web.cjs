// web.cjs PORT: an ordinary web site on Node's http module, with a WebSocket (ws) at
// /feed and several addresses at which the upgrade goes wrong.
const http = require('http');
const { WebSocketServer } = require('ws');

const feed = new WebSocketServer({ noServer: true, perMessageDeflate: false });
feed.on('connection', socket => {
    socket.send('welcome');
    socket.on('message', data => socket.send(`got ${data}`));
});

const pages = {
    '/': (request, response) => {
        const body = '<title>home</title>';
        response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': body.length });
        response.end(body);     // of a HEAD, Node leaves the body out
    },
    '/chunked': (request, response) => {
        response.write('first chunk, ');
        setImmediate(() => response.end('second chunk'));
    },
    '/not-modified': (request, response) => response.writeHead(304, { ETag: '"v1"' }).end(),
    '/nothing': (request, response) => response.writeHead(204).end(),
    '/upload': (request, response) => request.resume().on('end', () => response.end('thanks')),
};

const refusals = {
    '/old': 'HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n' +
        'Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n',
    '/moved': 'HTTP/1.1 302 Found\r\nLocation: /feed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
};

const server = http.createServer((request, response) => {
    const page = pages[request.url];
    if (page)
        return page(request, response);
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no such page');
});

server.on('upgrade', (request, socket, head) => {
    if (request.url === '/silent')
        return;
    if (request.headers.expect)
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    if (request.url === '/hinted')
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
    if (refusals[request.url])
        return socket.write(refusals[request.url]);
    if (request.url === '/missing')
        return socket.end('HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n' +
            '7\r\nno such\r\n5\r\n feed\r\n0\r\n\r\n');
    feed.handleUpgrade(request, socket, head, ws => feed.emit('connection', ws, request));
});

server.listen(Number(process.argv[2]), '127.0.0.1');
