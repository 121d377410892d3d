"""echo.py: server and client on python3-websockets, one connection after the
other: deflated, plain, and one whose handler fails (close code 1011)."""
import asyncio
import json

import websockets

PORT = 8081
HERE = f'ws://127.0.0.1:{PORT}'


async def serve_one(socket, path='/'):
    async for message in socket:
        if message == 'fail':
            raise RuntimeError('the handler fails')
        await socket.send(message)


async def in_parts():
    for i in range(3):
        yield f'part {i}, '


async def talk(**options):
    async with websockets.connect(f'{HERE}/echo?from=python', subprotocols=['superchat', 'chat'],
                                  ping_interval=0.1, **options) as socket:
        for i in range(8):
            await socket.send(json.dumps({'seq': i, 'text': 'again ' * i}))
            await socket.recv()
        await socket.send(bytes(range(64)))
        await socket.recv()
        await socket.send(in_parts())
        await socket.recv()
        await (await socket.ping('are you there'))
        await asyncio.sleep(0.25)   # two rounds of the keep-alive pings
        await socket.close(3000, 'that is all')


async def fail():
    async with websockets.connect(f'{HERE}/fail') as socket:
        await socket.send('fail')
        try:
            await socket.recv()
        except websockets.ConnectionClosedError as closed:
            print('closed', closed.rcvd)


async def refused():
    try:
        async with websockets.connect(f'{HERE}/echo', origin='http://elsewhere.example'):
            pass
    except websockets.InvalidStatusCode as refusal:
        print('refused', refusal.status_code)


async def main():
    async with websockets.serve(serve_one, '127.0.0.1', PORT, subprotocols=['chat'],
                                origins=[None], ping_interval=0.1):
        await talk()
        await talk(compression=None)
        await fail()
        await refused()

asyncio.run(main())
