"""The learner's files: made on first use, and never lost, whatever the learner, the lab or a new course does."""

import shlex
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from lab.course import files, starters
from lab.course.workspace import Change, FileState, Found
from lab.docs.pages import PAGES, stale
from lab.errors import Conflict, LabError, MachineProblem, NotFound
from tests.course.small import ANSWER, NEWER, NOW, STARTER, Small, as_somebody_else, at_once, write

MERGED = ANSWER.replace("def close():\n", "def close(now):\n").replace('"""Send it."""', '"""Send one event."""')
LEFT_BY_PROGRAMS = (".send.py", ".send.py.swp", "send.py~", "send.py.new", "send.py.bak", "send.pyc")
CLASHING = STARTER.replace("    raise NotImplementedError\n", "    raise NotImplementedError  # yours\n")


@pytest.fixture
def small(tmp_path, monkeypatch):
    return Small(tmp_path, monkeypatch)


# --- made on first use ---


def test_a_file_is_made_from_the_starter_on_first_use(small):
    assert small.workspace.state(small.send) == Found(FileState.NOT_BEGUN, small.workspace.file(small.send))
    file = small.workspace.ensure(small.send)
    assert file == small.root / "workspace" / "send" / "send.py"
    assert file.read_text() == STARTER
    assert small.workspace.state(small.send).state is FileState.UNTOUCHED
    assert sorted(small.everything()) == [".course/base/send/send.py", "send/send.py"]


def test_a_look_makes_nothing(small):
    for one in small.course:
        small.workspace.state(one)
        small.workspace.backups(one)
    assert list(small.workspace.update_all(NOW)) == []
    assert not small.workspace.folder.exists()


def test_what_is_there_is_never_replaced(small):
    small.learner_has(ANSWER)
    assert small.workspace.ensure(small.send).read_text() == ANSWER
    assert small.workspace.state(small.send).state is FileState.EDITED


def test_a_file_that_was_there_before_the_lab_came_is_never_replaced(small):
    write(small.workspace.file(small.send), ANSWER)
    assert small.workspace.existing(small.send).read_text() == ANSWER
    assert small.workspace.ensure(small.send).read_text() == ANSWER
    assert small.workspace.state(small.send).state is FileState.EDITED


def test_a_file_that_was_put_there_by_hand_is_untouched_where_it_is_the_starter(small):
    write(small.workspace.file(small.send), STARTER)
    assert small.workspace.state(small.send).state is FileState.UNTOUCHED


def test_a_file_that_appears_while_it_is_being_made_is_never_replaced(tmp_path):
    write(tmp_path / "send.py", ANSWER)
    assert files.put_new(tmp_path / "send.py", b"starter") is False
    assert [one.name for one in tmp_path.iterdir()] == ["send.py"]
    assert (tmp_path / "send.py").read_text() == ANSWER


