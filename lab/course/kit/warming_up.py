"""Run once in the warm process: what a first test costs is paid here, and not by a learner's check."""

import asyncio

import aiokafka  # noqa: F401  imported by checks
import pytest
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401  imported by the first database

import lab.course.kit.fixtures
import lab.course.kit.hooks  # noqa: F401
from lab.course.kit.served import served
from lab.shop import contracts, ports


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_that_async_tests_run(tmp_path: object) -> None:
    del tmp_path
    await asyncio.sleep(0)
    assert contracts.TOPICS
    assert ports.WRAP.name == "wrap"


@pytest.mark.anyio
async def test_that_a_service_s_http_answers() -> None:
    async with served("order") as http:
        assert (await http.post("/orders", json={})).is_client_error
        assert (await http.get("/openapi.json")).is_success
