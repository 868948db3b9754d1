"""From an error to a finding: what a card says that it saw is what the learner's lines did."""

import asyncio
import dataclasses

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from lab.course import card
from lab.course.catalog import read_course
from lab.course.kit.answers import Part
from lab.course.kit.classify import Place, finding_of
from lab.course.kit.faults import ForgottenAwait, NotYet
from lab.course.kit.leash import Leash
from lab.course.verdict import Finding, Row
from lab.errors import PartDoesNotLoad
from lab.shop.contracts import Wire
from lab.shop.runtime.bus import NoSuchTopic, check_topic

WIRE = Wire([("ce_id", b"1")], b"{}")


@pytest.fixture
def place(tmp_path):
    return Place(read_course().find("produce"), 1, tmp_path / "order_events.py", {})


def pack(key, value, headers):
    """What aiokafka does with a message, with aiokafka's own errors."""
    batch = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 16_384)
    batch.append(0, None, key, value, headers)


def met(place, key=b"k", value=b"v", headers=()):
    """The finding that a message of these parts earns."""
    names = {"pack": pack, "message": (key, value, list(headers))}
    try:
        exec(compile("pack(*message)", str(place.file), "exec"), names)
    except TypeError as error:
        return finding_of(error, place)
    raise AssertionError("aiokafka took it")


@pytest.mark.parametrize(
    ("parts", "saw"),
    [
        ({"key": "order-7"}, "a str"),
        ({"value": "{}"}, "a str"),
        ({"value": {"id": 7}}, "a dict"),
        ({"value": 7}, "an int"),
        ({"value": WIRE}, "a Wire"),
        ({"headers": [("ce_id", "1")]}, "a str"),
    ],
)
def test_where_bytes_are_wanted_the_card_names_the_type_that_came_instead(place, parts, saw):
    card = met(place, **parts)
    assert card.id == "text-instead-of-bytes"
    assert card.saw.startswith(f"{saw} (order_events.py, line 1")


def test_for_a_wire_the_card_says_where_its_bytes_are(place):
    assert "`wire.value`" in met(place, value=WIRE).look
    assert ".encode()" in met(place, value="{}").look


def test_a_topic_that_does_not_exist_is_named_whole_though_it_has_a_dot(place):
    with pytest.raises(NoSuchTopic) as refused:
        check_topic("order.created")
    assert finding_of(refused.value, place).saw == "There is no topic 'order.created'."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CheckedProducer.send", "producer.send()"),
        ("AIOKafkaProducer.send_and_wait", "producer.send_and_wait()"),
        ("CheckedConsumer.getmany", "consumer.getmany()"),
        ("publish_order_created", "publish_order_created()"),
        ("Basket.send", "Basket.send()"),
    ],
)
def test_a_call_that_nobody_awaited_is_named_as_it_was_written(place, name, said):
    assert finding_of(ForgottenAwait(name), place).saw == f"{said} was called, and nobody awaited it"


def written(place, text):
    """The learner's file with this text, as a check is given it."""
    place.file.write_text(text, encoding="utf-8", errors="surrogatepass")
    return Part(place.file, "produce")


def error_of(act):
    try:
        act()
    except BaseException as error:  # noqa: BLE001  whatever it is, it is to be read
        return error
    raise AssertionError("nothing was raised")


def on_a_leash(place, text):
    """The finding for what becomes of `work(1, two=2)` on a leash; all that comes after it has to run."""
    part = written(place, text)

    async def test():
        try:
            await Leash(place.file)(part.work, 1, two=2)
        except Exception as error:  # noqa: BLE001  whatever it is, it is to be read
            await asyncio.sleep(0)
            return finding_of(error, place)

    return asyncio.run(test())


@pytest.mark.parametrize(
    ("text", "saw"),
    [
        ("async def work(one): ...", "work(one): got an unexpected keyword argument 'two'"),
        ("async def work(one, two, three): ...", "work(one, two, three): missing a required argument: 'three'"),
        ("async def work(*, two): ...", "work(two): too many positional arguments"),
        ("def work(): ...", "work(): too many positional arguments"),
    ],
)
def test_a_function_with_other_parameters_is_named_with_its_line(place, text, saw):
    found = on_a_leash(place, f"import asyncio\n{text}\n")
    assert (found.id, found.saw, found.line) == ("signature-changed", saw, 2)


def test_a_function_that_a_check_calls_itself_is_judged_alike(place):
    part = written(place, "x = 1\ndef wrap(body): ...\n")
    found = finding_of(error_of(lambda: part.wrap(1, cause=None)), place)
    assert (found.id, found.line) == ("signature-changed", 2)
    assert "unexpected keyword argument 'cause'" in found.saw


def test_a_call_of_the_learner_s_own_that_does_not_fit_is_a_crash_in_its_line(place):
    part = written(place, "def helper(one): ...\ndef wrap(body):\n    return helper()\n")
    found = finding_of(error_of(lambda: part.wrap(1)), place)
    assert (found.id, found.line) == ("crashed", 3)


def test_a_check_that_calls_its_own_lines_wrongly_is_no_finding(place):
    def helper(one):
        return one

    written(place, "def wrap(body): ...\n")
    assert finding_of(error_of(helper), place) is None


