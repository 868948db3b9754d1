"""The docker engine against a real Docker engine. Each stack has a home folder, hence a compose project, of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from lab import bundle
from lab.engines import images, ports, readiness, state
from lab.engines.base import EngineName, HostUnit, Progress, UnitState
from lab.engines.compose import DockerEngine
from lab.engines.project import KAFKA, POSTGRES, Project
from lab.errors import Conflict, DownloadFailed, NotFound, NotReady, NotRunning, PortTaken

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def docker(*words):
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def left_of(home):
    """Everything docker still has of this home folder's project."""
    label = f"label=com.docker.compose.project={Project(home).name}"
    asked = {
        "containers": ("container", "ls", "--all"),
        "networks": ("network", "ls"),
        "volumes": ("volume", "ls"),
    }
    found = {kind: docker(*words, "--quiet", "--filter", label).split() for kind, words in asked.items()}
    return {kind: names for kind, names in found.items() if names}


def silent(_):
    pass


def unit(engine, name):
    return next(one for one in engine.status() if one.name == name)


def answers(endpoints, seconds=30.0):
    port = int(endpoints.kafka.rpartition(":")[2])
    readiness.await_kafka(port, deadline=time.monotonic() + seconds)
    return port


async def _store(bootstrap, value):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        return (await producer.send_and_wait(readiness.TOPIC, value, partition=0)).offset


async def _fetch(bootstrap, offset):
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        partition = TopicPartition(readiness.TOPIC, 0)
        consumer.assign([partition])
        consumer.seek(partition, offset)
        return (await asyncio.wait_for(consumer.getone(partition), 30)).value


