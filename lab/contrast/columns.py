"""Two flows next to each other, 80 columns wide: one order message by message, of the others only how they end."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Final

from lab.contrast.both import Told
from lab.contrast.flow import Flow, short
from lab.shop.wording import COLUMNS, fit, pad

BETWEEN: Final = " │ "
CELLS: Final = (COLUMNS - len(BETWEEN)) // 2


class Columns:
    """Prints as it is told. `watched`: the place in the scenario of the order that is told in full; None: all are."""

    def __init__(self, say: Callable[[str], None], watched: int | None) -> None:
        self._say, self._watched = say, watched
        self._told: set[str] = set()
        if watched is not None:
            say(f"Order {watched + 1} is told message by message; of the others, only how they end.")
        say(line("with a mediator", "without"))
        say("─" * (CELLS + 1) + "┼" + "─" * (CELLS + 1))

    def hear(self, flows: tuple[Flow, Flow], left: Told, right: Told) -> None:
        """Print what came on both sides."""
        for one, other in zip_longest(self._shown(flows[0], left), self._shown(flows[1], right), fillvalue=""):
            self._say(line(one, other))

    def _shown(self, flow: Flow, told: Told) -> Iterator[str]:
        for order_id, text in told:
            place = flow.order_ids[order_id]
            if self._watched is None:
                yield f"{place + 1:>2} {text}"
            elif place == self._watched:
                yield text
            elif order_id in flow.ended and order_id not in self._told:
                self._told.add(order_id)
                yield f"  order {place + 1} ({short(order_id)}): {flow.ended[order_id]}"


def line(left: str, right: str) -> str:
    """Return both in one line, each cut to its column."""
    return f"{pad(fit(left, CELLS), CELLS)}{BETWEEN}{fit(right, CELLS)}".rstrip()
