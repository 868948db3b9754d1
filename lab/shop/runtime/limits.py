"""A limit on request bodies, before anything reads them."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.shop.runtime.problems import problem

BODY_BYTES_AT_MOST: Final = 65_536
_DETAIL: Final = f"At most {BODY_BYTES_AT_MOST // 1024} KiB are read."


class BodyLimit:
    """Answers 413 to a body above 64 KiB: by its declared length, or where none is declared by counting."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > BODY_BYTES_AT_MOST:
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
