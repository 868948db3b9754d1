"""Which units use an exercise's part: written down, and held here to the tables it follows from."""

import subprocess
import sys
from importlib import import_module

from lab.bundle import shipped
from lab.shop.parts import PART_FILES
from lab.shop.runtime.service import EVERY_UNITS_PORTS
from lab.shop.units import UNITS
from lab.shop.users import USED_BY, units_using


def test_the_users_of_every_part_are_those_whose_ports_it_fills() -> None:
    ports = {unit.name: {*EVERY_UNITS_PORTS, *import_module(unit.blueprint).BLUEPRINT.ports} for unit in UNITS}
    found = {part.exercise: tuple(name for name in ports if ports[name] & set(part.fills)) for part in PART_FILES}
    assert found == USED_BY


def test_an_exercise_without_a_part_is_used_by_nobody() -> None:
    assert units_using("tour") == ()
    assert units_using("produce") == ("order",)


def test_asking_costs_no_import_of_a_library() -> None:
    code = (
        "import sys, lab.shop.users; print({'pydantic', 'sqlalchemy', 'aiokafka', 'lab.shop.ports'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=shipped(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
