"""The choice of engine: what the machine has is played by a `docker` command of our own on the PATH."""

import os
import socket
import time

import pytest

from lab.engines import state
from lab.engines.base import EngineName
from lab.engines.choose import choose
from lab.errors import DockerSilent, MachineProblem

ANSWERS = '[ "$1" = compose ] && echo 2.40.3 || echo 27.3.1'
SILENT = '[ "$1" = compose ] && echo 2.40.3 && exit; echo "Cannot connect to the Docker daemon" >&2; exit 1'
HANGS = '[ "$1" = compose ] && echo 2.40.3 && exit; sleep 60'
NO_COMPOSE = '[ "$1" = compose ] && exit 1; echo 27.3.1'


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give the machine a docker that behaves like this; None for a machine without one."""

    def make(docker):
        folder = tmp_path / "bin"
        folder.mkdir()
        if docker is None:
            monkeypatch.setenv("PATH", str(folder))
        else:
            (folder / "docker").write_text(f"#!/bin/sh\n{docker}\n")
            (folder / "docker").chmod(0o755)
            monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return tmp_path / "home"

    return make


def nobody(question):
    raise AssertionError(f"asked: {question}")


def test_auto_takes_docker_where_it_answers(machine):
    choice = choose("auto", ask=nobody, home=machine(ANSWERS))
    assert choice.engine is EngineName.DOCKER
    assert "27.3.1" in choice.reason


def test_auto_takes_native_where_there_is_no_docker_and_does_not_ask(machine):
    choice = choose("auto", ask=nobody, home=machine(None))
    assert choice.engine is EngineName.NATIVE
    assert "not installed" in choice.reason


def test_auto_takes_native_without_compose_and_says_that_it_is_compose(machine):
    choice = choose("auto", ask=nobody, home=machine(NO_COMPOSE))
    assert choice.engine is EngineName.NATIVE
    assert "docker compose" in choice.reason


@pytest.mark.parametrize("docker", [SILENT, HANGS], ids=["refuses", "hangs"])
def test_a_silent_docker_is_asked_about(machine, docker):
    asked = []
    begun = time.monotonic()
    choice = choose("auto", ask=lambda question: asked.append(question) or True, home=machine(docker))
    assert time.monotonic() - begun < 10
    assert len(asked) == 1
    assert "does not answer" in asked[0]
    assert choice.engine is EngineName.NATIVE
    assert "you chose" in choice.reason


def test_whoever_would_rather_start_docker_is_told_how(machine):
    with pytest.raises(DockerSilent, match="Start Docker"):
        choose("auto", ask=lambda _: False, home=machine(SILENT))


def test_where_nobody_can_be_asked_native_is_taken_and_said_in_one_line(machine):
    choice = choose("auto", ask=None, home=machine(SILENT))
    assert choice.engine is EngineName.NATIVE
    assert "does not answer" in choice.reason
    assert "\n" not in choice.reason


@pytest.mark.parametrize("asked", ["docker", "native"])
def test_what_was_asked_for_is_taken_without_looking(machine, asked):
    choice = choose(asked, ask=nobody, home=machine(HANGS))
    assert choice.engine == asked
    assert "asked" in choice.reason


@pytest.mark.parametrize("engine", list(EngineName))
def test_a_stack_that_runs_keeps_its_engine(machine, engine):
    home = machine(HANGS)
    state.record_up(engine, {"kafka": 9092}, home)
    choice = choose("auto", ask=nobody, home=home)
    assert choice.engine is engine
    assert "runs here" in choice.reason


def test_a_docker_that_is_gone_since_last_time_is_not_taken(machine):
    home = machine(None)
    state.record_up(EngineName.DOCKER, {"kafka": 9092}, home)
    state.record_down(home)
    assert choose("auto", home=home).engine is EngineName.NATIVE


@pytest.mark.parametrize("end", [state.record_down, state.forget], ids=["down", "down with its data"])
def test_a_folder_that_was_used_with_native_stays_with_it_and_says_so(machine, end):
    home = machine(ANSWERS)
    state.record_up(EngineName.NATIVE, {"kafka": 9092}, home)
    end(home)
    choice = choose("auto", ask=nobody, home=home)
    assert choice.engine is EngineName.NATIVE
    assert "as last time" in choice.reason
    assert "--engine" in choice.reason


def test_a_folder_that_was_used_with_docker_still_asks_when_docker_is_silent(machine):
    home = machine(SILENT)
    state.record_up(EngineName.DOCKER, {"kafka": 9092}, home)
    state.forget(home)
    with pytest.raises(DockerSilent):
        choose("auto", ask=lambda _: False, home=home)


@pytest.mark.parametrize("asked", ["auto", "docker", "native"])
def test_plain_windows_gets_the_steps_to_wsl2(machine, asked):
    with pytest.raises(MachineProblem, match="wsl --install"):
        choose(asked, home=machine(ANSWERS), platform="win32")


@pytest.mark.docker
def test_the_real_command_against_a_socket_nobody_serves(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    assert "does not answer" in choose("auto", home=tmp_path).reason


@pytest.mark.docker
def test_the_real_command_against_an_engine_that_accepts_and_never_answers(tmp_path, monkeypatch):
    path = tmp_path / "mute.sock"
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(path))
        mute.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        begun = time.monotonic()
        reason = choose("auto", home=tmp_path).reason
        assert time.monotonic() - begun < 10
        assert "does not answer" in reason
