"""How a check calls a handler: in an open transaction, which is ended for it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from lab.course.kit.faults import EndedTransaction, NotAList, RefusedByDatabase
from lab.course.kit.handling import Handling
from lab.course.kit.leash import Leash
from lab.shop.contracts import Message, NotificationSent, OrderConfirmed
from lab.shop.runtime.store import open_store
from lab.shop.services.notification.tables import Base, NotificationRow

pytestmark = pytest.mark.anyio
TOLD = NotificationSent(order_id="ord-1", template="confirmed")


def message(order_id="ord-1"):
    return Message(f"id-{order_id}", OrderConfirmed(order_id=order_id), "/shop/x", datetime.now(UTC), "id-1")


@pytest.fixture
def handle():
    return Handling(Leash(Path(__file__)))


@pytest.fixture
async def sessions(tmp_path):
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'one.db'}", (Base.metadata,))
    yield store.sessions
    await store.close()


async def kept(sessions):
    async with sessions() as session:
        return (await session.scalars(select(NotificationRow.order_id))).all()


async def write(command, session):
    session.add(NotificationRow(order_id=command.order_id, template="confirmed", status="sent"))
    return [TOLD]


async def test_what_a_handler_writes_is_kept_and_its_answer_given(handle, sessions):
    assert await handle(sessions, write, message()) == [TOLD]
    assert await kept(sessions) == ["ord-1"]


async def test_several_messages_share_a_transaction(handle, sessions):
    async def second_fails(command, session):
        await write(command, session)
        return [TOLD] if command.order_id == "ord-1" else 1 / 0

    assert await handle.each(sessions, write, [message("ord-8"), message("ord-9")]) == [[TOLD], [TOLD]]
    with pytest.raises(ZeroDivisionError):
        await handle.each(sessions, second_fails, [message("ord-1"), message("ord-2")])
    assert await kept(sessions) == ["ord-8", "ord-9"]


async def test_what_a_handler_writes_is_undone_when_it_raises(handle, sessions):
    async def fails(command, session):
        await write(command, session)
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        await handle(sessions, fails, message())
    assert await kept(sessions) == []


@pytest.mark.parametrize("ending", ["commit", "rollback", "close"])
async def test_a_handler_that_ends_the_transaction_is_found(handle, sessions, ending):
    async def ends(command, session):
        await write(command, session)
        await getattr(session, ending)()
        return []

    with pytest.raises(EndedTransaction):
        await handle(sessions, ends, message())


async def test_rows_that_the_database_refuses_are_the_handler_s(handle, sessions):
    await handle(sessions, write, message())
    with pytest.raises(RefusedByDatabase, match="UNIQUE"):
        await handle(sessions, write, message())


@pytest.mark.parametrize(
    ("answer", "saw"),
    [(None, "None"), (TOLD, "NotificationSent by itself"), ([NotificationSent], "the class Notif"), (["x"], "str")],
)
async def test_an_answer_that_is_no_list_of_messages_is_found(handle, sessions, answer, saw):
    async def says(command, session):
        return answer

    with pytest.raises(NotAList, match=saw):
        await handle(sessions, says, message())
