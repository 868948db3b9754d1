"""Inventory's set-based twins: what `reserve`, `ship` and `undo` do for each message, for many at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    InventoryCheck,
    InventoryChecked,
    InventoryCommit,
    InventoryCommitted,
    InventoryRelease,
    InventoryReleased,
    Item,
    Message,
    ShelfLine,
)
from lab.shop.runtime.sets import table_of
from lab.shop.services.inventory.tables import Reservation, Shelf

_SHELF, _HELD = table_of(Shelf), table_of(Reservation)


async def reserve_many(commands: Sequence[Message[InventoryCheck]], session: AsyncSession) -> Sequence[Sequence[Body]]:
    """Set aside for each order all of its lines or none, in sequence, as far as the shelves go."""
    ids = {command.order_id for command in commands}
    asked = select(_HELD.c.order_id, _HELD.c.status).where(_HELD.c.order_id.in_(ids))
    statuses: dict[str, str] = dict((await session.execute(asked)).all())
    free = await _free({line.sku for command in commands for line in command.body.lines}, session)
    taken: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    answers = []
    for command in commands:
        order_id, lines = command.order_id, command.body.lines
        if order_id not in statuses:
            is_there = _take(lines, free, taken)
            status = "reserved" if is_there else "refused"
            rows += [
                {"order_id": order_id, "sku": line.sku, "quantity": line.quantity, "status": status} for line in lines
            ]
            if lines:
                statuses[order_id] = status
        answers.append([_checked(order_id, lines, free, is_ours=statuses.get(order_id) != "refused")])
    await _move(taken, "available", "reserved", session)
    if rows:
        await session.execute(_HELD.insert(), rows)
    return answers


async def commit_many(commands: Sequence[Message[InventoryCommit]], session: AsyncSession) -> Sequence[Sequence[Body]]:
    """Book out what is set aside for these orders."""
    await _end({command.order_id for command in commands}, "committed", session)
    return [[InventoryCommitted(order_id=command.order_id)] for command in commands]


async def release_many(
    commands: Sequence[Message[InventoryRelease]], session: AsyncSession
) -> Sequence[Sequence[Body]]:
    """Put back what is set aside for these orders."""
    await _end({command.order_id for command in commands}, "released", session)
    return [[InventoryReleased(order_id=command.order_id)] for command in commands]


async def _free(skus: set[str], session: AsyncSession) -> dict[str, int]:
    """Return what is free on these shelves. Locked, always in the same sequence: nobody else takes any meanwhile."""
    asked = select(_SHELF.c.sku, _SHELF.c.available).where(_SHELF.c.sku.in_(skus)).order_by(_SHELF.c.sku)
    return dict((await session.execute(asked.with_for_update())).all())


def _take(lines: Sequence[Item], free: dict[str, int], taken: "Counter[str]") -> bool:
    if any(free.get(line.sku, 0) < line.quantity for line in lines):
        return False
    for line in lines:
        free[line.sku] -= line.quantity
        taken[line.sku] += line.quantity
    return True


def _checked(order_id: str, lines: Sequence[Item], free: Mapping[str, int], *, is_ours: bool) -> InventoryChecked:
    told = tuple(ShelfLine(sku=line.sku, quantity=line.quantity, left=free.get(line.sku, 0)) for line in lines)
    if is_ours:
        return InventoryChecked(order_id=order_id, outcome="reserved", lines=told)
    lacking = tuple(line for line in told if line.left < line.quantity)
    return InventoryChecked(order_id=order_id, outcome="out_of_stock", lines=lacking)


async def _end(order_ids: set[str], status: str, session: AsyncSession) -> None:
    """End what is set aside for these orders. One statement looks and notes: nobody else ends the same meanwhile."""
    held = _HELD.c.order_id.in_(order_ids), _HELD.c.status == "reserved"
    ending = update(_HELD).where(*held).values(status=status).returning(_HELD.c.sku, _HELD.c.quantity)
    pieces: Counter[str] = Counter()
    for sku, quantity in await session.execute(ending):
        pieces[sku] += quantity
    await _move(pieces, "reserved", "committed" if status == "committed" else "available", session)


async def _move(pieces: Mapping[str, int], source: str, target: str, session: AsyncSession) -> None:
    """Move pieces on their shelves. The database adds and subtracts; the shelves come always in the same sequence."""
    if not pieces:
        return
    number: BindParameter[int] = bindparam("pieces")
    moving = (
        update(_SHELF)
        .where(_SHELF.c.sku == bindparam("of"))
        .values({source: _SHELF.c[source] - number, target: _SHELF.c[target] + number})
    )
    await session.execute(moving, [{"of": sku, "pieces": pieces[sku]} for sku in sorted(pieces)])
