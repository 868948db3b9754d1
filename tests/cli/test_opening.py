"""`lab` without a command: the app where somebody sits at a terminal, the status page where not."""

import os
import pty
import select
import subprocess
import sys
import time

from lab.bundle import shipped
from lab.docs.pictures import RECORDING
from lab.errors import ExitCode
from tests.cli.running import lab

SECONDS = 60.0


class Terminal:
    """`lab` in a terminal of its own, 24 lines of 80 columns."""

    def __init__(self, home, *words, **env):
        self._master, slave = pty.openpty()
        told = {"LAB_HOME": str(home), "LAB_WORKSPACE": str(home / "ws"), "TERM": "xterm-256color"}
        size = {"LINES": "24", "COLUMNS": "80"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lab.cli.main", *words],
            stdin=slave, stdout=slave, stderr=slave, env={**os.environ, **size, **told, **env}, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.said = ""

    def until(self, text):
        """Read until it has said this."""
        deadline = time.monotonic() + SECONDS
        while text not in self.said:
            left = deadline - time.monotonic()
            assert left > 0, self.said[-3000:]
            if select.select([self._master], [], [], left)[0]:
                try:
                    self.said += os.read(self._master, 65536).decode(errors="replace")
                except OSError:  # the other end is gone
                    assert text in self.said, self.said[-3000:]

    def type(self, keys):
        """Press keys."""
        os.write(self._master, keys.encode())

    def hang_up(self):
        """Close the window, without a signal to whoever is in it."""
        os.close(self._master)

    def end(self):
        """Wait until it has ended; return its exit code."""
        try:
            return self.process.wait(SECONDS)
        finally:
            self.process.kill()
            os.close(self._master)


def test_at_a_terminal_lab_opens_the_app_and_q_leaves_it(tmp_path):
    terminal = Terminal(tmp_path)
    terminal.until("You are going to build a small online shop")
    terminal.until("What now?")
    terminal.type("q")
    assert terminal.end() == 0


def test_a_terminal_that_cannot_draw_gets_the_status_page(tmp_path):
    terminal = Terminal(tmp_path, TERM="dumb")
    terminal.until("uv run lab phase 1")
    assert terminal.end() == 0


def test_what_is_wrong_with_the_environment_is_a_sentence_before_the_app_opens(tmp_path):
    terminal = Terminal(tmp_path, LAB_KAFKA="nonsense")
    terminal.until("LAB_KAFKA is 'nonsense', which is no host:port.")
    assert terminal.end() == 2
    assert "Traceback" not in terminal.said
    assert "\x1b[?1049h" not in terminal.said


def test_where_nobody_sits_the_status_page_is_shown(tmp_path):
    said = lab(LAB_HOME=str(tmp_path))
    assert "What now?" in said.out
    assert "\x1b" not in said.out


def test_no_command_waits_for_the_apps_library():
    looks = "import sys, lab.cli.main; print('textual' in sys.modules, any(m.startswith('tui') for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_journal_is_replayed_in_the_app_without_any_shop(tmp_path):
    terminal = Terminal(tmp_path, "replay", str(shipped() / RECORDING), "--app")
    terminal.until("shop.olj, no broker")
    terminal.type("2")
    terminal.until("Tail")
    terminal.type("q")
    assert terminal.end() == 0


def test_without_a_terminal_a_journal_is_told_in_words(tmp_path):
    asked = lab("replay", str(shipped() / RECORDING), "--app", LAB_HOME=str(tmp_path))
    assert asked.code == ExitCode.USAGE
    assert "The app needs a terminal." in asked.err
    assert "uv run lab replay" in asked.err


def test_a_terminal_that_is_gone_ends_the_app(tmp_path):
    terminal = Terminal(tmp_path)
    terminal.until("What now?")
    terminal.hang_up()
    terminal.process.wait(SECONDS)
