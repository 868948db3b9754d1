"""The Start screen on machines as they are: without Docker, with one that is silent, with a port that is taken."""

import os
import shutil
import socket
from types import SimpleNamespace

import psutil
import pytest

from lab.cli.tui import ThisLab
from lab.engines import ports, state
from lab.engines.base import EngineName
from lab.engines.checks import DISK_EASY, MEMORY_EASY
from tests.engines.test_choose import ANSWERS, HANGS, SILENT
from tests.tui.world import SURROUNDINGS, text_of, until
from tui.app import Orderlab
from tui.shown import now_ms
from tui.start_known import Found

pytestmark = pytest.mark.anyio


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give the machine a `docker` that behaves like this, or none; a home and a workspace of this test alone.

    There is memory and disk enough: what is found short has a line of its own.
    """
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=MEMORY_EASY))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=DISK_EASY))
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "workspace"))
    for variable in ("LAB_KAFKA_PORT", "LAB_POSTGRES_PORT", "LAB_KAFKA"):
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "bin"
    folder.mkdir()

    def has(docker):
        if docker is None:
            monkeypatch.setenv("PATH", str(folder))
            return
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        (folder / "docker").write_text(f"#!/bin/sh\n{docker}\n")
        (folder / "docker").chmod(0o755)

    return has


def app():
    return Orderlab(ThisLab(), surroundings=SURROUNDINGS)


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


async def test_the_first_frame_waits_for_nothing_and_learn_is_a_key_away(machine):
    machine(HANGS)
    async with app().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "You are going to build a small online shop" in text_of(pilot.app)
        assert "Looking at it…" in text_of(pilot.app)
        pilot.app.screen.found.learner = None  # nothing is read yet, so there is no line to go to
        pilot.app.screen.view.action_last()
        await pilot.press("3")
        await until(pilot, shows(pilot, "┌ Learn"))


def test_before_the_machine_is_looked_at_no_time_has_passed():
    assert now_ms() - Found().looking_since_ms < 1_000


async def test_a_silent_docker_is_asked_about_and_looked_at_again(machine):
    machine(SILENT)
    async with app().run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "› I have started Docker, look again"))
        assert "✗ Docker is installed, but its engine does not answer." in text_of(pilot.app)
        assert "Go on without Docker" in text_of(pilot.app)
        machine(ANSWERS)
        await pilot.press("enter")
        first_step = "First minute, 1 of 4: enter starts the shop."
        await until(pilot, shows(pilot, "› Start the shop", "Kafka in Docker", first_step))


async def test_without_docker_the_shop_is_offered_all_the_same(machine):
    machine(None)
    async with app().run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "› Start the shop", "Kafka as a program"))
        assert "no Docker here, and none needed" in text_of(pilot.app)


async def test_a_finding_is_mended_by_enter_after_it_was_said_what_is_done(machine):
    machine(None)
    with socket.socket() as busy:
        busy.bind((ports.HOST, ports.choose(25000 + os.getpid() % 5000, explicit=False)))
        busy.listen()
        port = busy.getsockname()[1]
        state.record_up(EngineName.NATIVE, {"kafka": port})
        state.record_down()
        async with app().run_test(size=(100, 30)) as pilot:
            await until(pilot, shows(pilot, f"✗ Port {port}", "enter mends it", "› Start"))
            await pilot.press("shift+tab", "enter")
            await until(pilot, shows(pilot, "It chooses another port.", "uv run lab doctor --fix"))
            await pilot.press("escape")
            assert state.read().ports["kafka"] == port
            await pilot.press("enter")
            await until(pilot, shows(pilot, "It chooses another port."))
            await pilot.press("enter")
            await until(pilot, lambda: f"✗ Port {port}" not in text_of(pilot.app))
        assert state.read().ports["kafka"] != port


async def test_the_keyboard_goes_through_all_lines_and_the_mouse_chooses_one(machine):
    machine(None)
    async with app().run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "› Start the shop", "Begin exercise 1"))
        await pilot.press("j")
        assert "› Begin exercise 1" in text_of(pilot.app)
        await pilot.press("end")
        assert "› What is all this?" in text_of(pilot.app)
        await pilot.press("home", "k")
        assert "› · no Docker here" in text_of(pilot.app)
        row = next(y for y, line in enumerate(text_of(pilot.app).splitlines()) if "What is all this?" in line)
        await pilot.click(offset=(10, row))
        await until(pilot, shows(pilot, "┌ Learn"))


async def test_the_exercise_that_is_chosen_is_the_one_that_learn_shows(machine):
    machine(None)
    async with app().run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "› Start the shop", "Begin exercise 1"))
        await pilot.press("down", "enter")
        await until(pilot, shows(pilot, "┌ Learn"))
        await pilot.press("1")
        await until(pilot, shows(pilot, "Go on where you were", "1 · Commands and events"))


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (120, 40), (200, 60)])
async def test_what_to_do_is_seen_in_every_window(machine, size):
    machine(None)
    async with app().run_test(size=size) as pilot:
        await until(pilot, shows(pilot, "› Start the shop"))
        assert "? explain" in text_of(pilot.app)
        assert all(len(line) <= size[0] for line in text_of(pilot.app).splitlines())
