"""Exercise 2 · Await: ask all carriers at the same time, take the cheapest."""

import asyncio
from collections.abc import Sequence

from lab.shop.ports import Carrier, Parcel, Quote  # a port: a place in the shop that your lines fill


async def choose_carrier(carriers: Sequence[Carrier], parcel: Parcel) -> Quote | None:
    """Ask every carrier for a price; return the cheapest quote, or None when no carrier goes there.

    carriers: a Sequence is a list or tuple. Each has a name and `async quote(parcel)`, which gives a Quote or None.
    parcel:   what is to be sent, and where.

    A Quote has quote.carrier and quote.price_cents.
    All carriers are asked together: the answer takes as long as the slowest of them, not as long as all of them.
    Raises whatever a carrier raises: "I could not be asked" is not "I do not go there".
    """
    # TODO 1  Write the recipes: one coroutine for each carrier. Nobody is asked yet.
    # TODO 2  Start them together, and wait until each has answered.
    # TODO 3  Leave out the Nones.
    # TODO 4  Choose the cheapest of what is left; what if nothing is left?
    raise NotImplementedError  # delete this line when your lines are written
