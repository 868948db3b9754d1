"""The loader of parts: what can be wrong with a file, and that the shop runs the lines that were chosen."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest

from lab.bundle import shipped
from lab.errors import ExitCode, LabError, PartDoesNotLoad
from lab.shop import ports
from lab.shop.contracts import TOPIC_OF, Command, Message, decode
from lab.shop.parts import PART_FILES, Choice, Parts, load_file, read_choices
from lab.shop.ports import RELEASE_STOCK, RESERVE_STOCK, SEND_NOTIFICATION, Port
from lab.shop.runtime.service import EVERY_UNITS_PORTS, Service
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.topics import ensure_topics
from lab.shop.tap import snapshot
from lab.shop.units import UNITS
from tests.shop.harness import new_prefix, open_shop, sqlite

SOLUTIONS = shipped() / "solutions"
FILE_OF = {part.exercise: SOLUTIONS / part.path for part in PART_FILES}


def chosen(tmp_path: Path, source: str, exercise: str = "reserve") -> Parts:
    file = tmp_path / f"{exercise}.py"
    file.write_text(source)
    return Parts(1, {exercise: Choice("mine", file)})


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("x = 1\ndef reserve_stock(:\n", 2, "invalid syntax"),
        ("def reserve_stock():\nreturn\n", 2, "expected an indented block"),
        ("x = 1\n\n\nimport nowhere_at_all\n", 4, "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("from lab.shop.contracts import Nothing\n", 1, "ImportError: cannot import name 'Nothing'"),
        ("import sys\nsys.exit(0)\n", 2, "SystemExit: 0"),
        ("def helper():\n    return 1 / 0\n\n\nhelper()\n", 2, "ZeroDivisionError: division by zero"),
        ("raise BaseException('no more')\n", 1, "BaseException: no more"),
        ("x = '\0'\n", 1, "a NUL byte"),
    ],
    ids=["no syntax", "no indent", "no module", "no name in it", "sys.exit", "deeper", "anything", "a NUL"],
)
def test_a_file_that_cannot_be_loaded_is_an_error_with_file_and_line(tmp_path, source, line, what) -> None:
    parts = chosen(tmp_path, source)
    with pytest.raises(PartDoesNotLoad) as fault:
        parts[RESERVE_STOCK]
    assert fault.value.what.startswith(f"{tmp_path / 'reserve.py'}, line {line}: ")
    assert what in fault.value.what
    assert fault.value.exit_code is ExitCode.PART
    assert fault.value.mend


def test_a_file_that_is_not_there_or_is_not_text_is_an_error_with_its_name(tmp_path) -> None:
    parts = Parts(1, {"reserve": Choice("mine", tmp_path / "gone.py")})
    with pytest.raises(PartDoesNotLoad, match=r"gone\.py cannot be read: No such file"):
        parts[RESERVE_STOCK]
    with pytest.raises(PartDoesNotLoad, match="cannot be read: Is a directory"):
        Parts(1, {"reserve": Choice("mine", tmp_path)})[RESERVE_STOCK]
    (tmp_path / "latin.py").write_bytes(b"# caf\xe9\n")
    with pytest.raises(PartDoesNotLoad, match=r"latin\.py, line 1: it is not UTF-8 text: byte 0xe9"):
        Parts(1, {"reserve": Choice("mine", tmp_path / "latin.py")})[RESERVE_STOCK]


def test_a_name_that_the_file_does_not_define_is_named_and_never_replaced_by_the_solution(tmp_path) -> None:
    parts = chosen(tmp_path, "async def reserve_all(command, session):\n    return []\n")
    with pytest.raises(PartDoesNotLoad, match=r"reserve\.py does not define reserve_stock"):
        parts[RESERVE_STOCK]
    undo = chosen(tmp_path, "async def release_stock(command, session):\n    return []\n", "undo")
    assert undo[RELEASE_STOCK].__name__ == "release_stock"
    with pytest.raises(PartDoesNotLoad, match=r"undo\.py does not define ROWS"):
        undo.table()


@pytest.mark.parametrize("rows", ["(Row(S.NEW, On('x'), S.NEW))", "[Row(S.NEW, On('x'), S.NEW)]", "(1,)", "None"])
def test_rows_that_are_no_tuple_of_rows_are_an_error_that_thinks_of_the_comma(tmp_path, rows) -> None:
    head = "from lab.shop.contracts import State as S\nfrom lab.shop.ports import On, Row\n"
    parts = chosen(tmp_path, f"{head}ROWS = {rows}\n", "undo")
    with pytest.raises(PartDoesNotLoad, match=r"undo\.py: ROWS must be a tuple of Row; a single one needs a comma"):
        parts.table()


def test_a_setting_that_cannot_be_read_is_named_with_its_value() -> None:
    env = {**os.environ, "LAB_TRANSIT_SECONDS": "soon"}
    command = [sys.executable, "-m", "lab.shop.unit", "fulfilment"]
    done = subprocess.run(command, cwd=shipped(), env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitCode.USAGE == 2
    assert "LAB_TRANSIT_SECONDS=soon" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


class Declared(Parts):
    """Parts that note what is asked for and was not loaded at the start."""

    loaded: frozenset[Port[Any]] | None = None
    surprises: ClassVar[list[str]] = []

    def load(self, ports: Iterable[Port[Any]]) -> None:
        wanted = list(ports)
        super().load(wanted)
        self.loaded = frozenset(wanted)

    def __getitem__(self, port: Port[Any]) -> Any:
        if self.loaded is not None and port not in self.loaded:
            self.surprises.append(port.name)
        return super().__getitem__(port)


@pytest.mark.anyio
async def test_every_port_that_a_unit_uses_is_loaded_before_anything_runs(kafka_address, tmp_path) -> None:
    async with open_shop(kafka_address, sqlite(tmp_path), parts=lambda: Declared(1)) as shop:
        assert await shop.ending(await shop.place()) == "delivered"
        assert await shop.ending(await shop.place(card="card-refused")) == "rejected"
        refused = await shop.clients["order"].post("/orders", json={}, headers={"Idempotency-Key": "k"})
        assert refused.status_code == 422
        body = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 1}]}
        keyed = await shop.clients["order"].post("/orders", json=body, headers={"Idempotency-Key": "k"})
        assert keyed.status_code == 202
    assert Declared.surprises == []
    blueprints = [import_module(unit.blueprint).BLUEPRINT for unit in UNITS]
    declared = {*EVERY_UNITS_PORTS, *(port for blueprint in blueprints for port in blueprint.ports)}
    assert declared == {port for port in vars(ports).values() if isinstance(port, Port)}


def test_a_fault_in_one_file_hurts_only_those_who_ask_for_it(tmp_path) -> None:
    parts = chosen(tmp_path, "1 / 0\n")
    assert parts[SEND_NOTIFICATION].__name__ == "send_notification"
    assert parts.table()[0]


def test_two_saves_of_equal_size_in_one_second_run_the_newer_lines(tmp_path) -> None:
    file = tmp_path / "part.py"
    for number in range(1, 6):
        file.write_text(f"NUMBER = {number}\n")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        newest = load_file(file, "orderlab_part_of_a_test").NUMBER
        assert newest == number
    assert not list(tmp_path.glob("**/*.pyc"))
    sys.modules.pop("orderlab_part_of_a_test")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"reserve": "mine"}',
        '{"reserve": {"origin": "mine"}}',
        '{"reserve": null}',
        '{"reserve": {"origin": "my\\nown", "file": "x.py"}}',
        '{"reserve": {"origin": [], "file": "x.py"}}',
    ],
)
def test_a_damaged_file_of_choices_is_an_error_that_says_what_to_do(tmp_path, text) -> None:
    file = tmp_path / "choices.json"
    file.write_text(text)
    with pytest.raises(LabError) as fault:
        read_choices(file)
    assert str(file) in fault.value.what
    assert "Delete it" in fault.value.mend


def test_choices_that_are_not_there_are_none(tmp_path) -> None:
    assert read_choices(tmp_path / "choices.json") == {}
    (tmp_path / "choices.json").write_text('{"reserve": {"origin": "mine", "file": "reserve.py"}}')
    assert read_choices(tmp_path / "choices.json") == {"reserve": Choice("mine", Path("reserve.py"))}


async def one_order(kafka: str, folder: Path, origins: Mapping[str, str]) -> dict[str, Message[Any]]:
    """Take one order through a shop in which these exercises' parts are copies; return its messages by name."""
    choices = {}
    for exercise, origin in origins.items():
        file = folder / f"{exercise}.py"
        shutil.copy(FILE_OF[exercise], file)
        choices[exercise] = Choice(origin, file)
    prefix = new_prefix()
    async with open_shop(kafka, sqlite(folder), prefix=prefix, parts=lambda: Parts(1, choices)) as shop:
        assert await shop.ending(await shop.place()) == "delivered"
    messages = [decode(seen.record) for seen in await snapshot(kafka, prefix)]
    found = {message.name: message for message in messages if isinstance(message, Message)}
    assert len(found) == len(messages) == 18
    return found


