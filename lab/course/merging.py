"""Three-way merge of an update of the course into the learner's file: both changes, where they do not touch.

Works on bytes, line by line, so that every encoding survives. Lines are compared without their ends: an editor that
wrote CRLF has not changed every line. The library for this, merge3, is under the GPL, which does not go with the lab's
MIT; difflib does the hard half.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Lines = Sequence[bytes]


def merge(base: bytes, mine: bytes, theirs: bytes) -> bytes | None:
    """Return `mine` with what changed from `base` to `theirs`; None where both changed the same or adjoining lines.

    The result has the line ends of `mine`, and ends in a line break where `mine` does. None, too, where the result
    would be spoilt: for a file that is no text, and where not all of it would be in the encoding of `mine`.
    """
    if mine.startswith(BOM_UTF8):  # some editors write this mark; it is no part of the first line
        rest = merge(base, mine.removeprefix(BOM_UTF8), theirs)
        return None if rest is None else BOM_UTF8 + rest
    if b"\0" in mine:  # no text, or UTF-16, whose lines do not end where these bytes say
        return None
    ours = _texts(mine)
    merged = _merge(_texts(base), ours, _texts(theirs))
    if merged is None or _mixes_encodings(mine, ours, merged):
        return None
    return _with_ends(merged, mine)


def _merge(base: Lines, mine: Lines, theirs: Lines) -> list[bytes] | None:
    """Go from one stretch that is the same in all three to the next; between two, at most one side may have changed."""
    merged: list[bytes] = []
    b = m = t = 0
    for b_next, m_next, t_next, size in _common(base, mine, theirs):
        before, ours, others = base[b:b_next], mine[m:m_next], theirs[t:t_next]
        if others in (before, ours):
            merged += ours
        elif ours == before:
            merged += others
        else:
            return None
        b, m, t = b_next + size, m_next + size, t_next + size
        merged += base[b_next:b]
    return merged


def _common(base: Lines, mine: Lines, theirs: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches of `base` that are in both others: where they begin in each, and how long they are."""
    in_mine = SequenceMatcher(None, base, mine, autojunk=False).get_matching_blocks()
    in_theirs = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    for one in in_mine:
        for other in in_theirs:
            begin, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
            if begin < end:
                yield begin, one.b + begin - one.a, other.b + begin - other.a, end - begin
    yield len(base), len(mine), len(theirs), 0


def _texts(data: bytes) -> list[bytes]:
    return [line.rstrip(b"\r\n") for line in data.splitlines()]


def _with_ends(merged: Lines, mine: bytes) -> bytes:
    """Give each line the end it has in `mine`, a new one the end that `mine` uses most."""
    lines = mine.splitlines(keepends=True)
    ours = _texts(mine)
    own = [line[len(text) :] for line, text in zip(lines, ours, strict=True)]
    usual = max((b"\n", b"\r\n", b"\r"), key=own.count)
    ends = [usual] * len(merged)
    for block in SequenceMatcher(None, ours, merged, autojunk=False).get_matching_blocks():
        ends[block.b : block.b + block.size] = [end or usual for end in own[block.a : block.a + block.size]]
    if ends and own and not own[-1]:
        ends[-1] = b""
    return b"".join(text + end for text, end in zip(merged, ends, strict=True))


def _mixes_encodings(mine: bytes, ours: Lines, merged: Lines) -> bool:
    """Say whether `mine` is no UTF-8, as the course's files are, and would get lines that are more than ASCII."""
    try:
        mine.decode()
    except UnicodeDecodeError:
        return not all(line.isascii() for line in set(merged) - set(ours))
    return False
