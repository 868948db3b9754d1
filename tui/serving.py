"""The app in a browser: on this machine alone, and only for who has the token.

textual-serve runs one app for each page; what is added here is the door. A request must name this machine as its host
(so no other site's name can lead here) and bring the token, once in the address, then as a cookie.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web
from textual_serve.server import Server

HOST: Final = "127.0.0.1"
COOKIE: Final = "orderlab"
REFUSED: Final = "This page needs its token. Open the address that `lab serve` printed: the token is in it.\n"
OTHER_HOST: Final = f"This page answers only at {HOST}. Open the address that `lab serve` printed.\n"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(24)


class LabServer(Server):
    """Serves the app behind its token. `ready` is called once the port is open."""

    def __init__(self, command: str, port: int, token: str, ready: Callable[[str], None]) -> None:
        super().__init__(command, host=HOST, port=port, title="Orderlab", templates_path=Path(__file__).parent / "page")
        self._token, self._ready = token, ready

    @property
    def address(self) -> str:
        """The address to open, with the token."""
        return f"{self.public_url}/?token={self._token}"

    def initialize_logging(self) -> None:
        """Leave the lab's logging as it is."""

    async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002  textual-serve's own signature
        """Say that the page is there."""
        self._ready(self.address)

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._door)
        return app

    @web.middleware
    async def _door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host != f"{HOST}:{self.port}":
            return web.Response(status=403, text=OTHER_HOST)
        if self._is_token(request.query.get("token", "")):
            answer = web.HTTPSeeOther("/")  # the token does not stay in the address, nor in the history
            answer.set_cookie(COOKIE, self._token, httponly=True, samesite="Strict")
            return answer
        if not self._is_token(request.cookies.get(COOKIE, "")):
            return web.Response(status=403, text=REFUSED)
        return await handler(request)

    def _is_token(self, said: str) -> bool:
        return hmac.compare_digest(said.encode(), self._token.encode())
