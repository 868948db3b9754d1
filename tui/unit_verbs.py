"""What can be done to one unit: THE table of verbs. The plain command is shown first, then comes the deed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lab.engines.base import Engine, UnitState
from lab.errors import Conflict, LabError
from lab.shop.units import BY_NAME
from tui.sheets.confirm import Confirm

if TYPE_CHECKING:
    from tui.app import Orderlab


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb. `name` is the engine's method; `past` ends the sentence `Payment …` in the tail; `asks`: confirm it."""

    name: str
    past: str
    asks: bool
    then: str = ""
    """What one will see."""


VERBS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        verb.name: verb
        for verb in (
            Verb("start", "started by you (u)", asks=False),
            Verb("resume", "let go on by you (u)", asks=False),
            Verb("stop", "stopped by you (S)", asks=True, then="Its messages wait on Kafka. u starts it again."),
            Verb("pause", "paused by you (P)", asks=True, then="It keeps its connections and answers nobody."),
            Verb("kill", "killed by you (K)", asks=True, then="It ends at once, as in a power cut. u starts it again."),
            Verb("restart", "restarted by you", asks=False),
        )
    }
)


Step = Callable[["Orderlab", Engine, Verb, str], None]
"""What a worker does with a verb and a unit."""


def title_of(unit: str) -> str:
    """Return a unit's name as it stands in sentences."""
    known = BY_NAME.get(unit)
    return known.title if known else {"kafka": "Kafka", "postgres": "PostgreSQL"}.get(unit, unit)


def do_to_unit(app: "Orderlab", name: str, unit: str) -> None:
    """Carry out a verb on a unit, in a worker; ask first where the table says so, and say what came of it.

    `start` lets a paused unit go on; of one that runs already it is said, and nothing is done.
    """
    verb, shop = VERBS[name], app.link.shop
    if shop is None:
        app.notify("The shop is closed. 1 opens Start.", severity="warning")
        return
    _begin(_ask if verb.asks else _do, app, app.lab.engine(shop.engine), verb, unit)


def _begin(step: Step, app: "Orderlab", engine: Engine, verb: Verb, unit: str) -> None:
    work = partial(step, app, engine, verb, unit)
    app.run_worker(work, thread=True, name=f"{verb.name} {unit}", group=f"unit {unit}", exclusive=True)


def _ask(app: "Orderlab", engine: Engine, verb: Verb, unit: str) -> None:
    """Ask the engine for the plain command, which may have to look at the processes for that; then the person."""
    try:
        command = engine.plain_command(verb.name, unit)
    except LabError as error:
        app.call_from_thread(app.trouble, error)
        return

    def answered(yes: bool | None) -> None:  # noqa: FBT001  what a screen returns
        if yes:
            _begin(_do, app, engine, verb, unit)

    sheet = Confirm(f"{verb.name.capitalize()} {title_of(unit)}", verb.then, command)
    app.call_from_thread(app.push_screen, sheet, answered)


def _do(app: "Orderlab", engine: Engine, verb: Verb, unit: str) -> None:
    try:
        if verb.name == "start":
            verb = _as_it_is_now(engine, verb, unit)
        getattr(engine, verb.name)(unit)
    except LabError as error:
        app.call_from_thread(app.trouble, error)
    else:
        app.call_from_thread(app.feed.note, f"{title_of(unit)} {verb.past}", unit)


def _as_it_is_now(engine: Engine, start: Verb, unit: str) -> Verb:
    """Return what brings the unit back: a start, or that it goes on. Raises Conflict where it runs."""
    state = next((status.state for status in engine.status() if status.name == unit), None)
    if state is UnitState.RUNNING:
        raise Conflict(
            f"{title_of(unit)} runs already.", "Where it runs and does not answer: K on Shop kills it, u starts it."
        )
    return VERBS["resume"] if state is UnitState.PAUSED else start
