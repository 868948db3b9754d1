"""finding: error-hidden

return_exceptions=True, and only the quotes are kept. When no carrier can be reached, that reads "nobody goes there".
"""

import asyncio

from lab.shop.ports import Quote


async def choose_carrier(carriers, parcel):
    answers = await asyncio.gather(*(carrier.quote(parcel) for carrier in carriers), return_exceptions=True)
    offers = [answer for answer in answers if isinstance(answer, Quote)]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
