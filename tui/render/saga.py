"""Where the mediator stands with one order: the states it went through, what it waits for, what may come."""

from collections.abc import Sequence
from typing import Final

from lab.shop.contracts import ENDED, State
from lab.shop.wording import clean
from tui.model.expected import Stay
from tui.model.followed import ORDERS_FOR_USUAL, Followed, Owed, Usual
from tui.model.item import AT_REST, UnitState
from tui.render.signs import SIGNS
from tui.render.tail import title
from tui.render.text import Look, Role, Row, Span, row
from tui.render.waterfall import span_word

_LABEL: Final = 12
_WIDE: Final = 110
"""Narrower, sentences are shorter."""
_ON: Final = 23
_TIMED: Final = frozenset({State.AWAITING_INVENTORY, State.AWAITING_PAYMENT, State.CONFIRMING, State.AWAITING_SHIPPING})
DOES: Final = {
    "inventory.checked": "it looks on the shelf, and sets aside",
    "inventory.committed": "it books out what is set aside",
    "inventory.released": "it puts back what was set aside",
    "payment.processed": "it asks the bank",
    "payment.cancelled": "it gives the money back",
    "order.confirmed": "it writes the promise into its book",
    "order.rejected": "it writes the refusal into its book",
    "order.cancelled": "it writes into its book that the promise is withdrawn",
    "order.shipped": "it writes into its book that the parcel has left",
    "order.delivered": "it writes the delivery into its book",
    "shipping.initiated": "it looks for a carrier",
    "shipping.delivered": "the parcel is with the carrier",
    "shipping.cancelled": "it keeps the parcel here",
    "notification.sent": "it writes to the customer",
}
"""An answer that is waited for → what its unit does meanwhile."""


def rows(told: Followed, usual: Usual | None, width: int, height: int) -> list[Row]:
    """Return the pane's rows; where it is low, what matters less is left out."""
    roomy = height >= 8  # noqa: PLR2004  the strip in two rows, and blanks between the parts
    blank = [Row()] if roomy else []
    here = from_here(told, width)
    made = [
        *(strip(told, width) if roomy else [low_strip(told, width)]),
        *blank,
        *waits(told, usual, width),
        *deadline(told, width),
        *blank,
        *(here if roomy else here[:1]),
        *yours(told),
    ]
    return [row(" ") + one for one in made][:height]


def strip(told: Followed, width: int) -> list[Row]:
    """Return the states one after the other, and below each how long it lasted."""
    cells = [(_state(told, stay), Span(f"  {_lasted(told, stay)}", Role.QUIET)) for stay in told.replayed.stays]
    left_out = 0
    while len(cells) > 1 and sum(_cells(cell) for cell in cells) - 2 + 2 * bool(left_out) > width - 1:
        cells.pop(0)
        left_out += 1
    first, second = (row(Span(f"{SIGNS.cut} ", Role.QUIET)), row("  ")) if left_out else (Row(), Row())
    for number, (state, lasted) in enumerate(cells, 1):
        wide = _cells((state, lasted)) if number < len(cells) else 0
        first += row(state, " " * (wide - len(state.text)))
        second += row(lasted, " " * (wide - len(lasted.text)))
    return [first, second]


def low_strip(told: Followed, width: int) -> Row:
    """Return the states in one row, the first ones left out where there are too many."""
    pieces = [
        row(_state(told, stay), Span(f" {lasted}" if (lasted := _lasted(told, stay)) else "", Role.QUIET), "  ")
        for stay in told.replayed.stays
    ]
    left_out = 0
    while len(pieces) > 1 and sum(piece.cells for piece in pieces) + 2 * bool(left_out) > width:
        pieces.pop(0 if _is_past(told, len(told.replayed.stays) - len(pieces)) else -1)
        left_out += 1
    made = row(Span(f"{SIGNS.cut} ", Role.QUIET)) if left_out else Row()
    for piece in pieces:
        made += piece
    return made


def _is_past(told: Followed, place: int) -> bool:
    return 0 <= place < len(told.replayed.stays) and told.replayed.stays[place].until_ms is not None


def _state(told: Followed, stay: Stay) -> Span:
    if stay.since_ms is None:
        return Span(f"{SIGNS.open} {stay.state}", Role.GHOST)
    if stay.until_ms is not None or (stay.state in ENDED and stay.state is told.state):
        return Span(f"{SIGNS.right} {stay.state}", Role.GOOD)
    role = Role.FAULT if stay.state is State.NEEDS_ATTENTION else Role.TEXT
    return Span(f"{SIGNS.here} {stay.state}", role, Look.STRONG)


def _lasted(told: Followed, stay: Stay) -> str:
    if stay.since_ms is None or stay.state in ENDED:
        return ""
    if stay.until_ms is None:
        return f"{span_word(max(0.0, told.now_ms - stay.since_ms))}, now"
    return span_word(stay.until_ms - stay.since_ms)


def _cells(cell: tuple[Span, Span]) -> int:
    return max(len(cell[0].text), len(cell[1].text)) + 2


def waits(told: Followed, usual: Usual | None, width: int) -> list[Row]:
    """Say what has to come next, from whom, and how that unit stands."""
    if told.over:
        return [_labelled("waits for", row("nothing: this order is at its end, and every answer has come"))]
    if not told.owed:
        return [_labelled("waits for", row("nothing, and it has no end: nobody was asked for anything more"))]
    return [
        _labelled("waits for" if number == 0 else "", _owed(owed, usual if number == 0 else None, width))
        for number, owed in enumerate(told.owed[:2])
    ]


