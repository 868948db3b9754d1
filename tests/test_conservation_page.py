"""The page of the conservation runs says what the results beside it say, and these are such as were asked for."""

import json

import pytest

from lab.bundle import shipped
from lab.chaos.verify.invariants import INVARIANTS
from lab.docs import conservation

SAFE = [one for one in conservation.results() if one["phase"] >= 2]
LOSING = [one for one in conservation.results() if one["phase"] == 1]
ORDERS_AT_LEAST, KILLS_AT_LEAST = 2_000, 30
SEEDS_AT_LEAST = 10


def named(one) -> str:
    return f"{one['engine']}-{one['database']}-{one['seed']}"


@pytest.mark.parametrize("one", SAFE, ids=named)
def test_every_kept_run_of_phase_2_was_hard_and_lost_nothing(one) -> None:
    assert one["ok"]
    assert one["settled"]
    assert one["invariants"] == dict.fromkeys((each.name for each in INVARIANTS), True)
    assert one["acknowledged"] >= ORDERS_AT_LEAST
    assert one["kills"] >= KILLS_AT_LEAST
    assert min(one["redelivered"], one["poisoned"]) > 0


def test_runs_are_kept_of_every_engine_and_database_and_ten_seeds_of_the_hardest() -> None:
    seeds: dict[tuple[str, str], set[int]] = {}
    for one in SAFE:
        seeds.setdefault((one["engine"], one["database"]), set()).add(one["seed"])
    assert len(seeds["native", "postgres"]) >= SEEDS_AT_LEAST
    assert ("native", "sqlite") in seeds
    assert any(engine == "docker" for engine, _ in seeds)


def test_every_promise_was_attacked_but_the_one_that_needs_a_mend() -> None:
    tried = {name for one in SAFE for name, times in one["attacked"].items() if times}
    assert tried == {each.name for each in INVARIANTS} - {"I10"}  # what is sent again: tests/shop/test_dead_letters.py


def test_phase_1_lost_orders_to_the_same_seeds() -> None:
    assert LOSING
    assert {one["seed"] for one in LOSING} <= {one["seed"] for one in SAFE}
    for one in LOSING:
        assert not one["ok"]
        assert one["wrong"]["I1"] > 0


def test_the_page_draws_a_line_for_each_run_and_names_what_broke(tmp_path, monkeypatch) -> None:
    (tmp_path / conservation.FOLDER).mkdir(parents=True)
    whole = dict.fromkeys((each.name for each in INVARIANTS), True)
    good = {
        "phase": 2, "engine": "native", "database": "sqlite", "seed": 4, "acknowledged": 2000, "kills": 31, "ok": True,
        "settled": True, "redelivered": 7, "poisoned": 5, "deadlines_passed": 1, "seconds": 80.4, "invariants": whole,
        "attacked": dict.fromkeys(whole, 2), "faults": {"kill-order": {"hits": 3}}, "wrong": {},
    }  # fmt: skip
    bad = good | {"phase": 1, "ok": False, "invariants": whole | {"I1": False}, "wrong": {"I1": 12}}
    for name, one in (("a", good), ("b", bad)):
        (tmp_path / conservation.FOLDER / f"{name}.json").write_text(json.dumps(one))
    monkeypatch.setattr(conservation, "shipped", lambda: tmp_path)
    page = conservation.write()
    assert "| 4 | native | sqlite | 2,000 | 31 | 7 | 5 | 1 | 80 | all |" in page
    assert "| 4 | native | sqlite | 2,000 | 31 | 12 | I1 |" in page
    assert "| kill-order | 3 |" in page
    assert "| I1 | no accepted order is lost | faults | 2 |" in page
    assert (shipped() / conservation.FOLDER / "README.md").is_file()
