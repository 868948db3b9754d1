"""A program in a terminal of its own: what a person would press and see, and what it costs."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

import psutil

from lab.errors import LabError

_CONTROL: Final = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>]")
_CHUNK: Final = 65_536
_KEPT: Final = 200_000


class Terminal:
    """Runs a command on a pseudo-terminal. Use as a context manager; the command is ended with it."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 120, rows: int = 40) -> None:
        self._command, self._env, self._size = command, env, (rows, columns)
        self._seen = b""
        self.began = 0.0

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *self._size, 0, 0))
        os.set_blocking(self._master, False)
        self.began = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  our own command
            self._command, stdin=slave, stdout=slave, stderr=slave, env=dict(self._env), start_new_session=True
        )
        os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        os.close(self._master)

    def press(self, keys: str) -> float:
        """Press keys; return when, by the monotonic clock."""
        os.write(self._master, keys.encode())
        return time.monotonic()

    def forget(self) -> None:
        """Take in what was shown so far, and forget it."""
        self._read(0.0)
        self._seen = b""

    def wait_for(self, text: str, seconds: float = 30.0) -> float:
        """Wait until this text is shown; return when it was read. Raises LabError when it never comes."""
        wanted, until = text.encode(), time.monotonic() + seconds
        while wanted not in _CONTROL.sub(b"", self._seen):
            if time.monotonic() > until or not self._read(0.5):
                last = _CONTROL.sub(b"", self._seen)[-600:].decode("utf-8", "replace")
                raise LabError(
                    f"The app did not show {text!r} within {seconds:.0f} s. It showed: {last}", "Try it by hand."
                )
        return time.monotonic()

    def drain(self, seconds: float) -> None:
        """Read what is shown for so long, as a terminal does."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._read(min(left, 0.2))
            self._seen = b""

    def cpu_seconds(self) -> float:
        """Return the processor time that the command and its children have used."""
        process = psutil.Process(self._process.pid)
        times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
        return sum(one.user + one.system for one in times)

    def rss_bytes(self) -> int:
        """Return the memory that the command holds."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def _read(self, seconds: float) -> bool:
        """Take in what has come; False when the command has ended and nothing is left."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return self._process.poll() is None
        try:
            while chunk := os.read(self._master, _CHUNK):
                self._seen = (self._seen + chunk)[-_KEPT:]
        except BlockingIOError:
            return True
        except OSError:  # Linux tells the end of a terminal so
            return False
        return True
