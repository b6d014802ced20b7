"""What a command creates is created once, though the connection breaks before the answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from followup_cli.client import KEY, Client
from followup_cli.output import Failure

CREATED = {"id": 7}


class Breaking(ThreadingHTTPServer):
    """Takes requests and hangs up on the first ones without an answer."""

    def __init__(self, breaks: int) -> None:
        self.keys: list[str | None] = []
        self.breaks = breaks
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Breaking

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.keys.append(self.headers[KEY])
        if len(self.server.keys) > self.server.breaks:
            body = json.dumps(CREATED).encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Breaking]:
    breaking = Breaking(request.param)
    yield breaking
    breaking.shutdown()
    breaking.server_close()


@pytest.mark.parametrize("server", [1], indirect=True)
def test_it_is_asked_again_with_the_same_key(server: Breaking) -> None:
    with Client(server.url, "token") as api:
        assert api.create("/sweeps") == CREATED
        assert api.create("/sweeps") == CREATED
    first, again, other = server.keys
    assert first
    assert first == again
    assert other != first


@pytest.mark.parametrize("server", [2], indirect=True)
def test_it_is_not_asked_for_ever(server: Breaking) -> None:
    with Client(server.url, "token") as api, pytest.raises(Failure, match="broke"):
        api.create("/sweeps")
    assert len(server.keys) == 2


@pytest.mark.parametrize("server", [0], indirect=True)
def test_a_file_has_a_key_as_well(server: Breaking) -> None:
    with Client(server.url, "token") as api:
        assert api.upload("/imports/users", iter([b"x"]), size=1) == CREATED
    assert server.keys[0]
