"""The PostgreSQL of checks: there without a shop, gone with the checker, and nobody's fault when it is not there."""

import time
from pathlib import Path

import psutil
import pytest

from lab.cli.course_room import RunningShop
from lab.course.checker import Checker
from lab.course.verdict import Outcome

KILLS_IT = """
async def reserve_stock(command, session, /):
    import os, pathlib, signal, sqlalchemy
    folder = sqlalchemy.make_url(os.environ["LAB_CHECK_POSTGRES"]).query["host"]
    os.kill(int((pathlib.Path(folder) / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    await session.execute(sqlalchemy.text("SELECT 1"))

async def read_stock(session, sku, /):
    return None
"""


@pytest.fixture
def reserve(course):
    return course.find("reserve")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A checker of this test's own, where no shop runs and nobody names a PostgreSQL."""
    monkeypatch.delenv("LAB_CHECK_POSTGRES", raising=False)
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("lab.course.checker._stamp", lambda: 0.0)  # an author who saves a file meanwhile is no matter
    with Checker() as one:
        yield one


def servers(checker):
    """The PostgreSQL servers that this checker has started; the one of other tests may have its own."""
    started = psutil.Process(checker._process.pid).children(recursive=True)
    return [one for one in started if is_server(one)]


def is_server(process):
    """Whether it is a PostgreSQL server: what a server has forked has its command line, too, until it names itself."""
    try:
        parent = process.parent()
        forked = parent is not None and parent.name() == "postgres"
        return process.name() == "postgres" and "-D" in process.cmdline() and not forked
    except psutil.Error:
        return False


def test_a_race_is_judged_where_no_shop_runs_and_nothing_is_left(own, reserve):
    verdict = own.check(reserve, reserve.solution, **RunningShop().env(reserve))
    assert verdict.outcome is Outcome.PASS, verdict
    (server,) = servers(own)
    own.check(reserve, reserve.starter)
    assert servers(own) == [server]
    folder = Path(server.cmdline()[server.cmdline().index("-D") + 1]).parent
    own.close()
    deadline = time.monotonic() + 30
    while folder.exists() or server.is_running():
        assert time.monotonic() < deadline, "the server goes on without its checker"
        time.sleep(0.02)


def test_where_it_cannot_start_the_verdict_is_the_environments(reserve, monkeypatch, tmp_path):
    monkeypatch.delenv("LAB_CHECK_POSTGRES", raising=False)
    with Checker({"LAB_HOME": str(tmp_path), "PGSERVER_POSTGRES_VERSION": "17"}) as checker:
        verdict = checker.check(reserve, reserve.solution)
    assert verdict.outcome is Outcome.ENVIRONMENT
    assert "PostgreSQL" in verdict.what
    assert "LAB_CHECK_POSTGRES=" in verdict.mend


def test_one_that_is_named_and_does_not_answer_is_told(reserve, own, tmp_path):
    verdict = own.check(reserve, reserve.solution, LAB_CHECK_POSTGRES=f"postgresql+asyncpg://lab@/x?host={tmp_path}")
    assert verdict.outcome is Outcome.ENVIRONMENT
    assert "does not answer" in verdict.what


def test_its_end_in_the_middle_of_a_check_is_nobodys_fault(own, reserve, tmp_path):
    answer = tmp_path / "reserve.py"
    answer.write_text(KILLS_IT)
    verdict = own.check(reserve, answer)
    assert (verdict.outcome, verdict.finding) == (Outcome.ENVIRONMENT, None), verdict
    assert own.check(reserve, reserve.starter).finding.id == "not-started"
