"""A unit that is asked how it is: only a unit's own answer counts, whatever else may listen on its port."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lab.readiness import Health, ask, local_client
from tests.engines.conftest import free_port

pytestmark = pytest.mark.anyio
WELL = {"pid": 7, "database": True, "assigned": 3}


@contextmanager
def somebody(status=200, body=b"", **headers):
    """A server that gives everybody the same answer; yields where it listens and what it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


async def health(url):
    async with local_client(2.0) as client:
        return await ask(client, url)


async def test_a_unit_says_how_it_is():
    with somebody(body=json.dumps(WELL).encode(), content_type="application/json") as (url, asked):
        assert await health(url) == Health(7, database=True, assigned=3)
        assert asked == ["/health"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"hello", "text/html"),
        (b"[1, 2]", "application/json"),
        (b'{"pid": 7}', "application/json"),
        (b'{"pid": 1e999, "database": true, "assigned": 3}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (json.dumps(WELL).encode(), "application/json; charset=hex"),
        (b"\xff\xfe\x00", "application/json; charset=utf-8"),
    ],
)
async def test_whatever_else_listens_there_is_no_unit(body, kind):
    with somebody(body=body, content_type=kind) as (url, _):
        assert await health(url) is None


async def test_nobody_is_sent_on_to_another_server():
    with (
        somebody(body=json.dumps(WELL).encode(), content_type="application/json") as (elsewhere, asked),
        somebody(status=302, location=f"{elsewhere}/health") as (url, _),
    ):
        assert await health(url) is None
        assert asked == []


async def test_where_nobody_listens_there_is_no_unit():
    assert await health(f"http://127.0.0.1:{free_port()}") is None
