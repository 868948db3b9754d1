"""finding: left-open

It is closed on the last line, which an error never reaches.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    session = sessions()
    for item in delivery:
        shelf = await session.get(Shelf, item.sku)
        if shelf is None:
            shelf = Shelf(sku=item.sku, available=0)
            session.add(shelf)
        shelf.available += item.quantity
    await session.commit()
    await session.close()
