"""What runs, whether it answers, and what to do next."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.table import Table

import lab
import lab.home
from lab import live
from lab.cli.say import out
from lab.engines import deleting, downloads
from lab.engines.base import Engine, Progress, UnitState, UnitStatus
from lab.engines.checks import Finding
from lab.errors import Conflict, NotFound, PartDoesNotLoad
from lab.readiness import Health, ask, local_client, part_at_fault
from lab.shop.units import BY_NAME
from lab.stack import Opened, Running, alive, engine_named, is_running, running

_MEGA: Final = 1_000_000
_NOT_YET: Final = """\
Nothing is running yet.

What now?
  uv run lab next                  the first exercise; or, later, where you were
  uv run lab phase 1 --orders 25   the whole shop at work, told line by line
  uv run lab up                    start Kafka and the shop, and keep them
  uv run lab doctor                is this machine ready?"""
_WHAT_NOW: Final = """\
What now?
  uv run lab order place           place an order
  uv run lab order follow last     watch what becomes of it
  uv run lab events --plain        everything on Kafka, one sentence a message
  uv run lab next                  build it yourself: the next exercise
  uv run lab down                  stop everything; nothing is lost"""


def show() -> None:
    """The status page: what `lab` alone shows."""
    console = out()
    console.print(f"Orderlab {lab.__version__}: a shop of programs that only talk through messages.\n", style="bold")
    shop = is_running()
    if shop is None or not alive(engine_named(shop.engine)):
        console.print(_NOT_YET, markup=False)
        return
    show_units()
    console.print()
    console.print(_WHAT_NOW, markup=False)


def show_units() -> None:
    """Show every unit with its state and whether it answers. Raises NotRunning."""
    shop = running()
    engine = engine_named(shop.engine)
    units = engine.status()
    answers, faults = asyncio.run(_answers(shop, units)), _parts_at_fault(engine, units)
    console = out()
    console.print(
        f"phase {shop.phase} · engine {shop.engine} · Kafka (KRaft) at {shop.kafka} · books in {shop.database}",
        markup=False,
    )
    table = Table(box=None, pad_edge=False)
    for column in ("unit", "state", "answers", "memory", "restarts", "API page"):
        table.add_column(column, justify="right" if column in {"memory", "restarts"} else "left")
    for unit in units:
        table.add_row(
            unit.name,
            str(unit.state),
            answers.get(unit.name, "–"),
            f"{unit.rss_bytes / _MEGA:.0f} MB" if unit.rss_bytes else "–",
            str(unit.restarts),
            f"{shop.url(unit.name)}/docs" if unit.name in BY_NAME else "",
            style="red" if unit.state is UnitState.CRASHED else None,
        )
    console.print(table)
    for unit in units:
        if (fault := faults.get(unit.name)) is not None:
            console.print(fault.what, style="red", markup=False)
            console.print(f"  {fault.mend} Then: uv run lab restart {unit.name}", markup=False)
        elif unit.note:
            console.print(f"{unit.name}: {unit.note}", markup=False)


def as_object() -> Mapping[str, Any]:
    """The same as an object. Raises NotRunning."""
    shop = running()
    engine = engine_named(shop.engine)
    units = engine.status()
    answers, faults = asyncio.run(_answers(shop, units)), _parts_at_fault(engine, units)
    return {
        "phase": shop.phase,
        "engine": shop.engine,
        "kafka": shop.kafka,
        "database": shop.database,
        "units": [
            {
                "name": unit.name,
                "state": unit.state,
                "answers": answers.get(unit.name) == "yes",
                "pid": unit.pid,
                "restarts": unit.restarts,
                "rss_bytes": unit.rss_bytes,
                "url": shop.url(unit.name) if unit.name in BY_NAME else None,
                "note": unit.note,
                "part": _fault(faults.get(unit.name)),
            }
            for unit in units
        ],
    }


def _parts_at_fault(engine: Engine, units: Sequence[UnitStatus]) -> Mapping[str, PartDoesNotLoad]:
    """Return, for each unit that has ended because of a part's file, that file and what is wrong with it."""
    ended = [unit.name for unit in units if unit.name in BY_NAME and unit.state is UnitState.CRASHED]
    found = {name: part_at_fault(engine, name) for name in ended}
    return {name: fault for name, fault in found.items() if fault is not None}


