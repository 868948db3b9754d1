"""Waits until units answer: a round trip to each one's /health, by the very process we started, with partitions."""

import ast
import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.engines.base import Engine, Progress, Report, UnitState
from lab.errors import ExitCode, NotReady, PartDoesNotLoad

if TYPE_CHECKING:
    import aiohttp

_POLL: Final = 0.05  # seconds between two looks at a unit
_LOOK: Final = 0.3  # seconds between two looks at the processes
_CANNOT_START: Final = "this unit cannot start"  # what lab.shop.unit says
_STARTED: Final = "Uvicorn running"
_LOG_LINES: Final = 60
_FIELD: Final = re.compile(r"""(\w+)=('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\S+)""")
"""`key=value` of a log line, the value quoted as Python does where it is not one word."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a unit says of itself, as far as others need it."""

    pid: int
    database: bool
    assigned: int

    @property
    def works(self) -> bool:
        """Say whether it can do its work: its database answers, and it reads its topics."""
        return self.database and self.assigned > 0


async def ask(client: "aiohttp.ClientSession", url: str) -> Health | None:
    """Ask a unit; None where nothing answers there, or something that is no unit of a shop."""
    import aiohttp  # noqa: PLC0415  it takes a moment, and most commands come by here without asking anybody

    try:
        async with client.get(f"{url}/health", allow_redirects=False) as answer:
            said = await answer.json(content_type=None)
        return Health(int(said["pid"]), bool(said["database"]), int(said["assigned"]))
    except (aiohttp.ClientError, OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return None


def local_client(seconds: float) -> "aiohttp.ClientSession":
    """Return a client for this machine's own units; proxies of the environment are not asked.

    They are asked thousands of times in an hour, and by this client for a quarter of what they cost with httpx.
    """
    import aiohttp  # noqa: PLC0415

    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds))


def await_units(engine: Engine, urls: Mapping[str, str], *, report: Report, deadline: float) -> None:
    """Return when every unit answers and reads its topics. Raises NotReady after `deadline` (monotonic seconds).

    A unit that has ended, or is frozen, is not waited for: PartDoesNotLoad or NotReady says what its log says.
    """
    asyncio.run(units_answer(engine, urls, report=report, deadline=deadline))


async def units_answer(engine: Engine, urls: Mapping[str, str], *, report: Report, deadline: float) -> None:
    """Do what `await_units` does, inside an event loop."""
    waiting = set(urls)
    report(Progress("services", f"waiting for {', '.join(urls)}"))
    look_at = time.monotonic() + _LOOK
    async with local_client(2.0) as client:
        while waiting:
            now = await _ready(engine, client, {name: urls[name] for name in waiting})
            waiting -= now
            if now:
                report(Progress("services", _sentence(len(urls), waiting), done=not waiting))
            if waiting and time.monotonic() > look_at:
                began = time.monotonic()
                _look_at_processes(engine, waiting)
                # an engine that has to ask Docker takes longer, and is asked less often
                look_at = time.monotonic() + max(_LOOK, 5 * (time.monotonic() - began))
            if waiting and time.monotonic() > deadline:
                raise _too_late(waiting)
            await asyncio.sleep(_POLL if waiting else 0)


async def _ready(engine: Engine, client: "aiohttp.ClientSession", urls: Mapping[str, str]) -> set[str]:
    """Return those that work, and are ours: on a port of ours another checkout's unit may be listening."""
    said = dict(zip(urls, await asyncio.gather(*(ask(client, url) for url in urls.values())), strict=True))
    working = {name: health.pid for name, health in said.items() if health is not None and health.works}
    if not working:
        return set()
    ours = {unit.name: unit.pid for unit in engine.status()}
    return {name for name, pid in working.items() if ours.get(name) == pid}


def _sentence(total: int, waiting: set[str]) -> str:
    if not waiting:
        return f"all {total} answer" if total > 1 else "it answers"
    return f"{total - len(waiting)} of {total} answer; waiting for {', '.join(sorted(waiting))}"


def _look_at_processes(engine: Engine, waiting: set[str]) -> None:
    for unit in engine.status():
        if unit.name not in waiting:
            continue
        if unit.state is UnitState.PAUSED:
            raise NotReady(f"{unit.name} is paused, so it answers nobody.", f"uv run lab resume {unit.name}")
        if unit.state in {UnitState.CRASHED, UnitState.STOPPED}:
            raise part_at_fault(engine, unit.name) or _ended(engine, unit.name, unit.note)


def part_at_fault(engine: Engine, name: str) -> PartDoesNotLoad | None:
    """Return which part's file a unit could not load when it began the last time, by what its log says."""
    for line in reversed(_last_words(engine, name)):
        said = {key: _value(text) for key, text in _FIELD.findall(line)} if _CANNOT_START in line else {}
        if said.get("exit_code") == str(int(ExitCode.PART)) and {"what", "mend", "file", "why"} <= said.keys():
            at = said.get("line", "")
            return PartDoesNotLoad(
                f"{name} cannot start. {said['what']}",
                said["mend"],
                file=Path(said["file"]),
                line=int(at) if at.isdigit() else None,
                why=said["why"],
            )
    return None


def _value(text: str) -> str:
    return str(ast.literal_eval(text)) if text[0] in "'\"" else text


def _last_words(engine: Engine, name: str) -> Sequence[str]:
    """Return what the unit's log says since it began the last time."""
    lines = list(engine.logs(name, lines=_LOG_LINES))
    started = max((number for number, line in enumerate(lines) if _STARTED in line), default=-1)
    return [line.strip() for line in lines[started + 1 :] if line.strip()]


def _ended(engine: Engine, name: str, note: str) -> NotReady:
    since = _last_words(engine, name)
    last = since[-1] if since else note or "its log says nothing"
    return NotReady(
        f"{name} has ended instead of starting: {last}",
        f"Read `uv run lab logs {name}`, then try `uv run lab up` again.",
    )


def _too_late(waiting: set[str]) -> NotReady:
    return NotReady(
        f"These units were started and do not answer: {', '.join(sorted(waiting))}.",
        f"Read `uv run lab logs {min(waiting)}`; on a slow machine give it longer: uv run lab up --timeout 300",
    )
