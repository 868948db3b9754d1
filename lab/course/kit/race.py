"""A race, at its worst moment: many transactions, of which none may change a table before all have looked at it.

Luck has no part in it, nor has a clock. Each runner stops right before its first statement that changes or locks a row
of the table. When every runner stands there, has ended, or waits for another one in the database, all are let go.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.util import await_only

from lab.course.kit.answers import Part
from lab.course.kit.handling import Handling
from lab.course.kit.leash import Leash
from lab.shop.contracts import Body
from lab.shop.ports import Sessions

SECONDS: Final = 30.0
"""What a race may take: fifty of them on a busy machine. A test with one needs `@pytest.mark.timeout(40)`."""
_LOOK_SECONDS: Final = 0.02  # between two looks at who waits in the database, while nobody moves
_WAITING: Final = sa.text("SELECT DISTINCT pid FROM pg_locks WHERE NOT granted")
_ONLY_LOOKS: Final = re.compile(r"\s*SELECT\b(?!.*\bFOR\s+(NO\s+KEY\s+)?UPDATE\b)", re.IGNORECASE | re.DOTALL)
_runner: ContextVar[int | None] = ContextVar("runner", default=None)


class Race:
    """Hands many messages to the learner's handler at once: `await race(sessions, "reserve_stock", commands, table=…)`.

    Each is handled as if by a process of its own: by a copy of the learner's file, in a transaction of its own. What a
    file keeps in memory, a lock among it, is no other's.
    """

    def __init__(self, file: Path, exercise: str) -> None:
        self._file, self._exercise, self._call = file, exercise, Leash(file, seconds=SECONDS)

    async def __call__(
        self, sessions: Sessions, name: str, messages: Sequence[object], *rest: object, table: str
    ) -> Sequence[Sequence[Body] | Exception]:
        """Return for each message what the handler answers, its transaction committed, or the error that it raised."""
        handlers = [getattr(Part(self._file, self._exercise), name) for _ in messages]
        engine = create_async_engine(sessions.kw["bind"].url, pool_size=len(messages), max_overflow=0)
        own: Sessions = async_sessionmaker(engine, expire_on_commit=False)
        line = StartingLine(engine, table, len(messages))
        handle = Handling(_plainly)  # type: ignore[arg-type]  # one leash is around all of them

        async def one(number: int) -> Sequence[Body] | Exception:
            _runner.set(number)
            try:
                return await handle(own, handlers[number], messages[number], *rest)
            except Exception as error:  # noqa: BLE001  how each one ended is what the check asks for
                return error
            finally:
                line.ends(number)

        async def everyone() -> Sequence[Sequence[Body] | Exception]:
            async with asyncio.TaskGroup() as group:
                group.create_task(line.watch(sessions))
                runners = [group.create_task(one(number)) for number in range(len(messages))]
            return [runner.result() for runner in runners]

        try:
            return await self._call(everyone)  # type: ignore[no-any-return]
        finally:
            await engine.dispose()


class StartingLine:
    """Where the runners of a race stop, each once, until all of them have come as far as they can."""

    def __init__(self, engine: AsyncEngine, table: str, runners: int) -> None:
        self._names = re.compile(rf"\b{re.escape(table)}\b", re.IGNORECASE)
        self._runners, self._stopped, self._ended = runners, set[int](), set[int]()
        self._asking: dict[int, tuple[int, int]] = {}  # who waits for the database: its process, and which statement
        self._statements = 0
        self._moved, self._open = asyncio.Event(), asyncio.Event()
        sa.event.listen(engine.sync_engine, "before_cursor_execute", self._before)
        sa.event.listen(engine.sync_engine, "after_cursor_execute", self._after)
        sa.event.listen(engine.sync_engine, "handle_error", self._failed)

    def ends(self, runner: int) -> None:
        """Note that this runner is done, however it ended."""
        self._ended.add(runner)
        self._moved.set()

    async def watch(self, sessions: Sessions) -> None:
        """Open the line when nobody who could still come is on the way."""
        async with sessions() as session:
            while not self._all_here():
                before = dict(self._asking)
                waiting = set((await session.scalars(_WAITING)).all())
                stuck = {one for one, at in before.items() if at == self._asking.get(one) and at[0] in waiting}
                if len(self._stopped | self._ended | stuck) == self._runners:
                    break
                self._moved.clear()
                await _either(self._moved, _LOOK_SECONDS)
        self._open.set()

    def _all_here(self) -> bool:
        return len(self._stopped | self._ended) == self._runners

    def _before(self, connection: sa.Connection, _: object, statement: str, *__: object) -> None:
        runner = _runner.get()
        if runner is None:
            return
        if runner not in self._stopped and self._names.search(statement) and not _ONLY_LOOKS.match(statement):
            self._stopped.add(runner)
            self._moved.set()
            await_only(self._open.wait())
        self._statements += 1
        process: Any = connection.connection.driver_connection
        self._asking[runner] = process.get_server_pid(), self._statements

    def _after(self, *_: object) -> None:
        self._asking.pop(_runner.get() or 0, None)

    def _failed(self, _: object) -> None:
        self._after()


async def _plainly(function: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    return await function(*args)


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Return when it is set, or after some seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
