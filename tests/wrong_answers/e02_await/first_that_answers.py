"""finding: not-asked-once

Takes the first offer in the list and never asks the others, who may be cheaper.
"""


async def choose_carrier(carriers, parcel):
    for carrier in carriers:
        quote = await carrier.quote(parcel)
        if quote is not None:
            return quote
    return None
