"""The tail's filter: `type:payment order:9XA unit:inventory topic:orders yours`, and plain words. All must fit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from tui.model.item import Item, Kind

_SHORT: Final = 4


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter. `field`: `type`, `order`, `unit`, `topic`, `yours`, or empty for a plain word."""

    field: str
    value: str

    def fits(self, item: Item) -> bool:
        """Say whether this item has it."""
        return _FITS[self.field](item, self.value)

    def __str__(self) -> str:
        return f"{self.field}:{self.value}" if self.field and self.value else self.field or self.value


@dataclass(frozen=True, slots=True)
class Filter:
    """What the tail lets through; without terms, everything."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def fits(self, item: Item) -> bool:
        """Say whether every term fits."""
        return all(term.fits(item) for term in self.terms)


EVERYTHING: Final = Filter()


def parse(text: str) -> Filter:
    """Read a filter. Whatever is written is one: what is no field of ours is a plain word."""
    return Filter(tuple(_term(word) for word in text.lower().split()))


def _term(word: str) -> Term:
    field, colon, value = word.partition(":")
    if colon and field in _FIELDS:
        return Term(field, value)
    return Term("yours", "") if word == "yours" else Term("", word)


def _type(item: Item, value: str) -> bool:
    return item.is_message and value in item.name.lower()


def _order(item: Item, value: str) -> bool:
    return item.is_message and value in item.order_id.lower()


def _unit(item: Item, value: str) -> bool:
    return value in item.source or value in item.target or (bool(item.unit) and value in item.unit)


def _topic(item: Item, value: str) -> bool:
    return item.record is not None and value in item.record.topic


def _yours(item: Item, _: str) -> bool:
    return bool(item.origin)


def _anywhere(item: Item, value: str) -> bool:
    unreadable = item.kind is Kind.UNREADABLE and value in "unreadable"
    return value in item.name.lower() or unreadable or _order(item, value) or _unit(item, value) or _topic(item, value)


_FITS: Final[dict[str, Callable[[Item, str], bool]]] = {
    "": _anywhere,
    "type": _type,
    "order": _order,
    "unit": _unit,
    "topic": _topic,
    "yours": _yours,
}
_FIELDS: Final = frozenset({"type", "order", "unit", "topic"})


def nearest(wanted: Filter, items: Iterable[Item]) -> str:
    """Return what comes nearest to a filter that nothing fits: a value alike, or the order that fits best."""
    messages = [item for item in items if item.is_message]
    for term in wanted.terms:
        if not any(term.fits(item) for item in messages):
            return _alike(term, messages)
    for left_out in wanted.terms:
        rest = Filter(tuple(term for term in wanted.terms if term is not left_out))
        found = next((item for item in reversed(messages) if rest.fits(item)), None)
        if found is not None:
            return found.order_id
    return ""


def _alike(term: Term, messages: Sequence[Item]) -> str:
    """Return the known value that is most like the term's."""
    known: dict[str, str] = {}
    for item in messages:
        if term.field in {"", "order"} and item.order_id:
            bare = item.order_id.removeprefix("ord-")
            known |= dict.fromkeys((item.order_id.lower(), bare.lower(), bare[:_SHORT].lower()), item.order_id)
        if term.field in {"", "type"}:
            known |= {word: word for word in (item.name, *item.name.split("."))}
        if term.field in {"", "unit"}:
            known |= {unit: unit for unit in (item.source, item.target) if unit}
        if term.field == "topic" and item.record is not None:
            known[item.record.topic] = item.record.topic
    near = get_close_matches(term.value, list(known), n=1, cutoff=0.5)
    return known[near[0]] if near else ""
