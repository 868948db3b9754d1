"""The stages of a start: what has begun, how far its bytes are, how it ended."""

from lab.engines.base import EngineName, Progress
from tui.model.starting import EXPECTED, Deed, begun


def board():
    return begun(Deed.OPEN, EngineName.NATIVE, 1_000)


def stage(board, name):
    return next(one for one in board.stages if one.name == name)


def test_all_stages_are_shown_before_the_first_has_begun():
    names = [one.name for one in board().stages]
    assert names == [name for name, _ in EXPECTED[Deed.OPEN, EngineName.NATIVE]]
    assert all(one.began_ms is None for one in board().stages)
    assert board().current is None


def test_a_stage_that_is_told_of_has_begun_and_is_the_current_one():
    told = board().told(Progress("jars", "fetching 40 jars", bytes_now=1_000, bytes_total=40_000), 1_500)
    assert told.current == stage(told, "jars")
    assert (told.current.bytes_now, told.current.bytes_total, told.current.began_ms) == (1_000, 40_000, 1_500)


def test_a_stage_that_is_done_has_all_its_bytes_and_keeps_when_it_began():
    told = board().told(Progress("jars", "fetching", bytes_now=1_000, bytes_total=40_000), 1_500)
    told = told.told(Progress("jars", "checked", done=True), 3_000)
    jars = stage(told, "jars")
    assert (jars.done, jars.bytes_now, jars.began_ms, jars.ended_ms) == (True, 40_000, 1_500, 3_000)
    assert told.current is None


def test_a_stage_nobody_expected_is_added_at_the_end():
    told = board().told(Progress("aot", "preparing faster starts"), 2_000)
    assert told.stages[-1].name == "aot"
    assert len(told.stages) == len(board().stages) + 1


def test_how_it_ended_is_kept():
    assert board().going
    well = board().ended(2_000)
    assert (well.going, well.failed) == (False, False)
    badly = board().ended(2_000, "Port 9092 is taken.", "Set LAB_KAFKA_PORT.")
    assert (badly.going, badly.failed, badly.mend) == (False, True, "Set LAB_KAFKA_PORT.")
