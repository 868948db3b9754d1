"""The bank: a stand-in for another company, since no real one takes part in a lab.

It keeps its own book in its own database, as another company would: what it has booked stays booked, whatever
becomes of the shop's transaction. It takes a key with every request, and the same key never books twice.
"""

import asyncio
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lab.shop.contracts import CARD_REFUSED
from lab.shop.ports import BankAnswer
from lab.shop.runtime.sets import insert_into, table_of
from lab.shop.runtime.store import Store, open_store


class BankBase(DeclarativeBase):
    """The bank's own tables."""


class Entry(BankBase):
    """One line of the bank's book."""

    __tablename__ = "entry"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    approved: Mapped[bool]
    amount_cents: Mapped[int]
    refunded_cents: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(200), default="")


_ENTRY = table_of(Entry)


class BookKeepingBank:
    """The `Bank` of the lab. It connects when it is first asked."""

    def __init__(self, database_url: str, seconds: float) -> None:
        self._url, self._seconds = database_url, seconds
        self._store: Store | None = None
        self._opening, self._desk = asyncio.Lock(), asyncio.Lock()
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[BankAnswer]]] = []

    async def charge(self, key: str, *, card: str, amount_cents: int) -> BankAnswer:
        """Take the money, or say why not. A key that came before gets its first answer again."""
        await asyncio.sleep(self._seconds)
        refused = card == CARD_REFUSED
        line = {
            "key": key,
            "approved": not refused,
            "amount_cents": 0 if refused else amount_cents,
            "refunded_cents": 0,
            "reason": "card refused" if refused else "",
        }
        answer: asyncio.Future[BankAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, answer))
        async with self._desk:
            if not answer.done():  # whoever comes to the desk speaks for all who wait
                waiting, self._waiting = self._waiting, []
                await self._answer(waiting)
        return await answer

    async def _answer(self, waiting: "list[tuple[dict[str, Any], asyncio.Future[BankAnswer]]]") -> None:
        try:
            booked = await self._enter([line for line, _ in waiting])
        except BaseException as error:
            for _, answer in waiting:
                answer.cancel() if isinstance(error, asyncio.CancelledError) else answer.set_exception(error)
            raise
        for line, answer in waiting:
            if not answer.done():  # not cancelled: somebody still wants to know
                answer.set_result(booked[line["key"]])

    async def _enter(self, lines: list[dict[str, Any]]) -> dict[str, BankAnswer]:
        """Write these lines into the book, together; return what stands there for each key."""
        keys = [line["key"] for line in lines]
        async with (await self._book()).writing() as session:
            await session.execute(insert_into(Entry, session).on_conflict_do_nothing(), lines)
            found = select(_ENTRY.c.key, _ENTRY.c.approved, _ENTRY.c.reason).where(_ENTRY.c.key.in_(keys))
            rows = (await session.execute(found)).all()
            await session.commit()
        return {key: BankAnswer(approved, reason) for key, approved, reason in rows}

    async def refund(self, key: str, *, amount_cents: int) -> None:
        """Give the money back; a second time changes nothing. A key without a charge is void from then on."""
        await asyncio.sleep(self._seconds)
        async with (await self._book()).writing() as session:
            entry = await session.get(Entry, key)
            if entry is None:
                session.add(Entry(key=key, approved=False, amount_cents=0, refunded_cents=0, reason="cancelled"))
            elif entry.approved:
                entry.refunded_cents = min(amount_cents, entry.amount_cents)
            await session.commit()

    async def _book(self) -> Store:
        async with self._opening:
            if self._store is None:
                self._store = await open_store(self._url, (BankBase.metadata,))
            return self._store

    async def close(self) -> None:
        """Close the bank's book."""
        if self._store is not None:
            await self._store.close()
