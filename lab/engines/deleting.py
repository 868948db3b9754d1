"""Deleting a folder: what is gone already is no error, what stays is one."""

import shutil
from pathlib import Path

from lab.errors import MachineProblem


def tree(folder: Path) -> None:
    """Delete the folder and all in it, if it is there. Raises MachineProblem where something stays."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        if folder.exists():  # something in it went at the same time
            tree(folder)
    except OSError as error:
        raise MachineProblem(
            f"{error.filename or folder} could not be deleted: {error.strerror}.",
            "Look at who owns it and what uses it, then run the same command again.",
        ) from error
