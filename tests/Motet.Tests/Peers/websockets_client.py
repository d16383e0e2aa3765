"""A client of the server under test, with Python's websockets: websockets_client.py URL plain|compress|contexts|windows"""

import asyncio
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory


async def expect(socket, message, parts=None):
    await socket.send(parts or message)
    answer = await asyncio.wait_for(socket.recv(), 20)
    assert answer == message, f"{str(answer)[:60]!r} is not {str(message)[:60]!r}"


async def main(url, mode):
    options = {"compression": "deflate" if mode in ("compress", "contexts") else None, "max_size": None, "subprotocols": ["unknown", "echo"], "ping_interval": None}
    if mode == "windows":
        options["extensions"] = [ClientPerMessageDeflateFactory(server_max_window_bits=9, client_max_window_bits=10)]
    async with websockets.connect(url, **options) as socket:
        assert socket.subprotocol == "echo", socket.subprotocol
        assert bool(socket.extensions) == (mode != "plain"), socket.extensions
        for text in ["", "a", "Hello, \u20ac \U0001f600", "a" * 125, "a" * 126, "\u00e9" * 40000, "a" * (1 << 20)]:
            await expect(socket, text)
        for data in [b"", b"\0", bytes(range(256)) * 300, b"\xff" * (1 << 20)]:
            await expect(socket, data)
        await expect(socket, "in three parts", ["in ", "three ", "parts"])
        await expect(socket, b"\0" * 3000, [b"\0" * 1000] * 3)
        await expect(socket, "a" * 50000, ["a"] * 50 + ["a" * 49950])
        for payload in [b"", b"payload", b"\xff" * 125]:
            await asyncio.wait_for(await socket.ping(payload), 20)
        await socket.pong(b"nobody asked")
        for i in range(1000):
            await socket.send(f"number {i}")
        for i in range(1000):
            assert await asyncio.wait_for(socket.recv(), 20) == f"number {i}"
        await socket.close(4001, "that is all")
        assert socket.close_code == 4001, socket.close_code

    async with websockets.connect(url, **options) as socket:
        await socket.send("!close")
        try:
            await asyncio.wait_for(socket.recv(), 20)
            raise AssertionError("The server was asked to close.")
        except websockets.ConnectionClosed as closed:
            assert (closed.code, closed.reason) == (3001, "as you like \u2713"), closed

    print("done")


asyncio.run(main(sys.argv[1], sys.argv[2]))
