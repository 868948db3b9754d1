"""The fixtures of checks. `exercises/conftest.py` takes them from here, and so does every check.

answer      the learner's file: a module (part), a configuration (file), a sheet of answers (predict, order)
call        await a function of theirs on a leash: `await call(answer.work, …)`
kafka       a real Kafka, in this attempt's own corner (World)
new_kafka   the same with special settings: `async with new_kafka(linger_ms=100) as kafka`
docker      the machine's Docker, for what really runs: `await docker.project(table).up()` (DockerHere)
database    a database of its own with these tables: `async with database(Base.metadata) as sessions`
handle      the same for a handler, in a transaction that is ended for it: `await handle(sessions, answer.work, cause)`
race        many at once, at the worst moment: `await race(sessions, "work", messages, table="shelf")` (Race)
mediator    the whole table with their ROWS in it: `mediator.story(order, State.IN_TRANSIT).hear(body)` (Mediator)
capstone    the running shop, all of whose parts are to be theirs, and what `lab compare` sees there (Capstone)
served      a unit's real HTTP with their pieces in it: `async with served("order", place_order=…) as http`
expect      assert, with a finding: `expect(condition, "key-missing", expected=…, saw=…)`
on_paper    rows of a card for messages that lie on no Kafka: `on_paper([(topic, text), …], wrong={2})`
tell        a line of what the check did and saw, for the card
not_run     say that a configuration was only read, and why
seed        three numbers a check, so that nothing passes by luck: `random.Random(seed)`
"""

import os
import secrets
from collections.abc import AsyncIterator, Callable, Container, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from lab.course.catalog import Exercise, read_course
from lab.course.kit.answers import ConfigurationFile, Part, Sheet, read_answer
from lab.course.kit.broker import Broker
from lab.course.kit.capstone import Capstone
from lab.course.kit.database import Databases
from lab.course.kit.docker import DockerHere, docker_here
from lab.course.kit.faults import NotYet
from lab.course.kit.handling import Handling
from lab.course.kit.leash import Leash, forbid_blocking_sleep
from lab.course.kit.mediator import Mediator
from lab.course.kit.race import Race
from lab.course.kit.served import served as serve_it
from lab.course.kit.world import World
from lab.course.verdict import Row
from lab.home import workspace

SEEDS: Final = 3
ANSWER: Final = pytest.StashKey[Path]()
"""The file that a test judges."""


@cache  # asked for by every test; when the catalogue changes, the warm process starts anew
def exercise_of(folder: Path) -> Exercise:
    """Return the exercise whose check lies in that folder."""
    return read_course().find(folder.name)


def answer_file(exercise: Exercise, chosen: str | None) -> Path:
    """Return the file to be judged: the one that `--answer` names, the learner's, or the untouched starter."""
    if chosen:
        return Path(chosen).resolve()
    mine = workspace() / exercise.id / exercise.file
    return mine if mine.parent.exists() else exercise.starter


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """All tests of an attempt share one event loop, and so one connection to Kafka."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _no_blocking_sleep() -> None:
    forbid_blocking_sleep()


@pytest.fixture
def answer(request: pytest.FixtureRequest) -> Part | ConfigurationFile | Sheet:
    return read_answer(exercise_of(request.path.parent), request.node.stash[ANSWER])


@pytest.fixture
def call(request: pytest.FixtureRequest) -> Leash:
    return Leash(request.node.stash[ANSWER])


@pytest.fixture(scope="session")
async def broker(anyio_backend: str) -> AsyncIterator[Broker]:  # noqa: ARG001  it fixes the loop
    async with Broker() as one:
        yield one


@pytest.fixture
async def kafka(broker: Broker, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with World(broker, request.node.stash[ANSWER]) as world:
        yield world


@pytest.fixture
def new_kafka(broker: Broker, request: pytest.FixtureRequest) -> Callable[..., World]:
    def make(**settings: Any) -> World:
        return World(broker, request.node.stash[ANSWER], **settings)

    return make


@pytest.fixture(scope="session")
async def databases(anyio_backend: str) -> AsyncIterator[Databases]:  # noqa: ARG001  it fixes the loop
    async with Databases() as all_of_them:
        yield all_of_them


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Callable[..., Any]:
    return databases.opener(exercise_of(request.path.parent), tmp_path)


@pytest.fixture
def handle(call: Leash) -> Handling:
    return Handling(call)


@pytest.fixture
def race(request: pytest.FixtureRequest) -> Race:
    return Race(request.node.stash[ANSWER], exercise_of(request.path.parent).id)


@pytest.fixture
def mediator(request: pytest.FixtureRequest, answer: Part) -> Mediator:
    return Mediator(exercise_of(request.path.parent).id, answer.ROWS)


@pytest.fixture(scope="module")
def capstone(request: pytest.FixtureRequest) -> Capstone:
    return Capstone(exercise_of(request.path.parent))


@pytest.fixture
def served() -> Callable[..., Any]:
    return serve_it


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[DockerHere]:
    with docker_here(tmp_path) as here:
        yield here


@pytest.fixture
def expect() -> Callable[..., None]:
    def check(
        condition: object,
        finding: str,
        *,
        expected: str,
        saw: str,
        timeline: Sequence[Row] = (),
        difference: str = "",
    ) -> None:
        if not condition:
            raise NotYet(finding, expected=expected, saw=saw, timeline=timeline, difference=difference)

    return check


@pytest.fixture
def on_paper() -> Callable[..., tuple[Row, ...]]:
    def rows(messages: Sequence[tuple[str, str]], *, wrong: Container[int] = ()) -> tuple[Row, ...]:
        return tuple(
            Row(topic=topic, partition=-1, offset=-1, key="", type=text, wrong=number in wrong)
            for number, (topic, text) in enumerate(messages)
        )

    return rows


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    def note(line: str) -> None:
        request.node.user_properties.append(("told", line))

    return note


@pytest.fixture
def not_run(request: pytest.FixtureRequest) -> Callable[[str], None]:
    def note(why: str) -> None:
        request.node.user_properties.append(("not_run", why))

    return note


def base_seed() -> int:
    """Return the number from which this attempt draws its examples; LAB_CHECK_SEED repeats an attempt."""
    asked = os.environ.get("LAB_CHECK_SEED", "")
    if not (asked.isascii() and asked.isdecimal()):
        asked = os.environ["LAB_CHECK_SEED"] = str(secrets.randbelow(1_000_000))
    return int(asked)


def seeds() -> list[int]:
    """Return the seeds of one attempt."""
    return [base_seed() + number for number in range(SEEDS)]
