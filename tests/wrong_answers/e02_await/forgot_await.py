"""finding: await-forgotten

`carrier.quote(parcel)` looks like a call that brings a quote. It brings a coroutine: nobody has been asked yet.
"""


async def choose_carrier(carriers, parcel):
    quotes = [carrier.quote(parcel) for carrier in carriers]
    offers = [quote for quote in quotes if quote is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
