"""What is remembered of a shop: where it runs, and what it was when it was closed."""

from dataclasses import replace

import pytest

import lab.home
from lab import running
from lab.engines.base import EngineName
from lab.errors import WrongUsage
from lab.running import Running
from lab.stack import Wanted, _plan

SHOP = Running(EngineName.NATIVE, 2, "postgres", "127.0.0.1:9092", 8001)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    for variable in ("LAB_KAFKA", "LAB_DATABASE", "LAB_PREFIX"):
        monkeypatch.delenv(variable, raising=False)


def planned(**wanted):
    return _plan(EngineName.NATIVE, Wanted(**wanted), frozenset())


def test_a_shop_that_was_closed_opens_as_it_was_for_its_books_are_still_there(monkeypatch):
    running.record(SHOP)
    running.put_away(for_good=False)
    assert running.recorded() is None
    assert (planned().phase, planned().database) == (2, "postgres")
    assert (planned(phase=1).phase, planned(database="sqlite").database) == (1, "sqlite")
    monkeypatch.setenv("LAB_DATABASE", "sqlite")
    assert planned().database == "sqlite"


def test_without_its_books_nothing_is_left_of_it():
    running.record(SHOP)
    running.put_away(for_good=False)
    running.put_away(for_good=True)
    assert (planned().phase, planned().database) == (1, "sqlite")


def test_a_shop_that_did_not_open_is_not_the_one_that_was():
    running.record(SHOP)
    running.put_away(for_good=False)
    running.record(replace(SHOP, phase=1))
    running.forget()
    running.put_away(for_good=False)
    assert planned().phase == 2


@pytest.mark.parametrize("named", ["nonsense", "h:0", "h:65536", "h:²"])
def test_another_kafka_has_a_port(monkeypatch, named):
    monkeypatch.setenv("LAB_KAFKA", named)
    with pytest.raises(WrongUsage, match="host:port"):
        running.other_kafka()


def test_a_folder_for_sockets_that_is_not_there_is_in_nobodys_way(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "absent"))
    folder = lab.home.runtime()
    try:
        assert folder.is_dir()
        assert not (tmp_path / "absent").exists()
    finally:
        folder.rmdir()
