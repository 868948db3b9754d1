"""Every way in which a right Python file is made wrong, on a few lines each; and what holds for all of them."""

import ast
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from lab.course.mutants import mutants
from lab.course.mutation.operators import OPERATORS
from lab.errors import LabError

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = sorted((ROOT / "solutions").rglob("*.py"))

# operator, a file, and everything that the operator makes of it, from top to end
EXAMPLES = [
    ("drop-statement", "def f(x):\n    x.a()\n    x.b()", ["def f(x):\n    x.b()", "def f(x):\n    x.a()"]),
    ("drop-statement", "def f(x):\n    for y in x:\n        g(y)", ["def f(x):\n    for y in x:\n        pass"]),
    ("drop-statement", "def f(x):\n    x.status = 1", ["def f(x):\n    pass"]),
    ("drop-statement", "def f(x):\n    y = 1\n    y += x\n    return y", ["def f(x):\n    y = 1\n    return y"]),
    ("drop-statement", "def f(x):\n    y = g(x)\n    y = h(y)\n    return y",
     ["def f(x):\n    y = g(x)\n    return y"]),
    ("drop-statement", "def f(x):\n    if x:\n        g()\n        return 1\n    return 2",
     ["def f(x):\n    if x:\n        return 1\n    return 2", "def f(x):\n    if x:\n        g()\n    return 2"]),
    ("drop-statement", "class A:\n    strict = True", ["class A:\n    pass"]),
    ("drop-statement", "class A:\n    price: int", ["class A:\n    pass"]),
    ("swap-statements", "async def f(a):\n    await a.store()\n    await a.tell()",
     ["async def f(a):\n    await a.tell()\n    await a.store()"]),
    ("return-none", "def f():\n    return 1", ["def f():\n    return None"]),
    ("branch-always", "def f(x):\n    if x > 0:\n        return g(x)\n    return h(x)",
     ["def f(x):\n    if True:\n        return g(x)\n    return h(x)"]),
    ("branch-always", "def f(x):\n    while x():\n        g()", ["def f(x):\n    while True:\n        g()"]),
    ("branch-never", "y = a if b else c", ["y = a if False else c"]),
    ("loop-once", "for x in y:\n    f(x)", ["for x in y:\n    f(x)\n    break"]),
    ("swap-exit", "for x in y:\n    if x:\n        break\n    f(x)",
     ["for x in y:\n    if x:\n        continue\n    f(x)"]),
    ("swap-exit", "for x in y:\n    if x:\n        continue\n    f(x)",
     ["for x in y:\n    if x:\n        break\n    f(x)"]),
    ("widen-except", "try:\n    f()\nexcept KeyError:\n    g()", ["try:\n    f()\nexcept Exception:\n    g()"]),
    ("unwrap", "with a.begin():\n    f()\n    g()", ["f()\ng()"]),
    ("unwrap", "async def f(a):\n    async with a.begin():\n        await g()", ["async def f(a):\n    await g()"]),
    ("unwrap", "try:\n    f()\nexcept KeyError:\n    g()", ["f()"]),
    ("unwrap", "try:\n    f()\nfinally:\n    g()", ["f()"]),
    ("unwrap", "try:\n    f()\nexcept KeyError:\n    g()\nfinally:\n    h()",
     ["try:\n    f()\nfinally:\n    h()", "try:\n    f()\nexcept KeyError:\n    g()"]),
    ("drop-case", "match x:\n    case A():\n        f()\n    case _:\n        g()",
     ["match x:\n    case _:\n        g()", "match x:\n    case A():\n        f()"]),
    ("drop-await", "async def f(p):\n    await p.send()", ["async def f(p):\n    p.send()"]),
    ("await-in-turn", "async def f(c):\n    return await asyncio.gather(*(one.ask() for one in c))",
     ["async def f(c):\n    return [await one.ask() for one in c]"]),
    ("drop-keyword", "f(a, key=b, headers=c)", ["f(a, headers=c)", "f(a, key=b)"]),
    ("drop-argument", "q.where(a == 1, b == 2)", ["q.where(b == 2)", "q.where(a == 1)"]),
    ("drop-argument", "f(a.b, 1)", ["f(a.b)"]),
    ("swap-arguments", "f(a.x, b, c)", ["f(b, a.x, c)", "f(a.x, c, b)"]),
    ("swap-arguments", "f('a', 'b', 1)", ["f('b', 'a', 1)"]),
    ("skip-call", "x = a.id.encode()", ["x = a.id"]),
    ("skip-call", "x = str(a)", ["x = a"]),
    ("skip-call", "x = select(a).where(b)", ["x = select(a)"]),
    ("get-as-index", "x = a.get(b)", ["x = a[b]"]),
    ("other-call", "p.send_and_wait(min(a))", ["p.send(min(a))", "p.send_and_wait(max(a))"]),
    ("change-constant", "x = [1, 5, True, 'a b', b'c']",
     ["x = [2, 5, True, 'a b', b'c']", "x = [0, 5, True, 'a b', b'c']", "x = [1, 6, True, 'a b', b'c']",
      "x = [1, 5, False, 'a b', b'c']", "x = [1, 5, True, 'a bx', b'c']", "x = [1, 5, True, 'a b', b'cx']"]),
    ("change-constant", "f(timeout_ms=200, max_records=10, reset='earliest')",
     ["f(timeout_ms=200000, max_records=10, reset='earliest')", "f(timeout_ms=200, max_records=11, reset='earliest')",
      "f(timeout_ms=200, max_records=10, reset='latest')"]),
    ("change-constant", "def f(x=3):\n    pass", ["def f(x=4):\n    pass"]),
    ("change-key", "x = {'a': b}\nx['c'] = d", ["x = {'ax': b}\nx['c'] = d", "x = {'a': b}\nx['cx'] = d"]),
    ("other-attribute", "f(event.order_id.encode())\ng(event.name)",
     ["f(event.name.encode())\ng(event.name)", "f(event.order_id.encode())\ng(event.order_id)"]),
    ("other-attribute", 'def f(event):\n    """Has event.id, event.key and event.ready()."""\n    return event.id',
     ['def f(event):\n    """Has event.id, event.key and event.ready()."""\n    return event.key']),
    ("other-name", "from t import ONE, TWO\nf(ONE)\ng(TWO)",
     ["from t import ONE, TWO\nf(TWO)\ng(TWO)", "from t import ONE, TWO\nf(ONE)\ng(ONE)"]),
    ("other-name", "from t import One, Two\nf(One.name, Two.name, One.mine)",
     ["from t import One, Two\nf(Two.name, Two.name, One.mine)",
      "from t import One, Two\nf(One.name, One.name, One.mine)"]),
    ("drop-element", "x = [a]\ny = (b, c)", ["x = []\ny = (b, c)", "x = [a]\ny = (c,)", "x = [a]\ny = (b,)"]),
    ("drop-pair", "x = {'a': b, **c}", ["x = {**c}", "x = {'a': b}"]),
    ("swap-elements", "x = [a, b, c]", ["x = [b, a, c]", "x = [a, c, b]"]),
    ("drop-part", "x = f'{a}/{b.c}'", ["x = f'/{b.c}'", "x = f'{a}/'"]),
    ("negate", "def f(x):\n    while x():\n        g()", ["def f(x):\n    while not x():\n        g()"]),
    ("negate", "x = [a for a in b if not a.gone]", ["x = [a for a in b if a.gone]"]),
    ("drop-condition", "x = a and b", ["x = b and b", "x = a and a"]),
    ("drop-condition", "x = [a for a in b if a > c]", ["x = [a for a in b]"]),
    ("swap-and-or", "x = a and b", ["x = a or b"]),
    ("flip-comparison", "if a < b:\n    f(c == d, e not in g)",
     ["if a <= b:\n    f(c == d, e not in g)", "if a < b:\n    f(c != d, e not in g)",
      "if a < b:\n    f(c == d, e in g)"]),
    ("swap-arithmetic", "x = a + b\nx -= c", ["x = a - b\nx -= c", "x = a + b\nx += c"]),
    ("drop-sign", "x = f(~a, -b, not c)", ["x = f(a, -b, not c)", "x = f(~a, b, not c)", "x = f(~a, -b, c)"]),
]  # fmt: skip

