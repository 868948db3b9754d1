"""The JVM's ahead-of-time cache: made once by a training run beside the first start, used by every later start.

`python -m lab.engines.tuning` is the training run: a broker of its own, on data of its own, which answers a client
and ends. It costs about ten seconds of CPU at low priority. Whatever goes wrong in it costs nothing but the speed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from lab.engines import downloads, ports, readiness
from lab.engines.base import Progress, UnitKind
from lab.engines.kafka import LOCALE, Broker, format_storage, version_folder
from lab.engines.programs import Program, write_private
from lab.engines.stamps import sha256
from lab.errors import LabError

UNIT = "tuning"
_FIRST_PORT = 21092
_NICE = 15
_DUMP_SECONDS = 180


def cache_file() -> Path:
    """Return where the cache is kept, for this Kafka, this Java and these settings."""
    return version_folder() / "kafka.aot"


def flags() -> tuple[str, ...]:
    """Return the JVM's flag for the cache; none where it is absent or damaged (a damaged one is deleted).

    The JVM itself turns down a cache of another build and starts without it; one with flipped bits can crash it.
    """
    file, digest = cache_file(), _digest_file()
    if not file.exists() or not digest.exists():
        return ()
    if not downloads.stamps().good(file, digest.read_text().strip()):
        discard()
        return ()
    return (f"-XX:AOTCache={file}",)


def discard() -> None:
    """Delete the cache; the next start makes a new one."""
    cache_file().unlink(missing_ok=True)
    _digest_file().unlink(missing_ok=True)


def program() -> Program:
    """Return the training run as a program for supervisord; SIGKILL ends it and its JVM at once."""
    command = (sys.executable, "-m", "lab.engines.tuning")
    return Program(UNIT, command, {}, UnitKind.SERVICE, stop_signal="KILL")


def train() -> None:
    """Make the cache if it is absent and nobody else makes it. Raises LabError or OSError where it cannot."""
    folder = version_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "tuning.lock").acquire(timeout=0):
        if flags():
            return
        _clear(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix="training-") as scratch:
            made = _run(Path(scratch))
            digest = sha256(made)
            discard()
            made.replace(cache_file())
        write_private(_digest_file(), digest)
        downloads.stamps().remember({cache_file(): digest})


def _run(scratch: Path) -> Path:
    """Start a broker, talk to it, end it; the JVM writes its cache when it ends."""
    port = ports.choose(_FIRST_PORT, explicit=False)
    controller = ports.choose(port + 1, explicit=False)
    broker = Broker(scratch, port, controller, downloads.ensure(downloads.pinned().jars, _silent))
    broker.configure()
    format_storage(broker)
    made = scratch / "kafka.aot"
    with (scratch / "training.log").open("wb") as log:
        command, env = broker.command(f"-XX:AOTCacheOutput={made}"), {**os.environ, **LOCALE}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)  # noqa: S603
        try:
            readiness.await_kafka(port, deadline=time.monotonic() + 120)
            process.terminate()
            process.wait(_DUMP_SECONDS)
        finally:
            process.kill()
            process.wait()
    return made


def _clear(folder: Path) -> None:
    """Delete what a killed training run left behind."""
    for path in folder.glob("training-*"):
        shutil.rmtree(path, ignore_errors=True)


def _silent(_: Progress) -> None:
    pass


def _digest_file() -> Path:
    return cache_file().with_name("kafka.aot.sha256")


def main() -> None:
    """Train at low priority; say what went wrong, and end well all the same: supervisord must not try again."""
    with suppress(OSError):
        os.nice(_NICE)
    try:
        train()
        print("the ahead-of-time cache is ready")  # noqa: T201
    except Timeout:
        print("another lab is making the ahead-of-time cache")  # noqa: T201
    except (LabError, OSError, subprocess.SubprocessError) as problem:
        print(f"no ahead-of-time cache; the broker starts slower: {problem}")  # noqa: T201


if __name__ == "__main__":
    main()
