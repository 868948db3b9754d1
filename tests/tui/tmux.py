"""A real terminal for tests: a tmux server of the test's own."""

import shlex
import subprocess
import time
from contextlib import contextmanager

PATIENCE_SECONDS = 90.0


class Tmux:
    """One window. `press` types keys by tmux's names, `shows` waits until all these texts stand on the screen."""

    def __init__(self, socket):
        self._socket = socket

    def _do(self, *words):
        command = ["tmux", "-S", str(self._socket), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout

    def open(self, command, folder, env, columns, rows):
        pairs = [f"{name}={value}" for name, value in env.items()]
        line = shlex.join(["env", "-i", *pairs, *command])  # nothing of the tests' own environment gets in
        self._do(
            "new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(folder), f"{line}; echo ENDED $?; cat"
        )

    def press(self, *keys):
        self._do("send-keys", *keys)

    def resize(self, columns, rows):
        self._do("resize-window", "-x", str(columns), "-y", str(rows))

    @property
    def screen(self):
        return self._do("capture-pane", "-p")

    def shows(self, *texts, seconds=PATIENCE_SECONDS):
        until = time.monotonic() + seconds
        while not all(text in (seen := self.screen) for text in texts):
            assert time.monotonic() < until, f"{texts} never came:\n{seen}"
            time.sleep(0.05)
        return seen

    def moves(self, key, sign="›", seconds=PATIENCE_SECONDS):
        """Press a key, and wait until this sign stands on another line; what else changes meanwhile does not count."""
        before = self._lines_with(sign)
        self.press(key)
        until = time.monotonic() + seconds
        while self._lines_with(sign) <= before:
            assert time.monotonic() < until, f"{sign} did not move:\n{self.screen}"
            time.sleep(0.05)

    def _lines_with(self, sign):
        return {line for line in self.screen.splitlines() if sign in line}


@contextmanager
def terminal(command, *, folder, env, columns=80, rows=24):
    """Run a command in a terminal of that size; the terminal is gone in the end."""
    window = Tmux(folder / "tmux.socket")
    window.open(command, folder, env, columns, rows)
    try:
        yield window
    finally:
        subprocess.run(["tmux", "-S", str(folder / "tmux.socket"), "kill-server"], check=False, timeout=20)
