"""What can be done to one unit: THE table of verbs. The plain command is shown first, then comes the deed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lab.errors import LabError
from lab.running import Running
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


def title_of(unit: str) -> str:
    """Return a unit's name as it stands in sentences."""
    known = BY_NAME.get(unit)
    return known.title if known else {"kafka": "Kafka", "postgres": "PostgreSQL"}.get(unit, unit)


def do_to_unit(app: "Orderlab", name: str, unit: str) -> None:
    """Carry out a verb on a unit, in a worker; ask first where the table says so, and say what came of it."""
    verb, shop = VERBS[name], app.link.shop
    if shop is None:
        app.notify("The shop is closed. 1 opens Start.", severity="warning")
        return
    if not verb.asks:
        _begin(app, shop, verb, unit)
        return

    def answered(yes: bool | None) -> None:  # noqa: FBT001  what a screen returns
        if yes:
            _begin(app, shop, verb, unit)

    command = app.lab.engine(shop.engine).plain_command(verb.name, unit)
    app.push_screen(Confirm(f"{verb.name.capitalize()} {title_of(unit)}", verb.then, command), answered)


def _begin(app: "Orderlab", shop: Running, verb: Verb, unit: str) -> None:
    def work() -> None:
        try:
            getattr(app.lab.engine(shop.engine), verb.name)(unit)
        except LabError as error:
            app.call_from_thread(app.trouble, error)
        else:
            app.call_from_thread(app.feed.note, f"{title_of(unit)} {verb.past}", unit)

    app.run_worker(work, thread=True, name=f"{verb.name} {unit}", group=f"unit {unit}", exclusive=True)
