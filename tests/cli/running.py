"""Runs `lab` as a person would: as a command, with a home folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

LAB = [sys.executable, "-m", "lab.cli.main"]
_HEARING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
from lab.cli.main import main
main()
"""
LAB_THAT_HEARS = [sys.executable, "-c", _HEARING]
"""It hears every signal, also where whoever runs the tests hears none (`nohup`, a shell's background job)."""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        return dict(json.loads(self.out))


def lab(*words: str, seconds: float = 110, **environment: str) -> Said:
    """Run `lab` without a terminal; wait for its end."""
    done = subprocess.run(
        [*LAB, *words], capture_output=True, text=True, check=False, timeout=seconds, env=_environment(environment)
    )
    return Said(done.returncode, done.stdout, done.stderr)


def lab_interrupted(*words: str, after: str, sign: int = signal.SIGINT, **environment: str) -> Said:
    """Run `lab`, press Ctrl-C (or send another signal) when `after` stands on standard error, and wait for its end."""
    process = subprocess.Popen(
        [*LAB_THAT_HEARS, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(environment),
    )
    assert process.stderr is not None
    said = ""
    while after not in said and (line := process.stderr.readline()):
        said += line
    time.sleep(0.2)
    process.send_signal(sign)
    out, err = process.communicate(timeout=60)
    return Said(process.returncode, out, said + err)


def _environment(changes: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **changes}
