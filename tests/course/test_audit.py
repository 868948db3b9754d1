"""The gate fails loudly: every rule of the course is broken once, in a copy, and the audit names it."""

import re

import pytest

from lab.course.audit import record
from lab.course.audit.auditor import Auditor, Result
from lab.course.audit.rules import RULES, breaches, facts_of
from lab.course.audit.trials import Trials, unexplained
from lab.course.catalog import read_course
from lab.course.checker import Checker
from lab.shop.parts import PART_FILES

PORTS = {part.exercise: tuple(port.name for port in part.fills) for part in PART_FILES}
ID = "await"


def edit(file, old, new):
    text = file.read_text()
    assert old in text, (file, old)
    file.write_text(text.replace(old, new, 1))


def catalogue(one):
    return one.home.parent.parent / "course.toml"


def entry(one):
    """The lines of one exercise in the catalogue."""
    text = catalogue(one).read_text()
    return next(
        part for part in re.split(r"(?=^\[\[exercise\]\])", text, flags=re.MULTILINE) if f'id = "{one.id}"' in part
    )


def in_entry(old, new):
    def plant(one):
        before = entry(one)
        assert old in before, before
        edit(catalogue(one), before, before.replace(old, new, 1))

    return plant


def in_lesson(old, new):
    return lambda one: edit(one.lesson, old, new)


def first_wrong_answer(one):
    return min(one.wrong_answers.glob("*.py"))


def without_steps(one):
    one.lesson.write_text(re.sub(r"# \d+ ", "# ", one.lesson.read_text()))


def another_task(one):
    last = max(int(number) for number in re.findall(r"^(\d+)\. ", one.lesson.read_text(), re.MULTILINE))
    line = re.search(rf"^{last}\. .*$", one.lesson.read_text(), re.MULTILINE)[0]
    edit(one.lesson, line, f"{last}. One more thing.\n{last + 1}. {line.partition('. ')[2]}")


def a_check_that_imports(name):
    return lambda one: edit(one.check, "import pytest", f"import {name}\nimport pytest")


def a_solution_that_imports(name):
    return lambda one: edit(one.solution, "import asyncio", f"import asyncio\nimport {name}")


def an_odd_finding(one):
    edit(one.check, "FINDINGS = {", 'FINDINGS = {"odd": {"why": "", "look": ""},')


def without_questions(one):
    before = entry(one)
    edit(catalogue(one), before, before.split("[[exercise.questions]]")[0] + "\n")


def without_most_wrong_answers(one):
    for file in sorted(one.wrong_answers.glob("*.py"))[2:]:
        file.unlink()


PLANTED = [
    ("files", "starter", lambda one: one.starter.unlink()),
    ("files", "check", lambda one: one.check.unlink()),
    ("files", "solution", lambda one: one.solution.unlink()),
    ("lesson", "'Why' is missing", in_lesson("## Why", "## Wherefore")),
    ("lesson", "words", in_lesson("## Why\n", "## Why\n" + "word " * 1300)),
    ("lesson", "labelled steps", without_steps),
    ("lesson", "numbered", in_lesson("# 1 ", "# One ")),
    ("lesson", "'Your task' has the lines", another_task),
    ("lesson", "tests", lambda one: edit(one.check, "task(1)", "task(77)")),
    ("shape", "differ in", lambda one: edit(one.starter, "parcel: Parcel", "package: Parcel")),
    ("shape", "differ in", lambda one: edit(one.solution, "return the cheapest", "return the dearest")),
    ("imports", "imports lab.shop.parts", a_check_that_imports("lab.shop.parts")),
    ("imports", "imports lab.home", a_solution_that_imports("lab.home")),
    ("graph", "does not come before it", in_entry("requires = [", 'requires = ["kraft", ')),
    ("words", "no earlier exercise teaches", in_entry("uses = [", 'uses = ["zookeeper", ')),
    ("words", "table of words lacks it", in_entry("teaches = [", 'teaches = ["monad", ')),
    ("words", "which only", in_lesson("## The idea\n", "## The idea\n\nThink of the producer.\n")),
    ("wrong", "2 wrong answers", without_most_wrong_answers),
    ("wrong", "names no finding", lambda one: edit(first_wrong_answer(one), "finding:", "about:")),
    ("wrong", "is no wrong answer", in_entry("showcase = ", 'showcase = "no_such_answer" # ')),
    ("wrong", "has no showcase", in_entry("showcase = ", "# showcase = ")),
    ("findings", "explained nowhere", lambda one: edit(first_wrong_answer(one), "finding: ", "finding: odd-")),
    ("findings", "no wrong answer earns", an_odd_finding),
    ("ports", "course.toml says", in_entry("port = [", 'port = ["wrap", ')),
    ("links", "leads nowhere", in_lesson("## Further reading\n", "## Further reading\n\n[gone](gone.md)\n")),
    ("questions", "no question", without_questions),
    ("questions", "has no choice", in_entry("\nanswer = ", "\nanswer = 9 # ")),
    ("sums", "another sum", lambda one: one.starter.write_text(one.starter.read_text() + "\n# edited\n")),
]  # fmt: skip


