"""In which phase the books were begun is kept until they are gone, whatever writes them later."""

import pytest

from lab.chaos import begun
from lab.errors import Conflict


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    return tmp_path


def test_the_lowest_phase_is_kept() -> None:
    begun.note_begin(1)
    begun.note_begin(2)
    assert begun.begun_in(2) == 1
    assert begun.mixed(2)
    with pytest.raises(Conflict, match="begun in phase 1") as refused:
        begun.refuse_mixed(2)
    assert "lab down --volumes" in refused.value.mend


def test_a_shop_of_phase_1_promises_no_more_than_its_books_hold() -> None:
    begun.note_begin(2)
    begun.note_begin(1)
    begun.refuse_mixed(1)


def test_when_the_books_are_gone_the_next_begin_anew() -> None:
    begun.note_begin(1)
    begun.forget_begin()
    begun.refuse_mixed(2)
    begun.note_begin(2)
    assert begun.begun_in(3) == 2


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b'{"phase": null}', b"\xff"])
def test_a_note_that_cannot_be_read_accuses_nobody(home, junk) -> None:
    begun.note_begin(2)
    (home / "data" / "native" / "begun.json").write_bytes(junk)
    begun.refuse_mixed(2)
