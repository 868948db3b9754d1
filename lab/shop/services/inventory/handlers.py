"""What Inventory does when it is asked, and how its shelves are filled before the first customer comes."""

from collections.abc import Mapping

import structlog
from sqlalchemy import select

from lab.shop.contracts import PRODUCTS, InventoryCheck, InventoryCommit, InventoryRelease, Item
from lab.shop.parts import Parts
from lab.shop.ports import COMMIT_STOCK, RECEIVE_GOODS, RELEASE_STOCK, RESERVE_STOCK
from lab.shop.runtime.blueprint import Context
from lab.shop.runtime.steps import Step, step
from lab.shop.services.inventory.many import commit_many, release_many, reserve_many
from lab.shop.services.inventory.tables import Shelf

_log = structlog.get_logger("orderlab")


def steps(parts: Parts) -> Mapping[str, Step]:
    """Return a step per command."""
    set_aside = parts.credit(RESERVE_STOCK, RECEIVE_GOODS)  # who filled the shelves has a hand in what they hold
    reserve = parts.twin(RESERVE_STOCK, "reserve", reserve_many)
    commit = parts.twin(COMMIT_STOCK, "ship", commit_many)
    release = parts.twin(RELEASE_STOCK, "undo", release_many)
    return {
        InventoryCheck.name: step(parts[RESERVE_STOCK], set_aside, RESERVE_STOCK.name, reserve),
        InventoryCommit.name: step(parts[COMMIT_STOCK], parts.credit(COMMIT_STOCK), COMMIT_STOCK.name, commit),
        InventoryRelease.name: step(parts[RELEASE_STOCK], parts.credit(RELEASE_STOCK), RELEASE_STOCK.name, release),
    }


async def fill_shelves(context: Context) -> None:
    """Take in the first delivery, once: products that have a shelf already are left as they are."""
    async with context.store.reading() as session:
        known = set((await session.scalars(select(Shelf.sku))).all())
    delivery = [Item(sku=sku, quantity=product.first_delivery) for sku, product in PRODUCTS.items() if sku not in known]
    if delivery:
        await context.parts[RECEIVE_GOODS](context.store.sessions, delivery)
        _log.info("the first delivery is on the shelves", products=len(delivery))
