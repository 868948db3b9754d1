"""Calls the learner's functions: with a time limit, and with an eye on what they leave undone.

Nothing is judged by a clock. The limit only ends what would never end; what a function did is read from inside the
event loop, at the very instant it returns.
"""

import asyncio
import gc
import inspect
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, SupportsIndex

from lab.course.kit.faults import (
    BlockedLoop,
    CancelledItself,
    ForgottenAwait,
    LeftTheProgram,
    NeverReturned,
    NotAFunction,
    NotAsync,
    SignatureChanged,
    SleptInLoop,
)
from lab.loading import said_by

LEASH_SECONDS: Final = 5.0
_ORIGIN_FRAMES: Final = 30
_real_sleep = time.sleep


class Leash:
    """Calls async functions of the learner's. `at_return` runs in the same turn of the loop in which they return.

    file: the learner's. A coroutine that somebody else made and nobody awaited is not theirs.
    """

    def __init__(self, file: Path, at_return: Callable[[], None] = lambda: None, seconds: float | None = None) -> None:
        self._file, self._at_return, self._seconds = str(file), at_return, seconds
        self.left_running: set[asyncio.Task[Any]] = set()

    async def __call__(self, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Await `function(*args)`; return what it returns, raise what it raises or one of the kit's faults."""
        _fits(function, args, named)
        before, asked = asyncio.all_tasks(), _cancellations()
        with _forgotten_awaits(self._file) as forgotten:
            cancelled = False
            try:
                result = await self._under_limit(function, args, named)
                self._at_return()
            finally:
                self.left_running = {task for task in asyncio.all_tasks() - before if _made_in(self._file, task)}
                cancelled = await _taken_back(asked)
            if inspect.iscoroutine(result):
                forgotten.append(result.__qualname__)
                result.close()
            elif asyncio.isfuture(result) and type(result) is not asyncio.Future:
                # A task, or what `gather` gives: started, and not waited for. A plain future is somebody's answer.
                forgotten.append("create_task" if isinstance(result, asyncio.Task) else "gather")
                result.cancel()
            gc.collect()
        if cancelled:
            raise CancelledItself
        if forgotten:
            raise ForgottenAwait(forgotten[0])
        return result

    async def _under_limit(self, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        try:
            async with asyncio.timeout(self._seconds or LEASH_SECONDS) as limit:
                result = function(*args, **named)
                if not inspect.isawaitable(result):
                    raise NotAsync(getattr(function, "__name__", "the function"))
                return await result
        except TimeoutError:
            if limit.expired():
                raise NeverReturned from None
            raise
        except asyncio.CancelledError as error:  # no check cancels what it calls: the function's own lines did
            raise CancelledItself().with_traceback(error.__traceback__) from None
        except (SystemExit, KeyboardInterrupt) as error:
            raise LeftTheProgram(f"{type(error).__name__}({said_by(error)})") from error
        except BlockedLoop as error:
            raise SleptInLoop().with_traceback(error.__traceback__) from None

    async def settle(self) -> None:
        """Let what the learner's function left running in the background finish; what does not is cancelled."""
        if self.left_running:
            _, late = await asyncio.wait(self.left_running, timeout=2)
            for task in late:
                task.cancel()


def _fits(function: object, args: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Raise NotAFunction or SignatureChanged for what cannot be called like that."""
    if not callable(function):
        raise NotAFunction(f"{type(function).__name__}, which cannot be called")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # it tells nothing of itself, so the call will
    try:
        signature.bind(*args, **named)
    except TypeError as error:
        line = getattr(getattr(function, "__code__", None), "co_firstlineno", None)
        saw = f"{getattr(function, '__name__', 'it')}({', '.join(signature.parameters)}): {error}"
        raise SignatureChanged(saw, line) from None


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0


async def _taken_back(asked: int) -> bool:
    """Take back what has cancelled this task since, or all that follows ends as well; say whether something had."""
    task = asyncio.current_task()
    if task is None or task.cancelling() <= asked:
        return False
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(0)  # a cancellation reaches a task only where it waits
    while task.cancelling() > asked:
        task.uncancel()
    return True


def _made_in(file: str, task: asyncio.Task[Any]) -> bool:
    """Say whether this file made what the task runs. An open client has tasks of its own, which end when it closes."""
    origin = getattr(task.get_coro(), "cr_origin", None)
    return not origin or origin[0][0] == file


@contextmanager
def _forgotten_awaits(file: str) -> Iterator[list[str]]:
    """Yield a list that has, in the end, the names of coroutines which this file made and nobody awaited."""
    names: list[str] = []
    depth = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(_ORIGIN_FRAMES)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield names
    finally:
        sys.set_coroutine_origin_tracking_depth(depth)
    for warning in caught:
        found = re.match(r"coroutine '([^']+)' was never awaited", str(warning.message))
        if found and file in str(warning.message):  # Python says there where the coroutine was made
            names.append(found[1])


def forbid_blocking_sleep() -> None:
    """Make `time.sleep` inside a running event loop an error that the card explains. Elsewhere it sleeps."""

    def sleep(seconds: float | SupportsIndex) -> None:
        if asyncio._get_running_loop() is not None:  # noqa: SLF001  without a loop the public function raises
            raise BlockedLoop
        _real_sleep(seconds)

    time.sleep = sleep
