"""Which topics each unit's group reads: a table, for whoever counts what waits for whom."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lab.shop.contracts import commands_of, replies
from lab.shop.units import UNITS

READS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {unit.name: replies() if unit.name in {"mediator", "analytics"} else commands_of(unit.name) for unit in UNITS}
)
"""Unit → the topics that its group reads."""
