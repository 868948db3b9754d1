"""What could stand in the place of a single value: in code, in a compose file, in an answer sheet."""

from collections.abc import Iterator
from typing import Final

# Real alternatives: a text that is merely damaged is found by everything, one that is taken for another is not.
TAKEN_FOR: Final = {
    "earliest": "latest",
    "latest": "earliest",
    "all": "1",
    "reserved": "released",
    "released": "reserved",
    "approved": "declined",
    "declined": "approved",
    "forbid": "ignore",
    "true": "false",
    "false": "true",
}


def other_scalars(value: object, *, is_time: bool = False) -> Iterator[bool | int | float | str | bytes]:
    """Yield what could stand there instead, of the same type; nothing for None and for what is no single value."""
    match value:
        case bool():
            yield not value
        case int() | float() if is_time and value:
            yield value * 1000  # milliseconds where seconds are meant
        case 1:
            yield from (2, 0)
        case int() | float():
            yield value + 1
        case str() if value.isdecimal():
            yield str(int(value) + 1)
        case str() if len(value) == 1 and value.isalpha():
            yield from [letter for letter in "abc" if letter != value][:2]  # the other answers of a question
        case str():
            yield TAKEN_FOR.get(value, f"{value}x")
        case bytes():
            yield value + b"x"
        case _:
            return
