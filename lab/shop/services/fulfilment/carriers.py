"""The carriers: stand-ins for other companies, since no real ones take part in a lab."""

import asyncio
from dataclasses import dataclass
from typing import Final

from lab.shop.ports import Carrier, Parcel, Quote


@dataclass(frozen=True, slots=True)
class PriceList:
    """A carrier that answers after a moment, from a list: so much for any parcel, so much for each piece."""

    name: str
    base_cents: int
    piece_cents: int
    seconds: float
    refuses: frozenset[str]

    async def quote(self, parcel: Parcel) -> Quote | None:
        """Name the price, or None for a place on the list of those where this carrier does not go."""
        await asyncio.sleep(self.seconds)
        if parcel.ship_to in self.refuses:
            return None
        return Quote(self.name, self.base_cents + self.piece_cents * parcel.pieces)


_OFF_SHORE: Final = frozenset({"Lighthouse"})

CARRIERS: Final[tuple[Carrier, ...]] = (
    PriceList("Swift Parcels", 390, 40, 0.010, _OFF_SHORE),
    PriceList("Turtle Post", 290, 90, 0.015, _OFF_SHORE),
    PriceList("Road & Rail", 520, 15, 0.012, _OFF_SHORE),
)
