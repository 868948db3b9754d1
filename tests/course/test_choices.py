"""Which lines run in the shop: what `lab use` writes is what the shop reads."""

import json
import os

import pytest

import lab.home
from lab.course import files
from lab.course.choices import Choices, Source
from lab.docs import settings
from lab.errors import Conflict, LabError, MachineProblem, NotFound, WrongUsage
from lab.shop.parts import Choice, read_choices
from lab.shop.runtime.settings import Settings
from tests.course.small import ANSWER, Small, at_once, write


@pytest.fixture
def small(tmp_path, monkeypatch):
    return Small(tmp_path, monkeypatch)


@pytest.fixture
def choices(small):
    return Choices(small.workspace.folder / "choices.json", small.workspace)


def test_without_a_choice_everything_is_the_solutions(small, choices):
    assert {choices.source(one) for one in small.course} == {Source.SOLUTION}
    assert not choices.file.exists()


def test_the_shop_reads_what_was_chosen(small, choices):
    small.learner_has(ANSWER)
    choices.use(small.send, Source.MINE)
    assert read_choices(choices.file) == {"send": Choice("mine", small.workspace.file(small.send))}
    choices.use(small.send, Source.BROKEN)
    assert read_choices(choices.file) == {"send": Choice("broken", small.send.broken)}
    choices.use(small.send, Source.SOLUTION)
    assert read_choices(choices.file) == {}


@pytest.mark.parametrize("source", Source)
def test_a_choice_is_remembered(small, choices, source):
    small.learner_has(ANSWER)
    choices.use(small.send, source)
    assert choices.source(small.send) is source


def test_the_file_is_named_in_full_since_units_run_elsewhere(small, monkeypatch):
    small.learner_has(ANSWER)
    monkeypatch.chdir(small.root)
    small.workspace.folder = small.workspace.folder.relative_to(small.root)
    choices = Choices(small.root / "choices.json", small.workspace)
    choices.use(small.send, Source.MINE)
    assert read_choices(choices.file)["send"].file.is_absolute()


def test_a_choice_leaves_the_others_as_they_are(small, choices):
    small.learner_has(ANSWER)
    elsewhere = {"origin": "mine", "file": "/from/another/course.py"}
    write(choices.file, json.dumps({"gone": elsewhere, "send": elsewhere}))
    small.workspace.ensure(small.read)
    choices.use(small.read, Source.MINE)
    choices.use(small.send, Source.SOLUTION)
    assert set(read_choices(choices.file)) == {"gone", "read"}


@pytest.mark.parametrize("source", Source)
def test_what_is_no_part_of_the_shop_cannot_be_used(small, choices, source):
    with pytest.raises(WrongUsage, match="Nothing of guess runs in the shop") as refused:
        choices.use(small.guess, source)
    assert refused.value.mend.endswith(": send, read, wrap.")
    assert not choices.file.exists()


def test_an_exercise_without_a_showcase_has_no_broken_version(small, choices):
    with pytest.raises(WrongUsage, match="read has no broken version"):
        choices.use(small.read, Source.BROKEN)


def test_a_showcase_that_is_not_there_is_told(small, choices):
    small.send.broken.unlink()
    with pytest.raises(NotFound, match=r"fire_and_forget\.py is not there") as error:
        choices.use(small.send, Source.BROKEN)
    assert "git checkout" in error.value.mend


def test_a_file_that_was_not_begun_or_is_gone_cannot_be_used(small, choices):
    with pytest.raises(NotFound, match="not begun send"):
        choices.use(small.send, Source.MINE)
    small.workspace.ensure(small.send).unlink()
    with pytest.raises(NotFound, match="not there any more"):
        choices.use(small.send, Source.MINE)
    assert not choices.file.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"a": 1}',
        '{"a": {"origin": "mine"}}',
        '{"a": {"origin": "mine", "file": 1}}',
        '{"a": {"origin": [], "file": "x.py"}}',
        '{"a": {"origin": "yours", "file": "x.py"}}',
    ],
)
def test_a_damaged_file_is_told_and_left_as_it_is(small, choices, text):
    small.learner_has(ANSWER)
    write(choices.file, text)
    for ask in (lambda: choices.source(small.send), lambda: choices.use(small.send, Source.MINE)):
        with pytest.raises(LabError, match="is damaged") as error:
            ask()
        assert "Delete it" in error.value.mend
    assert choices.file.read_text() == text


def test_a_write_that_fails_leaves_the_choices_as_they_were(small, choices, monkeypatch):
    small.learner_has(ANSWER)
    choices.use(small.send, Source.BROKEN)
    before = small.everything()
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(MachineProblem, match=r"choices\.json cannot be written"):
        choices.use(small.send, Source.MINE)
    assert small.everything() == before


def fail(*_):
    raise OSError(5, "Input/output error")


TERMINAL = """
import pathlib, sys
import pytest
from lab.course.choices import Choices, Source
from tests.course.small import Small
root, name = sys.argv[1].split("|")
small = Small(pathlib.Path(root), pytest.MonkeyPatch(), is_made=True)
choices = Choices(small.workspace.folder / "choices.json", small.workspace)
print("ready", flush=True)
sys.stdin.readline()
one = small.course.find(name)
found = []
for source in [Source.MINE, Source.SOLUTION] * 10 + [Source.MINE]:
    choices.use(one, source)
    found.append(choices.source(one) is source)
print(all(found))
"""


def test_terminals_that_choose_at_once_lose_nothing(small, choices):
    parts = [small.send, small.read, small.wrap]
    for one in parts:
        small.workspace.ensure(one)
    assert at_once(TERMINAL, [f"{small.root}|{one.id}" for one in parts]) == ["True\n"] * 3
    assert set(read_choices(choices.file)) == {one.id for one in parts}


def test_another_choice_at_work_is_waited_for_and_then_told(small, choices, monkeypatch):
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.1)
    with files.locked(choices.file.parent / ".course" / "choices.lock"), pytest.raises(Conflict, match="Another `lab`"):
        choices.use(small.send, Source.BROKEN)


def test_the_shop_looks_for_the_choices_in_the_learners_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("LAB_CHOICES", raising=False)
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "mine"))
    assert Settings().choices == lab.home.choices() == tmp_path / "mine" / "choices.json"
    monkeypatch.setenv("LAB_CHOICES", str(tmp_path / "other.json"))
    assert Settings().choices == lab.home.choices() == tmp_path / "other.json"


def test_the_page_of_settings_does_not_depend_on_where_this_learner_keeps_the_files(tmp_path, monkeypatch):
    here = settings.write()
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "mine"))
    monkeypatch.setenv("LAB_CHOICES", str(tmp_path / "other.json"))
    assert settings.write() == here
    assert "| `workspace/choices.json` |" in here