def _fault(fault: PartDoesNotLoad | None) -> Mapping[str, Any] | None:
    return None if fault is None else {"file": str(fault.file), "line": fault.line, "why": fault.why}


async def _answers(shop: Running, units: Sequence[UnitStatus]) -> Mapping[str, str]:
    """Say of each of the shop's units whether it answers, in words."""
    ours = {unit.name: unit.pid for unit in units if unit.name in BY_NAME}
    async with local_client(1.0) as client:
        said = await asyncio.gather(*(ask(client, shop.url(name)) for name in ours))
    return {name: _in_words(health, ours[name]) for name, health in zip(ours, said, strict=True)}


def _in_words(health: Health | None, pid: int | None) -> str:
    if health is None:
        return "no"
    if health.pid != pid:
        return "no: another checkout's unit has its port"
    if not health.database:
        return "no database"
    return "yes" if health.assigned else "reads nothing"


def show_opened(opened: Opened, seconds: float) -> None:
    """Say what `lab up` has done, and what to do next."""
    shop, console = opened.shop, out()
    where = f"phase {shop.phase}, Kafka at {shop.kafka} ({shop.engine})"
    if not opened.started:
        how = f"The shop was open already: {where}"
    elif opened.attached:
        how = f"Started beside what ran already: {', '.join(opened.started)}; {where}"
    else:
        how = f"The shop is open: {where}"
    console.print(f"{how}, every unit that was asked for answers. {seconds:.1f} s.", markup=False)
    if opened.not_running:
        console.print(f"Not running: {', '.join(opened.not_running)}. Start all: uv run lab up", markup=False)
    else:
        console.print("Now place an order and watch it:\n  uv run lab order place\n  uv run lab order follow last")
        console.print("Then build it yourself:\n  uv run lab next")


def restart(engine: Engine, unit: str | None) -> None:
    """Restart one unit or all of the shop's that are there, and wait until they answer."""
    shop = running()
    names = [unit] if unit else [status.name for status in engine.status() if status.name in BY_NAME]
    live.restart(engine, shop, names, report=_unheard)
    out().print(f"{', '.join(names)}: restarted, and answering.", markup=False)


def check_units(names: Sequence[str]) -> None:
    """Raise NotFound for a name that is no unit of the shop."""
    for name in names:
        if name not in BY_NAME:
            raise NotFound(f"There is no unit {name!r}.", f"The shop has: {', '.join(BY_NAME)}.")


def show_findings(findings: Sequence[Finding], done: Sequence[str]) -> None:
    """Show what the doctor found, and what was mended."""
    console = out()
    for sentence in done:
        console.print(f"mended: {sentence}", markup=False)
    for finding in findings:
        sign = {True: "✓", False: "✗", None: "!"}[finding.ok]
        console.print(f"{sign} {finding.text}", markup=False)
        if finding.ok is not True and finding.mend:
            console.print(f"    {finding.mend}", markup=False)


def show_cache() -> None:
    """Say where the downloads are, and how much room they take."""
    folder = downloads.cache_folder()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    out().print(f"{folder}\n{size / _MEGA:.0f} MB: Kafka's programs and what makes its start fast.", markup=False)


def clear_cache() -> None:
    """Delete the downloads, unless a broker runs from them."""
    shop = is_running()
    if shop is not None and shop.engine == "native":
        raise Conflict("Kafka is running from these files.", "Stop it first: uv run lab down")
    folder = downloads.cache_folder()  # LAB_CACHE may name a folder in which other things lie, too
    deleting.tree(folder)
    out().print(f"{folder} is deleted; the next start fetches what it needs.", markup=False)


def _unheard(_: Progress) -> None:
    pass
