"""A PostgreSQL that lives as long as the process that asked for it, and leaves nothing behind. Checks use it.

Every asker has a server of its own, in a folder of its own, which answers at a Unix socket in there: no port, no
password, nothing to share. What starts and ends it is its holder (`lab.engines.holding`), which ends with its standard
input: so it does when whoever asked has ended, however that came about. See docs/decisions/0012.
"""

import json
import select
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Final
from urllib.parse import quote

from lab.bundle import shipped
from lab.engines import postgres
from lab.errors import MachineProblem

MEND: Final = (
    "Run `uv run lab doctor`, or name a PostgreSQL of yours: "
    "LAB_CHECK_POSTGRES=postgresql+asyncpg://user:password@host:port/postgres"
)
_SOCKET: Final = ".s.PGSQL.5432"  # what PostgreSQL calls it
_START_SECONDS: Final = 90.0
_END_SECONDS: Final = 10.0


class Throwaway:
    """Starts the server when it is first asked for, and again where it has ended. By one thread at a time."""

    def __init__(self) -> None:
        self._holder: subprocess.Popen[str] | None = None
        self._folder = ""

    def url(self) -> str:
        """Return where it answers, as SQLAlchemy spells it. Raises MachineProblem where it does not start."""
        if not self.alive():
            self.close()
            self._start()
        return self._url()

    def served(self, url: str) -> bool:
        """Say whether this is where it answers, or has answered last."""
        return bool(self._folder) and url == self._url()

    def _url(self) -> str:
        return f"postgresql+asyncpg://{postgres.USER}@/postgres?host={quote(self._folder, safe='')}"

    def alive(self) -> bool:
        """Say whether it was started, and still takes connections."""
        if self._holder is None or self._holder.poll() is not None:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(f"{self._folder}/{_SOCKET}") == 0

    def close(self) -> None:
        """End it, and delete all that it has kept. Idempotent."""
        holder, self._holder = self._holder, None
        if holder is None:
            return
        with suppress(OSError):
            assert holder.stdin is not None
            holder.stdin.close()
        try:
            holder.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            holder.terminate()
            holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()

    def _start(self) -> None:
        try:
            self._holder = subprocess.Popen(
                [sys.executable, "-m", "lab.engines.holding"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                cwd=shipped(),
                start_new_session=True,  # a Ctrl-C on the terminal is not meant for it
            )
        except OSError as error:
            raise MachineProblem(f"PostgreSQL's holder does not start: {error.strerror}.", MEND) from error
        assert self._holder.stdout is not None
        ready = select.select([self._holder.stdout], [], [], _START_SECONDS)[0]
        said: dict[str, str] = json.loads((self._holder.stdout.readline() if ready else "") or "{}")
        self._folder = said.get("folder", "")
        if not self._folder:
            self.close()
            raise MachineProblem(said.get("what", "PostgreSQL for checks was started and gave no answer."), MEND)
