"""finding: await-forgotten

gather() starts everything at once, so it feels like the last step. It still has to be waited for.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    quotes = asyncio.gather(*(carrier.quote(parcel) for carrier in carriers))
    offers = [quote for quote in quotes if quote is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
