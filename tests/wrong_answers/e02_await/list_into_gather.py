"""finding: list-not-unpacked

The star is missing: gather(a, b, c) takes coroutines one by one, not a list of them.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    quotes = await asyncio.gather([carrier.quote(parcel) for carrier in carriers])
    offers = [quote for quote in quotes if quote is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
