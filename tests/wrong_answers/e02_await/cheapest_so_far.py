"""finding: await-forgotten

A loop that keeps the best so far, and compares recipes: none of the carriers has been asked, so none has a price yet.
"""


async def choose_carrier(carriers, parcel):
    cheapest = None
    for carrier in carriers:
        quote = carrier.quote(parcel)
        if cheapest is None or quote.price_cents < cheapest.price_cents:
            cheapest = quote
    return cheapest
