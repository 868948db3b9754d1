"""How an app ends: what ended it is kept for whoever opened it, and said there in a sentence."""

import asyncio
from contextlib import suppress
from typing import Final

from textual.app import App
from textual.worker import Worker, WorkerCancelled, WorkerFailed

ENDS_SECONDS: Final = 5.0


class EndsInWords(App[None]):
    """An app that prints no traceback of Textual's own."""

    @property
    def fault(self) -> BaseException | None:
        """What ended the app; None where it was left."""
        fault = self._exception
        return fault.error if isinstance(fault, WorkerFailed) else fault

    def _print_error_renderables(self) -> None:
        """Print nothing: `fault` is told by who opened the app."""


async def ended(worker: Worker[None]) -> None:
    """Cancel a worker, once, and wait until it has put away what it had: a second time would interrupt that.

    A worker whose broker is gone is not waited for longer than a moment.
    """
    if not worker.is_cancelled:
        worker.cancel()
    with suppress(WorkerCancelled, WorkerFailed, TimeoutError):
        async with asyncio.timeout(ENDS_SECONDS):
            await worker.wait()
