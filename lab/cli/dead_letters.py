"""What `lab dlq` does: lists dead letters, shows one, sends them back."""

import base64
import codecs
import time
from collections.abc import Sequence
from typing import Any, Final

from lab.cli.output import run, tell
from lab.cli.say import as_json
from lab.cli.where import where
from lab.errors import NotFound
from lab.shop.contracts import ATTEMPT, ERROR, ORIGIN_OFFSET, ORIGIN_PARTITION, Message
from lab.shop.dead_letters import DeadLetters, Letter, named
from lab.shop.units import BY_NAME
from lab.shop.wording import COLUMNS, clean, fit, plural

_BYTES_AT_MOST: Final = 4_096
"""So much of a value is shown."""
_HEX_COLUMNS: Final = 16


def show_all(*, every: bool, as_object: bool) -> None:
    """List what waits, or everything."""
    found = run(_letters())
    chosen = [letter for letter in found if every or letter.waits]
    if as_object:
        as_json({"total": len(found), "letters": [_row(letter) for letter in chosen]})
        return
    for letter in chosen:
        tell(_line(letter))
        tell(f"  {fit(clean(_why(letter)), COLUMNS - 2)}")
    if not chosen:
        done = f" {len(found)} dealt with: uv run lab dlq list --all" if found else ""
        tell(f"No dead letter waits.{done}")
        return
    tell("\nOne of them whole:   uv run lab dlq show LETTER\nWhen it is mended:   uv run lab dlq replay")


async def _letters() -> Sequence[Letter]:
    place = where()
    async with DeadLetters(place.kafka, place.prefix) as desk:
        return await desk.letters()


def _line(letter: Letter) -> str:
    age = _age(time.time() - letter.record.timestamp_ms / 1000)
    what = f"{clean(letter.seen.order_id, 24) or 'no order'}  {_type(letter)}"
    return fit(f"{letter.name}  {age}  {what}" + ("" if letter.waits else "  dealt with"), COLUMNS)


def _type(letter: Letter) -> str:
    message = letter.seen.message
    return message.name if isinstance(message, Message) else clean(letter.seen.header("ce_type") or "no type", 40)


def _why(letter: Letter) -> str:
    return letter.seen.header(ERROR) or "nobody wrote down why"


def _age(seconds: float) -> str:
    size, name = next((one for one in ((86_400, "d"), (3_600, "h"), (60, "min")) if seconds >= one[0]), (1, "s"))
    return f"{max(0.0, seconds) / size:.0f} {name}"


def show(name: str, *, as_object: bool) -> None:
    """Show one letter whole."""
    letter = named(run(_letters()), name)
    if as_object:
        as_json({**_row(letter), **_whole(letter)})
        return
    seen = letter.seen
    tell(f"{letter.name} {'waits' if letter.waits else 'has been dealt with'}")
    tell(f"  given up by  {letter.group}, after {plural(_number(seen.header(ATTEMPT)), 'attempt')}")
    place = f"partition {clean(seen.header(ORIGIN_PARTITION) or '?', 12)}"
    tell(f"  lay first    {letter.topic}, {place}, offset {clean(seen.header(ORIGIN_OFFSET) or '?', 20)}")
    tell(f"  why          {clean(_why(letter), 1_000)}")
    tell(f"  order, type  {clean(seen.order_id, 40) or 'none'}, {_type(letter)}")
    tell(f"  key          {_shown(letter.record.key)}")
    tell("  headers")
    for header, value in letter.record.headers:
        tell(f"    {clean(header, 60)}: {_shown(value)}")
    tell("  value")
    for line in value_lines(letter.record.value):
        tell(f"    {line}")
    tell(f"\nSend it back to {letter.group}:  uv run lab dlq replay {letter.name}")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004  anybody may write anything


def _shown(value: bytes | None) -> str:
    return "null" if value is None else clean(value.decode("utf-8", "replace"), 1_000)


def value_lines(value: bytes | None) -> list[str]:
    """Return a value as text where it is text, else as hex; nothing in it moves a cursor."""
    if value is None:
        return ["null"]
    first = value[:_BYTES_AT_MOST]
    rest = [f"… {len(value)} bytes in all; --json has them"] if len(first) < len(value) else []
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(first)  # a cut through a letter is no fault
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # no text has it
        return [_hex(first[at : at + _HEX_COLUMNS]) for at in range(0, len(first), _HEX_COLUMNS)] + rest
    return [clean(line, _BYTES_AT_MOST) for line in text.split("\n")] + rest


def _hex(row: bytes) -> str:
    return f"{row.hex(' '):<{3 * _HEX_COLUMNS}} {clean(row.decode('ascii', 'replace').replace(chr(0xFFFD), '·'))}"


def replay(names: Sequence[str], *, group: str | None, again: bool, as_object: bool) -> None:
    """Send letters back."""
    if group is not None and group not in BY_NAME:
        raise NotFound(f"There is no unit {clean(group, 40)!r}.", f"The shop has: {', '.join(BY_NAME)}.")
    sent, left = run(
        _replay(names, group, again=again, aloud=not as_object),
        interrupted="Stopped. What was sent back is remembered; the rest waits: uv run lab dlq replay",
    )
    if as_object:
        as_json({"sent": sent, "left": left})
    elif not sent and not left:
        tell("Nothing waits to be sent back. What has been dealt with is sent once more with --again.")
    elif sent:
        tell("\nWhat becomes of them: uv run lab events. What fails again is parked again.")


async def _replay(
    names: Sequence[str], group: str | None, *, again: bool, aloud: bool
) -> tuple[list[dict[str, str]], list[str]]:
    place, sent, left = where(), list[dict[str, str]](), list[str]()
    async with DeadLetters(place.kafka, place.prefix) as desk:
        found = await desk.letters()
        for letter in [named(found, name) for name in names] or found:
            if (group and letter.group != group) or not (letter.waits or again):
                continue
            if letter.readable or names:
                sent.append({"letter": letter.name, "to": await desk.send_back(letter)})
                said = f"{letter.name} → {sent[-1]['to']}"
            else:
                left.append(letter.name)
                said = f"{letter.name} is left where it lies: nobody can read it"
            await desk.remember(letter)
            if aloud:
                tell(said)
    return sent, left


def _row(letter: Letter) -> dict[str, Any]:
    seen = letter.seen
    return {
        "letter": letter.name,
        "topic": letter.topic,
        "group": letter.group,
        "offset": letter.record.offset,
        "parked_ms": letter.record.timestamp_ms,
        "order_id": seen.order_id,
        "type": _type(letter),
        "error": _why(letter),
        "attempts": _number(seen.header(ATTEMPT)),
        "readable": letter.readable,
        "waits": letter.waits,
    }


def _whole(letter: Letter) -> dict[str, Any]:
    """Return what only one letter's own object has: all bytes, as base64."""
    record = letter.record
    return {
        "origin_partition": letter.seen.header(ORIGIN_PARTITION),
        "origin_offset": letter.seen.header(ORIGIN_OFFSET),
        "key": _base64(record.key),
        "value": _base64(record.value),
        "headers": [[name, _base64(value)] for name, value in record.headers],
    }


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()
