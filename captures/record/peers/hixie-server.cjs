// hixie-server.cjs PORT: sends back each message, in whatever draft the client speaks.
const http = require('http');
const driver = require('websocket-driver');

http.createServer().on('upgrade', (request, socket, head) => {
    const peer = driver.http(request);
    socket.on('error', () => {});
    peer.io.write(head);
    socket.pipe(peer.io).pipe(socket);
    peer.messages.on('data', message => peer.messages.write(message));
    peer.start();
}).listen(Number(process.argv[2]), '127.0.0.1');