# An operator, and a file in which it finds nothing to do.
NOTHING = [
    ("drop-statement", "def f(x):\n    y = g(x)\n    return y"),  # the next line would fail at once
    ("drop-statement", "x = 1\ny = 2"),
    ("drop-statement", "def f(x):\n    g = 1\n    if x:\n        return g\n    else:\n        return 2"),  # return-none
    ("drop-statement", "for x in y:\n    if x:\n        continue"),
    ("drop-statement", "def f(x):\n    if x:\n        return\n    g = 1\n    return g"),  # branch-never
    ("swap-statements", "def f(a):\n    a.b()\n    a.c()"),
    ("return-none", "def f():\n    return None"),
    ("branch-always", "while True:\n    f()"),
    ("loop-once", "for x in y:\n    return x"),
    ("widen-except", "try:\n    f()\nexcept Exception:\n    g()"),
    ("unwrap", "with a.begin() as b:\n    f(b)"),
    ("drop-case", "match x:\n    case A():\n        f()"),
    ("drop-argument", "f(a, b)"),
    ("swap-arguments", "min(a, b)\nf(a, [b])\ng(a, *b)"),
    ("skip-call", "x = a.save()"),
    ("get-as-index", "x = a.get(b, c)"),
    ("other-attribute", "f(saga.order.lines, saga.body.name)"),
    ("other-name", "from t import One, Two\nf(One.mine)\ng(Two.other)"),
    ("drop-element", "a, b = c, d"),
    ("negate", "x = a or 0"),
    ("flip-comparison", "if a == b:\n    f()"),
    ("swap-arithmetic", "x = 'a' + b"),
]


