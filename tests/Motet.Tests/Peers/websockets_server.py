"""A server for the client under test, with Python's websockets: websockets_server.py plain|compress|contexts|windows. Says its port."""

import asyncio
import sys

import websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory


async def echo(socket):
    try:
        async for message in socket:
            if message == "!close":
                await socket.close(3001, "as you like \u2713")
            elif message == "!ping":
                pong = await socket.ping(b"payload")
                await asyncio.wait_for(pong, 20)
                await socket.send("pong came")
            elif message == "!parts":
                await socket.send(["in ", "three ", "parts"])
            else:
                await socket.send(message)
    except websockets.ConnectionClosed:
        pass
    print(f"closed {socket.close_code} {socket.close_reason}", flush=True)


async def main(mode):
    compression = "deflate" if mode in ("compress", "contexts") else None
    extensions = [ServerPerMessageDeflateFactory(server_max_window_bits=9, client_max_window_bits=10)] if mode == "windows" else None
    async with websockets.serve(echo, "127.0.0.1", 0, compression=compression, extensions=extensions, max_size=None, subprotocols=["echo"], ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main(sys.argv[1]))
