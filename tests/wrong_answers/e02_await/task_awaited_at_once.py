"""finding: one-after-another

"create_task makes it parallel." It does, but here each task is awaited before the next one is made.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    offers = []
    for carrier in carriers:
        task = asyncio.create_task(carrier.quote(parcel))
        quote = await task
        if quote is not None:
            offers.append(quote)
    return min(offers, key=lambda offer: offer.price_cents, default=None)
