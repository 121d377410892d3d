"""secure-echo.py CERTIFICATE KEY KEYLOG: python3-websockets over TLS at both ends."""
import asyncio
import ssl
import sys

import websockets

certificate, key, keylog = sys.argv[1:]


async def echo(socket, path='/'):
    async for message in socket:
        await socket.send(message)


async def main():
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.keylog_filename = keylog
    async with websockets.serve(echo, '127.0.0.1', 9443, ssl=server, ping_interval=None):
        for subprotocols in (None, ['chat']):
            async with websockets.connect('wss://127.0.0.1:9443/feed', ssl=client, server_hostname='localhost',
                                          subprotocols=subprotocols, ping_interval=None) as socket:
                for message in ('the first', 'grüße ✓', 'x' * 5000, b'\0\1\2' * 300):
                    await socket.send(message)
                    assert await socket.recv() == message

asyncio.run(main())
