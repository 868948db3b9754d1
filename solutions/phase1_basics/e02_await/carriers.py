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
    # Calling an async function does nothing yet: it only writes a recipe, a coroutine. No carrier has been asked here.
    recipes = [carrier.quote(parcel) for carrier in carriers]

    # `gather` starts all recipes, lets them wait side by side, and gives their results back in the sequence in which we
    # handed them in. This is the one place where we wait, and where other orders go on meanwhile. If a carrier raises,
    # this line raises: whoever called us may try again later, and we do not know more than they do.
    quotes = await asyncio.gather(*recipes)

    # None means "we do not go there". That is an answer like any other, not an error.
    offers = [quote for quote in quotes if quote is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
