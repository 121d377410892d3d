"""tornado-aiohttp.py PORT: a server on tornado, a client on aiohttp, deflated."""
import asyncio
import sys

import aiohttp
import tornado.web
import tornado.websocket

PORT = int(sys.argv[1])


class Echo(tornado.websocket.WebSocketHandler):
    def get_compression_options(self):
        return {}

    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))


async def main():
    tornado.web.Application([('/echo', Echo)]).listen(PORT, '127.0.0.1')
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f'http://127.0.0.1:{PORT}/echo', compress=15) as socket:
            for i in range(8):
                await socket.send_json({'i': i, 'text': 'abcabc' * i})
                await socket.receive()
            await socket.send_bytes(bytes(300))
            await socket.receive()
            await socket.ping(b'x')
            await asyncio.sleep(0.2)    # for the pong, which aiohttp keeps to itself

asyncio.run(main())
