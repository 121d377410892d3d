// native.cjs URL: the WebSocket that Node itself has (undici). Node 20 wants the option
// --experimental-websocket.
const socket = new WebSocket(process.argv[2], ['a', 'b']);
let received = 0;
socket.onopen = () => {
    for (let i = 0; i < 5; i++)
        socket.send(`native ${i}`);
    socket.send(new Uint8Array(10));
};
socket.onmessage = () => {
    if (++received === 6)
        socket.close(3000, 'enough');
};
socket.onerror = error => console.log('error', error.message);
