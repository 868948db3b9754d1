"""A service of the shop as an event processor that nobody asks: it listens to events and gives itself the work."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.choreography.reaction import Reaction
from lab.shop.contracts import BODY_OF, TOPIC_OF, Message
from lab.shop.contracts.credit import LAB, Credit
from lab.shop.ports import On
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context
from lab.shop.runtime.steps import Replies, Step

_TOPIC_OF = {body.name: TOPIC_OF[body].name for body in BODY_OF.values()}


def by_itself(service: Blueprint, listens: Sequence[Reaction]) -> Blueprint:
    """Return the service with the same tables, parts and work, on other topics: those of the events in its table."""

    async def assemble(context: Context) -> Assembly:
        own = await service.assemble(context)
        step = _step(own.steps, {one.on: one for one in listens})
        return replace(own, steps={one.on.name: step for one in listens})

    topics = dict.fromkeys(_TOPIC_OF[one.on.name] for one in listens)
    return replace(service, topics=tuple(topics), assemble=assemble)


def _step(own: Mapping[str, Step], reactions: Mapping[On, Reaction]) -> Step:
    async def react(event: Message[Any], session: AsyncSession) -> Replies:
        reaction = reactions.get(On.of(event.body))
        if reaction is None:  # another outcome: somebody else's affair, as far as anybody here knows
            return Replies((), Credit(LAB), "nobody")
        work = reaction.work(event)
        (replies,) = await own[work.name]([replace(event, body=work)], session)
        return replies

    async def run(events: Sequence[Message[Any]], session: AsyncSession) -> Sequence[Replies]:
        return [await react(event, session) for event in events]

    return run
