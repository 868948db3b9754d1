"""Exercise 24 · Rebalance: somebody else may do it again, and that is all right."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka.errors import CommitFailedError, IllegalStateError

from lab.shop.ports import Consumer, Partition, WorkInHand

# The group waits for us until the session ends, which is after 10 s. Whoever takes longer is put out of the group.
FINISH_SECONDS = 5.0


async def commit_offsets(consumer: Consumer, offsets: Mapping[Partition, int]) -> bool:
    """Commit; say False when the group has moved on, and somebody else will do the work again.

    consumer: `await consumer.commit(offsets)`.
    offsets:  by partition, the offset of the next record to read.

    Raises every other error that Kafka has: that one is not about who owns what.
    """
    try:
        await consumer.commit(offsets)
    except (CommitFailedError, IllegalStateError):
        # The two ways to learn that a partition is not ours any more: the broker says so, or our own client knows.
        # Nothing is lost by it: the new owner begins at the last commit, and the inbox knows what we have done.
        # Trying again would be refused for ever, and dying would cause the next rebalance.
        return False
    return True


async def on_revoked(partitions: Sequence[Partition], in_hand: WorkInHand) -> None:
    """Finish what is in work before these partitions go to another member, and begin nothing more of theirs.

    partitions: what we are about to lose.
    in_hand:    `await in_hand.finish(partitions)` returns when nothing of them is in work.

    Returns after 5 seconds at the latest, also when the work does not end.
    """
    try:
        async with asyncio.timeout(FINISH_SECONDS):
            await in_hand.finish(partitions)
    except TimeoutError:
        # It will be done twice, then. That is the inbox's affair; keeping the whole group waiting would be ours.
        return
