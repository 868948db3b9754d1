"""How pytest judges an answer: tests in the sequence of 'Your task', the first failure ends it, findings as cards.

The same hooks serve a person who types `uv run pytest exercises/…`, and the checker, which reads `user_properties`.
"""

import ast
from collections.abc import Generator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from lab.course import card
from lab.course.kit.classify import Place, finding_of
from lab.course.kit.faults import EnvironmentDown
from lab.course.kit.fixtures import ANSWER, answer_file, exercise_of, seeds
from lab.course.verdict import Finding

TEST_SECONDS: Final = 10
"""What one test may take, unless it says otherwise (`@pytest.mark.timeout`); it only ends what would never end."""
_FINDINGS: Final = pytest.StashKey[Mapping[str, Mapping[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--answer FILE`."""
    parser.addoption("--answer", help="judge this file instead of the one in the workspace")


def pytest_configure(config: pytest.Config) -> None:
    """Explain the marker."""
    config.addinivalue_line("markers", "task(n): the numbered line of 'Your task' that this test checks")
    config.option.maxfail = 1  # what comes after the first finding rests on what is wrong already


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `seed` three of them, new ones in every attempt."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", seeds())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests into the sequence of their tasks, and note what each of them judges."""
    items.sort(key=lambda item: (str(item.path), task_of(item)))
    for item in items:
        exercise = exercise_of(item.path.parent)
        item.stash[ANSWER] = answer_file(exercise, item.config.getoption("--answer"))
        module: ModuleType = item.module  # type: ignore[attr-defined]  # a test function has one
        item.stash[_FINDINGS] = getattr(module, "FINDINGS", {})
        said = item.get_closest_marker("timeout")
        seconds = said.args[0] if said else TEST_SECONDS
        item.add_marker(pytest.mark.timeout(seconds, method="signal", func_only=True), append=False)
        item.add_marker(pytest.mark.filterwarnings("default"), append=False)


def task_of(item: pytest.Item) -> int:
    """Return the number of the task that a test checks; 0 where it has none."""
    marker = item.get_closest_marker("task")
    return int(marker.args[0]) if marker else 0


def title_of(name: str) -> str:
    """`test_the_key_is_the_order_id[7]` → `The key is the order id`."""
    words = name.split("[", maxsplit=1)[0].removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put a card in the place of a traceback, wherever the learner's file is what the error speaks of."""
    report = yield
    error = call.excinfo.value if call.excinfo else None
    if error is None:
        return report
    if isinstance(error, EnvironmentDown):
        report.user_properties.append(("environment", [error.what, error.mend]))
        report.longrepr = card.environment(error.what, error.mend)
        report.sections.clear()
        return report
    place = Place(exercise_of(item.path.parent), task_of(item), item.stash[ANSWER], item.stash[_FINDINGS])
    if finding := finding_of(error, place):
        report.user_properties.append(("finding", finding.model_dump(mode="json")))
        report.longrepr = "\n".join(card.finding(finding, title_of(item.name)))
        report.sections.clear()  # what the learner's lines printed stands above; it is no part of the card
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Say a test as a sentence, one a line."""
    if report.when != "call" and not (report.when == "setup" and report.failed):
        return None
    sign = "✓" if report.passed else "✗"
    name = report.nodeid.rsplit("::", maxsplit=1)[-1]
    sentence = f"\n  {sign} {title_of(name)} "
    return report.outcome, sentence, f"{sign} {title_of(name)}"


def finding_in(report: pytest.TestReport) -> Finding | None:
    """Return the finding that a report carries."""
    found = [value for name, value in report.user_properties if name == "finding"]
    return Finding.model_validate(found[0]) if found else None


def explained(check: Path) -> frozenset[str]:
    """Return the ids of the findings that a check explains, read from its source."""
    tree = ast.parse(check.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "FINDINGS" for t in node.targets):
            return frozenset(ast.literal_eval(node.value))
    return frozenset()
