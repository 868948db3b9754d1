"""The check card: what a check has found, at its full size. Its twin of three lines is in card_short.py."""

from collections.abc import Iterator, Sequence
from typing import Final

from lab.course.catalog import Exercise, Kind
from lab.course.progress import Standing
from lab.course.saying import live_lines
from lab.course.verdict import Outcome, TaskState, Verdict
from lab.shop.wording import clean
from tui.model.learn import SHEETS, Check, Study
from tui.render.card_finding import LONGEST, MARGIN, finding_rows, labelled
from tui.render.hints import ladder, next_price
from tui.render.lesson_text import filled
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides

_NO_CODE: Final = {
    Kind.PREDICT: "a prediction, no code",
    Kind.ORDER: "a sequence, no code",
    Kind.CAPSTONE: "all your parts together, no code",
}
SIGN: Final = {
    TaskState.PASSED: (SIGNS.right, Role.GOOD),
    TaskState.FAILED: (SIGNS.wrong, Role.COMMAND),
    TaskState.NOT_RUN: (SIGNS.open, Role.QUIET),
}


def card_rows(study: Study, cells: int, height: int) -> list[Row]:
    """Return the whole card. Where it is higher than the room, the tasks that wait are numbers in one row."""
    rows = _rows(study, cells, short=False)
    return rows if len(rows) <= height else _rows(study, cells, short=True)


def _rows(study: Study, cells: int, *, short: bool) -> list[Row]:
    check = study.check
    verdict = list(_verdict(study, cells, short=short))
    if check.runs:
        verdict = [Row((Span(str(one), Role.GHOST),)) for one in verdict]
        verdict = [row(Span(f"{MARGIN}before your last save", Role.GHOST)), *verdict] if check.checked else verdict
    return [one if one.cells <= cells else one.fitted(cells) for one in (*verdict, *_hints(study, cells))]


def _verdict(study: Study, cells: int, *, short: bool) -> Iterator[Row]:
    check, known = study.check, study.known
    if check.trouble is not None:
        yield row(f"{MARGIN}", Span("The check could not be made; it is not counted", Role.FAULT, Look.STRONG))
        yield from labelled("what", check.trouble.what, cells)
        yield from labelled("mend", check.trouble.mend, cells)
        return
    if check.checked is None:
        yield from _nothing_yet(known.exercise, known.standing, cells, runs=check.runs)
        return
    verdict = check.checked.verdict
    match verdict.outcome:
        case Outcome.ENVIRONMENT:
            yield row(MARGIN, Span("ENVIRONMENT", look=Look.STRONG), " · not your code, and not counted")
            yield from labelled("what", verdict.what, cells)
            yield from labelled("mend", verdict.mend, cells)
        case Outcome.LAB_BUG:
            yield row(
                MARGIN, Span("LAB BUG", look=Look.STRONG), " · the check itself is at fault, not your code. Sorry."
            )
            yield from labelled("what", verdict.what.splitlines()[-1] if verdict.what else "", cells)
            yield from labelled("report", verdict.report or "none could be written", cells)
            yield from labelled("next", verdict.mend, cells)
        case Outcome.PASS:
            yield from _passed(study, verdict, cells)
        case Outcome.NOT_YET:
            yield from _not_yet(verdict, check, cells, short=short)
    if check.checked.notice:
        yield Row()
        yield from labelled("not noted", check.checked.notice, cells)


def _nothing_yet(exercise: Exercise, standing: Standing | None, cells: int, *, runs: bool) -> Iterator[Row]:
    if runs:
        yield row(Span(f"{MARGIN}The first check of this session runs.", Role.QUIET))
    elif standing is not None and standing.passed_at is not None:
        how = f"with help, {SIGNS.helped}" if standing.helped else SIGNS.right
        yield row(MARGIN, Span(f"Passed {standing.passed_at.astimezone():%Y-%m-%d}, {how}", Role.GOOD, Look.STRONG))
        yield from labelled("now", "c checks it again; s shows the solution beside it.", cells)
    elif standing is not None and standing.last_finding:
        yield row(MARGIN, "The last check, before this session, said ", Span(standing.last_finding, look=Look.STRONG))
        yield from labelled("now", "Save your file, or press c: then it is checked.", cells)
    elif exercise.kind in SHEETS:
        yield row(MARGIN, "Nothing is answered yet. ", Span("enter", look=Look.STRONG), " opens the questions.")
    else:
        yield row(MARGIN, "Nothing is checked yet. Every save of your file is a check; c checks now.")


