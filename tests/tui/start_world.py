"""What the Start screen is drawn from, fixed: a machine, a learner, a shop at noon."""

from datetime import datetime

from lab.course.catalog import read_course
from lab.course.progress import Progress, Standing
from lab.course.whereabouts import where_you_were
from lab.engines.base import EngineName
from lab.engines.base import Progress as Step
from lab.engines.checks import Finding
from lab.engines.choose import Choice
from lab.running import Running
from tests.tui.world import NOON_MS, UNITS
from tui.model.first_minute import Step as MinuteStep
from tui.model.item import Look, UnitLook, UnitState
from tui.model.start import Known, Learner, Machine
from tui.model.starting import Deed, begun

NOW = datetime.fromisoformat("2026-01-01T12:00:00+00:00")
COURSE = read_course()
SHOP = Running(EngineName.NATIVE, 1, "sqlite", "127.0.0.1:9092", 8001)
DOCKER_SHOP = Running(EngineName.DOCKER, 1, "sqlite", "127.0.0.1:9092", 8001)
GOOD = (
    Finding("system", ok=True, text="Linux on x86_64"),
    Finding("python", ok=True, text="Python 3.11.7"),
    Finding("docker", ok=True, text="Docker 27.3 answers, compose 2.29"),
    Finding("memory", ok=True, text="6.1 GB of memory free"),
    Finding("port-kafka", ok=True, text="port 9092 is free for kafka"),
)
NO_IMAGE = Finding("image", ok=None, text="the image apache/kafka:4.3.1 is fetched at the first start, about 230 MB")
TAKEN = Finding(
    "port-kafka", ok=False, text="Port 9092, which kafka would use, is taken by nc (pid 7).", fixable=True,
    mend="Run: uv run lab doctor --fix   It chooses another port.",
)  # fmt: skip
SILENCE = Finding(
    "docker", ok=False, text="Docker is installed, but its engine does not answer.",
    mend="Start Docker (Docker Desktop, or: sudo systemctl start docker), then try again. Or go on without Docker: …",
)  # fmt: skip
COMMANDS = {
    EngineName.DOCKER: "docker compose -f compose/kafka.yaml up -d --wait",
    EngineName.NATIVE: "java -cp 'kafka/libs/*' kafka.Kafka server.properties",
}


def learner(last="", task=0, passed=(), days=0):
    """Somebody who was at an exercise, and passed these."""
    at = NOW.replace(day=1) if not days else NOW.fromtimestamp(NOW.timestamp() - days * 86_400, NOW.tzinfo)
    rows = {name: Standing(first_at=at, last_at=at, passed_at=at) for name in passed}
    if last:
        rows[last] = Standing(first_at=at, last_at=at, last_task=task, passed_at=at if last in passed else None)
    progress = Progress(last=last or None, last_at=at if last else None, exercises=rows)
    return Learner(where_you_were(progress, COURSE, NOW), tuple(COURSE))


def machine(*findings, engine=EngineName.DOCKER, silent=False, fetch=None, opened_before=False):
    """A machine with these findings in the place of the good ones of the same id."""
    changed = {one.id: one for one in findings}
    shown = tuple(changed.pop(one.id, one) for one in GOOD) + tuple(changed.values())
    reason = "Docker 27.3 answers, with compose 2.29." if engine is EngineName.DOCKER else "Native, as last time."
    choice = None if silent or engine is None else Choice(engine, reason)
    return Machine(shown, choice, silent, fetch or {}, COMMANDS, opened_before)


def newcomer(**others):
    """Who opens the lab for the first time, on a machine with Docker and without the image."""
    first = {"machine": machine(NO_IMAGE, fetch={EngineName.DOCKER: 230_000_000, EngineName.NATIVE: 40_000_000})}
    return Known(NOON_MS, **{**first, "learner": learner(), "step": MinuteStep.START, **others})


def units(**others):
    """All units ready, but for those named."""
    ready = {name: UnitLook(UnitState.READY, 3.0, 0, 85_000_000) for name in UNITS}
    return Look(ready | others)


def opened(**others):
    """An open shop, looked at just now."""
    lines = {name: "12:00:00.1 [info] order placed unit=" + name for name in UNITS}
    known = {"shop": SHOP, "look": units(), "looked_ms": NOON_MS, "last_lines": lines, "learner": learner()}
    return Known(NOON_MS, **{**known, "machine": machine(engine=EngineName.NATIVE, opened_before=True), **others})


def starting(engine=EngineName.DOCKER):
    """A start in Docker, 21 seconds old, that waits for Kafka."""
    board = begun(Deed.OPEN, engine, NOON_MS - 21_000)
    for ms, step in (
        (20_900, Step("docker", "Docker 27.3 answers, compose 2.29", done=True)),
        (20_800, Step("images", "fetching apache/kafka:4.3.1", bytes_now=120_000_000, bytes_total=231_000_000)),
        (6_000, Step("images", "apache/kafka:4.3.1 is here", done=True)),
        (5_000, Step("kafka", "asking Kafka to store a message and return it")),
    ):
        board = board.told(step, NOON_MS - ms)
    return board
