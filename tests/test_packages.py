"""Every package has one version, written down: what is asked for directly, and what that brings with it."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DIRECT = PROJECT["project"]["dependencies"] + [
    line for group in PROJECT["dependency-groups"].values() for line in group
]
TRANSITIVE = PROJECT["tool"]["uv"]["constraint-dependencies"]
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[a-z,]+\])?==(?P<version>[^\s;*]+)( *;.*)?")
OURS = {"orderlab"}
INSTALLERS = {"pip", "setuptools", "wheel", "uv"}  # they put packages here, nothing of ours uses them


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines):
    return {normal(match["name"]): match["version"] for match in map(PIN.fullmatch, lines) if match}


def unpinned(installed, pinned):
    """Return the packages that are installed in another version than the pinned one, or are not pinned at all."""
    return {name: version for name, version in installed.items() if pinned.get(name) != version}


def test_every_requirement_names_exactly_one_version():
    assert [line for line in DIRECT + TRANSITIVE if not PIN.fullmatch(line)] == []


def test_nothing_is_pinned_in_two_places():
    assert set(pins(DIRECT)) & set(pins(TRANSITIVE)) == set()
    assert len(pins(DIRECT)) == len(DIRECT)
    assert len(pins(TRANSITIVE)) == len(TRANSITIVE)


def test_every_installed_package_is_pinned():
    """Mend it: put `name==version` into constraint-dependencies of [tool.uv] in pyproject.toml."""
    installed = {normal(found.name): found.version for found in metadata.distributions()}
    others = {name: version for name, version in installed.items() if name not in OURS | INSTALLERS}
    assert unpinned(others, pins(DIRECT) | pins(TRANSITIVE)) == {}


def test_a_package_without_a_pin_is_found():
    assert unpinned({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "1"}) == {"b": "2", "c": "3"}
    assert pins(["a-B.c[x]==1.0 ; python_version < '4'", "d>=1", "e==1.*"]) == {"a-b-c": "1.0"}
