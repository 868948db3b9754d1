"""What no service has to look at: bodies that are too large, and names that no database can hold."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.shop.runtime.problems import problem

BODY_BYTES_AT_MOST: Final = 65_536
_DETAIL: Final = f"At most {BODY_BYTES_AT_MOST // 1024} KiB are read."


class BodyLimit:
    """Answers 413 to a body above 64 KiB: by its declared length, or where none is declared by counting.

    A path with a NUL in it is 404 at once: PostgreSQL refuses to look for one, which is no trouble of the database's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\0" in scope["path"]:
            await problem(404, "Not Found", "Nothing here has a NUL in its name.")(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit():
            await problem(400, "Content-Length is not a number.")(scope, receive, send)
            return
        if int(declared) > BODY_BYTES_AT_MOST:
            await problem(413, "The body is too large.", _DETAIL)(scope, receive, send)
            return
        counted = 0

        async def counting() -> Message:
            nonlocal counted
            message = await receive()
            counted += len(message.get("body", b""))
            if counted > BODY_BYTES_AT_MOST:
                raise HTTPException(413, _DETAIL)
            return message

        await self._app(scope, counting, send)