def _owed(owed: Owed, usual: Usual | None, width: int) -> Row:
    role, sign = (Role.COMMAND, SIGNS.command_right) if owed.command else (Role.EVENT, SIGNS.event_right)
    ready = owed.look.state is UnitState.READY
    lag = "" if owed.lag is None else f", lag {owed.lag}"
    stands = Span(f"{owed.look.state.value}{lag}", Role.TEXT if ready else Role.FAULT)
    if not ready and owed.look.state is not UnitState.UNKNOWN:
        does = f": no answer can come while it is {owed.look.state.value}" if width >= _WIDE else ""
    else:
        does = f": {DOES[owed.name]}" if owed.name in DOES and width >= _WIDE else ""
        does += f" (about {_about(usual.ms)})" if usual else ""
    return row(Span(f"{sign} {owed.name}", role), f"  from {title(owed.unit)}, ", stands, does)


def deadline(told: Followed, width: int) -> list[Row]:
    """Say what happens if the answer never comes."""
    if told.over:
        return []
    if told.phase == 1:
        ever = (
            "if the answer never came, this order would wait for ever" if width >= _WIDE else "it would wait for ever"
        )
        said = f"none in phase 1: {ever}. Phase 2 brings timers."
    elif told.state in _TIMED:
        said = "a timer of the mediator watches this state, and acts without the answer when it is due"
    else:
        said = f"none in {told.state}: nothing is undone any more because an answer is late"
    return [_labelled("deadline", row(Span(said, Role.QUIET)))]


def from_here(told: Followed, width: int) -> list[Row]:
    """Return what the table does with what may come now."""
    if told.over:
        return []
    moves = [
        (name, outcome, arrow)
        for (state, name, outcome), arrow in told.table.items()
        if state is told.state and (arrow.to is not state or arrow.commands)
    ]
    named = [
        (f"{SIGNS.event_right} {name}" + (f" ({outcome})" if outcome else ""), arrow)
        for name, outcome, arrow in moves[:3]
    ]
    wide, found = max([_ON, *(len(on) + 1 for on, _ in named)]), []
    for on, arrow in named:
        says = "".join(f", {SIGNS.command_right} {command}" for command in arrow.commands)
        found.append(row(Span(on.ljust(wide), Role.EVENT), f"→ {arrow.to}{says}"))
    rest = "recorded as late, duplicate or unexpected, and shown; never dropped in silence"
    if width < _WIDE:
        rest = "recorded and shown; never dropped in silence"
    found.append(row(Span("anything else".ljust(wide), Role.QUIET), Span(f"→ {rest}", Role.QUIET)))
    return [_labelled("from here" if number == 0 else "", one) for number, one in enumerate(found)]


def yours(told: Followed) -> list[Row]:
    """Say which of its messages your lines had a hand in, and how one knows."""
    if not told.pieces:
        return []
    said = [f"{SIGNS.yours} {clean(exercise, 24)}  {clean(name, 40)}" for exercise, name in told.pieces.items()]
    made = row(Span("     ".join(said[:3]), Role.YOURS))
    more = f" and {len(said) - 3} more" if len(said) > 3 else ""  # noqa: PLR2004  so many are named
    return [_labelled("yours", made + row(Span(f"{more} (the headers say handled-by: mine)", Role.QUIET)))]


def usual_words(usual: Usual | None, name: str) -> str:
    """Say how long it usually takes, as far as one may say so already."""
    if usual is None:
        return f"no {name} has come here before."
    if usual.orders < ORDERS_FOR_USUAL:
        ones = "the first one came" if usual.orders == 1 else f"the first {usual.orders} came"
        return f"{ones} {_about(usual.ms)} after {usual.after}."
    return f"{name} usually comes {_about(usual.ms)} after {usual.after}."


def _about(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"  # noqa: PLR2004  a second


def _labelled(label: str, said: Row) -> Row:
    return row(Span(label.ljust(_LABEL), Role.QUIET)) + said


def sentence(told: Followed, usual: Usual | None, width: int) -> Sequence[str]:
    """Return the status: what goes on; and, where something is stuck, that apart. Where it is long, fewer words."""
    said = _sentence(told, usual)
    if len(" ".join(said)) <= width:
        return said
    short = said[0].removeprefix("Nothing is stuck. ").replace(f"({clean(told.order_id, 20)}, ", "(")
    return (short.replace("The mediator waits for", "Waits for"), *said[1:])


def _sentence(told: Followed, usual: Usual | None) -> Sequence[str]:
    if told.over:
        return (f"It is at its end: {told.state} after {span_word(told.last_ms - told.began_ms)}. < > other orders.",)
    if not told.owed:
        return (f"It stands in {told.state}, and nobody is asked for anything.",)
    owed = told.owed[0]
    who, waited = title(owed.unit), span_word(max(0.0, owed.since_ms))
    if owed.command:
        speaks = f"It is the mediator's turn: {owed.name}, since {waited}."
    else:
        speaks = f"The mediator waits for {owed.name} ({clean(told.order_id, 20)}, {waited})."
    if owed.look.state not in {UnitState.READY, UnitState.UNKNOWN}:
        key = "u starts it." if owed.look.state in AT_REST else "4 shows its log."
        return (speaks, f"{who[:1].upper()}{who[1:]} is {owed.look.state.value}. {key}")
    if owed.name == "shipping.delivered":
        return (f"Nothing is stuck. Waiting for the carrier: {usual_words(usual, owed.name)}",)
    if usual and owed.since_ms <= max(10 * usual.ms, 1000):
        words = usual_words(usual, owed.name)
        return (f"Nothing is stuck. {speaks} {words[:1].upper()}{words[1:]}",)
    return (speaks, f"{who[:1].upper()}{who[1:]} is {owed.look.state.value}; 4 Logs may say more.")
