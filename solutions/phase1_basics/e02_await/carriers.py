"""Exercise 2 · Await: ask all carriers at the same time, take the cheapest."""

import asyncio
from collections.abc import Sequence

from lab.shop.ports import Carrier, Parcel, Quote


async def choose_carrier(carriers: Sequence[Carrier], parcel: Parcel) -> Quote | None:
    """Ask every carrier for a price; return the cheapest quote, or None when no carrier goes there.

    carriers: each has a name and `async quote(parcel)`, which takes a moment and gives a Quote or None.
    parcel:   what is to be sent, and where.

    All carriers are asked together: the answer takes as long as the slowest of them, not as long as all of them.
    """
    # Calling an async function does nothing yet: it only writes a recipe, a coroutine. `gather` starts all recipes,
    # lets them wait side by side, and gives their results back in the sequence in which we handed them in.
    quotes = await asyncio.gather(*(carrier.quote(parcel) for carrier in carriers))

    # None means "we do not go there". That is an answer like any other, not an error.
    offers = [quote for quote in quotes if quote is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
