"""The check in three lines, for windows that have no room for the card; and what stands in the line above it."""

from lab.course.saying import live_lines
from lab.course.verdict import Outcome, Verdict
from lab.shop.wording import clean
from tui.model.learn import Check, Study
from tui.render.card import SIGN, attempt, spent
from tui.render.hints import ladder
from tui.render.text import Look, Role, Row, Span, row, sides

HEIGHT = 3


def check_title(study: Study) -> tuple[Row, Row]:
    """Return what stands in the line above the check: which attempt, and what was found or that a check runs."""
    check = study.check
    left = row(Span("Check", look=Look.STRONG))
    if check.began_ms is not None:
        seconds = max(0.0, study.now_ms - check.began_ms) / 1000
        if check.checked is not None:
            left = left + row(Span("  before your last save", Role.GHOST))
        return left, row(Span(f"checking… {seconds:.1f} s", Role.COMMAND))
    verdict, standing = check.verdict, study.known.standing
    if standing is not None and standing.attempts:
        left = left + row(Span(f"  attempt {standing.attempts}", Role.QUIET))
    if verdict is None:
        return left, Row()
    if verdict.finding is not None:
        return left, row(verdict.finding.id)
    return left, row(Span("passed", Role.GOOD)) if verdict.passed else row("not your code")


def short_rows(study: Study, cells: int) -> list[Row]:
    """Return the three lines."""
    rows = [_first(study, cells), _second(study), _third(study, cells)]
    if study.check.runs:
        rows[:2] = [Row((Span(str(one), Role.GHOST),)) for one in rows[:2]]
    key = row("  ", Span("enter", look=Look.STRONG), Span(" opens it", Role.QUIET))
    has_more = study.check.checked is not None and not study.known.is_sheet
    shown = (rows[0], sides(rows[1], key, cells) if has_more else rows[1], rows[2])
    return [one if one.cells <= cells else one.fitted(cells) for one in shown]


def _first(study: Study, cells: int) -> Row:
    check = study.check
    if check.trouble is not None:
        return row(" ", Span("The check could not be made", Role.FAULT, Look.STRONG), "; it is not counted")
    if (verdict := check.verdict) is None:
        return _before(study)
    match verdict.outcome:
        case Outcome.PASS:
            note = "" if verdict.ran else " (not run: no Docker)"
            return sides(row(" ", Span(f"PASS{note}", Role.GOOD, Look.STRONG)), row(spent(check), " "), cells)
        case Outcome.NOT_YET:
            return sides(_tasks(verdict), row(attempt(check), " "), cells)
        case Outcome.ENVIRONMENT:
            return row(" ", Span("ENVIRONMENT", look=Look.STRONG), " · not your code, and not counted")
        case Outcome.LAB_BUG:
            return row(" ", Span("LAB BUG", look=Look.STRONG), " · the check is at fault, not your code. Sorry.")


def _before(study: Study) -> Row:
    known = study.known
    if study.check.runs:
        return row(Span(" The first check of this session runs.", Role.QUIET))
    if known.standing is not None and known.standing.passed_at is not None:
        return row(" ", Span("Passed", Role.GOOD, Look.STRONG), "; c checks it again")
    if known.is_sheet:
        return row(
            " ", Span("enter", look=Look.STRONG), " opens the questions: your prediction first, then what happens"
        )
    return row(" Every save of your file is a check; ", Span("c", look=Look.STRONG), " checks now.")


def _tasks(verdict: Verdict) -> Row:
    finding = verdict.finding
    at = f"  task {finding.task} of {len(verdict.tasks)}" if finding and finding.task else ""
    line = row(" ", Span("NOT YET", Role.COMMAND, Look.STRONG), f"{at} ")
    for task in verdict.tasks:
        line = line + row("  ", Span(*SIGN[task.state]), f" {task.number}")
    return line


def _second(study: Study) -> Row:
    check = study.check
    if check.trouble is not None:
        return _named("mend", check.trouble.mend)
    if (verdict := check.verdict) is None:
        return row(Span(f" your file  {study.known.place}", Role.QUIET))
    if verdict.outcome is Outcome.NOT_YET and verdict.finding is not None:
        return _named("next", verdict.finding.look)
    if verdict.outcome is not Outcome.PASS:
        return _named("mend", verdict.mend)
    return _live(check)


def _live(check: Check) -> Row:
    if check.live is not None:
        return row(f" {clean(live_lines(check.live)[0])}")
    return row(Span(" Your lines go into the running shop…", Role.QUIET)) if check.goes_in else Row()


def _third(study: Study, cells: int) -> Row:
    verdict = study.check.verdict
    if verdict is not None and verdict.passed:
        following = study.next_exercise
        if following is None:
            return row(" Everything is passed.")
        return row(" ", Span("n", look=Look.STRONG), f"  next: {following.number} · {following.title}")
    line = row(Span(" hints ", Role.QUIET))
    return line + ladder(study.known.rungs, solution_open=study.known.solution_open, cells=cells - line.cells)


def _named(name: str, text: str) -> Row:
    return row(Span(f" {name}  ", Role.QUIET), clean(" ".join(text.split())))
