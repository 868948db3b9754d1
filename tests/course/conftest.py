"""What tests of the course share: a warm checker, and a copy of the course that may be broken."""

from collections.abc import Iterator

import pytest

from lab.course.catalog import Course, Exercise, read_course
from lab.course.checker import Checker


@pytest.fixture(scope="session")
def course() -> Course:
    return read_course()


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    """One warm checker for all tests: a check is a fork of it. Its home is its own, whatever a test's is."""
    with Checker({"LAB_HOME": str(tmp_path_factory.mktemp("checker"))}) as one:
        yield one


@pytest.fixture(scope="session")
def part(course: Course) -> Exercise:
    """A part whose check needs no broker."""
    return course.find("await")