@pytest.fixture
def one(own_course):
    del own_course
    return read_course().find(ID)


def found_in(exercise_id=ID):
    course = read_course()
    facts = facts_of(course, PORTS)
    return [(breach.rule, breach.what) for breach in breaches(course.find(exercise_id), facts)]


def test_the_course_as_it_is_holds_every_rule(course):
    facts = facts_of(course, PORTS)
    assert [breach for exercise in course for breach in breaches(exercise, facts)] == []


@pytest.mark.parametrize(("rule", "what", "plant"), PLANTED, ids=[f"{rule}-{what}" for rule, what, _ in PLANTED])
def test_a_planted_breach_is_found_by_its_rule(one, rule, what, plant):
    plant(one)
    assert any(name == rule and what in said for name, said in found_in()), found_in()


def test_every_rule_has_a_planted_breach():
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


# --- what only running shows ---


@pytest.fixture
def own(own_course):
    with Checker({"LAB_COURSE": str(own_course)}) as checker:
        yield checker


def tried(checker, *, with_mutants=False, times=1):
    exercise = read_course().find(ID)
    return Trials(checker, exercise, {}, lambda _: None).run(solution_times=times, with_mutants=with_mutants)


def rules_in(result):
    return {breach.rule for breach in result.breaches}


@pytest.mark.slow
def test_every_trial_finds_what_is_planted_for_it(one, own):
    good = tried(own, with_mutants=True, times=2)
    assert good.breaches == ()
    assert (good.starter_red, good.solution_green) == (True, 2)
    assert good.wrong_caught == good.wrong_answers > 3
    assert good.killed == good.mutants - len(good.survivors) > 5

    for rule, file, text in (
        ("starter", one.starter, "import nothing_of_the_kind\n"),
        ("solution", one.solution, one.starter.read_text()),
        ("wrong answer", first_wrong_answer(one), '"""finding: not-earned"""\n' + one.solution.read_text()),
        (
            "hint 4",
            one.lesson,
            one.lesson.read_text().replace("### Hint 4\n", "### Hint 4\n\n```python\nreturn 7\n```\n"),
        ),
        (
            "worked example",
            one.lesson,
            one.lesson.read_text().replace("```python\n", "```python\nraise SystemExit(3)\n", 1),
        ),
    ):
        before = file.read_text()
        assert text != before, rule
        file.write_text(text)
        assert rule in rules_in(tried(own)), rule
        file.write_text(before)


def test_a_check_that_lets_mutants_live_is_found(one, own):
    text = one.check.read_text()
    tests = re.findall(r"def (test_\w+)", text)
    for name in tests[1:]:
        text = text.replace(f"def {name}", f"def x_{name}")
    one.check.write_text(text)
    result = tried(own, with_mutants=True)
    assert result.survivors
    said = list(unexplained(one, result.survivors, {}))
    assert len(said) == len(result.survivors)
    assert list(unexplained(one, result.survivors, dict.fromkeys(result.survivors, "equal in effect"))) == []
    (stale,) = unexplained(one, {}, {"gone": "was explained"})
    assert stale.what.endswith("does not survive")


def test_a_check_that_breaks_on_a_mutant_is_found(one, own):
    with one.check.open("a") as file:
        file.write("\n\n@pytest.mark.task(1)\ndef test_that_breaks(answer):\n    raise ValueError('ours')\n")
    assert "solution" in rules_in(tried(own))


class ShopThatDoesNotRunIt:
    def env(self, _):
        return {}

    def runs(self, _):
        return "none of the 18 messages of an order says handled-by: mine"


@pytest.mark.slow
def test_a_part_that_the_shop_does_not_run_is_found_and_a_full_audit_is_remembered(one, own):
    course = read_course()

    def run(shop, *, full=False):
        auditor = Auditor(course, own, ports=PORTS, shop=shop, report=lambda *_: None)
        return auditor.run([one], full=full)

    result = run(ShopThatDoesNotRunIt())
    assert [breach.rule for breach in result.breaches] == ["shop"]
    assert not result.holds
    record.write({one.id: record.Audited(record.digest_of(one), 100, 99, 20)})
    remembered = run(None)
    assert (remembered.mutants, remembered.killed) == (100, 99)
    assert remembered.mutation_score == 0.99
    edit(one.solution, "import asyncio", "import asyncio  # changed")
    assert run(None).mutants != 100


def test_a_capstone_without_wrong_answers_is_found(own_course):
    course = read_course(own_course / "exercises" / "course.toml")
    capstone = course.find("capstone-1")
    assert breaches(capstone, facts_of(course, PORTS)) == []
    for file in capstone.wrong_answers.glob("*.toml"):
        file.unlink()
    assert "wrong" in {breach.rule for breach in breaches(capstone, facts_of(course, PORTS))}


def test_a_low_mutation_score_does_not_hold():
    assert Result(mutants=100, killed=95).holds
    assert not Result(mutants=100, killed=94).holds


def test_the_object_for_programs_has_what_it_promises():
    promised = {"exercises", "starters_red", "solutions_green", "wrong_answers", "wrong_caught", "mutation_score"}
    assert promised <= set(Result().as_object())
