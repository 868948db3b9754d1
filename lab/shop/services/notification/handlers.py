"""What Notification does when it is asked."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, NotificationSend
from lab.shop.parts import Parts
from lab.shop.ports import SEND_NOTIFICATION, LetterBox
from lab.shop.runtime.steps import Step, step
from lab.shop.services.notification.many import send_many


def steps(parts: Parts, letter_box: LetterBox) -> Mapping[str, Step]:
    """Return the one step; the letter box is handed to the part."""
    send_notification = parts[SEND_NOTIFICATION]

    async def send(command: Message[NotificationSend], session: AsyncSession) -> Sequence[Body]:
        return await send_notification(command, session, letter_box)

    async def many(commands: Sequence[Message[NotificationSend]], session: AsyncSession) -> Sequence[Sequence[Body]]:
        return await send_many(commands, session, letter_box)

    twin = parts.twin(SEND_NOTIFICATION, "notify", many)
    return {NotificationSend.name: step(send, parts.credit(SEND_NOTIFICATION), SEND_NOTIFICATION.name, twin)}