@pytest.mark.anyio
async def test_a_part_shows_in_the_messages_that_it_had_a_hand_in_and_nowhere_else(kafka_address, tmp_path) -> None:
    mine = dict.fromkeys(["reserve", "await", "produce", "validate", "undo", "table"], "mine")
    told = await one_order(kafka_address, tmp_path, mine)
    commands = {body.name for body in TOPIC_OF if issubclass(body, Command)}
    assert {name: set(message.parts) for name, message in told.items() if message.parts} == {
        "order.created": {"produce", "validate"},
        "inventory.checked": {"reserve"},
        "shipping.initiated": {"await"},
        **{name: {"table"} for name in commands & set(told)},  # the rows of `undo` are for orders that fail
    }
    others = {name: message.handled_by for name, message in told.items() if not message.parts}
    assert others.pop("shipping.delivered") == "lab"  # no exercise brings it
    assert set(others.values()) == {"solution"}
    assert {message.handled_by for message in told.values() if message.parts} == {"mine"}


@pytest.mark.anyio
async def test_parts_that_carry_messages_show_in_all_that_they_carry_and_broken_wins_over_mine(
    kafka_address, tmp_path
) -> None:
    told = await one_order(kafka_address, tmp_path, {"envelope": "mine", "read": "broken", "await": "mine"})
    answers = {name: message for name, message in told.items() if name not in {"order.created", "shipping.delivered"}}
    assert {message.handled_by for message in answers.values()} == {"broken"}
    assert told["shipping.initiated"].parts == {"envelope": "mine", "read": "broken", "await": "mine"}
    assert told["payment.processed"].parts == {"envelope": "mine", "read": "broken"}
    for nobody_was_read in ("order.created", "shipping.delivered"):
        assert told[nobody_was_read].handled_by == "mine"
        assert told[nobody_was_read].parts == {"envelope": "mine"}


