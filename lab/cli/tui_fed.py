"""Runs the terminal app on made-up messages, for `lab bench tui`: `python -m lab.cli.tui_fed --rate 5000`."""

import argparse

from lab.cli.tui import ThisLab


def main() -> None:
    """Run it until it is ended."""
    from tui.garbage import settle  # noqa: PLC0415

    settle()
    from tui.fed import Fed  # noqa: PLC0415  Textual is imported only when it is asked for

    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, required=True, help="messages a second")
    Fed(ThisLab(), parser.parse_args().rate).run()


if __name__ == "__main__":
    main()
