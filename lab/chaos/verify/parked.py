"""Dead letters: what was poisoned and nothing else, whole, and good again once it is sent again (I9, I10, I13)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lab.chaos.faults import KAFKA, POSTGRES, Act
from lab.chaos.told import Poison, fingerprint
from lab.chaos.verify.evidence import Aside, Evidence, Origin
from lab.shop.contracts import (
    ATTEMPT,
    DUE,
    ERROR,
    ORIGIN_OFFSET,
    ORIGIN_PARTITION,
    ORIGIN_TOPIC,
    TOPICS,
    Record,
    groups_of,
)
from lab.shop.wording import clean

_MARKS = frozenset({ATTEMPT, DUE, ERROR, ORIGIN_TOPIC, ORIGIN_PARTITION, ORIGIN_OFFSET})
_BELOW = frozenset({KAFKA, POSTGRES})
_STOP_NOBODY = tuple(f"{act}-" for act in (Act.POISON, Act.DUPLICATE))
_READERS: Mapping[str, Sequence[str]] = {topic.name: groups_of(topic) for topic in TOPICS}


def poison_not_parked(found: Evidence) -> list[str]:
    """I9: every poisoned record lies on the dead-letter topic of each group that read it, once, byte for byte."""
    lying = {(one.record.topic, one.record.partition, one.record.offset): one.record for one in found.records}
    parked: dict[tuple[str, Origin], list[Aside]] = {}
    for one in found.parked:
        parked.setdefault((one.group, one.origin), []).append(one)
    led_past = {(one.topic, one.partition, one.original, one.instead_for) for one in found.ledger.duplicates}
    wrong: list[str] = []
    for poison in _poison(found):
        if poison.topic not in _READERS:
            wrong.append(f"the ledger tells of poison on {clean(poison.topic, 60)}, which is no topic of the shop")
        original = lying.get(_place(poison))
        for group in _READERS.get(poison.topic, ()):
            if (*_place(poison), group) in led_past:
                continue  # it hears the copy, of which the same is asked
            if original is None and poison.topic in found.gone:  # it may lie at another offset since
                wrong += _missing_bytes(found, poison, group)
            else:
                wrong += _wrong_copies(found, poison, original, group, parked.get((group, _place(poison)), []))
    return wrong


def _poison(found: Evidence) -> Sequence[Poison]:
    """Return the poison of the ledger, and the copies that were made of it."""
    known = {_place(one): one for one in found.ledger.poison}
    for one in found.ledger.duplicates:
        if (original := known.get((one.topic, one.partition, one.original))) is not None:
            copy = replace(original, offset=one.copy)
            known[_place(copy)] = copy
    return list(known.values())


def _place(poison: Poison) -> Origin:
    return (poison.topic, poison.partition, poison.offset)


def _missing_bytes(found: Evidence, poison: Poison, group: str) -> Iterator[str]:
    if not any(
        (one.group, one.origin[0], fingerprint(one.seen.record.value)) == (group, poison.topic, poison.sha256)
        for one in found.parked
    ):
        yield f"{_what(poison)} is not among the dead letters of {group}"


def _wrong_copies(
    found: Evidence, poison: Poison, original: Record | None, group: str, copies: Sequence[Aside]
) -> Iterator[str]:
    what = _what(poison)
    if original is None or fingerprint(original.value) != poison.sha256:
        yield f"{what} does not lie there with the bytes that the ledger tells of"
        return
    if not copies:
        yield f"{what} is not among the dead letters of {group}"
    # Who is killed between parking and committing parks it again, and so does one that is sent again as it was.
    at_most = 1 + _held_up(found, group) + len(_sent_again(found, copies))
    if len(copies) > at_most:
        yield f"{what} was parked {len(copies)} times by {group}"
    yield from (
        f"{what} was not parked as it was by {group}" for one in copies if _whole(one.seen.record) != _whole(original)
    )


def _held_up(found: Evidence, group: str) -> int:
    """Count how often the unit may have been stopped on its way, itself or what it stands on."""
    stopped = [one for one in found.ledger.faults if one.hits and not one.name.startswith(_STOP_NOBODY)]
    return sum(one.unit in {group, *_BELOW} for one in stopped)


def _what(poison: Poison) -> str:
    kind = clean(poison.kind, 40)
    return f"the poison ({kind}) at {poison.topic}, partition {poison.partition}, offset {poison.offset}"


def _whole(record: Record) -> tuple[object, ...]:
    return (record.key, record.value, tuple(pair for pair in record.headers if pair[0] not in _MARKS))


def _sent_again(found: Evidence, copies: Sequence[Aside]) -> list[Aside]:
    first = min((one.seen.record.timestamp_ms for one in copies), default=0)
    places = {(one.group, one.origin) for one in copies}
    return [
        one for one in found.tried_again if (one.group, one.origin) in places and one.seen.record.timestamp_ms > first
    ]


def replayed(found: Evidence) -> list[Aside]:
    """Return the dead letters that can be read, and that were sent once more after they had been parked."""
    again: dict[str, int] = {}
    for message in found.messages:
        at = message.record.timestamp_ms if message.record else 0
        again[message.id] = max(again.get(message.id, 0), at)
    for one in found.tried_again:
        again[one.message_id] = max(again.get(one.message_id, 0), one.seen.record.timestamp_ms)
    return [
        one for one in found.parked if one.message_id and again.get(one.message_id, 0) > one.seen.record.timestamp_ms
    ]


def replays_without_effect(found: Evidence) -> list[str]:
    """I10: whatever was sent again from a dead-letter topic has had its effect; that it had one alone is I8's."""
    return [
        f"{one.seen.order_id}: {_name(one)} was sent again to {one.group}, and has had no effect"
        for one in replayed(found)
        if one.message_id not in found.books.inbox.get(one.group, frozenset())
    ]


def given_up(found: Evidence) -> list[str]:
    """I13: no record was given up that was not poisoned. Without a ledger: none that can be read."""
    places = {_place(one) for one in _poison(found)}
    bytes_of = {(one.topic, one.sha256) for one in found.ledger.poison if one.topic in found.gone}
    return [
        f"{one.seen.order_id}: {one.group} has given up {_name(one)}: {clean(one.seen.header(ERROR) or '?', 120)}"
        for one in found.parked
        if one.origin not in places
        and (one.origin[0], fingerprint(one.seen.record.value)) not in bytes_of
        and (found.told is not None or one.message_id)
    ]


def _name(one: Aside) -> str:
    return clean(one.seen.header("ce_type") or "a record", 60)
