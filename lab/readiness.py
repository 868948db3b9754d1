"""Waits until units answer: a round trip to each one's /health, and partitions in its hands."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

import httpx

from lab.engines.base import Engine, Progress, Report, UnitState
from lab.errors import ExitCode, NotReady, PartDoesNotLoad

_POLL: Final = 0.05  # seconds between two looks at a unit
_LOOK: Final = 1.0  # seconds between two looks at the processes


def await_units(engine: Engine, urls: Mapping[str, str], *, report: Report, deadline: float) -> None:
    """Return when every unit answers and reads its topics. Raises NotReady after `deadline` (monotonic seconds).

    A unit that has ended is not waited for: PartDoesNotLoad or NotReady says what its log says.
    """
    asyncio.run(_await_all(engine, urls, report, deadline))


async def _await_all(engine: Engine, urls: Mapping[str, str], report: Report, deadline: float) -> None:
    waiting = set(urls)
    report(Progress("services", f"waiting for {', '.join(urls)}"))
    looked = time.monotonic()
    async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
        while waiting:
            answers = await asyncio.gather(*(_works(client, urls[name]) for name in sorted(waiting)))
            now = {name for name, works in zip(sorted(waiting), answers, strict=True) if works}
            waiting -= now
            if now:
                report(Progress("services", _sentence(len(urls), waiting), done=not waiting))
            if waiting and time.monotonic() - looked > _LOOK:
                _look_at_processes(engine, waiting)
                looked = time.monotonic()
            if waiting and time.monotonic() > deadline:
                raise _too_late(waiting)
            await asyncio.sleep(_POLL if waiting else 0)


async def _works(client: httpx.AsyncClient, url: str) -> bool:
    try:
        health = (await client.get(f"{url}/health")).json()
    except (httpx.HTTPError, ValueError):
        return False
    return bool(health["database"] and health["assigned"])


def _sentence(total: int, waiting: set[str]) -> str:
    if not waiting:
        return f"all {total} answer"
    return f"{total - len(waiting)} of {total} answer; waiting for {', '.join(sorted(waiting))}"


def _look_at_processes(engine: Engine, waiting: set[str]) -> None:
    for unit in engine.status():
        if unit.name not in waiting or unit.state not in {UnitState.CRASHED, UnitState.STOPPED}:
            continue
        lines = list(engine.logs(unit.name, lines=40))
        for line in lines:
            if "this unit cannot start" in line and f"exit_code={int(ExitCode.PART)}" in line:
                raise PartDoesNotLoad(f"{unit.name} cannot start: {line}", f"All of it: uv run lab logs {unit.name}")
        last = next((line for line in reversed(lines) if line.strip()), unit.note or "its log is empty")
        raise NotReady(
            f"{unit.name} has ended instead of starting: {last.strip()}",
            f"Read `uv run lab logs {unit.name}`, then try `uv run lab up` again.",
        )


def _too_late(waiting: set[str]) -> NotReady:
    first = min(waiting)
    return NotReady(
        f"These units were started and do not answer: {', '.join(sorted(waiting))}.",
        f"Read `uv run lab logs {first}`; on a slow machine give it longer: uv run lab up --timeout 300",
    )
