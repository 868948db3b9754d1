"""What may be wrong with this machine, what it means, and what mends it.

`run` looks and changes nothing; `fix` mends what can be mended without asking (see checks.py for the table of checks).
"""

from collections.abc import Sequence
from pathlib import Path

import lab.home
from lab.engines.checks import CHECKS, MENDS, Finding, Machine
from lab.engines.docker_cli import probe

__all__ = ["Finding", "fix", "run"]


def run(home: Path | None = None) -> Sequence[Finding]:
    """Return one finding per check, in the sequence of the table; takes a few seconds at most and never raises."""
    machine = Machine((home or lab.home.home()).resolve(), probe())
    return [finding for look in CHECKS for finding in look(machine)]


def fix(findings: Sequence[Finding], home: Path | None = None) -> Sequence[str]:
    """Mend every fixable finding; return one sentence for each thing done. Raises LabError where a mend fails."""
    folder = (home or lab.home.home()).resolve()
    return [MENDS[finding.id](folder) for finding in findings if finding.fixable]
