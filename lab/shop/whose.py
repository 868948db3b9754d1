"""Whose lines a message comes from, in words: the mark at the end of its line, and the pieces that a footer counts.

Some parts carry every message of a unit, whatever it says. A message that only they had a hand in is marked in
parentheses, so that the lines in which a learner's own answer stands are seen among the others.
"""

from collections.abc import Mapping
from typing import Final

from lab.shop.contracts import Body, Message, OrderCreated
from lab.shop.contracts.credit import BROKEN, MINE
from lab.shop.wording import clean, plural

TRAVEL: Final = frozenset({"commit", "outbox", "accept", "envelope", "read"})
"""The exercises whose parts carry messages, whatever they say: `wrap`, `consume`, `dispatch`, `hand_over`."""
PIECES_AT_MOST: Final = 50

_WORDS: Final = {MINE: "yours", BROKEN: "broken"}


def mark(message: Message[Body]) -> str:
    """Return `yours` or `broken`, in parentheses where those lines only carried the message, or nothing."""
    origin = message.handled_by or ""
    word = _WORDS.get(origin, "")
    theirs = {exercise for exercise, whose in message.parts.items() if whose == origin}
    answering = theirs if isinstance(message.body, OrderCreated) else theirs - TRAVEL
    return f"({word})" if word and theirs and not answering else word


def add_pieces(pieces: dict[str, str], message: Message[Body]) -> None:
    """Add a message's parts to the pieces of its story: exercise → `mine` or `broken`."""
    for exercise, origin in message.parts.items():
        if exercise in pieces or len(pieces) < PIECES_AT_MOST:
            pieces[exercise] = origin


def sentences(pieces: Mapping[str, str]) -> list[str]:
    """Count a story's pieces: `2 pieces were yours: envelope, produce`."""
    told = []
    for origin, word in _WORDS.items():
        names = sorted(clean(exercise, 40) for exercise, whose in pieces.items() if whose == origin)
        if names:
            verb = "was" if len(names) == 1 else "were"
            told.append(f"{plural(len(names), 'piece')} {verb} {word}: {', '.join(names)}")
    return told
