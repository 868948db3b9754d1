"""finding: half-kept

A session for each line: small and tidy, and no transaction around the whole.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    for item in delivery:
        async with sessions() as session:
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                shelf = Shelf(sku=item.sku, available=0)
                session.add(shelf)
            shelf.available += item.quantity
            await session.commit()
