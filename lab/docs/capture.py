"""Puts real output into docs/tutorial/one-order.md, between two marks."""

from pathlib import Path
from typing import Final

from lab.bundle import shipped
from lab.docs.markdown import code

PAGE: Final = shipped() / "docs" / "tutorial" / "one-order.md"
BEGIN: Final = "<!-- output of `uv run lab order follow last` -->"
END: Final = "<!-- end of output -->"


def put_in(output: str, page: Path = PAGE) -> None:
    """Replace what stands between the marks. Raises ValueError when the page has not exactly one such place."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest:
        raise ValueError(f"{page} needs exactly one pair of marks: {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{code(output, 'console')}\n\n{END}{after}", encoding="utf-8")
