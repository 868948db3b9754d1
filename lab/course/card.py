"""A verdict in plain text: pure, at most 78 columns, no colour. The terminal app draws its own from these objects."""

from textwrap import wrap
from typing import Final

from lab.course.verdict import Finding, Outcome, Row, TaskState, Verdict

WIDTH: Final = 78
_INDENT: Final = " " * 12
_CONTROLS: Final = (
    {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), "�")
)
_SIGNS: Final = {TaskState.PASSED: "✓", TaskState.FAILED: "✗", TaskState.NOT_RUN: "·"}


def card(verdict: Verdict, title: str = "") -> list[str]:
    """Return the whole card."""
    head = title or verdict.exercise
    if verdict.outcome is Outcome.ENVIRONMENT:
        return [*environment(verdict.what, verdict.mend).splitlines()]
    if verdict.outcome is Outcome.LAB_BUG:
        return lab_bug(verdict)
    passed = sum(task.state is TaskState.PASSED for task in verdict.tasks)
    counts = f"{passed} of {len(verdict.tasks)}"
    told = [part for line in verdict.told for part in _filled(line, "  ", "    ")]
    if verdict.passed:
        note = "" if verdict.ran else " (not run: no Docker)"
        return [f"PASS{note} · {head} · {counts}", *tasks(verdict), *told]
    lines = [f"NOT YET · {head} · {counts}", *tasks(verdict), *told]
    if verdict.finding:
        lines += ["", *finding(verdict.finding)]
    return lines


def tasks(verdict: Verdict) -> list[str]:
    """Return one line a task: its sign, its number, its sentence."""
    lines = [f"  {_SIGNS[task.state]} {task.number} {task.title}" for task in verdict.tasks]
    return [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines]


def finding(what: Finding, title: str = "") -> list[str]:
    """Return expected, saw, the timeline, why, and where to look next; with a title as a card of its own."""
    this_is_fine = "     this is expected" if what.id == "not-started" else ""
    where = f"task {what.task} · " if what.task else ""
    begin = "NOT YET · " if title else "  "
    head = [f"{begin}{where}{what.id}{this_is_fine}"]
    head += [f"  {title}"] if title else []
    lines = [*_named("expected", what.expected), *_named("saw", what.saw)]
    if what.timeline:
        lines += ["", *timeline(what.timeline)]
        lines += _filled(what.difference, "    first difference: ", "      ") if what.difference else []
        lines.append("")
    return [*head, *lines, *_named("why", what.why), *_named("next", what.look)]


def timeline(rows: tuple[Row, ...]) -> list[str]:
    """Return the messages as a table; ✗ marks those that are not as they should be.

    Messages that lie on no Kafka, only on a sheet of answers, have no partition (-1): their places are left out.
    """
    if all(row.partition < 0 for row in rows):
        return [
            f"    {'topic':<22} message",
            *(_seen(f"  {'✗' if row.wrong else ' '} {row.topic:<22} {row.type}")[:WIDTH] for row in rows),
        ]
    lines = [f"    {'topic':<20} {'part':>4} {'offset':>6}  {'key':<14} type"]
    for row in rows:
        sign = "✗" if row.wrong else " "
        key = row.key if len(row.key) <= 14 else row.key[:13] + "…"  # noqa: PLR2004  the column's width
        line = f"  {sign} {row.topic:<20} {row.partition:>4} {row.offset:>6}  {key:<14} {row.type}"
        lines.append(_seen(line)[:WIDTH])
    return lines


def environment(what: str, mend: str) -> str:
    """Say that something outside the learner's file is missing, and what brings it back."""
    return "\n".join(["ENVIRONMENT · not your code, and not counted", *_named("what", what), *_named("mend", mend)])


def lab_bug(verdict: Verdict) -> list[str]:
    """Apologise, name the report, and say how to go on."""
    return [
        "LAB BUG · the check itself is at fault, not your code. Sorry.",
        *_named("what", verdict.what),
        *_named("report", verdict.report or "none could be written"),
        *_named("next", verdict.mend),
    ]


def _named(name: str, text: str) -> list[str]:
    return _filled(text, f"  {name:<10}", _INDENT)


def _seen(text: str) -> str:
    """The text with a sign in the place of each control character: what a learner's lines said moves no cursor."""
    return text.translate(_CONTROLS)


def _filled(text: str, first: str, rest: str) -> list[str]:
    paragraphs = text.splitlines() or [""]
    lines: list[str] = []
    for paragraph in paragraphs:
        begin, text = rest if lines else first, _seen(paragraph.expandtabs())
        wrapped = wrap(text, WIDTH, initial_indent=begin, subsequent_indent=rest, break_on_hyphens=False)
        lines += wrapped or [begin.rstrip()]
    return lines
