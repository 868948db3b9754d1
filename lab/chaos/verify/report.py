"""Says in words what an audit found, within 80 columns."""

from collections.abc import Iterator
from typing import Final

from lab.chaos.verify.auditing import Audit, Judged
from lab.shop.wording import clean, pad, plural, wrapped

GOOD, BAD, UNTRIED = "✓", "✗", "–"
NOT_ATTACKED: Final = "not attacked: proves nothing"
_NUMBERS: Final = {
    "orders": "orders",
    "messages": "messages",
    "duplicates": "repeated",
    "redelivered": "redelivered",
    "requests_again": "requests again",
    "poisoned": "poisoned",
    "parked": "parked",
    "tried_again": "tried again later",
    "deadlines_passed": "deadlines passed",
}


def text(found: Audit) -> Iterator[str]:
    """Yield the lines: a table, the findings, what was counted, and what all this means."""
    yield f"   {pad('what must hold', 40)}attacked by"
    yield from (_row(one) for one in found.judged)
    for one in found.judged:
        if not one.holds:
            yield from ("", f"{one.invariant.name} does not hold: {one.invariant.promise}")
            yield from (line for told in one.told() for line in wrapped(clean(told, 400), "  ", "    "))
    yield ""
    counted = ", ".join(f"{number} {_NUMBERS[name]}" for name, number in found.numbers.items() if number)
    yield from wrapped(counted or "nothing was counted: the shop is empty", "", "  ")
    for name, fault in found.faults.items():
        yield f"{clean(name, 40)} ({clean(fault['unit'], 20)}): {plural(fault['times'], 'time')}, hit {fault['hits']}"
    for topic, records in found.gone.items():
        told = f"{plural(records, 'record')} of {topic} are gone: what must lie there could not be judged."
        yield from wrapped(told, "", "  ")
    yield from _meaning(found)


def _row(one: Judged) -> str:
    sign = BAD if not one.holds else GOOD if one.attacked else UNTRIED
    attacked = f"{one.invariant.attack}: {one.attacked}" if one.attacked else NOT_ATTACKED
    return f"{sign}  {pad(one.invariant.name, 5)}{pad(one.invariant.promise, 35)}{attacked}"


def _meaning(found: Audit) -> Iterator[str]:
    if found.moving:
        yield from ("", "The shop is not at rest, so look again in a moment:")
        yield from (line for why in found.moving for line in wrapped(why, "  ", "    "))
    yield ""
    untried = [one.invariant.name for one in found.judged if one.holds and not one.attacked]
    if not found.ok:
        broken = ", ".join(one.invariant.name for one in found.judged if not one.holds)
        yield f"It does not add up{' yet' if found.moving else ''}: {broken}."
    elif len(untried) == len(found.judged):
        yield "Everything adds up, and nothing was attacked: this proves little."
    else:
        yield "Everything adds up."
    if untried and len(untried) < len(found.judged):
        yield from wrapped(f"Not attacked in this run, which proves nothing: {', '.join(untried)}.", "", "  ")