def test_where_the_disk_knows_no_hard_links_nothing_is_replaced_either(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(files.os, "link", refuse)
    assert files.put_new(tmp_path / "send.py", b"first") is True
    assert files.put_new(tmp_path / "send.py", b"second") is False
    assert (tmp_path / "send.py").read_bytes() == b"first"


FIRST_USE = """
import pathlib, sys
import pytest
from tests.course.small import Small
small = Small(pathlib.Path(sys.argv[1]), pytest.MonkeyPatch(), is_made=True)
print("ready", flush=True)
sys.stdin.readline()
sys.stdout.write(small.workspace.ensure(small.send).read_text())
"""


def test_terminals_that_begin_an_exercise_at_once_make_one_whole_file(small):
    assert at_once(FIRST_USE, [str(small.root)] * 4) == [STARTER] * 4
    assert sorted(small.everything()) == [".course/base/send/send.py", "send/send.py"]


# --- deleted, renamed ---


def test_a_deleted_file_is_missed_and_not_made_again(small):
    small.workspace.ensure(small.send).unlink()
    found = small.workspace.state(small.send)
    assert (found.state, found.renamed) == (FileState.MISSING, None)
    for ask in (small.workspace.ensure, small.workspace.existing):
        with pytest.raises(NotFound, match=r"send\.py is not there any more") as error:
            ask(small.send)
        assert "uv run lab reset send" in error.value.mend
    assert not found.file.exists()


def test_what_programs_leave_is_not_taken_for_a_renamed_file(small):
    file = small.workspace.ensure(small.send)
    file.unlink()
    for name in LEFT_BY_PROGRAMS:
        write(file.with_name(name), ANSWER)
    assert small.workspace.state(small.send).renamed is None


def test_a_deleted_folder_is_missed_too(small):
    file = small.workspace.ensure(small.send)
    file.unlink()
    file.parent.rmdir()
    assert small.workspace.state(small.send).state is FileState.MISSING


def test_a_renamed_file_is_guessed_and_the_way_back_is_told(small):
    small.learner_has(ANSWER)
    file = small.workspace.file(small.send)
    other = file.rename(file.with_name("my answer.py"))
    for name in ("notes.txt", *LEFT_BY_PROGRAMS):
        write(file.with_name(name), "")
    assert small.workspace.state(small.send).renamed == other
    with pytest.raises(NotFound, match=r"my answer\.py") as error:
        small.workspace.ensure(small.send)
    subprocess.run(shlex.split(error.value.mend.splitlines()[0].partition(": ")[2]), check=True)
    assert small.workspace.ensure(small.send).read_text() == ANSWER


def test_a_file_under_another_ending_is_guessed_where_there_is_no_better(small):
    file = small.workspace.ensure(small.send)
    other = file.rename(file.with_name("send.txt"))
    assert small.workspace.state(small.send).renamed == other


def test_an_exercise_that_was_not_begun_has_no_file_to_use(small):
    with pytest.raises(NotFound, match="not begun send") as error:
        small.workspace.existing(small.send)
    assert "uv run lab open send" in error.value.mend


# --- reset ---


def test_a_reset_keeps_a_backup_and_says_how_to_bring_it_back(small):
    small.learner_has(ANSWER)
    backup = small.workspace.reset(small.send, NOW)
    assert small.workspace.file(small.send).read_text() == STARTER
    assert small.workspace.backups(small.send) == [backup]
    assert (backup.made, backup.file) == (NOW, small.workspace.file(small.send))
    assert backup.copy.name == "20260301T120000Z-send.py"
    subprocess.run(shlex.split(backup.restore), check=True)
    assert small.workspace.file(small.send).read_text() == ANSWER


def test_resets_within_one_second_keep_every_backup(small):
    texts = [f"{ANSWER}# {number}\n" for number in range(12)]
    for text in texts:
        small.learner_has(text)
        small.workspace.reset(small.send, NOW)
    small.learner_has("later")
    small.workspace.reset(small.send, NOW + timedelta(seconds=1))
    assert [one.copy.read_text() for one in small.workspace.backups(small.send)] == [*texts, "later"]


def test_a_reset_of_what_nobody_wrote_keeps_no_backup(small):
    assert small.workspace.reset(small.send, NOW) is None
    assert small.workspace.reset(small.send, NOW) is None
    write(small.workspace.file(small.read), STARTER)
    assert small.workspace.reset(small.read, NOW) is None
    small.ship(NEWER)
    assert small.workspace.reset(small.send, NOW) is None
    assert small.workspace.backups(small.send) == small.workspace.backups(small.read) == []
    assert small.workspace.ensure(small.send).read_text() == NEWER


def test_a_reset_makes_a_deleted_file_anew_and_leaves_the_renamed_one(small):
    small.learner_has(ANSWER)
    file = small.workspace.file(small.send)
    other = file.rename(file.with_name("other.py"))
    assert small.workspace.reset(small.send, NOW) is None
    assert file.read_text() == STARTER
    assert other.read_text() == ANSWER


def test_a_save_at_the_very_moment_is_not_lost(small):
    small.learner_has(ANSWER)
    file = small.workspace.file(small.send)
    with pytest.raises(Conflict, match="very moment"):
        files.replace_seen(file, STARTER.encode(), b"new")
    with pytest.raises(Conflict, match="very moment"):
        files.replace_seen(file, None, b"new")
    assert file.read_text() == ANSWER


def test_the_mode_of_a_file_and_a_link_to_elsewhere_survive(small):
    small.learner_has(ANSWER)
    file = small.workspace.file(small.send)
    elsewhere = file.rename(small.root / "dotfiles.py")
    elsewhere.chmod(0o640)
    file.symlink_to(elsewhere)
    small.workspace.reset(small.send, NOW)
    assert file.is_symlink()
    assert elsewhere.read_text() == STARTER
    assert elsewhere.stat().st_mode & 0o777 == 0o640


# --- an update of the course in mid-work ---


def test_without_a_new_starter_an_update_does_nothing(small):
    small.learner_has(ANSWER)
    before = small.everything()
    assert small.workspace.update(small.send, NOW).change is Change.NOTHING
    assert list(small.workspace.update_all(NOW)) == []
    assert small.everything() == before


def test_other_line_ends_in_the_checkout_are_no_update(small):
    small.learner_has(ANSWER)
    before = small.everything()
    small.ship(STARTER.replace("\n", "\r\n"))
    assert small.workspace.update(small.send, NOW).change is Change.NOTHING
    assert small.everything() == before


def test_where_nothing_is_to_be_updated_nobody_is_waited_for(small, monkeypatch):
    small.learner_has(ANSWER)
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.1)
    with files.locked(small.workspace.folder / ".course" / "workspace.lock"):
        assert list(small.workspace.update_all(NOW)) == []


