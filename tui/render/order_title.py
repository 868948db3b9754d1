"""One order in one row: what was ordered, by whom, where its messages lie, how it stands."""

from lab.shop.contracts import CARD_REFUSED, ENDED, OrderCreated
from lab.shop.wording import clean, money, plural
from tui.model.followed import Followed
from tui.render.bars import clock
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

_WIDE = 100
_TENTH_MS = 100


def order_title(told: Followed, width: int) -> Row:
    """Return the row; where it is short, what can be seen below is left out."""
    wide = width >= _WIDE
    places = told.partitions
    said = [_bought(told.order, wide=wide)]
    if wide:
        said.append(f"placed {clock(told.began_ms, thousandths=True)}")
        lie = "all its messages: partition" if told.replayed.to_come else "partition"
        said.append(f"{lie} {places[0]}" if len(places) == 1 else _places(places))
    else:
        said.append(f"part {places[0]}" if len(places) == 1 else _places(places))
    if wide and told.replayed.to_come:
        said.append(f"{told.seen} seen, {told.replayed.to_come} still to come")
    else:
        lasted = told.last_ms - told.began_ms
        said += [plural(told.seen, "message"), f"{lasted / 1000:.1f} s" if lasted >= _TENTH_MS else f"{lasted} ms"]
        said.append(f"ended {told.state}" if told.state in ENDED else str(told.state))
    return row(" " + " · ".join(said))


def _places(places: tuple[int, ...]) -> str:
    return f"partitions {', '.join(map(str, places))}: no sequence between them" if places else "no partition yet"


def _bought(order: OrderCreated | None, *, wide: bool) -> str:
    if order is None:
        return "an order whose beginning is not here"
    first = order.lines[0] if order.lines else None
    what = "nothing"
    if first is not None:
        what = f"{first.quantity} × {clean(first.sku, 20)}" if first.quantity > 1 else clean(first.sku, 20)
    if len(order.lines) > 1:
        what += f" and {len(order.lines) - 1} more"
    what += f" for {clean(order.customer_name, 20)}"
    if order.card == CARD_REFUSED:
        return f"{what}, card refused"
    return f"{what}, {money(order.total_cents, order.currency)}" if wide else what


def no_such(order_id: str) -> Row:
    """Say that nothing of this order is here."""
    return row(Span(f" Nothing of {clean(order_id, 40)} is here yet {SIGNS.cut}", Role.QUIET, Look.PLAIN))
