// stomp.cjs URL: @stomp/stompjs subscribes, publishes five messages and waits for them
// and for a heart-beat.
const { Client } = require('@stomp/stompjs');
const WebSocket = require('ws');

const client = new Client({
    webSocketFactory: () => new WebSocket(process.argv[2], ['v12.stomp', 'v11.stomp']),
    connectHeaders: { login: 'guest', passcode: 'guest' },
    heartbeatIncoming: 1000,
    heartbeatOutgoing: 1000,
});
let received = 0;
client.onConnect = () => {
    client.subscribe('/topic/x', () => {
        if (++received === 5)
            setTimeout(() => client.deactivate(), 1500);
    });
    for (let i = 0; i < 5; i++)
        client.publish({ destination: '/topic/x', body: JSON.stringify({ i }) });
};
client.onStompError = frame => console.log(frame.body);
client.activate();
