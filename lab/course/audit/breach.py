"""One breach of a rule of the course."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """What an exercise does not hold. `mend` says what an author does about it."""

    exercise: str
    rule: str
    what: str
    mend: str
