"""Exercise 29 · Idempotency-Key: the client tries again, too."""

from collections.abc import Callable, Mapping

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.ports import Answer, KeyBusy, KeyReused
from lab.shop.runtime.tables import RequestKey

INSERT: Mapping[str, Callable[..., sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
WAIT_MS = 2_000
LOCK_NOT_AVAILABLE = "55P03"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


async def claim_key(session: AsyncSession, key: str, fingerprint: str) -> Answer | None:
    """Claim a key. None: it is new, and ours; an Answer: it was answered before, and gets the same again.

    session:     the open transaction in which the order will be stored; it is ended for you.
    key:         what the client made up for this one order, the same in every try.
    fingerprint: stands for the body it came with.

    Raises KeyReused when the key came before with another body, and KeyBusy when the first request with it is still
    at work after two seconds. https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
    """
    # 1 The key is a row of the order's own transaction. If that fails, the key is free again, and rightly so.
    if await _is_ours(session, key, fingerprint):
        return None
    # 2 It came before. With the same body? And what did we say?
    row = await session.get_one(RequestKey, key)
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status is None or row.body is None:
        raise KeyBusy
    return Answer(row.status, row.body)


async def remember_answer(session: AsyncSession, key: str, answer: Answer) -> None:
    """Keep the answer with the key, in the transaction that stores the order. The key must have been claimed in it."""
    row = await session.get_one(RequestKey, key)
    row.status, row.body = answer.status, dict(answer.body)


async def _is_ours(session: AsyncSession, key: str, fingerprint: str) -> bool:
    """Write the key down; False when somebody has done so before. Raises KeyBusy while they have not ended."""
    # 3 Two tries at the same moment: looking first would find nothing, twice. The primary key lets one of them through
    # and makes the other wait until the first has ended, here for two seconds at most. SQLite has one writer.
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        await session.execute(text(f"SET LOCAL lock_timeout = {WAIT_MS}"))
    note = INSERT[dialect](RequestKey).values(key=key, fingerprint=fingerprint)
    try:
        noted = await session.scalar(note.on_conflict_do_nothing().returning(RequestKey.key))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise KeyBusy from error
        raise
    if dialect == "postgresql":
        await session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
    return noted is not None
