"""A home folder of its own for each test, and the proof that nothing is left of it: no process, no port, no socket."""

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

import lab.home
from lab.engines import records

BLOCK = 10
"""So many ports in a row go with each that is given: a shop takes one per unit, Kafka takes two."""
_given: set[int] = set()


def free_port() -> int:
    """Return the first of a block of ports that are free now, away from the defaults and below the ephemeral range.

    No block is given twice: whoever asks may draw several before binding one.
    """
    while True:
        port = random.SystemRandom().randrange(12000, 30000, BLOCK)
        if port not in _given and all(map(_can_be_bound, range(port, port + BLOCK))):
            _given.add(port)
            return port


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def processes_of(home: Path) -> list[psutil.Process]:
    """Return every live process that was started for this home folder."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("LAB_HOME") == str(home) and process.pid != os.getpid()
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def command_of(process: psutil.Process) -> list[str]:
    """Return a process's command line; nothing where it has ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def kill_everything(home: Path) -> None:
    """Kill -9 all that runs for this home folder, supervisord first, and wait until the last of it has ended.

    A process that is dying has no environment any more, and is not yet a zombie: `processes_of` does not find it, and
    the lab rightly says that it is there.
    """
    supervisor = records.read(home)[records.SUPERVISOR].pid
    everyone = sorted(processes_of(home), key=lambda process: process.pid != supervisor)
    for process in everyone:
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's own processes end with it
            process.kill()
    assert records.await_end(everyone, 10) == []


@contextmanager
def fresh_home() -> Iterator[Path]:
    """Set LAB_HOME and the ports for as long as this lasts; in the end, fail if anything is left."""
    home = Path(tempfile.mkdtemp(prefix="lab-", dir=tempfile.gettempdir())).resolve()
    ports = [free_port(), free_port()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_HOME", str(home))
        patch.setenv("LAB_KAFKA_PORT", str(ports[0]))
        patch.setenv("LAB_POSTGRES_PORT", str(ports[1]))
        sockets = lab.home.runtime()
        sockets.rmdir()
        try:
            yield home
            left = [" ".join(command) for process in processes_of(home) if (command := command_of(process))]
            assert left == []
            assert not sockets.exists()
            for port in ports:
                with socket.socket() as probe:
                    assert probe.connect_ex(("127.0.0.1", port)) != 0
        finally:
            records.end(processes_of(home))
            shutil.rmtree(home, ignore_errors=True)
            shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder for one test."""
    with fresh_home() as folder:
        yield folder


@pytest.fixture(scope="module")
def module_home() -> Iterator[Path]:
    """A home folder for the tests of one module."""
    with fresh_home() as folder:
        yield folder
