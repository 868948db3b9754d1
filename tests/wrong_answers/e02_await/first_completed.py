"""finding: returned-too-early

All are asked together, and whoever answers first gets the parcel. The fastest answer is not the cheapest offer.
"""

import asyncio


async def choose_carrier(carriers, parcel):
    tasks = [asyncio.create_task(carrier.quote(parcel)) for carrier in carriers]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    offers = [task.result() for task in done if task.result() is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
