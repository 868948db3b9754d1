"""What the app knows of Kafka: that it answers is known as soon as it does, also where nothing lies on it yet."""

import asyncio
import uuid

import pytest

from lab.engines.base import EngineName
from lab.running import Running
from lab.shop.runtime.topics import ensure_topics
from tests.tui.world import QuietLab
from tui.feed import Feed, Link
from tui.journaling import Journal
from tui.model.history import History

pytestmark = pytest.mark.anyio


async def test_a_kafka_that_answers_again_is_not_called_lost_though_no_record_comes(kafka_address, tmp_path):
    prefix = f"feed-{uuid.uuid4().hex[:8]}."
    shop = Running(EngineName.NATIVE, 1, "sqlite", kafka_address, 2, prefix)
    changed = asyncio.Event()
    feed = Feed(QuietLab(tmp_path), History(), Journal(tmp_path), changed.set)
    feed.link = Link(shop)
    listening = asyncio.create_task(feed._listen(shop))
    try:
        async with asyncio.timeout(30):
            while feed.link.lost_ms is None:  # the topics are not there yet
                await changed.wait()
            await ensure_topics(kafka_address, prefix)
            while feed.link.lost_ms is not None:
                changed.clear()
                await changed.wait()
        assert feed.link.why == ""
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
