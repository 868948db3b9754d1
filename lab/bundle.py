"""Finds the files that are shipped beside the code: `solutions/`, `compose/`, and in a checkout all others."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def in_checkout() -> bool:
    """Say whether this runs from a checkout; else it is an installed wheel."""
    return (_PACKAGE.parent / "pyproject.toml").is_file()


def shipped() -> Path:
    """Return the folder that holds `solutions/` and `compose/`: the checkout, or inside the wheel."""
    return _PACKAGE.parent if in_checkout() else _PACKAGE / "_shipped"
