"""What stands at the right of every screen's top line: which shop this is, and how many of its units are up."""

from collections.abc import Mapping

from lab.running import Running
from tui.model.item import UnitLook, UnitState
from tui.render.text import Row, row

_UP = frozenset({UnitState.READY, UnitState.NOT_READY})


def facts(shop: Running | None, kafka: str, units: Mapping[str, UnitLook], width: int) -> Row:
    """Return the facts, as many as fit; how many units are up stays longest."""
    if shop is None:
        return row("the shop is closed")
    up = sum(look.state in _UP for look in units.values())
    said = [f"phase {shop.phase}", str(shop.engine), f"Kafka {kafka} (KRaft)"]
    said.append(f"{up} of {len(units)} up" if units else "looking")
    while len(" · ".join(said)) > width and len(said) > 1:
        said.pop(-2)
    return row(" · ".join(said))
