"""What every test can have: a real broker, a real PostgreSQL, a running shop. Nothing here is a stand-in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings

from lab.bundle import shipped
from lab.engines.base import Endpoints, Progress
from lab.engines.native import NativeEngine
from lab.errors import LabError
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

settings.register_profile("unhurried", settings.default, deadline=None)  # on top of the one that CI=true chooses
settings.load_profile("unhurried")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the shop does."""
    return "asyncio"


def silent(_: Progress) -> None:
    """A Report that nobody reads."""


@contextmanager
def own_native(*, postgres: bool) -> Iterator[NativeEngine]:
    """A native engine in a home folder and on ports of its own; in the end nothing of it is left."""
    with fresh_home() as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_SERVICE_PORT", str(free_port()))
        patch.setenv("LAB_TRANSIT_SECONDS", "0.2")
        patch.setenv("LAB_CHOICES", str(home / "choices.json"))  # nobody's progress counts here
        engine = NativeEngine(home)
        engine.up(report=silent, postgres=postgres)
        yield engine
        with suppress(LabError):  # a broker with the topics of a whole run takes half a minute to close them in order
            engine.kill("kafka")
        take_down(engine, report=silent, volumes=True)


@pytest.fixture(scope="session")
def native() -> Iterator[NativeEngine]:
    """A native engine with broker and PostgreSQL, for the whole run."""
    with own_native(postgres=True) as engine:
        yield engine


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


COURSE_PARTS = ("exercises", "solutions", "tests/wrong_answers")


@pytest.fixture
def own_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the course, for this test alone; LAB_COURSE names it."""
    root = tmp_path / "course"
    for name in COURSE_PARTS:
        shutil.copytree(shipped() / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("LAB_COURSE", str(root))
    return root
