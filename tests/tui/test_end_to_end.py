"""The whole of it, in a real terminal, from a fresh clone to the learner's own line in the running shop."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.course.catalog import read_course
from lab.course.lesson import read_lesson
from lab.course.pasting import apply_hint
from tests.engines.conftest import free_port, fresh_home
from tests.tui.tmux import terminal

ROOT = Path(__file__).resolve().parent.parent.parent
LAB = [sys.executable, "-m", "lab.cli.main"]
PLAIN_KEYS = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LAB_MOTION": "off"}


@pytest.fixture
def clone(tmp_path):
    """A copy of everything that a clone would have, and nothing that was made here."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / "clone" / name)
    return tmp_path / "clone"


@pytest.fixture
def env(clone):
    """A machine whose Docker does not answer, and ports of this test's own."""
    with fresh_home() as home:
        known = {
            **PLAIN_KEYS,
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "PYTHONPATH": str(clone),
            "DOCKER_HOST": f"unix://{home}/nobody.sock",
            "LAB_HOME": str(home),
            "LAB_WORKSPACE": str(clone / "workspace"),
            "LAB_KAFKA_PORT": str(free_port()),
            "LAB_SERVICE_PORT": str(free_port()),
            "LAB_TRANSIT_SECONDS": "0.3",
        }
        yield known
        subprocess.run([*LAB, "down", "--volumes"], env=known, cwd=clone, capture_output=True, check=False, timeout=60)


def open_the_shop(window):
    """Start the shop from the first screen; where Docker is installed, and silent, go on without it."""
    first = window.shows("What now?", "Your machine", " free")
    if "look again" in first:
        window.press("Down")
        window.shows("› Go on without Docker")
    window.press("Enter")
    window.shows("The shop is open.", "› Place an order and watch it")


def follow_an_order_to_its_delivery(window):
    window.press("Enter")
    window.shows("┌ Shop", "▹ order.", "mediator")
    window.press("f")
    window.shows("Follow ord-", "18 messages", "✓ COMPLETED", "order.delivered")
    window.press("Escape")
    window.shows("┌ Shop ─")


def line_of(window, text):
    return next((line for line in window.screen.splitlines() if text in line), "")


def solve_produce_from_its_hints(window, clone):
    exercise = read_course().find("produce")
    window.press("3")
    window.shows("┌ Learn")
    window.press("t")
    window.shows("4 produce")
    while "›" not in line_of(window, "4 produce"):
        window.moves("Down")
    window.press("Enter")
    lesson = read_lesson(exercise.lesson)
    first_words = lesson.section("Goal").strip()[:30]  # a sheet of hints covers them
    window.shows("4 · Produce", first_words)
    for hint in range(1, 5):
        window.press("h")
        if hint > 1:
            window.shows("h again takes it now")
            window.press("h")
        window.shows(f"Hint {hint} of 4", "esc closes")
        window.press("Escape")
        window.shows(first_words)  # a key that comes at once after Escape is taken for one that is held with Alt
    file = clone / "workspace" / "produce" / "order_events.py"
    starter = file.read_text()
    file.write_text(apply_hint(starter, lesson.pasted))
    window.shows("PASS", "order has restarted with it")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_newcomer_opens_the_shop_follows_an_order_solves_produce_and_sees_the_line(clone, env):
    with terminal(LAB, folder=clone, env=env) as window:
        open_the_shop(window)
        follow_an_order_to_its_delivery(window)
        solve_produce_from_its_hints(window, clone)
        window.press("o")
        window.press("2")
        window.shows("┌ Shop ─", "Order ◆", "order.delivered")
        window.press("/")
        window.shows("Filter")
        window.press("yours", "Enter")
        window.shows("order.created", "◆ yours")
        window.press("Escape")
        window.shows("every topic ──")
        window.press("q")
        window.shows("Shall it go on running?")
        window.press("Down", "Enter")
        window.shows("ENDED 0")
    status = subprocess.run([*LAB, "status", "--json"], env=env, cwd=clone, capture_output=True, text=True, check=False)
    assert "not running" in status.stdout + status.stderr