def test_an_untouched_file_becomes_the_new_starter(small):
    small.workspace.ensure(small.send)
    small.ship(NEWER)
    assert small.workspace.update(small.send, NOW).change is Change.REPLACED
    assert small.workspace.file(small.send).read_text() == NEWER
    assert small.workspace.state(small.send).state is FileState.UNTOUCHED
    assert small.workspace.backups(small.send) == []


def test_changes_that_do_not_touch_are_merged_and_the_file_is_kept_as_it_was(small):
    small.learner_has(ANSWER)
    small.ship(NEWER)
    ((exercise, updated),) = small.workspace.update_all(NOW)
    assert (exercise, updated.change) == (small.send, Change.MERGED)
    assert small.workspace.file(small.send).read_text() == MERGED
    assert small.workspace.backups(small.send) == [updated.backup]
    assert updated.backup.copy.read_text() == ANSWER
    assert small.workspace.update(small.send, NOW).change is Change.NOTHING


@pytest.mark.parametrize(
    "mine",
    [
        ANSWER.encode(),
        ANSWER.replace("\n", "\r\n").encode(),
        ANSWER.replace("TOPIC, event\n", "TOPIC, event  # größer\n").encode("latin-1"),
        ANSWER.rstrip("\n").encode(),
        ANSWER.encode("utf-16"),
        b"\x00\xff",
        b"",
    ],
    ids=["plain", "crlf", "latin-1", "no line break at the end", "utf-16", "no text", "empty"],
)
def test_in_a_conflict_the_file_stays_byte_for_byte_and_the_new_starter_is_beside_it(small, mine):
    small.learner_has(mine)
    small.ship(CLASHING)
    updated = small.workspace.update(small.send, NOW)
    assert (updated.change, updated.beside) == (
        Change.CONFLICT,
        small.workspace.file(small.send).with_name("send.py.new"),
    )
    assert updated.file.read_bytes() == mine
    assert updated.beside.read_text() == CLASHING
    before = small.everything()
    assert small.workspace.update(small.send, NOW) == updated
    assert small.everything() == before


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("last", ["", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_merge_keeps_line_ends_encoding_and_the_end_of_the_file(small, end, last, encoding):
    def as_typed(text):
        return (
            (text.replace("TOPIC, event\n", "TOPIC, event  # größer\n").rstrip("\n") + last)
            .replace("\n", end)
            .encode(encoding)
        )

    small.learner_has(as_typed(ANSWER))
    small.ship(NEWER)
    assert small.workspace.update(small.send, NOW).change is Change.MERGED
    assert small.workspace.file(small.send).read_bytes() == as_typed(MERGED)


def test_a_conflict_ends_when_the_learner_has_taken_over_the_change(small):
    small.learner_has(ANSWER)
    small.ship(CLASHING)
    beside = small.workspace.update(small.send, NOW).beside
    write(small.workspace.file(small.send), CLASHING.replace("close()", "close(mine)"))
    assert small.workspace.update(small.send, NOW).change is Change.SETTLED
    assert not beside.exists()
    assert small.workspace.update(small.send, NOW).change is Change.NOTHING
    assert [one.copy.read_text() for one in small.workspace.backups(small.send)] == [CLASHING]


def test_a_conflict_ends_when_the_learner_deletes_the_starter_beside_the_file(small):
    small.learner_has(ANSWER)
    small.ship(CLASHING)
    small.workspace.update(small.send, NOW).beside.unlink()
    assert small.workspace.update(small.send, NOW).change is Change.SETTLED
    assert small.workspace.file(small.send).read_text() == ANSWER
    assert small.workspace.update(small.send, NOW).change is Change.NOTHING


def test_a_conflict_ends_with_a_reset(small):
    small.learner_has(ANSWER)
    small.ship(CLASHING)
    beside = small.workspace.update(small.send, NOW).beside
    small.workspace.reset(small.send, NOW)
    assert not beside.exists()
    assert small.workspace.file(small.send).read_text() == CLASHING
    assert {one.copy.read_text() for one in small.workspace.backups(small.send)} == {ANSWER, CLASHING}
    assert small.workspace.update(small.send, NOW).change is Change.NOTHING


def test_the_next_version_takes_the_place_of_the_one_beside_the_file_and_notes_in_it_are_kept(small):
    small.learner_has(ANSWER)
    small.ship(CLASHING)
    beside = small.workspace.update(small.send, NOW).beside
    write(beside, "my notes")
    small.workspace.update(small.send, NOW)
    assert beside.read_text() == "my notes"
    small.ship(CLASHING.replace("yours", "your turn"))
    assert small.workspace.update(small.send, NOW).change is Change.CONFLICT
    assert "your turn" in beside.read_text()
    assert [one.copy.read_text() for one in small.workspace.backups(small.send)] == ["my notes"]


def test_a_merge_that_python_could_not_read_is_a_conflict(small):
    starter = "a = 1\n\nb = 2\n\nc = 3\n"
    set_aside = f'"""\n{starter}"""\n'
    small.ship(starter)
    small.learner_has(set_aside)
    small.ship(starter.replace("2", '"""two"""'))
    assert small.workspace.update(small.send, NOW).change is Change.CONFLICT
    assert small.workspace.file(small.send).read_text() == set_aside


def test_a_file_in_the_middle_of_typing_is_merged_all_the_same(small):
    half = ANSWER.replace("return TOPIC, event", "return TOPIC, (event")
    small.learner_has(half)
    small.ship(NEWER)
    assert small.workspace.update(small.send, NOW).change is Change.MERGED
    assert "return TOPIC, (event\n" in small.workspace.file(small.send).read_text()


def test_an_update_that_was_cut_short_is_done_again(small):
    small.learner_has(ANSWER)
    base = small.workspace.folder / ".course" / "base" / "send" / "send.py"
    before = base.read_bytes()
    small.ship(NEWER)
    small.workspace.update(small.send, NOW)
    base.write_bytes(before)  # as it is when the lab is killed between the two writes
    assert small.workspace.update(small.send, NOW).change is Change.SETTLED
    assert small.workspace.file(small.send).read_text() == MERGED


def test_an_update_of_a_missing_file_waits_until_it_is_back(small):
    small.learner_has(ANSWER)
    file = small.workspace.file(small.send)
    other = file.rename(file.with_name("other.py"))
    small.ship(NEWER)
    assert small.workspace.update(small.send, NOW).change is Change.NOTHING
    other.rename(file)
    assert small.workspace.update(small.send, NOW).change is Change.MERGED


@pytest.mark.parametrize("first", ["update", "ensure"])
def test_where_the_course_renames_a_file_the_learners_goes_with_it(small, first):
    small.learner_has(ANSWER)
    renamed = small.send.model_copy(update={"file": "publish.py"})
    write(renamed.starter, NEWER)
    write(starters.sums_file(), starters.write([renamed]))
    if first == "ensure":
        assert small.workspace.ensure(renamed).read_text() == ANSWER
    assert small.workspace.update(renamed, NOW).change is Change.MERGED
    assert small.workspace.ensure(renamed).read_text() == MERGED
    assert not small.workspace.file(small.send).exists()


# --- the wrong copy edited ---


def test_an_edit_of_the_shipped_starter_is_noticed_and_a_new_version_is_none(small):
    assert starters.edited_in_exercises(small.course) == []
    write(small.send.starter, ANSWER)
    small.read.starter.unlink()
    write(small.guess.starter, STARTER.replace("\n", "\r\n"))  # git may write it so
    assert starters.edited_in_exercises(small.course) == [small.send, small.read]
    small.ship()
    assert starters.edited_in_exercises(small.course) == []


def test_without_the_file_of_sums_nothing_is_an_edit_and_a_damaged_one_is_told(small):
    write(small.send.starter, ANSWER)
    starters.sums_file().write_text("send = ")
    with pytest.raises(LabError, match=r"starters\.toml is damaged"):
        starters.edited_in_exercises(small.course)
    starters.sums_file().unlink()
    assert starters.edited_in_exercises(small.course) == []


def test_the_file_of_sums_is_one_of_the_pages_that_are_held_to_the_code(small):
    name = str(starters.sums_file().relative_to(small.root))
    assert PAGES[name] is starters.write
    page = {name: lambda: starters.write(small.course)}
    assert stale(small.root, page) == []
    write(small.send.starter, ANSWER)
    assert stale(small.root, page) == [name]


def test_an_edit_of_the_wrong_copy_is_taken_over(small):
    small.workspace.ensure(small.send)
    write(small.send.starter, ANSWER)
    taken = small.workspace.take_over(small.send, NOW)
    assert (taken.file, taken.backup) == (small.workspace.file(small.send), None)
    assert taken.file.read_text() == ANSWER
    assert small.send.starter.read_text() == STARTER
    assert starters.edited_in_exercises(small.course) == []
    small.ship(NEWER)
    assert small.workspace.update(small.send, NOW).change is Change.MERGED


def test_taking_over_keeps_what_was_written_in_the_workspace(small):
    small.learner_has("mine, too")
    write(small.send.starter, ANSWER)
    taken = small.workspace.take_over(small.send, NOW)
    assert taken.file.read_text() == ANSWER
    assert taken.backup.copy.read_text() == "mine, too"
    write(small.send.starter, ANSWER)
    assert small.workspace.take_over(small.send, NOW).backup is None  # it is the same as what is there


def test_an_edit_before_the_exercise_was_begun_is_taken_over_with_the_help_of_git(small):
    small.commit()
    write(small.send.starter, ANSWER)
    assert small.workspace.take_over(small.send, NOW).file.read_text() == ANSWER
    assert small.send.starter.read_text() == STARTER
    small.ship(NEWER)
    assert small.workspace.update(small.send, NOW).change is Change.MERGED


@pytest.mark.parametrize("is_under_git", [True, False])
def test_an_edited_starter_is_never_handed_out_as_the_starter(small, is_under_git):
    if is_under_git:
        small.commit()
    write(small.send.starter, ANSWER)
    if is_under_git:
        assert small.workspace.ensure(small.send).read_text() == STARTER
        return
    with pytest.raises(LabError, match="not as it was shipped") as error:
        small.workspace.ensure(small.send)
    assert f"git checkout -- {small.send.starter}" in error.value.mend
    assert small.everything() == {}


def test_where_the_shipped_starter_is_not_to_be_had_nothing_is_taken_over(small):
    write(small.send.starter, ANSWER)
    with pytest.raises(LabError) as error:
        small.workspace.take_over(small.send, NOW)
    assert "git checkout -- " in error.value.mend
    assert small.send.starter.read_text() == ANSWER
    assert small.everything() == {}


def test_a_file_that_is_equal_to_an_edit_of_the_wrong_copy_is_still_the_learners_own(small):
    small.learner_has(ANSWER)
    write(small.send.starter, ANSWER)
    assert small.workspace.state(small.send).state is FileState.EDITED
    assert small.workspace.reset(small.send, NOW).copy.read_text() == ANSWER


def test_a_starter_as_it_was_shipped_is_not_taken_over(small):
    small.learner_has(ANSWER)
    with pytest.raises(LabError, match="as it was shipped"):
        small.workspace.take_over(small.send, NOW)
    assert small.workspace.file(small.send).read_text() == ANSWER


def test_a_deleted_starter_is_put_back_and_the_learners_file_stays(small):
    small.learner_has(ANSWER)
    small.send.starter.unlink()
    assert small.workspace.reset(small.read, NOW) is None
    small.workspace.take_over(small.send, NOW)
    assert small.send.starter.read_text() == STARTER
    assert small.workspace.file(small.send).read_text() == ANSWER


# --- the machine is in the way ---


def test_a_folder_that_may_not_be_written_is_told_with_the_way_out(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        small = Small(root, monkeypatch)
        small.workspace.folder.mkdir(mode=0o555)
        with as_somebody_else(), pytest.raises(MachineProblem, match="Permission denied") as error:
            small.workspace.ensure(small.send)
        assert "LAB_WORKSPACE" in error.value.mend
        assert list(small.workspace.folder.iterdir()) == []


def test_a_file_that_may_not_be_read_is_told(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        small = Small(root, monkeypatch)
        small.learner_has(ANSWER)
        small.workspace.file(small.send).chmod(0)
        with as_somebody_else(), pytest.raises(MachineProblem, match=r"send\.py cannot be read"):
            small.workspace.state(small.send)


def test_another_command_at_work_is_waited_for_and_then_told(small, monkeypatch):
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.1)
    with (
        files.locked(small.workspace.folder / ".course" / "workspace.lock"),
        pytest.raises(Conflict, match="Another `lab`"),
    ):
        small.workspace.ensure(small.send)
