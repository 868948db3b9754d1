"""The real Kafka and the real PostgreSQL, as child processes."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import asyncpg
import filelock
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

import lab.home
from lab.engines import bringing_up, deleting, downloads, kafka, records, state, tuning
from lab.engines.base import Engine, EngineName, HostUnit, Progress, Report, UnitState, UnitStatus
from lab.engines.native import NativeEngine
from lab.engines.stamps import sha256
from lab.errors import Conflict, MachineProblem, PortTaken
from tests.engines.conftest import command_of, free_port, kill_everything, processes_of

UP = """
import sys, time
from lab.engines.native import NativeEngine
def report(progress):
    print(progress.stage, progress.text, flush=True)
    if progress.stage == "kafka" and "starting" in progress.text: time.sleep(float(sys.argv[1]))
try: NativeEngine().up(report=report)
except KeyboardInterrupt: sys.exit(130)
"""


def silent(_: Progress) -> None:
    pass


@pytest.fixture(scope="module", autouse=True)
def warm_cache() -> None:
    """Fetch the jars and make the ahead-of-time cache once, so that no start here makes one in the background."""
    downloads.ensure(downloads.pinned().jars, silent)
    with contextlib.suppress(filelock.Timeout):  # another checkout is at it
        tuning.train()


@pytest.fixture(scope="module")
def engine(module_home: Path) -> Iterator[NativeEngine]:
    """One stack with both stores, for the tests that only use it."""
    found = NativeEngine()
    found.up(report=silent, postgres=True)
    yield found
    found.down(report=silent, volumes=True)


def unit(engine: NativeEngine, name: str) -> UnitStatus:
    return next(status for status in engine.status() if status.name == name)


def wait_for(so: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def produce(address: str, topic: str, *values: bytes) -> None:
    async def send() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        await admin.start()
        await admin.create_topics([NewTopic(topic, 1, 1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=address, acks="all") as producer:
            for value in values:
                await producer.send_and_wait(topic, value)

    asyncio.run(send())


def consume(address: str, topic: str, count: int) -> list[bytes]:
    async def read() -> list[bytes]:
        async with AIOKafkaConsumer(bootstrap_servers=address) as consumer:
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek(TopicPartition(topic, 0), 0)
            return [(await asyncio.wait_for(consumer.getone(), 10)).value for _ in range(count)]

    return asyncio.run(read())


def query(url: str, *statements: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(f"{url}/postgres")
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_it_is_an_engine(engine):
    checked: Engine = engine
    assert checked.name is EngineName.NATIVE


def test_up_answers_where_it_says_and_a_second_up_attaches(engine):
    before = {status.name: status.pid for status in engine.status()}
    seen: list[Progress] = []
    again = NativeEngine().up(report=seen.append, postgres=True)
    assert {status.name: status.pid for status in engine.status()} == before
    assert again == engine.endpoints() == NativeEngine().endpoints()
    assert {progress.stage for progress in seen if progress.done} >= {"java", "jars", "kafka"}
    assert again.kafka == f"127.0.0.1:{os.environ['LAB_KAFKA_PORT']}"


def test_the_broker_listens_on_this_machine_only(engine):
    addresses = {
        each.laddr.ip.removeprefix("::ffff:")
        for name in ("kafka", "postgres")
        for each in psutil.Process(unit(engine, name).pid).net_connections()
        if each.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_what_was_acknowledged_survives_kill_9(engine):
    address = engine.endpoints().kafka
    produce(address, "survives", b"one", b"two")
    pid = unit(engine, "kafka").pid
    engine.kill("kafka")
    assert unit(engine, "kafka").state is UnitState.STOPPED
    assert engine.endpoints() is None
    engine.start("kafka")
    assert unit(engine, "kafka").pid != pid
    assert consume(address, "survives", 2) == [b"one", b"two"]


def test_postgres_keeps_its_rows_over_kill_9(engine):
    url = engine.endpoints().postgres
    assert query(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42)", "SELECT n FROM kept") == 42
    engine.kill("postgres")
    assert engine.endpoints().postgres is None
    engine.start("postgres")
    assert query(url, "SELECT n FROM kept") == 42
    assert query(url, "SHOW fsync") == "on"


def test_postgres_wants_the_password(engine):
    url = engine.endpoints().postgres
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(url.replace(password, "wrong"), "SELECT 1")
    secret = lab.home.home() / "postgres.password"
    assert secret.stat().st_mode & 0o777 == 0o600
    logs = (lab.home.home() / "logs").glob("*.log")
    assert all(password not in log.read_text() for log in logs)


def test_a_paused_broker_reads_paused(engine):
    engine.pause("kafka")
    assert unit(engine, "kafka").state is UnitState.PAUSED
    engine.resume("kafka")
    assert unit(engine, "kafka").state is UnitState.RUNNING
    produce(engine.endpoints().kafka, "resumed", b"x")


def test_a_broker_that_crashes_is_brought_back(engine):
    before = unit(engine, "kafka")
    wait_for(lambda: unit(engine, "kafka").state is UnitState.RUNNING)
    os.kill(before.pid, signal.SIGKILL)
    wait_for(lambda: unit(engine, "kafka").pid not in {None, before.pid})
    bringing_up.await_unit(
        lab.home.home(), engine._processes, "kafka", int(os.environ["LAB_KAFKA_PORT"]), time.monotonic() + 30
    )
    assert unit(engine, "kafka").restarts >= 1


def test_host_units_run_beside_the_broker_and_the_training_run_is_not_shown(engine):
    engine.launch([HostUnit("web", "http.server", (str(port := free_port()), "--bind", "127.0.0.1"))])
    wait_for(lambda: f"port {port}" in "".join(engine.logs("web")))
    assert [status.name for status in engine.status()] == ["kafka", "postgres", "web"]
    engine.kill("web")


def test_the_plain_commands_are_what_a_person_would_type(engine):
    assert engine.plain_command("kill", "kafka") == f"kill -KILL {unit(engine, 'kafka').pid}  # kafka"
    assert engine.plain_command("up").startswith("java -Xmx256m")


def test_up_passes_over_a_taken_port_down_keeps_data_and_port_and_volumes_deletes_them(home, monkeypatch):
    monkeypatch.delenv("LAB_KAFKA_PORT")  # what is not asked for is passed over, and remembered
    an_hour_passes_while_jars_are_fetched(monkeypatch)
    engine, seen = NativeEngine(), list[Progress]()
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        taken = other.getsockname()[1]
        state.record_up(EngineName.NATIVE, {"kafka": taken})
        address = engine.up(report=seen.append).kafka
    assert address != f"127.0.0.1:{taken}"
    assert any(f"port {taken} is taken by" in progress.text for progress in seen)
    produce(address, "kept", b"x")

    engine.down(report=silent)

    assert processes_of(home) == []
    assert engine.endpoints() is None
    assert engine.up(report=silent).kafka == address
    assert consume(address, "kept", 1) == [b"x"]
    engine.down(report=silent, volumes=True)
    assert {path.name for path in home.iterdir()} == {"lab.lock", "last_engine"}
    engine.down(report=silent)


def an_hour_passes_while_jars_are_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    late, clock, ensure = [0], time.monotonic, downloads.ensure
    monkeypatch.setattr(time, "monotonic", lambda: clock() + late[0])

    def slow(jars: Sequence[downloads.Jar], report: Report) -> tuple[Path, ...]:
        late[0] += 3600
        return ensure(jars, report)

    monkeypatch.setattr(downloads, "ensure", slow)


def test_after_kill_9_of_supervisord_or_of_everything_the_next_up_works_and_down_needs_no_record(home):
    engine = NativeEngine()
    address = engine.up(report=silent).kafka
    produce(address, "kept", b"x")
    orphan = unit(engine, "kafka").pid
    os.kill(records.read(home)[records.SUPERVISOR].pid, signal.SIGKILL)
    assert engine.up(report=silent).kafka == address
    assert unit(engine, "kafka").pid != orphan

    kill_everything(home)
    assert engine.endpoints() is None
    assert engine.up(report=silent).kafka == address
    assert consume(address, "kept", 1) == [b"x"]

    (home / "engine.json").write_text('{"engine": "nat')
    engine.down(report=silent)
    assert processes_of(home) == []
    (home / "engine.json").unlink()
    engine.down(report=silent, volumes=True)
    assert {path.name for path in home.iterdir()} == {"lab.lock", "last_engine"}


def test_a_deletion_that_was_interrupted_is_finished_by_the_next(home, monkeypatch):
    state.record_up(EngineName.NATIVE, {"kafka": 9100})
    for folder in ("kafka", "logs"):
        (home / folder).mkdir()
    delete = deleting.tree

    def interrupted(folder: Path) -> None:
        if folder.name == "logs":
            raise KeyboardInterrupt
        delete(folder)

    monkeypatch.setattr(deleting, "tree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        NativeEngine().down(report=silent, volumes=True)
    assert not (home / "kafka").exists()
    assert state.read().ports == {"kafka": 9100}

    monkeypatch.setattr(deleting, "tree", delete)
    NativeEngine().down(report=silent, volumes=True)

    assert {path.name for path in home.iterdir()} == {"lab.lock", "last_engine"}


def test_data_that_cannot_be_deleted_is_said_and_not_forgotten(home):
    state.record_up(EngineName.NATIVE, {"kafka": 9100})
    (home / "kafka").write_text("no folder")
    with pytest.raises(MachineProblem, match="kafka could not be deleted"):
        NativeEngine().down(report=silent, volumes=True)
    assert state.read().ports == {"kafka": 9100}


def test_a_taken_port_that_was_asked_for_is_refused_and_nothing_is_left(home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(os.environ["LAB_KAFKA_PORT"])))
        other.listen()
        with pytest.raises(PortTaken, match=rf"\(pid {os.getpid()}\)"):
            NativeEngine().up(report=silent)
        assert processes_of(home) == []


def test_ctrl_c_in_the_middle_of_up_leaves_nothing(home):
    with subprocess.Popen([sys.executable, "-c", UP, "0"], stdout=subprocess.PIPE, text=True) as run:
        wait_for(lambda: any("kafka.Kafka" in command_of(process) for process in processes_of(home)), 60)
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 130
    assert processes_of(home) == []
    assert not state.read(home).is_up()


def test_the_other_engine_is_refused(home):
    state.record_up(EngineName.DOCKER, {"kafka": 9092})
    with pytest.raises(Conflict, match="lab down"):
        NativeEngine().up(report=silent)


def test_data_of_a_newer_kafka_is_refused(home):
    broker = kafka.Broker(home / "kafka", 9092, 9093, downloads.ensure(downloads.pinned().jars, silent))
    assert kafka.format_storage(broker)
    (home / "kafka" / "version").write_text("99.0.0")
    with pytest.raises(Conflict, match=r"Kafka 99\.0\.0"):
        NativeEngine().up(report=silent)


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_the_folder_may_have_any_letters(home, monkeypatch, locale):
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("LAB_HOME", str(home / "Téléchargements 東京 𝄞"))
    engine = NativeEngine()
    try:
        address = engine.up(report=silent).kafka
        produce(address, "kept", b"x")
        assert consume(address, "kept", 1) == [b"x"]
    finally:
        engine.down(report=silent, volumes=True)


def test_a_broker_that_is_frozen_goes_on_by_the_next_up(home):
    engine = NativeEngine()
    address = engine.up(report=silent).kafka
    engine.pause("kafka")
    assert engine.up(report=silent).kafka == address
    produce(address, "kept", b"x")
    engine.down(report=silent, volumes=True)


@pytest.fixture
def own_cache(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the cache that a test may damage."""
    shutil.copytree(lab.home.cache(), tmp_path / "cache", ignore=shutil.ignore_patterns("*.lock", "training-*"))
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_cache_that_crashes_java_is_deleted_and_the_broker_starts_all_the_same(home, own_cache):
    tuning.cache_file().parent.mkdir(parents=True, exist_ok=True)
    if not tuning.flags():
        tuning.train()
    size = tuning.cache_file().stat().st_size
    with tuning.cache_file().open("r+b") as file:
        file.truncate(size - size // 100)
        file.truncate(size)
    tuning._digest_file().write_text(sha256(tuning.cache_file()))
    seen: list[Progress] = []
    engine = NativeEngine()
    engine.up(report=seen.append)
    assert any("crashed" in progress.text for progress in seen)
    engine.down(report=silent)


def test_a_cache_that_changed_on_disk_is_not_used(home, own_cache):
    tuning.cache_file().parent.mkdir(parents=True, exist_ok=True)
    tuning.cache_file().write_bytes(b"damaged")
    tuning._digest_file().write_text("0" * 64)
    assert tuning.flags() == ()
    assert not tuning.cache_file().exists()


def test_the_broker_uses_the_cache_that_the_training_run_made(engine):
    assert tuning.flags() == (f"-XX:AOTCache={kafka.version_folder() / 'kafka.aot'}",)
    assert tuning.flags()[0] in psutil.Process(unit(engine, "kafka").pid).cmdline()
