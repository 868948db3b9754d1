"""Runs the terminal app on made-up messages, for `lab bench tui`: `python -m lab.cli.tui_fed --rate 5000`."""

import argparse
import asyncio
from typing import Final

from lab.cli.output import tell
from lab.cli.tui import ThisLab

MAKING: Final = "messages are made"


def main() -> None:
    """Run it until it is ended."""
    from tui.garbage import settle  # noqa: PLC0415

    settle()
    from tui.fed import Fed, pour_away  # noqa: PLC0415  Textual is imported only when it is asked for

    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, required=True, help="messages a second")
    parser.add_argument("--away", action="store_true", help="make them for nobody: what they cost by themselves")
    asked = parser.parse_args()
    if asked.away:
        tell(MAKING)
        asyncio.run(pour_away(asked.rate))
    else:
        Fed(ThisLab(), asked.rate).run()


if __name__ == "__main__":
    main()
