"""Calls a handler of the learner's as the shop's worker does: in an open transaction, which is ended for it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSessionTransaction

from lab.course.kit.faults import EndedTransaction, NotAList, RefusedByDatabase
from lab.course.kit.leash import Leash
from lab.shop.contracts import Body
from lab.shop.ports import Sessions


class Handling:
    """One call is one message handled: `await handle(sessions, answer.send_notification, message, letter_box)`."""

    def __init__(self, call: Leash) -> None:
        self._call = call

    async def __call__(
        self, sessions: Sessions, handler: Callable[..., Any], message: object, *rest: object
    ) -> Sequence[Body]:
        """Return what the handler answers, its transaction committed; undone where it raises. Raises the kit's faults.

        rest: what the handler is given after message and session.
        """
        async with sessions() as session:
            transaction = await session.begin()
            answers = self._answer(transaction, await self._call(handler, message, session, *rest))
            await _commit(transaction)
        return answers

    async def each(
        self, sessions: Sessions, handler: Callable[..., Any], messages: Iterable[object], *rest: object
    ) -> list[Sequence[Body]]:
        """Handle one message after another in one transaction, as the worker does with what a poll has brought.

        One leash is around all of them, so it costs little. What only a single call shows, `handle` alone can say.
        """
        async with sessions() as session:
            transaction = await session.begin()

            async def all_of_them() -> list[Sequence[Body]]:
                return [self._answer(transaction, await handler(message, session, *rest)) for message in messages]

            answers: list[Sequence[Body]] = await self._call(all_of_them)
            await _commit(transaction)
        return answers

    @staticmethod
    def _answer(transaction: AsyncSessionTransaction, told: object) -> Sequence[Body]:
        if not transaction.is_active:
            raise EndedTransaction
        return _answers(told)


async def _commit(transaction: AsyncSessionTransaction) -> None:
    try:
        await transaction.commit()
    except SQLAlchemyError as error:
        raise RefusedByDatabase(f"{type(error).__name__}: {getattr(error, 'orig', error)}") from error


def _answers(told: object) -> Sequence[Body]:
    if not isinstance(told, Sequence) or isinstance(told, str):
        raise NotAList("None" if told is None else f"{type(told).__name__} by itself")
    for one in told:
        if not isinstance(one, Body):
            what = f"the class {one.__name__}, not made" if isinstance(one, type) else type(one).__name__
            raise NotAList(f"a list with {what} in it")
    return told
