"""finding: one-session-two-tasks

"Opening a session costs something": one is made at the first call, and all calls use it. Two at once talk across
each other, and the rollback of one undoes what the other has begun.
"""

from lab.shop.services.inventory.tables import Shelf

SESSION = None


async def receive_goods(sessions, delivery):
    global SESSION
    if SESSION is None:
        SESSION = sessions()
    session = SESSION
    try:
        for item in delivery:
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                shelf = Shelf(sku=item.sku, available=0)
                session.add(shelf)
            shelf.available += item.quantity
        await session.commit()
    except Exception:
        await session.rollback()
        raise
