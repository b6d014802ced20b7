"""A network that fails on request: TCP proxies between a service and its servers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

CHUNK = 65_536


class Proxy:
    """Carries connections to one server, and delays, stalls, drops or cuts them.

    Made by `Network.proxy`; everything but `port` and `swallowed` belongs to the network's own thread.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._dropping = False
        self._delay = 0.0
        self.port = 0
        self.swallowed = b""

    async def listen(self) -> None:
        """Take connections on a free port."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def delay(self, seconds: float) -> None:
        """Hold each piece back."""
        self._delay = seconds

    def stall(self) -> None:
        """Keep connections open and let nothing through, until `heal`."""
        self._flowing.clear()

    def drop(self) -> None:
        """Let what the service sends vanish, as a firewall does that forgot a connection; `heal` cuts."""
        self._dropping = True

    def cut(self) -> None:
        """Close every connection at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    def heal(self) -> None:
        """Be a good network again; connections that lost something cannot live on."""
        self._delay = 0.0
        self._flowing.set()
        if self._dropping:
            self._dropping = False
            self.cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward_reader, onward_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, onward_writer}
        self._writers |= both
        await asyncio.gather(self._pump(reader, onward_writer, out=True), self._pump(onward_reader, writer))
        self._writers -= both

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, out: bool = False
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                await self._flowing.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                if out and self._dropping:
                    self.swallowed += piece
                else:
                    writer.write(piece)
                    await writer.drain()
        writer.close()


class Network:
    """The proxies of one run, in a thread of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()
        self._proxies: list[Proxy] = []

    def proxy(self, host: str, port: int) -> Proxy:
        """A new way to a server; connect to `port` of 127.0.0.1."""
        proxy = Proxy(host, port)
        asyncio.run_coroutine_threadsafe(proxy.listen(), self._loop).result(5)
        self._proxies.append(proxy)
        return proxy

    def tell(self, order: Callable[[], None]) -> None:
        """Call a proxy's method: `network.tell(proxy.cut)`."""
        self._loop.call_soon_threadsafe(order)

    def heal(self) -> None:
        """Heal every proxy."""
        for proxy in self._proxies:
            self.tell(proxy.heal)

    def close(self) -> None:
        """Cut everything and end the thread."""
        for proxy in self._proxies:
            self.tell(proxy.cut)
        self.tell(self._loop.stop)
        self._thread.join(5)