def test_something_in_a_function_s_place_is_told_on_a_leash_and_from_a_check(place):
    assert on_a_leash(place, "work = 5\n").saw == "int, which cannot be called"
    names = {"wrap": 5}
    error = error_of(lambda: exec(compile("wrap(1)", str(place.exercise.check), "exec"), names))
    assert finding_of(error, place).id == "not-a-function"
    assert finding_of(error_of(lambda: exec("wrap(1)", names)), place) is None  # elsewhere it is the lab's own


@pytest.mark.parametrize(
    "lines",
    [
        "asyncio.current_task().cancel()\n    await asyncio.sleep(1)",
        "asyncio.current_task().cancel()",
        "raise asyncio.CancelledError",
    ],
)
def test_a_function_that_cancels_its_own_task_is_told_so_and_the_check_goes_on(place, lines):
    found = on_a_leash(place, f"import asyncio\nasync def work(one, two):\n    {lines}\n")
    assert found.id == "cancelled-itself"
    assert "cancelled its own task" in found.saw


def test_an_error_in_a_group_in_a_group_is_found(place):
    part = written(place, "def wrap(body):\n    raise KeyError(body)\n")
    inner = error_of(lambda: part.wrap("x"))
    assert finding_of(BaseExceptionGroup("", [BaseExceptionGroup("", [inner])]), place).id == "crashed"


class Failed(BaseException):
    """As pytest-timeout's error is called."""


def behind(error, cause):
    error.__context__ = cause
    return error


def test_an_error_behind_the_one_that_was_seen_is_found(place):
    part = written(place, "def wrap(body):\n    raise KeyError(body)\n")
    inner = error_of(lambda: part.wrap("x"))
    assert finding_of(behind(LookupError(), behind(OSError(), inner)), place).line == 2
    late = finding_of(behind(Failed("Timeout (>10.0s) from pytest-timeout."), inner), place)
    assert (late.id, late.line) == ("never-returned", 2)
    assert finding_of(behind(Failed("Timeout (>10.0s)"), OSError()), place) is None


def test_a_finding_without_words_stays_the_check_s_mistake_whatever_is_behind_it(place):
    part = written(place, "def wrap(body):\n    raise KeyError(body)\n")
    inner = error_of(lambda: part.wrap("x"))
    assert finding_of(behind(NotYet("unheard-of", expected="", saw=""), inner), place) is None


BAD_TEXT = "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\n"


def test_an_error_whose_text_cannot_be_made_is_still_a_crash(place):
    part = written(place, BAD_TEXT + "def wrap(body):\n    raise Bad\n")
    found = finding_of(error_of(lambda: part.wrap(1)), place)
    assert (found.id, found.line) == ("crashed", 5)
    loading = finding_of(error_of(lambda: written(place, BAD_TEXT + "raise Bad\n")), place)
    assert (loading.id, loading.line) == ("stops-while-loading", 4)


def test_the_mark_of_an_editor_of_windows_does_no_harm(place):
    assert written(place, "\ufeffone = 1\n").one == 1
    text = place.exercise.starter.read_text().replace("\n", "\r\n")
    part = written(place, f"\ufeff{text}")
    error = error_of(lambda: asyncio.run(part.publish_order_created(None, None, None)))
    assert finding_of(error, place).id == "not-started"


def test_of_an_untouched_starter_that_raises_nothing_no_finding_is_told_but_that_it_is_untouched(place):
    place = dataclasses.replace(place, findings={"no-rule": {"why": "w", "look": "l"}})
    missing = NotYet("no-rule", expected="a rule", saw="none")
    place.file.write_bytes(place.exercise.starter.read_bytes())
    assert finding_of(missing, place).id == "not-started"
    place.file.write_text("one = 1\n")
    assert finding_of(missing, place).id == "no-rule"


def test_a_nul_byte_is_named_with_its_line_and_not_called_a_bracket(place):
    error = error_of(lambda: written(place, "one = 1\ntwo = '\0'\n"))
    assert isinstance(error, PartDoesNotLoad)
    found = finding_of(error, place)
    assert (found.id, found.line, found.saw) == ("does-not-load", 2, "line 2: it has a NUL byte.")
    assert "bracket" not in found.look


def test_an_error_of_a_value_in_the_file_s_own_lines_stops_the_loading(place):
    error = error_of(lambda: written(place, "b'\\xff'.decode()\n"))
    assert finding_of(error, place).id == "stops-while-loading"


def test_a_card_stays_a_card_whatever_the_error_says(place):
    part = written(place, "def wrap(body):\n    raise KeyError(body)\n")
    long = finding_of(error_of(lambda: part.wrap("x" * 100_000)), place)
    assert len(long.saw) < 410
    part = written(place, "def wrap(body):\n    raise RuntimeError('\\ud800\\x1b[2J' + body)\n")
    found = finding_of(error_of(lambda: part.wrap("\x7f\r")), place)
    said = "\n".join(card.finding(found))
    assert "?␛[2J␡" in said
    assert not any(ord(sign) < 32 and sign != "\n" for sign in said)


def test_a_timeline_and_its_difference_stay_within_the_card():
    row = Row(topic="t\x1b", partition=0, offset=1, key="a\nb", type="\x9b")
    found = Finding(id="x", task=1, expected="", saw="", why="", look="", timeline=(row,), difference="long " * 40)
    lines = card.finding(found)
    assert max(map(len, lines)) <= card.WIDTH
    assert any("t␛" in line and "a␊b" in line and "�" in line for line in lines)