def made_by(operator, source):
    return [normal(mutant.source) for mutant in mutants(source) if mutant.operator == operator]


def normal(source):
    return ast.unparse(ast.parse(source))


@pytest.mark.parametrize(("operator", "source", "wrong"), EXAMPLES)
def test_an_operator_makes_these_and_no_others(operator, source, wrong):
    assert made_by(operator, source) == [normal(one) for one in wrong]


@pytest.mark.parametrize(("operator", "source"), NOTHING)
def test_an_operator_leaves_alone_what_would_teach_nothing(operator, source):
    assert made_by(operator, source) == []


def test_every_operator_has_an_example_and_a_reason_of_its_own():
    names = [operator.name for operator in OPERATORS]
    assert {example[0] for example in EXAMPLES} == set(names)
    assert len(set(names)) == len(names) == len({operator.reason for operator in OPERATORS})


@pytest.mark.parametrize(
    "source",
    [
        '"""A module."""\nimport a\nfrom b import c as d',
        "__all__ = ['a', 'b']",
        'class A:\n    """What it is."""\n\n    def f(self):\n        """What it does."""',
        "def f(a: 'list[int]', b: int | None, *c: str) -> dict[str, int]:\n    pass",
        "def f():\n    x: dict[str, Literal['a', 'b']]",
        "Handler = TypeVar('Handler', bound='Body')\nS = State\nRows = tuple[Row, ...]\nMaybe = int | str",
        "if TYPE_CHECKING:\n    from a import b\nif __name__ == '__main__':\n    main()",
        "class A(Base, total=False):\n    pass",
    ],
)
def test_what_only_readers_and_type_checkers_see_is_left_alone(source):
    assert mutants(source) == []


