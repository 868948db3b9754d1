"""Where the lab keeps things: shipped files, run-time state, downloads, sockets.

| what | where | overridden by |
|---|---|---|
| the learner's files, and which of them run in the shop | `workspace/` beside pyproject.toml | `LAB_WORKSPACE` |
| run-time state (what runs, logs, databases) | `.lab/` beside pyproject.toml | `LAB_HOME` |
| downloads (Kafka's jars, templates), shared by all checkouts | the user's cache folder | `LAB_CACHE` |
| sockets, whose paths must be short | `/run/user/<uid>` or the temporary folder | – |
"""

import hashlib
import os
import tempfile
from pathlib import Path

import platformdirs

from lab import bundle
from lab.errors import MachineProblem


def home() -> Path:
    """Return the folder of this checkout's run-time state; it may not exist yet."""
    return Path(os.environ.get("LAB_HOME") or workplace() / ".lab").resolve()


def workplace() -> Path:
    """Return the folder a learner works in: the checkout, or where they are when the lab is an installed wheel."""
    return bundle.shipped() if bundle.in_checkout() else Path.cwd()


def workspace() -> Path:
    """Return the folder of the learner's files and progress; it may not exist yet."""
    return Path(os.environ.get("LAB_WORKSPACE") or workplace() / "workspace").resolve()


def choices() -> Path:
    """Return the file that says which parts are not the solution's; it may not exist yet."""
    return Path(os.environ.get("LAB_CHOICES") or workspace() / "choices.json").resolve()


def cache() -> Path:
    """Return the folder of downloads, shared by every checkout of this user; it may not exist yet."""
    return Path(os.environ.get("LAB_CACHE") or platformdirs.user_cache_dir("orderlab")).resolve()


def runtime() -> Path:
    """Return a short folder for sockets, one per `home()`, mode 0700; it is made if absent.

    A Unix socket's path may have 107 bytes at most, and a checkout can lie deeper than that.
    """
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(named if named and os.access(named, os.W_OK | os.X_OK) else tempfile.gettempdir())
    name = hashlib.sha256(str(home()).encode()).hexdigest()[:10]
    folder = base / f"orderlab-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise MachineProblem(
            f"{folder} belongs to another user.",
            "Set XDG_RUNTIME_DIR to a folder of your own, then try again.",
        )
    return folder
