"""finding: no-key

"The cheapest is the smallest, that is min()." Of what, nobody has said.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    quotes = await asyncio.gather(*(carrier.quote(parcel) for carrier in carriers))
    return min((quote for quote in quotes if quote is not None), default=None)
