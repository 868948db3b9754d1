"""Where the truth lies: the addresses that an audit reads, and the rules that the shop ran by."""

from collections.abc import Mapping
from dataclasses import dataclass

from lab.shop.parts import Parts

BANK = "bank"


@dataclass(frozen=True, slots=True)
class Sources:
    """A shop, as an auditor finds it.

    kafka, prefix: the broker, and what stands before the shop's topics.
    databases: each unit's own, and the bank's, as SQLAlchemy spells them. They are opened for reading only.
    parts: those that the shop runs; of them the mediator's table and the piece that reads it are asked.
    """

    kafka: str
    prefix: str
    databases: Mapping[str, str]
    parts: Parts

    @property
    def phase(self) -> int:
        """Return the phase, and with it what the shop promises."""
        return self.parts.phase
