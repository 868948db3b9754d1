"""The pictures in docs/app: drawn by the app itself, current, and each shown on the page beside them."""

import pytest

from lab.bundle import shipped
from lab.docs.pictures import FOLDER, PICTURES, draw_all


@pytest.fixture(scope="module")
def drawn():
    return draw_all()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_shows_the_app_as_it_is(picture, drawn):
    name = f"{FOLDER}/{picture.name}.svg"
    assert (shipped() / name).read_text(encoding="utf-8") == drawn[name], "draw it anew: just pictures"


def test_the_page_shows_every_picture_and_no_other():
    page = (shipped() / FOLDER / "README.md").read_text(encoding="utf-8")
    there = {file.name for file in (shipped() / FOLDER).glob("*.svg")}
    assert there == {f"{picture.name}.svg" for picture in PICTURES}
    assert all(f"({name})" in page for name in there)


def test_a_picture_asks_no_other_machine_for_anything(drawn):
    assert not any("url(http" in svg or "<image" in svg for svg in drawn.values())
