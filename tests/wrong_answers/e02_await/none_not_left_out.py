"""finding: none-not-left-out

Works until a carrier answers "I do not go there": None has no price.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    quotes = await asyncio.gather(*(carrier.quote(parcel) for carrier in carriers))
    return min(quotes, key=lambda quote: quote.price_cents, default=None)
