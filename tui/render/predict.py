"""Predict, then reveal: the questions at the left, what happened at the right; nothing of it before an answer."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final

from lab.course.catalog import Exercise, Need
from lab.course.findings import GENERAL
from lab.course.progress import Sureness
from lab.course.sheets import Choice
from lab.course.verdict import Task, TaskState, Verdict
from lab.shop.wording import clean, plural
from tui.model.guess import LEVELS, Guess
from tui.model.learn import Check
from tui.render.bars import clock
from tui.render.card import SIGN
from tui.render.card_finding import labelled
from tui.render.lesson_text import filled
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

_LONGEST: Final = 4_000


class Step(IntEnum):
    """How far a prediction is."""

    PREDICT = 1
    RUN = 2
    COMPARE = 3


def verdict_of(guess: Guess, check: Check) -> Verdict | None:
    """Return the verdict on what was committed; None before it, and while it is being made."""
    is_about_it = guess.said is not None and not check.runs and check.at_ms > guess.said_ms
    return check.verdict if is_about_it else None


def steps_row(step: Step) -> Row:
    """Return the three steps, and where one is."""
    line = Row()
    for one in Step:
        sign, role = (SIGNS.right, Role.GOOD) if one < step else (SIGNS.here, Role.COMMAND)
        sign, role = (SIGNS.open, Role.QUIET) if one > step else (sign, role)
        look = Look.STRONG if one is step else Look.PLAIN
        line = line + row(
            "  " if line.spans else "", Span(f"{one.value} {one.name.lower()} ", look=look), Span(sign, role)
        )
    return line


def question_rows(guess: Guess, cells: int, height: int) -> list[Row]:
    """Return the question that is shown, its choices, and how sure one is. Where room is short, blank rows leave."""
    asked = guess.asked
    count = len(guess.form.questions)
    at = row(Span(f"  question {guess.at + 1} of {count}" if count > 1 else "", Role.QUIET))
    rows = [*(_so_far(at, guess, cells) if guess.form.several else [at]), Row()]
    for paragraph in asked.ask.splitlines():
        rows += filled([Span(paragraph)], cells - 1, row("  "))
    rows.append(Row())
    if guess.form.several:
        rows += _lines(guess, cells)
    else:
        for choice in asked.choices:
            rows += _choice(choice, cells, is_chosen=choice.letter == guess.answer)
    if not guess.form.several:
        rows += [Row(), _how_sure(guess)]
    while len(rows) > height and any(not str(one).strip() for one in rows):
        rows.remove(next(one for one in rows if not str(one).strip()))
    return rows


def _choice(choice: Choice, cells: int, *, is_chosen: bool) -> list[Row]:
    look = Look.STRONG if is_chosen else Look.PLAIN
    first = row(Span(f" {SIGNS.cursor if is_chosen else ' '} {choice.letter}  ", look=look))
    return filled([Span(choice.text, look=look)], cells - 1, first, row(" " * first.cells))


def _how_sure(guess: Guess) -> Row:
    now = guess.sureness(guess.asked.name)
    if now is Sureness.LOT:
        return row(Span("  how sure?  ", Role.QUIET), Span("no idea: it was drawn by lot", look=Look.STRONG))
    line = row(Span("  how sure?", Role.QUIET))
    for level in LEVELS:
        is_now = level is now and bool(guess.answer)
        mark = SIGNS.cursor if is_now else " "
        line = line + row(Span(f" {mark} {level.value}", look=Look.STRONG if is_now else Look.PLAIN))
    return line


# ── an `order` sheet ─────────────────────────────────────────────────────────────────────────────────────────────


def _lines(guess: Guess, cells: int) -> Iterator[Row]:
    """Return the lines to choose from, each with its place in the answer. Columns without room are left out."""
    parts = [_columns(choice.text) for choice in guess.asked.choices]
    widths = [max(len(one[at]) for one in parts if at < len(one)) for at in range(max(map(len, parts)))]
    shown = _fitting(widths, cells - 10)
    head = _columns(guess.form.columns)
    if len(head) == len(widths):
        yield row(Span("          " + _in_columns(head, widths, shown), Role.QUIET)).fitted(cells)
    for number, (choice, columns) in enumerate(zip(guess.asked.choices, parts, strict=True)):
        here = number == guess.line
        place = guess.answer.find(choice.letter) + 1
        mark = Span(f"{place:>2} ", Role.COMMAND, Look.STRONG) if place else Span(f" {SIGNS.open} ", Role.QUIET)
        text = _in_columns(columns, widths, shown)
        look = Look.STRONG if here else Look.PLAIN
        said = Span(f"{choice.letter}   {text}", look=look)
        yield row(f" {SIGNS.cursor if here else ' '} ", mark, said).fitted(cells)
    if len(shown) < len(widths):  # what has no room in its column stands below, for the line under the keys
        line = guess.asked.choices[guess.line]
        full = f"{line.letter}  {' '.join(line.text.split())}"
        yield from filled([Span(full, Role.QUIET)], cells - 1, row("       "), row("          "))


def _columns(text: str) -> list[str]:
    return [part.strip() for part in text.split("  ") if part.strip()]


def _fitting(widths: Sequence[int], cells: int) -> Sequence[int]:
    """Return the columns that have room; the widest leaves first."""
    shown = list(range(len(widths)))
    while len(shown) > 1 and sum(widths[at] + 2 for at in shown) > cells:
        shown.remove(max(shown, key=lambda at: widths[at]))
    return shown


def _in_columns(columns: Sequence[str], widths: Sequence[int], shown: Sequence[int]) -> str:
    return "  ".join(f"{columns[at] if at < len(columns) else '':<{widths[at]}}" for at in shown).rstrip()


def _so_far(at: Row, guess: Guess, cells: int) -> list[Row]:
    letters = " ".join(guess.answer) or "nothing yet; → puts a line in"
    return filled(
        [Span("so far: ", Role.QUIET), Span(letters, look=Look.STRONG)], cells - 1, at + row("   "), row("    ")
    )


# ── what was said, what happened ─────────────────────────────────────────────────────────────────────────────────


def said_rows(guess: Guess, check: Check, cells: int) -> list[Row]:
    """Return the answers of the attempt, whatever was chosen later, each with how it stands."""
    said = guess.said or {}
    verdict = verdict_of(guess, check)
    compared = _compared(guess, verdict) if verdict else ()
    rows = [Row()]
    for number, asked in enumerate(guess.form.questions, 1):
        letters = said.get(asked.name, "")
        sign = SIGN[compared[number - 1].state] if compared else (" ", Role.TEXT)
        text = " ".join(letters) if guess.form.several else _text(asked.choices, letters)
        sure = Span("" if guess.form.several else f"  ({guess.sureness(asked.name).value})", Role.QUIET)
        first = row(" ", Span(*sign), f" {number} ")
        name = [Span(f"{asked.name}: ", Role.QUIET)] if guess.form.several else []
        lines = filled([*name, Span(text), sure], cells - 1, first, row(" " * first.cells))
        rows += [*lines, Row()]
    return rows


def _compared(guess: Guess, verdict: Verdict) -> Sequence[Task]:
    """Return the tasks that the answers are compared in, one for each; what a capstone asks before is none of them."""
    before = len(verdict.tasks) - len(guess.form.questions)
    return verdict.tasks[before:] if before in {0, 1} else ()


def _text(choices: Sequence[Choice], letter: str) -> str:
    return next((f"{letter}  {choice.text}" for choice in choices if choice.letter == letter), letter)


def happened_rows(guess: Guess, check: Check, exercise: Exercise, cells: int, shown: int) -> list[Row]:
    """Return what the check did and saw, as far as it is shown by now. Before a commit: nothing of it."""
    if guess.said is None:
        return _not_yet(exercise, cells)
    verdict = verdict_of(guess, check)
    if verdict is None:
        return [Row(), row(Span("  It is done now, for real…", Role.QUIET))]
    rows = [Row()]
    for line in verdict.told[:shown]:
        rows += filled(
            [Span(clean(line, _LONGEST).strip())], cells - 1, row("  " if line[:1] != " " else "    "), row("    ")
        )
    return rows


def _not_yet(exercise: Exercise, cells: int) -> list[Row]:
    where = "on the Kafka that is running now" if Need.KAFKA in exercise.needs else "once you have committed"
    texts = ("Nothing has happened yet.", f"What really happens appears here after you commit, {where}.",
             "A wrong guess costs nothing, and makes the answer stick.")  # fmt: skip
    rows = [Row()] * 3
    for text in texts:
        rows = [*rows, *filled([Span(text, Role.QUIET)], cells - 2, row("    ")), Row()]
    return rows


def why_rows(guess: Guess, check: Check, exercise: Exercise, cells: int) -> list[Row]:
    """Return what the comparison comes to: the first answer that differs, or that all came as predicted."""
    verdict = verdict_of(guess, check)
    if verdict is None:
        return []
    if verdict.passed:
        back = " Its questions come back tomorrow." if exercise.questions else ""
        return [row("  ", Span("All as you said.", Role.GOOD, Look.STRONG), back)]
    finding = verdict.finding
    if finding is None:
        return [
            *labelled("what", f"not your prediction: {verdict.what}", cells),
            *labelled("mend", verdict.mend, cells),
        ]
    said = finding.expected.removeprefix("as you predicted: ")
    if finding.id in GENERAL:  # it is about no prediction: in a capstone, about the parts that the shop runs
        rows = [*labelled("expected", said, cells), *labelled("saw", finding.saw, cells)]
    else:
        rows = [*labelled("you said", said, cells), *labelled("it was", finding.saw, cells)]
    return [*rows, *labelled("why", finding.why, cells), *labelled("next", finding.look, cells)]


def outcome_word(guess: Guess, check: Check) -> str:
    """Say in a few words how the prediction came out."""
    verdict = verdict_of(guess, check)
    if verdict is None:
        return ""
    answers = _compared(guess, verdict)
    compared = answers or verdict.tasks
    right = sum(task.state is TaskState.PASSED for task in compared)
    left = sum(task.state is TaskState.NOT_RUN for task in compared)
    rest = f", {left} not tried yet" if left else ""
    how = "came as you said" if answers else "tasks are right"
    return f"{right} of {len(compared)} {how}{rest}"


def first_wrong(guess: Guess, check: Check) -> int:
    """Return the place of the first question that came otherwise; where none can be named, of the one that is shown."""
    verdict = verdict_of(guess, check)
    compared = _compared(guess, verdict) if verdict else ()
    return next((at for at, task in enumerate(compared) if task.state is TaskState.FAILED), guess.at)


def window(rows: Sequence[Row], top: int, height: int) -> list[Row]:
    """Return the rows from `top` on that have room; where more follow, the last one says how many."""
    rest = len(rows) - top - height
    if rest <= 0:
        return list(rows[max(0, len(rows) - height) if top else 0 :])
    return [*rows[top : top + height - 1], row(Span(f"  ⋯ {plural(rest + 1, 'more line')}: ↓", Role.COMMAND))]


def said_title(guess: Guess) -> Row:
    """Return what stands above the left side."""
    if guess.said is None:
        return row(Span("The question", look=Look.STRONG))
    return row(Span("You said", look=Look.STRONG), f", {clock(guess.said_ms)}")


def happened_title(guess: Guess, check: Check) -> Row:
    """Return what stands above the right side."""
    title = row(Span("What happened", look=Look.STRONG))
    return title + row(f", {clock(check.at_ms)}") if verdict_of(guess, check) is not None else title
