"""What a unit is working on right now, by partition: so that a partition can be given away cleanly."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from lab.shop.contracts import Record
from lab.shop.ports import Partition


class InHand:
    """The runtime's `WorkInHand`: knows what is in work, and refuses to begin what is no longer ours."""

    def __init__(self) -> None:
        self._busy: set[Partition] = set()
        self._gone: set[Partition] = set()
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def holding(self, records: Sequence[Record]) -> AsyncIterator[Sequence[Record]]:
        """Mark these records' partitions as in work; yield those that may still be begun."""
        places = {Partition(record.topic, record.partition) for record in records}
        mine = [record for record in records if Partition(record.topic, record.partition) not in self._gone]
        self._busy |= places
        try:
            yield mine
        finally:
            async with self._changed:
                self._busy -= places
                self._changed.notify_all()

    async def finish(self, partitions: Sequence[Partition]) -> None:
        """Begin nothing more of these partitions; return when nothing of them is in work."""
        self._gone |= set(partitions)
        async with self._changed:
            await self._changed.wait_for(lambda: not self._busy & set(partitions))

    def is_gone(self, partition: Partition) -> bool:
        """Say whether this partition was given away: nothing more of it is begun here."""
        return partition in self._gone

    def regained(self, partitions: Sequence[Partition]) -> None:
        """These partitions are ours (again)."""
        self._gone -= set(partitions)
