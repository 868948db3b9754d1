"""What all ways of making a file wrong come to."""

from typing import NamedTuple


class Wrong(NamedTuple):
    """A file made wrong, as text in one normal form, so that equal files have equal texts."""

    operator: str
    what: str
    line: int
    says: str
    text: str