def _not_yet(verdict: Verdict, check: Check, cells: int, *, short: bool) -> Iterator[Row]:
    finding = verdict.finding
    task = next((one for one in verdict.tasks if finding and one.number == finding.task), None)
    count = f"task {task.number} of {len(verdict.tasks)} · {clean(task.title)}" if task else ""
    about = count or (finding.id if finding else "")
    yield sides(
        row(MARGIN, Span("NOT YET", Role.COMMAND, Look.STRONG), f"   {about}"), row("  ", attempt(check), " "), cells
    )
    if finding is not None and finding.id == "not-started":
        yield row(Span(f"{MARGIN}This is expected: it is the starter, untouched.", Role.QUIET))
    yield from _tasks(verdict, cells, short=short)
    yield from _told(verdict, cells)
    if finding is not None:
        yield Row()
        yield from finding_rows(finding, cells)


def _passed(study: Study, verdict: Verdict, cells: int) -> Iterator[Row]:
    check, exercise = study.check, study.known.exercise
    note = "" if verdict.ran else " (not run: no Docker)"
    passed = sum(one.state is TaskState.PASSED for one in verdict.tasks)
    about = f" · {exercise.number} {exercise.title.partition(':')[0]} · {passed} of {len(verdict.tasks)}"
    left = row(MARGIN, Span(f"PASS{note}", Role.GOOD, Look.STRONG), about)
    yield sides(left, row("  ", spent(check), " "), cells)
    yield from _told(verdict, cells)
    if not verdict.ran:
        yield from _tasks(verdict, cells, short=False)
    yield from _in_the_shop(check, cells)
    yield Row()
    if exercise.kind is Kind.PART:
        yield _deed("o", "place an order and see your lines at work")
    yield _deed("s", "compare with the solution")
    if (following := study.next_exercise) is not None:
        kind = _NO_CODE.get(following.kind, "")
        told = ", ".join(filter(None, (kind, f"{following.minutes} minutes")))
        yield _deed("n", f"next: {following.number} · {following.title} ({told})")


def _in_the_shop(check: Check, cells: int) -> Iterator[Row]:
    if check.live is not None:
        for line in live_lines(check.live):
            yield from filled([Span(clean(line, LONGEST))], cells - 1, row(MARGIN))
    elif check.goes_in:
        yield row(Span(f"{MARGIN}Your lines go into the running shop: the units that use them restart…", Role.QUIET))


def _deed(key: str, text: str) -> Row:
    return row("    ", Span(key, look=Look.STRONG), f"  {text}")


def _tasks(verdict: Verdict, cells: int, *, short: bool) -> Iterator[Row]:
    if short:
        line = row(MARGIN)
        for number, task in enumerate(verdict.tasks):
            line = line + row("   " if number else "", Span(*SIGN[task.state]), f" {task.number}")
        yield line
        return
    for task in verdict.tasks:
        sign = row(MARGIN, Span(*SIGN[task.state]), f" {task.number} ")
        yield (
            sign + row(Span(clean(task.title), Role.QUIET if task.state is TaskState.NOT_RUN else Role.TEXT))
        ).fitted(cells)


def _told(verdict: Verdict, cells: int) -> Iterator[Row]:
    for line in verdict.told:
        yield from filled([Span(clean(line, LONGEST))], cells - 1, row(MARGIN), row("    "))


def attempt(check: Check) -> str:
    """Return which attempt this was, and how long it took."""
    if check.checked is None:
        return ""
    standing, seconds = check.checked.standing, f"{check.checked.verdict.seconds:.1f} s"
    return f"attempt {standing.attempts} · {seconds}" if standing and standing.attempts else seconds


def spent(check: Check) -> str:
    """Return how many attempts it took, and how many minutes."""
    standing = check.checked.standing if check.checked else None
    if standing is None:
        return ""
    attempts = "1 attempt" if standing.attempts == 1 else f"{standing.attempts} attempts"
    minutes = round(standing.seconds / 60)
    return f"{attempts}, {minutes} minutes" if minutes > 1 else attempts


def _hints(study: Study, cells: int) -> Sequence[Row]:
    known = study.known
    verdict = study.check.verdict
    if not known.rungs or (verdict is not None and verdict.passed):
        return ()
    line = row(MARGIN, Span("Hints  ", Role.QUIET))
    line = line + ladder(known.rungs, solution_open=known.solution_open, cells=cells - line.cells - 1)
    price = next_price(known.rungs)
    margin = row(f"{MARGIN}       ")
    return [Row(), line, *(filled([Span(price, Role.QUIET)], cells - 1, margin) if price else ())]
