"""The capstone of phase 1, judged on a real shop: whose parts run there, and what was predicted."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab.course.audit.wrong import wrong_answers
from lab.course.catalog import Kind, read_course
from lab.course.checker import CAPSTONE_SECONDS, Checker
from lab.course.kit.capstone import Capstone
from lab.course.kit.faults import PartsMissing
from lab.course.progress import Standing
from lab.course.progress_store import ProgressStore
from lab.course.verdict import Outcome
from lab.engines.base import UnitState
from lab.live import restart
from lab.shop.units import BY_NAME
from lab.stack import Wanted
from lab.stack import up as bring_up
from tests.conftest import own_native, silent

COURSE = read_course()
CAPSTONE = COURSE.find("capstone-1")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PARTS = [one for one in COURSE if one.kind is Kind.PART and one.phase == 1]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def native():
    """The engine of these tests alone: parts are exchanged here."""
    with own_native(postgres=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def stack(native):
    """The shop of these tests alone."""
    return bring_up(native, Wanted(), report=silent).shop


@pytest.fixture(scope="module")
def judge(native):
    """Judge a sheet with the shop of these tests; all parts are the solution's to begin with."""
    del native
    with Checker() as checker:
        yield lambda file: checker.check(CAPSTONE, file)


def choose(**others):
    """Choose every part as the learner's, but for the others: None for the solution, else (origin, file)."""
    rows = {one.id: ("mine", one.solution) for one in PARTS} | others
    chosen = {name: {"origin": row[0], "file": str(row[1])} for name, row in rows.items() if row}
    Path(os.environ["LAB_CHOICES"]).write_text(json.dumps(chosen))


def bring_in(native, stack):
    restart(native, stack, tuple(BY_NAME), report=silent)


def test_the_sheet_is_asked_for_before_the_shop(checker):
    assert checker.check(CAPSTONE, CAPSTONE.starter).finding.id == "not-started"
    half = CAPSTONE.wrong_answers / "half.toml"
    assert checker.check(CAPSTONE, half).finding.id == "answer-missing"


def test_without_a_shop_nothing_is_judged(checker):
    verdict = checker.check(CAPSTONE, CAPSTONE.solution)
    assert (verdict.outcome, verdict.mend) == (Outcome.ENVIRONMENT, "Start it: uv run lab up")


@pytest.fixture
def capstone(native):
    del native
    return Capstone(CAPSTONE)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_any_one_part_may_be_skipped(part, capstone, stack):
    del stack
    choose(**{part.id: None})
    assert capstone.skipped() == [part.id]


def test_what_was_passed_once_is_not_skipped_and_most_of_the_shop_must_be_own(capstone, stack, tmp_path, monkeypatch):
    del stack
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path))
    choose(pay=None)
    ProgressStore(tmp_path).change(
        lambda progress: progress.having("pay", Standing(first_at=NOW, last_at=NOW, passed_at=NOW))
    )
    with pytest.raises(PartsMissing) as told:
        capstone.skipped()
    assert "uv run lab use pay mine" in told.value.look
    choose(**dict.fromkeys([part.id for part in PARTS[: len(PARTS) // 2]]))
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "other"))
    assert len(capstone.skipped()) == len(PARTS) // 2
    choose(**dict.fromkeys([part.id for part in PARTS[: len(PARTS) // 2 + 1]]))
    with pytest.raises(PartsMissing):
        capstone.skipped()


def test_parts_that_are_not_the_learner_s_are_named_with_what_brings_them_in(judge, stack):
    del stack
    choose(pay=None, notify=None, table=("broken", COURSE.find("table").broken))
    verdict = judge(CAPSTONE.solution)
    assert (verdict.outcome, verdict.finding.id) == (Outcome.NOT_YET, "parts-missing")
    assert verdict.finding.saw == "2 still run on the solution: pay, notify; broken on purpose: table"
    assert "Still to pass: pay, table, notify. Begin: uv run lab open pay" in verdict.finding.look


@pytest.mark.slow
def test_parts_that_are_chosen_and_not_brought_in_are_found_in_the_messages(judge, native, stack):
    choose(notify=None)
    bring_in(native, stack)
    choose()
    verdict = judge(CAPSTONE.solution)
    assert verdict.finding.id == "parts-missing"
    assert "no message bears your notify" in verdict.finding.saw
    assert "uv run lab restart" in verdict.finding.look


@pytest.mark.slow
def test_a_learner_s_part_that_lets_an_order_end_otherwise_is_told_with_the_order(judge, native, stack):
    choose(table=("mine", COURSE.find("table").broken))
    bring_in(native, stack)
    verdict = judge(CAPSTONE.solution)
    assert verdict.finding.id == "orders-otherwise"
    assert "planned rejected, and it is delivered" in verdict.finding.saw
    assert verdict.finding.look.startswith("uv run lab order follow ord-")


@pytest.mark.slow
def test_all_parts_and_all_predictions_right_pass_and_a_wrong_one_is_compared_with_what_was_seen(judge, native, stack):
    choose()
    bring_in(native, stack)
    verdict = judge(CAPSTONE.solution)
    assert verdict.outcome is Outcome.PASS, verdict
    told = "\n".join(verdict.told)
    assert "20 mixed orders (seed 7) through your 15 pieces" in told
    assert "Skipped" not in told
    assert "mediator.saga AWAITING_SHIPPING" in told
    answers = {one.file.stem: one for one in wrong_answers(CAPSTONE)}
    for name in ("asks_order", "asks_kafka"):
        verdict = judge(answers[name].file)
        assert verdict.finding.id == answers[name].finding
        assert verdict.finding.expected.startswith("as you predicted: ")
        assert "(The questions after this one are compared once it is right.)" in "\n".join(verdict.told)


@pytest.mark.slow
def test_with_one_part_skipped_it_passes_and_says_so(judge, native, stack):
    choose(ship=None)
    bring_in(native, stack)
    verdict = judge(CAPSTONE.solution)
    assert verdict.outcome is Outcome.PASS, verdict
    assert "Skipped, so still the lab's own: ship." in "\n".join(verdict.told)


def test_a_stopped_unit_is_not_the_learner_s_fault(judge, native, stack):
    choose()
    bring_in(native, stack)
    native.stop("fulfilment")
    try:
        verdict = judge(CAPSTONE.solution)
    finally:
        native.start("fulfilment")
    assert (verdict.outcome, verdict.what) == (Outcome.ENVIRONMENT, "fulfilment is not running.")
    assert verdict.mend == "Start it: uv run lab start fulfilment"


def state_of(native, name):
    return next(unit.state for unit in native.status() if unit.name == name)


def becomes(native, name, state, seconds=120):
    until = time.monotonic() + seconds
    while state_of(native, name) is not state and time.monotonic() < until:
        time.sleep(0.05)
    return state_of(native, name) is state


@pytest.mark.slow
def test_a_check_that_is_given_up_while_fulfilment_is_stopped_lets_it_be_started_again(native, stack):
    choose()
    bring_in(native, stack)
    with Checker() as checker, ThreadPoolExecutor(1) as beside:
        given_up = beside.submit(checker.check, CAPSTONE, CAPSTONE.solution)
        assert becomes(native, "fulfilment", UnitState.STOPPED)
        checker.close()  # as Ctrl-C does
        assert given_up.exception() is not None or not given_up.result().passed
    assert becomes(native, "fulfilment", UnitState.RUNNING, seconds=5)


def test_a_capstone_has_more_time_than_other_checks_and_each_of_its_tests_has_less():
    assert CAPSTONE_SECONDS > 90
    assert "timeout(90)" in CAPSTONE.check.read_text()