def test_the_wording_of_errors_and_logs_is_left_alone():
    source = """
        def f(x):
            log.info("it begins", order=x.id, kind="a")
            raise Refused(f"not {x.name}", "ask again", code=404, detail="gone")
        """
    operators = [mutant.id for mutant in mutants(dedent(source))]
    assert operators == [
        "drop-statement:log.info@3",
        "drop-statement:raise@4",
        "drop-keyword:code@4",
        "change-constant:404@4",
        "drop-keyword:detail@4",
    ]


def test_what_stands_behind_a_type_in_annotated_is_obeyed_and_so_it_is_changed():
    source = (
        "class A:\n    n: Annotated[int, Field(ge=1)]\n\ndef f(a: list[Annotated[str, Query(alias='b')]]):\n    pass"
    )
    found = {mutant.id for mutant in mutants(source)}
    assert {"drop-keyword:ge@2", "change-constant:1@2", "drop-keyword:alias@4", "change-constant:b@4"} <= found
    assert "drop-element:int@2" not in found


def test_a_name_that_only_annotations_use_is_taken_for_no_other():
    source = "from t import ONE, TWO, THREE\ndef f(x: TWO) -> THREE:\n    return g(ONE)"
    assert made_by("other-name", source) == []


def test_a_mutant_says_where_it_is_and_what_is_wrong():
    source = (
        "def f(p, key):\n    # why\n    return p.send(\n        key=key,\n        headers={'a': 1, 'b': 2},\n    )\n"
    )
    by_id = {mutant.id: mutant for mutant in mutants(source)}
    mutant = by_id["drop-keyword:key@4"]
    assert (mutant.line, mutant.operator, mutant.description) == (4, "drop-keyword", "line 4: without key=key")
    assert mutant.source == "def f(p, key):\n    return p.send(headers={'a': 1, 'b': 2})\n"
    assert "drop-pair:b@5" in by_id


def test_mutants_that_are_alike_are_one_and_what_changes_nothing_is_none():
    assert made_by("drop-element", "x = [a, a]") == ["x = [a]"]
    assert made_by("swap-elements", "x = [a, a]") == []
    assert made_by("swap-arguments", "f(a, a)") == []


def test_two_of_one_name_are_numbered():
    ids = [mutant.id for mutant in mutants("f(g(key=1), key=2)") if mutant.operator == "drop-keyword"]
    assert ids == ["drop-keyword:key@1", "drop-keyword:key@1#2"]


@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_every_mutant_of_a_solution_compiles_and_is_like_no_other(file):
    source = file.read_text()
    found = mutants(source)
    assert len(found) > 5
    texts = [normal(mutant.source) for mutant in found]  # so each of them can be read
    for mutant in found:
        compile(mutant.source, mutant.id, "exec")
    assert normal(source) not in texts
    assert len(set(texts)) == len(texts)
    assert len({mutant.id for mutant in found}) == len(found)
    assert [mutant.line for mutant in found] == sorted(mutant.line for mutant in found)


def test_the_same_file_has_the_same_mutants_in_every_process():
    program = (
        "import sys, hashlib; from lab.course.mutants import mutants\n"
        "print(hashlib.sha256(repr(mutants(sys.stdin.read())).encode()).hexdigest())"
    )
    source = (ROOT / "solutions/phase1_basics/e03_envelope/envelope.py").read_text()
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=source,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_what_the_lesson_of_produce_warns_of_is_among_its_mutants():
    source = (ROOT / "solutions/phase1_basics/e04_produce/order_events.py").read_text()
    found = {mutant.id.split("@")[0] for mutant in mutants(source)}
    assert {
        "drop-keyword:key",
        "other-attribute:event.order_id-customer_id",
        "other-call:send_and_wait",
        "drop-await:producer.send_and_wait",
        "skip-call:encode",
        "return-none:value",
    } <= found


def test_a_file_that_python_cannot_read_has_no_mutants():
    with pytest.raises(LabError, match="cannot be read"):
        mutants("def f(:")


def test_a_file_of_an_unknown_kind_has_no_mutants():
    with pytest.raises(LabError, match=r"'\.txt'") as caught:
        mutants("a", ".txt")
    assert ".yaml" in caught.value.mend
