"""What can be seen by reading. THE table of rules is at the end; a rule yields a breach for each thing it finds."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.course.audit.breach import Breach
from lab.course.audit.shapes import imported, shape_of, tasks_of
from lab.course.audit.wrong import wrong_answers
from lab.course.catalog import Course, Exercise, Kind, course_root
from lab.course.findings import GENERAL
from lab.course.lesson import WORDS_AT_MOST, Lesson, read_lesson
from lab.course.starters import edited_in_exercises
from lab.errors import LabError

WRONG_AT_LEAST: Final = 3
STEPS: Final = range(4, 7)
_MAY_IMPORT: Final = re.compile(
    r"lab\.shop\.(contracts|ports)(\..*)?|lab\.shop\.services\.\w+\.tables|lab\.shop\.runtime\.tables"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at."""

    course: Course
    ports: Mapping[str, tuple[str, ...]]
    """By exercise: the names of the ports that its part fills in the shop."""
    lessons: Mapping[str, Lesson]
    """The lessons that can be read."""


Found = Iterator[tuple[str, str]]
"""What is wrong, and what to do about it."""


def facts_of(course: Course, ports: Mapping[str, tuple[str, ...]]) -> Facts:
    """Read the lessons once for all rules."""
    lessons = {}
    for one in course:
        try:
            lessons[one.id] = read_lesson(one.lesson)
        except LabError:
            continue  # the rule `lesson` tells of it
    return Facts(course, ports, lessons)


def files(one: Exercise, _: Facts) -> Found:
    for what, file in (("starter", one.starter), ("check", one.check), ("solution", one.solution)):
        if not file.is_file():
            yield f"its {what} {_short(file)} is not there", "Write it, or correct `folder` and `file` in course.toml."


def lesson(one: Exercise, facts: Facts) -> Found:
    if one.id not in facts.lessons:
        try:
            read_lesson(one.lesson)
        except LabError as error:
            yield error.what, error.mend
        return
    found = facts.lessons[one.id]
    if found.words > WORDS_AT_MOST:
        yield f"the lesson has {found.words} words", f"At most {WORDS_AT_MOST}: what can be left out?"
    if one.kind is Kind.PART and len(found.steps) not in STEPS:
        yield f"the worked example has {len(found.steps)} labelled steps", "Label 4 to 6: `# 1 Choose the topic: …`."
    if one.check.is_file() and tasks_of(one.check) != set(found.tasks):
        yield (
            f"'Your task' has the lines {sorted(found.tasks)}, the check tests {sorted(tasks_of(one.check))}",
            "Each number is one test, marked `@pytest.mark.task(n)`.",
        )


def shape(one: Exercise, _: Facts) -> Found:
    if one.starter.is_file() and one.solution.is_file() and shape_of(one.starter) != shape_of(one.solution):
        different = set(shape_of(one.starter)) ^ set(shape_of(one.solution))
        yield f"starter and solution differ in: {min(different)[:160]}", "Give both the same names and promises."


def imports(one: Exercise, _: Facts) -> Found:
    for file in (one.check, one.starter, one.solution):
        if not file.is_file() or file.suffix != ".py":
            continue
        for name in imported(file):
            if name.split(".")[0] == "lab" and not _MAY_IMPORT.fullmatch(name):
                yield f"{_short(file)} imports {name}", "Contracts, ports and tables only; the rest comes by fixtures."


def graph(one: Exercise, facts: Facts) -> Found:
    before = [other.id for other in facts.course if other.number < one.number]
    for name in one.requires:
        if name not in before:
            yield f"it requires {name!r}, which does not come before it", "Change `requires`, or the sequence."


