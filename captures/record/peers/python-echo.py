"""python-echo.py PORT: a server on python3-websockets that echoes."""
import asyncio
import sys

import websockets


async def echo(socket, path='/'):
    async for message in socket:
        await socket.send(message)


async def main():
    async with websockets.serve(echo, '127.0.0.1', int(sys.argv[1]), ping_interval=None):
        await asyncio.Future()

asyncio.run(main())