@pytest.fixture(autouse=True)
def no_ports_asked_for(monkeypatch):
    for variable in ("LAB_KAFKA_PORT", "LAB_POSTGRES_PORT"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def homes(tmp_path):
    """Makes home folders; whatever the test leaves in them is removed, and that nothing stays is asserted."""
    made = []

    def make(name="home"):
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        made.append(home)
        return home

    yield make
    for home in made:
        DockerEngine(home).down(report=silent, volumes=True)
        assert left_of(home) == {}


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("shared")
    yield home
    DockerEngine(home).down(report=silent, volumes=True)
    assert left_of(home) == {}


@pytest.fixture
def engine(shared_home):
    """A stack that runs, whatever the test before did to it."""
    engine = DockerEngine(shared_home)
    engine.up(report=silent)
    return engine


@pytest.fixture
def taken_port():
    """A port of ours on which another program (this one) listens."""
    with socket.socket() as listener:
        listener.bind((ports.HOST, ports.choose(21000 + os.getpid() % 5000, explicit=False)))
        listener.listen()
        yield listener.getsockname()[1]


# ── up ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_up_returns_an_address_at_which_a_client_can_store_and_read(engine):
    answers(engine.endpoints())


def test_a_second_up_keeps_the_broker_that_runs(engine, shared_home):
    before = unit(engine, KAFKA)
    again = DockerEngine(shared_home)
    begun = time.monotonic()

    endpoints = again.up(report=silent)
    took = time.monotonic() - begun

    assert unit(again, KAFKA).pid == before.pid
    assert unit(again, KAFKA).started_at == before.started_at
    assert endpoints == engine.endpoints()
    assert took < 60


def test_another_home_folder_has_another_stack_past_a_taken_port_and_up_tells_its_stages(
    engine, homes, taken_port, monkeypatch
):
    home, told, late = homes("other"), [], [0]
    state.record_up(EngineName.DOCKER, {KAFKA: taken_port}, home)
    state.record_down(home)
    clock, present = time.monotonic, images.present
    monkeypatch.setattr(time, "monotonic", lambda: clock() + late[0])

    def slow(cli, image):
        late[0] = 3600  # fetching takes an hour; the timeout counts from then on
        return present(cli, image)

    monkeypatch.setattr(images, "present", slow)
    other = DockerEngine(home)
    assert answers(other.up(report=told.append)) > taken_port
    assert other.endpoints().kafka != engine.endpoints().kafka
    assert all(isinstance(step, Progress) for step in told)
    assert [step.stage for step in told if step.done] == ["docker", "images", "kafka"]

    (home / "engine.json").write_text("cut sh")
    other.down(report=silent, volumes=True)

    assert left_of(home) == {}
    assert not (home / "engine.json").exists()
    assert other.endpoints() is None
    answers(engine.endpoints())


def test_what_was_started_is_recorded_for_the_next_command(engine, shared_home):
    recorded = state.read(shared_home)
    assert recorded.engine is EngineName.DOCKER
    assert recorded.is_up()
    assert engine.endpoints().kafka == f"127.0.0.1:{recorded.ports[KAFKA]}"


def test_a_port_that_was_asked_for_and_is_taken_is_refused_and_nothing_is_left(homes, taken_port, monkeypatch):
    home = homes()
    monkeypatch.setenv("LAB_KAFKA_PORT", str(taken_port))
    with pytest.raises(PortTaken, match=str(taken_port)):
        DockerEngine(home).up(report=silent)
    assert left_of(home) == {}


def test_a_port_that_is_taken_between_our_choice_and_dockers_is_passed_over(homes, taken_port, monkeypatch):
    home = homes()
    state.record_up(EngineName.DOCKER, {KAFKA: taken_port}, home)
    state.record_down(home)
    choose = ports.choose
    blind = iter([taken_port])
    monkeypatch.setattr(ports, "choose", lambda port, **how: next(blind, None) or choose(port, **how))

    assert answers(DockerEngine(home).up(report=silent)) > taken_port


def test_a_broker_that_does_not_answer_in_time_is_taken_back(homes):
    home = homes()
    with pytest.raises(NotReady):
        DockerEngine(home).up(report=silent, timeout=0.1)
    assert left_of(home) == {}
    assert state.read(home) is None


def test_ctrl_c_while_docker_starts_the_container_leaves_nothing(homes):
    home = homes()
    engine = DockerEngine(home)

    def soon(step):
        if step.stage == "images":  # the next thing is `docker compose up`
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        engine.up(report=soon)
    assert left_of(home) == {}
    assert state.read(home) is None


def test_an_interrupt_does_not_take_back_what_ran_before(engine, shared_home):
    def interrupt(step):
        if step.stage == "kafka":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DockerEngine(shared_home).up(report=interrupt)
    answers(engine.endpoints())


def test_an_image_that_cannot_be_fetched_is_said_with_the_way_out(homes, tmp_path, monkeypatch):
    home = homes()
    (tmp_path / "compose").mkdir()
    for name in (KAFKA, POSTGRES):
        text = (bundle.shipped() / "compose" / f"{name}.yaml").read_text()
        text = text.replace("apache/kafka:4.3.1", "orderlab.invalid/kafka:1")
        (tmp_path / "compose" / f"{name}.yaml").write_text(text)
    monkeypatch.setattr(bundle, "shipped", lambda: tmp_path)

    with pytest.raises(DownloadFailed, match=r"orderlab\.invalid/kafka:1") as refused:
        DockerEngine(home).up(report=silent)

    assert "--engine native" in refused.value.mend
    assert "lookup" not in str(refused.value)  # docker's own words are in the log
    assert "orderlab.invalid" in (home / "logs" / "docker.log").read_text()
    assert left_of(home) == {}


def test_another_engine_that_runs_here_is_refused(homes):
    home = homes()
    state.record_up(EngineName.NATIVE, {KAFKA: 9092}, home)
    with pytest.raises(Conflict):
        DockerEngine(home).up(report=silent)
    state.forget(home)


# ── down ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_postgres_answers_and_down_ends_it_with_host_units_and_a_paused_broker(homes):
    home = homes()
    engine = DockerEngine(home)
    engine.up(report=silent)
    assert engine.endpoints().postgres is None

    url = engine.up(report=silent, postgres=True).postgres

    async def ask():
        connection = await asyncpg.connect(f"{url}/postgres")
        try:
            return await connection.fetchval("select 1")
        finally:
            await connection.close()

    assert asyncio.run(ask()) == 1
    secret = home / "postgres-password"  # the only place where the password is
    assert secret.stat().st_mode & 0o777 == 0o600
    container = docker("container", "ls", "--quiet", "--filter", f"name={Project(home).name}-postgres")
    assert secret.read_text() not in docker("container", "inspect", container)
    log = home / "logs" / "docker.log"
    assert not log.exists() or secret.read_text() not in log.read_text()
    assert [one.name for one in engine.status()] == [KAFKA, POSTGRES]
    engine.launch([HostUnit("sleeper", "http.server", ("--bind", "127.0.0.1", "0"))])
    pid = unit(engine, "sleeper").pid
    engine.pause(KAFKA)

    engine.down(report=silent)

    assert engine.status() == []
    assert not Path(f"/proc/{pid}").exists()


def test_down_keeps_data_and_port_the_plain_up_is_the_labs_and_down_with_volumes_deletes_both(homes):
    home = homes()
    engine = DockerEngine(home)
    first = engine.up(report=silent)
    offset = asyncio.run(_store(first.kafka, b"kept"))

    engine.down(report=silent)

    assert list(left_of(home)) == ["volumes"]
    assert engine.endpoints() is None
    subprocess.run(engine.plain_command("up"), shell=True, check=True, capture_output=True, timeout=90)
    assert unit(engine, KAFKA).state is UnitState.RUNNING  # --wait waited for the health check
    assert engine.endpoints() == first
    assert engine.up(report=silent) == first
    assert asyncio.run(_fetch(first.kafka, offset)) == b"kept"
    subprocess.run(engine.plain_command("kill", KAFKA), shell=True, check=True, capture_output=True, timeout=90)
    assert "killed" in unit(engine, KAFKA).note

    engine.down(report=silent, volumes=True)

    assert left_of(home) == {}
    assert state.read(home) is None


def test_down_where_nothing_runs_is_no_error(homes):
    engine = DockerEngine(homes())
    engine.down(report=silent)
    engine.down(report=silent, volumes=True)


@pytest.mark.parametrize("recorded", [None, '{"engine": "docker"}'])
def test_down_ends_host_units_without_a_record_of_the_engine_and_without_docker(home, monkeypatch, recorded):
    engine = DockerEngine(home)
    engine.launch([HostUnit("sleeper", "http.server", ("--bind", "127.0.0.1", "0"))])
    pid = unit(engine, "sleeper").pid
    if recorded is not None:
        (home / "engine.json").write_text(recorded)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{home}/no.sock")

    engine.down(report=silent, volumes=True)

    assert not Path(f"/proc/{pid}").exists()


# ── the seven verbs ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_acknowledged_survives_a_kill_of_a_paused_broker(engine):
    offset = asyncio.run(_store(engine.endpoints().kafka, b"acknowledged"))
    engine.pause(KAFKA)

    engine.kill(KAFKA)

    killed = unit(engine, KAFKA)
    assert (killed.state, killed.pid, killed.rss_bytes) == (UnitState.STOPPED, None, None)
    assert "killed" in killed.note
    assert engine.endpoints() is None
    engine.start(KAFKA)
    assert asyncio.run(_fetch(engine.endpoints().kafka, offset)) == b"acknowledged"


def test_a_paused_broker_keeps_its_connections_and_does_not_answer(engine):
    endpoints = engine.endpoints()
    engine.pause(KAFKA)
    engine.pause(KAFKA)  # twice is once
    assert unit(engine, KAFKA).state is UnitState.PAUSED
    with pytest.raises(NotReady):
        answers(endpoints, seconds=0.5)

    engine.resume(KAFKA)

    assert unit(engine, KAFKA).state in {UnitState.RUNNING, UnitState.STARTING}
    answers(endpoints)
    engine.pause(KAFKA)
    answers(engine.up(report=silent))  # wakes it


def test_a_paused_broker_can_be_stopped_and_then_neither_be_paused_nor_resumed(engine):
    engine.pause(KAFKA)
    engine.stop(KAFKA)
    engine.stop(KAFKA)  # twice is once
    assert unit(engine, KAFKA).state is UnitState.STOPPED
    assert "stopped" in unit(engine, KAFKA).note
    for verb in (engine.pause, engine.resume):
        with pytest.raises(NotRunning):
            verb(KAFKA)


def test_restart_gives_a_new_process(engine):
    before = unit(engine, KAFKA).pid
    engine.restart(KAFKA)
    assert unit(engine, KAFKA).pid not in {before, None}


def test_a_broker_that_ended_by_itself_is_called_crashed(engine, shared_home):
    docker("exec", f"{Project(shared_home).name}-kafka-1", "pkill", "-ABRT", "java")
    deadline = time.monotonic() + 20
    while unit(engine, KAFKA).pid and time.monotonic() < deadline:
        time.sleep(0.1)
    assert unit(engine, KAFKA).state is UnitState.CRASHED
    assert "by itself with exit code 134" in unit(engine, KAFKA).note


@pytest.mark.parametrize("verb", ["start", "stop", "restart", "kill", "pause", "resume", "logs"])
def test_an_unknown_unit_is_not_found(engine, verb):
    with pytest.raises(NotFound):
        getattr(engine, verb)("nobody")


def test_status_tells_process_memory_start_and_last_line(engine):
    kafka = unit(engine, KAFKA)
    assert kafka.pid
    assert 50_000_000 < kafka.rss_bytes < 1_000_000_000
    assert 0 < time.time() - kafka.started_at < 3600
    assert kafka.last_log_line


def test_logs_give_the_last_lines_and_follow_until_the_caller_stops(engine):
    assert len(list(engine.logs(KAFKA, lines=3))) == 3
    following = engine.logs(KAFKA, lines=1, follow=True)
    assert next(following)
    following.close()


def test_the_plain_command_names_the_compose_file_from_where_the_person_stands(tmp_path, monkeypatch):
    engine = DockerEngine(tmp_path)
    monkeypatch.chdir(bundle.shipped())
    assert engine.plain_command("up").endswith(" -f compose/kafka.yaml up -d --wait")
    monkeypatch.chdir(bundle.shipped() / "lab")
    assert " -f ../compose/kafka.yaml " in engine.plain_command("stop", KAFKA)
