"""finding: nobody-goes-there

min() of nothing is an error. "Nobody goes there" is an answer that the shop can act on.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    quotes = await asyncio.gather(*(carrier.quote(parcel) for carrier in carriers))
    return min((quote for quote in quotes if quote is not None), key=lambda quote: quote.price_cents)
