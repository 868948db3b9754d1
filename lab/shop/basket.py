"""What a person types for a basket: `mug:2 lamp`, `mug x2`, `mugx2`, or with a multiplication sign."""

import re
from collections.abc import Sequence
from typing import Final

from lab.errors import WrongUsage
from lab.shop.contracts import PRODUCTS, Item
from lab.shop.wording import TIMES, clean

_SIGNS: Final = f"[xX:*{TIMES}]"
_TIMES: Final = re.compile(rf"{_SIGNS}\s*(\d+)")
_BOTH: Final = re.compile(rf"(.*[^\s]?)\s*{_SIGNS}\s*(\d+)")
_DIGITS_AT_MOST: Final = 6


def parse_basket(words: Sequence[str]) -> tuple[Item, ...]:
    """Read products and pieces; a product named twice gets the sum.

    Only the spelling is judged here: whether there is such a product, and may one have so many, the shop says itself.
    Raises WrongUsage.
    """
    wanted: dict[str, int] = {}
    last: str | None = None
    for word in " ".join(words).split():
        if (times := _TIMES.fullmatch(word)) and last is not None:  # the shell has cut `mug x2` in two
            wanted[last] += _number(times[1]) - 1
            last = None
            continue
        both = None if word in PRODUCTS else _BOTH.fullmatch(word)
        sku, pieces = (both[1], _number(both[2])) if both else (word, 1)
        if not sku or sku.isdigit():
            raise WrongUsage(
                f"{clean(word, 40)!r} names no product.",
                "Say the product, then how many: uv run lab order place mug:2 lamp",
            )
        wanted[sku] = wanted.get(sku, 0) + pieces
        last = None if both else sku
    for sku, pieces in wanted.items():
        if pieces < 1:
            raise WrongUsage(f"{pieces} pieces of {clean(sku, 40)} are nothing to order.", "Ask for one at least.")
    return tuple(Item(sku=sku, quantity=pieces) for sku, pieces in wanted.items())


def _number(digits: str) -> int:
    if len(digits) > _DIGITS_AT_MOST:
        raise WrongUsage(f"{digits[:12]}… pieces are too many.", "100 pieces of one product is the most.")
    return int(digits)
