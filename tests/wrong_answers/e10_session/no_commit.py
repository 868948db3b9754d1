"""finding: no-commit

All lines are there but the last. Inside the session everything looks right; closing it undoes everything.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        for item in delivery:
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                shelf = Shelf(sku=item.sku, available=0)
                session.add(shelf)
            shelf.available += item.quantity
