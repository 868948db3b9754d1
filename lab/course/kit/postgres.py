"""The PostgreSQL of checks: the one that LAB_CHECK_POSTGRES names, else one that lives as long as this process.

The warm process asks before it forks, so one server serves all its checks; `uv run pytest exercises/…` has its own.
"""

import atexit
import os
from typing import Final

from lab.course.kit.faults import EnvironmentDown
from lab.engines.throwaway import Throwaway
from lab.errors import LabError

VARIABLE: Final = "LAB_CHECK_POSTGRES"
_own: Final = Throwaway()
atexit.register(_own.close)


def postgres_url() -> str:
    """Return where PostgreSQL answers, as SQLAlchemy spells it; start one where nobody named it. Or EnvironmentDown."""
    if asked := os.environ.get(VARIABLE):
        return asked
    try:
        return _own.url()
    except LabError as error:
        raise EnvironmentDown(error.what, error.mend) from error


def postgres_has_ended(url: str) -> bool:
    """Say whether that is this process's own server, and it has ended."""
    return _own.served(url) and not _own.alive()
