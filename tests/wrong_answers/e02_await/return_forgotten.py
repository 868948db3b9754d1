"""finding: nothing-returned

The best offer is found, and kept in a name. Without `return` the caller gets None: "nobody goes there".
"""

import asyncio


async def choose_carrier(carriers, parcel):
    quotes = await asyncio.gather(*(carrier.quote(parcel) for carrier in carriers))
    offers = [quote for quote in quotes if quote is not None]
    best = min(offers, key=lambda offer: offer.price_cents, default=None)  # noqa: F841