def words(one: Exercise, facts: Facts) -> Found:
    taught = {word for other in facts.course if other.number < one.number for word in other.teaches}
    for word in one.uses:
        if word not in taught and word not in facts.course.known:
            yield f"it uses the word {word!r}, which no earlier exercise teaches", "Teach it, or put it into `known`."
    found = facts.lessons.get(one.id)
    if found is None:
        return
    terms = {_plain(term) for term in found.terms}
    for word in one.teaches:
        if _plain(word) not in terms:
            yield f"it says that it teaches {word!r}, and its table of words lacks it", "Explain it under 'Words'."
    own = set(one.teaches) | set(one.uses) | terms | taught
    for other in facts.course:
        if other.number > one.number:
            for word in other.teaches:
                if word not in own and re.search(rf"\b{re.escape(word)}s?\b", _prose(found), re.IGNORECASE):
                    yield (
                        f"it uses {word!r}, which only {other.id} teaches",
                        "Say it in other words, or explain it on the spot and name it under 'Words'.",
                    )


def wrong(one: Exercise, _: Facts) -> Found:
    found = wrong_answers(one)
    if one.kind in {Kind.PART, Kind.FILE, Kind.CAPSTONE} and len(found) < WRONG_AT_LEAST:
        yield f"it has {len(found)} wrong answers", f"At least {WRONG_AT_LEAST}, such as people really write."
    for answer in found:
        if not answer.finding:
            yield f"{_short(answer.file)} names no finding", 'Begin it with """finding: some-id'
    if one.broken is not None and not one.broken.is_file():
        yield (
            f"its showcase {one.showcase!r} is no wrong answer",
            f"There are: {', '.join(a.file.stem for a in found)}.",
        )
    if one.kind is Kind.PART and one.showcase is None:
        yield "it has no showcase", "Name the wrong answer that is best seen in the running shop."


def findings(one: Exercise, _: Facts) -> Found:
    from lab.course.kit.hooks import explained  # noqa: PLC0415  it brings pytest along

    if not one.check.is_file():
        return
    own, earned = explained(one.check), {answer.finding for answer in wrong_answers(one)}
    for name in sorted(earned - own - set(GENERAL) - {""}):
        yield f"the finding {name!r} is explained nowhere", f"Put it into FINDINGS of {_short(one.check)}."
    for name in sorted(own - earned):
        yield f"no wrong answer earns the finding {name!r}", "Write the answer that does, or take the finding out."


def ports(one: Exercise, facts: Facts) -> Found:
    really = facts.ports.get(one.id, ())
    if one.kind is Kind.PART and set(one.port) != set(really):
        yield f"course.toml says that it fills {list(one.port)}, the shop {list(really)}", "They must agree."


def links(one: Exercise, _: Facts) -> Found:
    text = one.lesson.read_text(encoding="utf-8") if one.lesson.is_file() else ""
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)):
        path = target.partition("#")[0]
        if path and not re.match(r"[a-z]+:", path) and not (one.lesson.parent / path).exists():
            yield f"its link {target} leads nowhere", "Correct it."


def questions(one: Exercise, _: Facts) -> Found:
    if not one.questions:
        yield "it has no question that comes back", "Add [[exercise.questions]] about its one idea."
    for question in one.questions:
        if question.answer > len(question.choices):
            yield f"{question.ask!r} has no choice {question.answer}", "Count from 1."


def sums(one: Exercise, facts: Facts) -> Found:
    if one in edited_in_exercises(facts.course):
        yield "exercises/starters.toml has another sum of its starter", "Write the sums anew: just docs"


def _prose(found: Lesson) -> str:
    """The lesson's text without code and without its last sections, which may look ahead."""
    text = "\n".join(s.text for s in found.sections if s.title not in {"After", "Further reading", "Words"})
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`\n]*`|^ {4}.*$", "", text, flags=re.MULTILINE)


def _plain(word: str) -> str:
    return word.strip("` ").casefold()


def _short(file: Path) -> str:
    return str(file.relative_to(course_root())) if file.is_relative_to(course_root()) else str(file)


Rule = Callable[[Exercise, Facts], Found]
RULES: Final[Mapping[str, Rule]] = {
    rule.__name__: rule
    for rule in (files, lesson, shape, imports, graph, words, wrong, findings, ports, links, questions, sums)
}


def breaches(one: Exercise, facts: Facts) -> list[Breach]:
    """Hold one exercise against every rule."""
    return [Breach(one.id, name, what, mend) for name, rule in RULES.items() for what, mend in rule(one, facts)]
