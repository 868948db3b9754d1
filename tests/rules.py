"""
What every test can rely on.

A test that needs a tool carries a marker of the tool's name. Where the tool is missing it is left out, and said so at
the top of the report. With CI=true nothing is left out: a missing tool fails, and a skipped test is a failure.
"""

import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec

import pytest

CI = os.environ.get("CI") == "true"


def docker_answers() -> bool:
    try:
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=True, timeout=10)
        return subprocess.run(["docker", "version"], capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


TOOLS = {
    "docker": docker_answers,
    "browser": lambda: bool(shutil.which("chromium") and find_spec("playwright")),
    "authors": lambda: bool(find_spec("schemathesis")),
    "node": lambda: bool(shutil.which("node") and shutil.which("npm")),
}


@cache
def is_missing(tool: str) -> bool:
    return not CI and not TOOLS[tool]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose tool is not here."""
    left_out = [item for item in items if any(item.get_closest_marker(tool) and is_missing(tool) for tool in TOOLS)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
        tools = ", ".join(tool for tool in TOOLS if any(item.get_closest_marker(tool) for item in left_out))
        config.stash[_LEFT_OUT] = f"left out: {len(left_out)} tests that need what is not on this machine ({tools})"


_LEFT_OUT = pytest.StashKey[str]()


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    return [config.stash[_LEFT_OUT]] if _LEFT_OUT in config.stash else []


def _no_skips(report: pytest.TestReport | pytest.CollectReport) -> None:
    if CI and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, although CI=true: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    _no_skips(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    report = yield
    _no_skips(report)
    return report
