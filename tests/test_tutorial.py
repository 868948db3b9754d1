"""The lessons as a text on the web: nothing is left out, nothing leads astray, and no answer is given away unasked."""

import re
from functools import cache
from pathlib import Path

import pytest

from lab.course.catalog import Kind, read_course
from lab.course.lesson import SECTIONS, read_lesson
from lab.docs import __main__ as command
from lab.docs import pages as of_docs
from lab.docs.markdown import NOTE
from lab.docs.tutorial import FOLDER, INDEX, index, lesson_page, page_of
from lab.docs.tutorial_links import relinked

ROOT = Path(__file__).resolve().parent.parent
COURSE = read_course()
EACH = pytest.mark.parametrize("one", COURSE.exercise, ids=lambda one: one.id)


@cache
def page_text(name):
    return lesson_page(COURSE, COURSE.find(name))


def open_text(page):
    """What a reader sees who opens nothing that is folded."""
    return re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)


def links(text):
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```|^ {4}.*?$", "", text, flags=re.MULTILINE | re.DOTALL))


# --- the index ---


def test_the_index_names_every_exercise_with_its_minutes_and_what_it_teaches():
    text = index(COURSE)
    for one in COURSE:
        assert f"[{one.title}]({page_of(one).removeprefix(FOLDER + '/')}) | {one.minutes} |" in text
        assert ", ".join(one.teaches) in text
    for phase in COURSE.phase:
        assert f"## Phase {phase.number} · {phase.title}" in text


def test_the_index_says_how_to_do_it_for_real_and_the_front_page_leads_to_it():
    assert "uv run lab" in index(COURSE)
    assert f"({INDEX})" in (ROOT / "README.md").read_text()


# --- a lesson ---


@EACH
def test_a_page_has_all_that_its_lesson_has(one):
    lesson, page = read_lesson(one.lesson), page_text(one.id)
    assert re.findall(r"^## (.+)$", page, re.MULTILINE)[: len(SECTIONS)] == list(SECTIONS)
    assert lesson.example.code in page
    assert all(line in page for section in lesson.sections if section.title != "Hints" for line in lines_of(section))
    assert all(line in page for hint in lesson.hints for line in hint.splitlines() if "](" not in line)


def lines_of(section):
    return [line for line in section.text.splitlines() if "](" not in line]


@EACH
def test_what_gives_the_answer_away_is_folded(one):
    lesson, seen = read_lesson(one.lesson), open_text(page_text(one.id))
    assert page_text(one.id).count("<details>") == page_text(one.id).count("</details>")
    assert not [hint for hint in lesson.hints if max(hint.splitlines(), key=len) in seen]
    assert one.solution.name not in links_to_solutions(seen)
    assert links_to_solutions(page_text(one.id)) == [one.solution.name]
    assert not [question.because for question in one.questions if question.because in seen]
    if one.kind in {Kind.PREDICT, Kind.ORDER}:
        assert lesson.section("After").splitlines()[0] not in seen


def links_to_solutions(text):
    return [Path(link).name for link in links(text) if "/solutions/" in link]


@EACH
def test_a_page_says_at_its_top_how_to_do_it_for_real(one):
    top = page_text(one.id).partition("## Goal")[0]
    assert f"uv run lab open {one.id}" in top
    assert "run `uv run lab`" in top


def test_one_can_turn_the_pages_from_the_first_to_the_last_and_back():
    names = [page_of(one) for one in COURSE]
    assert turned(names[0], "→", len(names)) == names
    assert turned(names[-1], "←", len(names)) == names[::-1]


def turned(name, arrow, most):
    by_name = {page_of(one): page_text(one.id) for one in COURSE}
    seen = []
    while name and len(seen) <= most:
        seen.append(name)
        bar = next(line for line in by_name[name].splitlines() if "[The course](../README.md)" in line)
        found = [link for piece in bar.split(" | ") if arrow in piece for link in links(piece)]
        name = str(((ROOT / name).parent / found[0]).relative_to(ROOT)) if found else ""
    return seen


# --- links ---


@pytest.fixture
def lessons(tmp_path):
    for name in ("exercises/a/README.md", "exercises/b/README.md", "exercises/c.md", "docs/page.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    home, there = tmp_path / "exercises" / "a", tmp_path / "docs" / "deep" / "deeper"
    moved = {tmp_path / "exercises" / "b" / "README.md": there / "02-b.md"}
    return lambda text: relinked(text, home, there, moved)


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("[x](../c.md)", "[x](../../../exercises/c.md)"),
        ("[x](../c.md#part)", "[x](../../../exercises/c.md#part)"),
        ("[x](../../docs/page.md)", "[x](../../page.md)"),
        ("[x](../b/README.md)", "[x](02-b.md)"),
        ("[x](https://example.org/a)", "[x](https://example.org/a)"),
        ("[x](#here)", "[x](#here)"),
        ("`rows[0](../c.md)`", "`rows[0](../c.md)`"),
        (
            "```python\nrows[0](nowhere)\n```\n[x](../c.md)",
            "```python\nrows[0](nowhere)\n```\n[x](../../../exercises/c.md)",
        ),
        ("    rows[0](nowhere)\n", "    rows[0](nowhere)\n"),
    ],
)
def test_a_link_of_a_lesson_leads_to_the_same_place_from_another_folder(lessons, written, becomes):
    assert lessons(written) == becomes


def test_a_link_that_leads_nowhere_is_refused(lessons):
    with pytest.raises(LookupError, match=r"nowhere\.md"):
        lessons("[x](nowhere.md)")


# --- the command ---


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The command writes into a folder of its own: the tutorial of one exercise, and nothing else."""
    wanted = {f"{FOLDER}/phase1/00-tour.md": lambda: f"{NOTE}\ntour"}
    monkeypatch.setattr(command, "shipped", lambda: tmp_path)
    monkeypatch.setattr(of_docs, "PAGES", {})
    monkeypatch.setattr(command, "PAPERS", {})
    monkeypatch.setattr(of_docs.tutorial, "pages", lambda: wanted)
    return tmp_path / FOLDER


def test_a_page_whose_exercise_is_gone_is_named_and_then_taken_away_and_what_people_wrote_stays(elsewhere, capsys):
    assert command.main([]) == 0
    gone, ours = elsewhere / "phase1" / "01-gone.md", elsewhere / "one-order.md"
    gone.write_text(f"{NOTE}\n# Gone\n")
    ours.write_text("# What happens to one order\n")
    assert command.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [f"stale: {FOLDER}/phase1/01-gone.md (mend it with: just docs)"]
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    assert sorted(file.name for file in elsewhere.rglob("*.md")) == ["00-tour.md", "one-order.md"]


def test_a_lesson_that_has_changed_makes_its_page_stale(elsewhere, capsys):
    assert command.main([]) == 0
    (elsewhere / "phase1" / "00-tour.md").write_text("another text")
    assert command.main(["--check"]) == 1
    assert "00-tour.md" in capsys.readouterr().out


def test_no_page_is_left_over_here():
    assert of_docs.left_over(ROOT) == []
