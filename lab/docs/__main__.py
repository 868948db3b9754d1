"""Write the reference pages and the tutorial: `python -m lab.docs`.

--check         write nothing; name the pages that are stale, and end with 1 if there are any
--pictures      draw the pictures of the terminal app, docs/app/*.svg, from the recording docs/app/shop.olj
--capture FILE  put the output of `lab order follow last`, kept in FILE, into docs/tutorial/one-order.md
"""

import sys
from pathlib import Path

from lab.bundle import shipped
from lab.docs import capture, pictures
from lab.docs.pages import PAPERS, left_over, pages, stale


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return the exit code."""
    match arguments:
        case []:
            for name, write in {**pages(), **PAPERS}.items():
                file = shipped() / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(write(), encoding="utf-8")
            for file in left_over(shipped()):
                file.unlink()
            return 0
        case ["--check"]:
            names = [*stale(shipped()), *(str(file.relative_to(shipped())) for file in left_over(shipped()))]
            print("\n".join(f"stale: {name} (mend it with: just docs)" for name in names) or "all are current")  # noqa: T201
            return 1 if names else 0
        case ["--pictures"]:
            for name, svg in pictures.draw_all().items():
                (shipped() / name).write_text(svg, encoding="utf-8")
            return 0
        case ["--capture", file]:
            capture.put_in(Path(file).read_text(encoding="utf-8"))
            return 0
        case _:
            print((__doc__ or "").strip())  # noqa: T201
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
