"""docs/reference/settings.md: every environment variable that the lab reads."""

import ast
import inspect
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Final

from pydantic import BaseModel

import lab.home
from lab import bundle
from lab.docs.markdown import page, table
from lab.shop.runtime.crash import CrashPoint
from lab.shop.runtime.settings import Settings

_ABOUT = """
Nothing has to be set. These are for a machine where a default does not fit, and for units that are started by hand.
"""
_UNIT = """
## One unit of the shop

`lab` sets or hands on these for every unit it starts; they matter most when you start one yourself:
`uv run python -m lab.shop.unit order`.
"""
_STACK: Final = (
    ("LAB_KAFKA_PORT", "9092", "Where Kafka listens on 127.0.0.1. Taken as given: when it is in use, the lab says so."),
    (
        "LAB_KAFKA_CONTROLLER_PORT",
        "Kafka's port + 1",
        "Where the native engine's broker talks to itself as controller.",
    ),
    ("LAB_SERVICE_PORT", "8001", "The first of the ports of the shop's units, which follow one another."),
    ("LAB_POSTGRES_PORT", "5433", "Where PostgreSQL listens on 127.0.0.1."),
    ("LAB_POSTGRES_PASSWORD_FILE", "made at first start", "The file with PostgreSQL's password, for `docker compose`."),
    (
        "LAB_DATABASE",
        "sqlite",
        "`sqlite` or `postgres`: what the services keep their books in; `--database` says it, too.",
    ),
)
_FAULTS: Final = (
    (
        "LAB_CRASH",
        "none",
        f"For `lab up`: `<service>.<point>`, several with commas: it crashes there. Points: {', '.join(CrashPoint)}.",
    ),
)
_CHECKS: Final = (
    ("LAB_CHECK_SEED", "a new one each time", "From which a check draws its examples; a card's seed repeats it."),
    ("LAB_CHECK_POSTGRES", "one of the check's own", "PostgreSQL for checks that need it, as SQLAlchemy spells it."),
    ("LAB_COURSE", "this checkout", "For authors: another copy of exercises/, solutions/ and tests/wrong_answers/."),
)


def write() -> str:
    """Write the page."""
    head = ("variable", "else", "what")
    folders = (lab.home.__doc__ or "").partition("\n\n")[2]
    return page(
        "Settings",
        _ABOUT,
        "## Folders",
        folders,
        "## Ports and stores",
        table(head, ((f"`{name}`", default, what) for name, default, what in _STACK)),
        "## Faults",
        table(head, ((f"`{name}`", default, what) for name, default, what in _FAULTS)),
        "## Checks of the course",
        table(head, ((f"`{name}`", default, what) for name, default, what in _CHECKS)),
        _UNIT,
        table(head, unit_settings(Settings)),
    )


def unit_settings(model: type[BaseModel]) -> list[tuple[str, str, str]]:
    """Return variable, default and docstring of every field. Raises LookupError for a field without one."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    texts = {
        before.target.id: after.value.value
        for before, after in pairwise(body)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
    rows = []
    for name, field in model.model_fields.items():
        if name not in texts:
            raise LookupError(f"the setting {name} has no docstring")
        rows.append((f"`LAB_{name.upper()}`", _default(field.get_default(call_default_factory=True)), str(texts[name])))
    return rows


def _default(value: object) -> str:
    """Show a default; a path as it lies in the checkout, whatever this machine's settings are."""
    if value == lab.home.choices():
        value = Path("workspace") / "choices.json"
    text = str(value).removeprefix(f"{bundle.shipped()}/")
    return f"`{text}`" if text else "empty"
