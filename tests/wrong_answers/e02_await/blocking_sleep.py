"""finding: blocks-the-loop

Tasks are started, then given "time to answer". time.sleep() stops the very loop that should bring their answers.
"""

import asyncio
import time


async def choose_carrier(carriers, parcel):
    tasks = [asyncio.create_task(carrier.quote(parcel)) for carrier in carriers]
    time.sleep(0.1)
    offers = [task.result() for task in tasks if task.result() is not None]
    return min(offers, key=lambda offer: offer.price_cents, default=None)
