"""A home folder of its own, with ports of its own: what runs there disturbs no running shop, it only slows it."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lab.engines import interrupts, ports
from lab.errors import LabError

_FIRST_PORT: Final = 22000
_LAST_PORT: Final = 28000
_PORTS: Final = 12


@contextmanager
def own_home() -> Iterator[Path]:
    """Set LAB_HOME, LAB_WORKSPACE and the ports to free ones for as long as this lasts; then stop and delete it all."""
    kept = dict(os.environ)
    home = Path(tempfile.mkdtemp(prefix="lab-own-"))
    first = _free_ports()
    with interrupts.also_when_ended():
        try:
            os.environ.pop("LAB_KAFKA", None)  # `lab up` starts a Kafka of its own
            os.environ |= {
                "LAB_HOME": str(home / "lab"),
                "LAB_WORKSPACE": str(home / "workspace"),
                "LAB_CHOICES": str(home / "workspace" / "choices.json"),
                "LAB_KAFKA_PORT": str(first),
                "LAB_SERVICE_PORT": str(first + 2),
            }
            yield home / "lab"
        finally:
            run_lab("down", "--volumes")
            os.environ.clear()
            os.environ.update(kept)
            shutil.rmtree(home, ignore_errors=True)


def _free_ports() -> int:
    """Return the first of some ports that are all free: Kafka's two, and one for each unit of the shop."""
    bases = range(_FIRST_PORT, _LAST_PORT, _PORTS)
    start = secrets.randbelow(len(bases))  # two at the same time do not begin at the same place
    turned: list[int] = [*bases[start:], *bases[:start]]
    for base in turned:
        if all(ports.is_free(base + offset) for offset in range(_PORTS)):
            return base
    raise LabError(f"No {_PORTS} free ports between {_FIRST_PORT} and {_LAST_PORT}.", "See what listens there: ss -ltn")


def run_lab(*words: str) -> float:
    """Run a `lab` command; return its seconds. Raises LabError with its last words when it fails."""
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "lab.cli.main", *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise LabError(f"`lab {' '.join(words)}` failed: {done.stderr.strip()[-300:]}", "uv run lab doctor")
    return time.monotonic() - began
