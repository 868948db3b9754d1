"""finding: second-cook

asyncio.run() stands at the end of every first example, so it looks like the way to get a coroutine's result.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    quotes = [asyncio.run(carrier.quote(parcel)) for carrier in carriers]
    offers = [quote for quote in quotes if quote is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
