"""The Shop screen's sentences about what is wrong: each says what happened, what it means, which key helps."""

from pathlib import PurePath
from typing import Final

from lab.shop.units import UNITS
from lab.shop.wording import clean, plural
from tui.model.item import UnitState
from tui.model.scene import Scene
from tui.model.shape import ANALYTICS, MEDIATOR
from tui.render.bars import clock
from tui.render.shop_sentence import Sentence, Situation, name
from tui.render.topology_words import age, title

CRASH_SECONDS, CRASHES = 60.0, 3
STUCK_MS: Final = 3_000.0
UNREADABLE_MS: Final = 60_000.0
_UNITS: Final = tuple(unit.name for unit in UNITS)


def lost(_: Scene, now: Situation) -> Sentence | None:
    """Kafka does not answer."""
    if now.lost_ms is None:
        return None
    since = f"Kafka does not answer since {clock(now.lost_ms)}"
    long = f"{since}. What you see is from then. 1 shows why; the app looks again every 2 s."
    return Sentence((long, f"{since}; all this is from then. 1 shows why."), alarming=True)


def broken(scene: Scene, _: Situation) -> Sentence | None:
    """A part that does not load, or a unit that ends again and again."""
    for unit in _UNITS:
        found = scene.unit(unit)
        crashes = scene.beside.crashes(unit, scene.at_ms, CRASH_SECONDS)
        if found is None or not (found.file or crashes >= CRASHES):
            continue
        file = clean(PurePath(found.file).name, 40)
        how = f"stopped {crashes} times in {CRASH_SECONDS:.0f} s" if crashes >= CRASHES else "does not load"
        what, key = (f": {file}", "e opens it.") if file else ("", "4 shows what it wrote.")
        why = f" {clean(found.why, 80)}" if found.why else ""
        start = f"{name(unit)} {how}{what}"
        return Sentence((f"{start}{why}. {key}", f"{start}. {key}"), alarming=True)
    return None


def down(scene: Scene, now: Situation) -> Sentence | None:
    """Units that were found not to work."""
    units = [unit for unit in _UNITS if scene.is_down(unit)] if scene.fresh else []
    if not units:
        return None
    if len(units) > 1:
        names = f"{', '.join(title(unit) for unit in units[:-1])} and {title(units[-1])}"
        waiting = sum(scene.lag(unit) or 0 for unit in units)
        what = f"{plural(waiting, 'message')} wait{'s' if waiting == 1 else ''} for them on Kafka; none is lost."
        first = "" if now.from_file else f" u starts {title(units[0])}."
        long = f"{names} do not work. {what}{first}"
        return Sentence((long, f"{len(units)} units do not work; nothing is lost.{first}"), alarming=True)
    return _one_down(scene, units[0], now)


_KEYS: Final = {
    UnitState.STOPPED: ("is stopped", "u starts it again.", "u starts it."),
    UnitState.PAUSED: ("is paused", "u lets it go on.", "u lets it go on."),
    UnitState.CRASHED: ("is not running any more", "u starts it again; 4 shows why.", "u starts it; 4 shows why."),
    UnitState.MUTE: ("does not answer", "4 shows what it writes.", "4 shows its log."),
}


def _one_down(scene: Scene, unit: str, now: Situation) -> Sentence:
    found, since, keys = scene.unit(unit), scene.beside.since.get(unit), not now.from_file
    lag = _waits_for(scene, unit, now)
    assert found is not None
    word, key, short_key = _KEYS[found.state] if keys else (_KEYS[found.state][0], "", "")
    ago = age(scene.at_ms - since.at_ms) if since is not None and since.exact else ""
    you = "you, " if since is not None and since.by_you and found.state is not UnitState.CRASHED else ""
    kind = "event" if unit in {MEDIATOR, ANALYTICS} else "command"
    if lag:
        waits = "wait" if lag > 1 else "waits"
        none = "none is lost" if lag > 1 else "it is not lost"
        long = f" {plural(lag, kind)} {waits} for it on Kafka; {none}."
        brief = f" {plural(lag, kind)} {waits}, {none}."
    else:
        long = brief = " Nothing waits for it yet." if lag == 0 else ""
    said = f"{name(unit)} {word}"
    forms = (
        f"{said}{f' ({you}{ago} ago)' if ago else ''}.{long} {key}",
        f"{said}{f' ({you}{ago})' if ago else ''}.{brief} {short_key}",
        f"{said}.{brief} {short_key}",
    )
    return Sentence(tuple(form.rstrip() for form in forms), alarming=True)


def _waits_for(scene: Scene, unit: str, now: Situation) -> int | None:
    """Return how many messages wait for it: what the broker said, or what was seen since and nobody has answered."""
    lag = scene.lag(unit)
    owed = sum(any(awaited.unit == unit for awaited in one.awaited) for one in now.waiting)
    return lag if lag is None else max(lag, owed)


def unreadable(scene: Scene, _: Situation) -> Sentence | None:
    """A record that came lately and that nobody can read."""
    last = scene.last_unreadable()
    if last is None or last.record is None or scene.at_ms - last.heard_ms > UNREADABLE_MS:
        return None
    ago = age(scene.at_ms - last.heard_ms)
    where = f"A record on {last.record.topic} cannot be read"
    return Sentence(
        (f"{where} ({ago} ago). Nobody can work on it. d shows it.", f"{where}. d shows it."), alarming=True
    )


def stuck(scene: Scene, now: Situation) -> Sentence | None:
    """An order of which nothing was heard for long, and who has to speak."""
    for one in now.waiting:
        silent = scene.at_ms - one.since_ms
        if silent < STUCK_MS:
            continue
        first, of = one.awaited[0], f"({clean(one.order_id, 16)}, {age(silent)})"
        found = scene.unit(first.unit)
        how = f"{name(first.unit)} is {found.state.value}" if found is not None and scene.fresh else ""
        if first.unit == MEDIATOR:
            said = f"The mediator has not reacted to {first.name} yet {of}."
        else:
            said = f"The mediator waits for {first.name} {of}."
        if not how:
            return Sentence((f"{said} 4 shows what units write.", said))
        return Sentence((f"{said} {how}; enter on it says more.", f"{said} {how}.", said))
    return None
