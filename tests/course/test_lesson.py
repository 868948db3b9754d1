"""A lesson is read from its README, or it is said what the README lacks."""

import pytest

from lab.course.lesson import SECTIONS, read_lesson
from lab.errors import LabError

LESSON = """\
# 30 · Doorbell: wait until somebody opens

*8 minutes · needs nothing*

## Goal

Ring, and know that the door is open.

## Why

    ## this is output, no heading

## The idea

A *bell* and a door.

## Worked example

Of another house:

```text
# 1 Not this block: it is never run
```

```python
def knock(door):
    # 1 Find the door: which one is it?
    found = door.find()  # 7 is no step
    # 2 Knock and wait.
    return found.knock()
```

```python
second = "is not the example"
```

## Your task

Open `workspace/doorbell/bell.py`.

1. It rings
   `once`.
2. It waits:
   - not for long,
   - but long enough.

> This is no task.

Before you write: think.

## Words

| word | here it means |
|---|---|
| `ring(1)` | the *sound* of it |
| door bell | what you press |

## Hints

### Hint 1

The goal.

### Hint 2

Where to look.

### Hint 3

Which call.

    bell.ring()

### Hint 4

```python
bell.ring()
```

and then

```console
uv run lab check
```

```python
return door.wait()
```

## After

Look.

## Further reading

- A book.
"""


@pytest.fixture
def read(tmp_path):
    def _read(text=LESSON):
        file = tmp_path / "README.md"
        file.write_text(text)
        return read_lesson(file)

    return _read


def test_the_title_and_what_stands_below_it_are_read(read):
    lesson = read()
    assert lesson.title == "30 · Doorbell: wait until somebody opens"
    assert lesson.intro == "*8 minutes · needs nothing*"


def test_the_sections_are_read_in_sequence_as_markdown(read):
    lesson = read()
    assert tuple(section.title for section in lesson.sections) == SECTIONS
    assert lesson.section("Goal") == "Ring, and know that the door is open."
    assert lesson.section("The idea") == "A *bell* and a door."
    assert lesson.section("Further reading") == "- A book."


def test_a_heading_inside_a_block_of_code_is_none(read):
    assert read().section("Why") == "    ## this is output, no heading"


def test_every_word_counts_as_wc_counts_it(read):
    assert read().words == len(LESSON.split())
    assert read(LESSON.replace("Look.", "Look " * 100)).words == len(LESSON.split()) + 99


def test_the_example_is_the_first_block_that_runs(read):
    example = read().example
    assert example.language == "python"
    assert example.code.startswith("def knock(door):\n")
    assert LESSON.splitlines()[example.line - 1] == "def knock(door):"


@pytest.mark.parametrize("language", ["yaml", "console"])
def test_an_example_may_be_a_file_or_commands(read, language):
    text = LESSON.replace("```python\ndef", f"```{language} numbered\ndef")
    assert read(text).example.language == language


def test_the_steps_are_labelled_up_to_the_colon_or_the_full_stop(read):
    assert [(step.number, step.label) for step in read().steps] == [(1, "Find the door"), (2, "Knock and wait")]


def test_the_tasks_are_the_numbered_lines_and_nothing_else(read):
    assert read().tasks == {1: "It rings `once`.", 2: "It waits: not for long, but long enough."}


def test_the_words_are_read_without_their_marks_and_the_meanings_with_them(read):
    assert read().terms == {"ring(1)": "the *sound* of it", "door bell": "what you press"}


def test_there_are_four_hints_with_their_texts(read):
    hints = read().hints
    assert hints[:2] == ("The goal.", "Where to look.")
    assert hints[2] == "Which call.\n\n    bell.ring()"
    assert hints[3].startswith("```python\nbell.ring()\n```\n\nand then")


def test_what_is_pasted_is_the_code_of_hint_4_and_no_command(read):
    assert [block.code for block in read().pasted] == ["bell.ring()\n", "return door.wait()\n"]


def test_a_lesson_cannot_be_changed(read):
    with pytest.raises(ValueError, match="frozen"):
        read().title = "another"


@pytest.mark.parametrize("title", SECTIONS)
def test_a_missing_section_is_named(read, title):
    with pytest.raises(LabError, match=rf"README\.md: the section '{title}' is missing\."):
        read(LESSON.replace(f"## {title}\n", "", 1))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_missing_hint_is_named(read, number):
    with pytest.raises(LabError, match=f"'Hint {number}' is missing or empty"):
        read(LESSON.replace(f"### Hint {number}\n", "", 1))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("# 30 · Doorbell", "30 · Doorbell", "the title is missing"),
        ("## After", "## Aftermath", "the section 'After' is missing"),
        ("## Further reading", "## Further reading\n\n## Thanks", "the section 'Thanks' belongs to no lesson"),
        ("## Goal\n", "## Why\n", "the section 'Goal' is missing"),
        ("```python\n", "```text\n", "the worked example has no code"),
        ("# 2 Knock", "# 3 Knock", "the steps of the worked example are numbered 1, 3"),
        ("1. It rings", "* It rings", "the lines of 'Your task' are numbered 2"),
        ("1. It rings\n   `once`.\n2. It", "It", "'Your task' has no numbered lines"),
        ("|---|---|", "", "the table of words is missing"),
        ("the *sound* of it", "", "a cell of it is empty"),
        ("### Hint 2", "### Hint 1\n\nAgain.\n\n### Hint 2", "under 'Hints' stands: Hint 1, Hint 1, Hint 2"),
        ("The goal.", "", "'Hint 1' is missing or empty"),
        ("Where to look.", "Where.\n\n### Hint 9\n\nMore.", "under 'Hints' stands: Hint 1, Hint 2, Hint 9"),
    ],
)
def test_what_is_missing_is_said_with_the_file(read, right, wrong, said):
    assert right in LESSON
    with pytest.raises(LabError, match=rf"README\.md: .*{said}") as caught:
        read(LESSON.replace(right, wrong))
    assert caught.value.mend


def test_sections_in_another_sequence_are_an_error(read):
    swapped = LESSON.replace("## Goal", "## X").replace("## Why", "## Goal").replace("## X", "## Why")
    with pytest.raises(LabError, match="another sequence: Why, Goal, The idea"):
        read(swapped)


def test_a_last_hint_without_code_is_an_error(read):
    start, end = LESSON.index("### Hint 4"), LESSON.index("## After")
    with pytest.raises(LabError, match="'Hint 4' has no code"):
        read(f"{LESSON[:start]}### Hint 4\n\nThink.\n\n    x = 1\n\n{LESSON[end:]}")


def test_a_lesson_that_is_not_there_is_an_error_with_its_path(tmp_path):
    with pytest.raises(LabError, match=r"nowhere\.md cannot be read"):
        read_lesson(tmp_path / "nowhere.md")