@pytest.mark.anyio
async def test_whoever_ends_the_transaction_has_a_hand_in_every_message(kafka_address, tmp_path) -> None:
    told = await one_order(kafka_address, tmp_path, {"accept": "mine"})
    assert {message.handled_by for message in told.values()} == {"mine"}
    assert all(message.parts == {"accept": "mine"} for message in told.values())


@pytest.mark.anyio
async def test_a_broken_file_stops_only_the_units_that_use_it(kafka_address, tmp_path) -> None:
    prefix = new_prefix()
    await ensure_topics(kafka_address, prefix)
    broken = tmp_path / "broken.py"
    broken.write_text("\n1 / 0\n")
    users = {
        "reserve": {"inventory"},
        "await": {"fulfilment"},
        "undo": {"inventory", "payment", "mediator"},
        "session": {"inventory"},
        "validate": {"order"},
        "accept": {unit.name for unit in UNITS},
        "read": {unit.name for unit in UNITS},
        "envelope": {unit.name for unit in UNITS},
    }
    for exercise, expected in users.items():
        stopped = set()
        for unit in UNITS:
            settings = Settings(kafka=kafka_address, prefix=prefix, database_url=sqlite(tmp_path)(unit.name))
            parts = Parts(1, {exercise: Choice("mine", broken)})
            service = Service(import_module(unit.blueprint).BLUEPRINT, settings, parts)
            try:
                await service.__aenter__()
            except PartDoesNotLoad as fault:
                assert f"{broken}, line 2: ZeroDivisionError" in fault.what  # noqa: PT017
                stopped.add(unit.name)
            else:
                await service.__aexit__(None, None, None)
        assert stopped == expected, exercise


def test_a_unit_whose_file_is_broken_ends_with_its_own_exit_code_and_says_where(kafka_address, tmp_path) -> None:
    prefix = new_prefix()
    asyncio.run(ensure_topics(kafka_address, prefix))
    broken = tmp_path / "reserve.py"
    broken.write_text("import math\n\nmath.nothing\n")
    choices = tmp_path / "choices.json"
    choices.write_text(json.dumps({"reserve": {"origin": "mine", "file": str(broken)}}))
    env = {
        **os.environ,
        "LAB_KAFKA": kafka_address,
        "LAB_PREFIX": prefix,
        "LAB_CHOICES": str(choices),
        "LAB_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'inventory.db'}",
    }
    command = [sys.executable, "-m", "lab.shop.unit", "inventory"]
    done = subprocess.run(command, cwd=shipped(), env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitCode.PART == 7, done.stdout
    assert f"{broken}, line 3: AttributeError" in done.stdout
    assert "exit_code=7" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
