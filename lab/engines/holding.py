"""The holder of a throwaway PostgreSQL: `python -m lab.engines.holding`, started by `lab.engines.throwaway`.

It makes the server, says in a line of JSON where it is, and ends it when its own standard input ends. What a holder
left behind that was killed (its lock is free then), the next one ends and deletes.
"""

import ctypes
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import psutil
from filelock import FileLock, Timeout

from lab.engines import deleting, postgres, records
from lab.errors import LabError, NotReady

_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "16MB",
    "deadlock_timeout": "50ms",  # two that wait for one another are told so at once
    "fsync": "off",  # nothing here outlives the server
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
_START_SECONDS: Final = 60.0
_END_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.2
_SOCKET_BYTES: Final = 80  # of the folder; a Unix socket's path may have 103 on macOS, and its name comes after it
_PR_SET_PDEATHSIG: Final = 1


def sweep() -> None:
    """End and delete what holders of this user left behind that were killed: their locks are free."""
    for lock in _base().glob(f"{_prefix()}*.lock"):
        with suppress(OSError, Timeout), FileLock(lock).acquire(timeout=0):
            folder = lock.with_suffix("")
            _end_server(folder / "data")
            deleting.tree(folder)
            lock.unlink(missing_ok=True)


def _end_server(data: Path) -> None:
    """End the server of this data folder, where one is left."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        server = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        if str(data) in server.cmdline():
            server.send_signal(signal.SIGQUIT)
            server.resume()
            for left in records.await_end([server], _END_SECONDS):
                left.kill()


def _base() -> Path:
    """Return the folder for what is not kept: a short one, and as root one that a system user can reach."""
    found = Path(tempfile.gettempdir()).resolve()
    short = len(os.fsencode(found)) + len(_prefix()) + 8 <= _SOCKET_BYTES
    return found if short and not postgres.as_root() else Path("/tmp").resolve()  # noqa: S108  the name is not guessed


def _prefix() -> str:
    return f"orderlab-pg-{os.getuid()}-"


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Yield a new folder, 0700, that is deleted in the end; the lock beside it says that somebody holds it."""
    folder = _base() / f"{_prefix()}{secrets.token_hex(4)}"
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    with lock.acquire(timeout=0):
        try:
            if postgres.as_root():
                postgres.make_way(folder)
            else:
                folder.mkdir(mode=0o700)
            yield folder
        finally:
            deleting.tree(folder)
            Path(lock.lock_file).unlink(missing_ok=True)


@contextmanager
def _server(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server in this folder while this lasts. Raises NotReady where it does not answer in time."""
    data, log = folder / "data", folder / "server.log"
    postgres.initdb(data, "--auth=trust", "--no-sync")
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603  # the wheel's own program
            [str(postgres.binaries() / "postgres"), "-D", str(data), *words],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=folder,
            env={"LC_ALL": "C"},
            user=postgres.SYSTEM_USER if postgres.as_root() else None,
            preexec_fn=_die_with_the_parent,  # noqa: PLW1509  # one thread here
        )
    try:
        _await_answer(process, folder, log)
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(process: "subprocess.Popen[bytes]", folder: Path, log: Path) -> None:
    ask = [str(postgres.binaries() / "pg_isready"), "-q", "-h", str(folder), "-U", postgres.USER, "-d", "postgres"]
    deadline = time.monotonic() + _START_SECONDS
    while subprocess.run(ask, check=False).returncode != 0:  # noqa: S603  # the wheel's own program
        if process.poll() is not None or time.monotonic() > deadline:
            last = (log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
            raise NotReady(f"PostgreSQL for checks did not start. It says: {last}", "Run `uv run lab doctor`.")
        time.sleep(0.01)


def _die_with_the_parent() -> None:
    """Ask the system (Linux can) to end the server when its holder is killed and cannot do it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _leave(*_: object) -> NoReturn:
    sys.exit(0)


def main() -> None:
    """Hold a server until standard input ends, or the server does."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    sweep()
    try:
        with _own_folder() as folder, _server(folder) as server:
            _say(folder=str(folder))
            while server.poll() is None and not select.select([sys.stdin], [], [], _LOOK_SECONDS)[0]:
                pass
    except LabError as problem:
        _say(what=problem.what)
    except (OSError, subprocess.SubprocessError, ImportError, RuntimeError) as problem:  # the last is the wheel's own
        _say(what=f"PostgreSQL for checks did not start: {problem}.")


if __name__ == "__main__":
    main()
