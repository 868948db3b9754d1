"""Text for people, from values that anybody may have put on Kafka: cleaned, cut to size, with the right plural."""

import textwrap
from collections.abc import Sequence
from typing import Protocol

from rich.cells import cell_len, set_cell_size

from lab.shop.contracts import CURRENCY, PRODUCTS

COLUMNS = 80
TIMES = "\N{MULTIPLICATION SIGN}"
_LASTING = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


class Line(Protocol):
    """So many pieces of one product: an order's line, a command's, a shelf's."""

    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...


def clean(text: str, at_most: int = 200) -> str:
    """Return one line that moves no cursor: control characters, also invisible ones, become `·`, ESC becomes `␛`."""
    shown = text[: at_most + 1]
    safe = "".join(c if c.isprintable() else "␛" if c == "\x1b" else "·" for c in shown)
    return safe if len(text) <= at_most else safe[: at_most - 1] + "…"


def fit(text: str, cells: int) -> str:
    """Cut the text to at most so many terminal cells; a cut is shown by `…`."""
    return text if cell_len(text) <= cells else set_cell_size(text, max(0, cells - 1)).rstrip() + "…"


def pad(text: str, cells: int) -> str:
    """Fill the text up with blanks to so many terminal cells; a longer one stays as it is."""
    return text + " " * max(0, cells - cell_len(text))


def wrapped(text: str, first: str, rest: str) -> list[str]:
    """Break the text into lines of 80 columns, with `first` before the first line and `rest` before the others."""
    return textwrap.wrap(text, COLUMNS, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def money(cents: int, currency: str = CURRENCY) -> str:
    """`1250` → `12.50 EUR`."""
    return f"{cents // 100}.{cents % 100:02} {clean(currency, 8)}"


def product(sku: str, quantity: int) -> str:
    """Return the product's name for that many pieces: `mug`, `mugs`. An unknown product keeps its own spelling."""
    known = PRODUCTS.get(sku)
    name = known.name.split(",")[0].lower() if known else clean(sku, 24)
    return name if quantity == 1 else f"{name}s"


def pieces(lines: Sequence[Line]) -> str:
    """`2 mugs`; of several products the sum: `7 pieces`."""
    if len(lines) == 1:
        return f"{lines[0].quantity} {product(lines[0].sku, lines[0].quantity)}"
    return f"{sum(line.quantity for line in lines)} pieces"


def the_pieces(lines: Sequence[Line]) -> str:
    """`the mugs`; of several products, or of none that is known: `the pieces`."""
    if len(lines) != 1:
        return "the pieces"
    return f"the {product(lines[0].sku, lines[0].quantity)}"


def basket(lines: Sequence[Line]) -> str:
    """Name the first two products and count the others."""
    shown = ", ".join(f"{line.quantity} {TIMES} {clean(line.sku, 24)}" for line in lines[:2])
    return shown if len(lines) <= 2 else f"{shown}, and {len(lines) - 2} more"  # noqa: PLR2004


def lasting(seconds: float) -> str:
    """Say how long something has lasted, in its largest whole unit: `3 min`, `2 d`."""
    size, name = next(((size, name) for size, name in _LASTING if seconds >= size), (1, "s"))
    return f"{seconds / size:.0f} {name}"


def plural(count: int, one: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
