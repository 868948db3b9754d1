"""What every test can have: a real broker, a real PostgreSQL, a running shop. Nothing here is a stand-in."""

from collections.abc import Iterator

import pytest

from lab.engines.base import Endpoints, Progress
from lab.engines.native import NativeEngine
from lab.stack import Running, Wanted
from lab.stack import down as take_down
from lab.stack import up as bring_up
from tests.engines.conftest import free_port, fresh_home
from tests.rules import (  # noqa: F401  pytest finds its hooks by their names
    pytest_collection_modifyitems,
    pytest_make_collect_report,
    pytest_report_collectionfinish,
    pytest_runtest_makereport,
)


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the shop does."""
    return "asyncio"


def silent(_: Progress) -> None:
    """A Report that nobody reads."""


@pytest.fixture(scope="session")
def native() -> Iterator[NativeEngine]:
    """A native engine with broker and PostgreSQL, in a home folder of its own, for the whole run."""
    with fresh_home() as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_SERVICE_PORT", str(free_port()))
        patch.setenv("LAB_TRANSIT_SECONDS", "0.2")
        patch.setenv("LAB_CHOICES", str(home / "choices.json"))  # nobody's progress counts here
        engine = NativeEngine(home)
        engine.up(report=silent, postgres=True)
        yield engine
        take_down(engine, report=silent, volumes=True)


@pytest.fixture(scope="session")
def endpoints(native: NativeEngine) -> Endpoints:
    """Where the broker and PostgreSQL of this run answer."""
    found = native.endpoints()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def kafka_address(endpoints: Endpoints) -> str:
    """host:port of a real Kafka."""
    return endpoints.kafka


@pytest.fixture(scope="session")
def stack(native: NativeEngine) -> Running:
    """The whole shop of phase 1, a process per unit, on SQLite."""
    return bring_up(native, Wanted(), report=silent).shop
