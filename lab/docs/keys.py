"""docs/reference/keys.md: every key of the terminal app, from its table of actions."""

from lab.docs.markdown import page, table

_ABOUT = """
One letter has one meaning on every screen. Nothing needs Alt or a function key. `?` explains the screen one is on, and
`ctrl+p` lists every action by name. Keys marked `!` act on the running shop; where the view stands in the past, the app
first asks whether now is meant. Arrows (or `j` and `k`), `tab`, `enter`, `home` and `end` move within what is shown.
"""


def write() -> str:
    """Write the page."""
    from tui.actions import ACTIONS, EVERYWHERE, PLACES  # noqa: PLC0415  only this page needs the app

    def where(places: frozenset[str]) -> str:
        if places == EVERYWHERE:
            return "everywhere"
        if places == frozenset(PLACES):
            return "the six screens"
        return ", ".join(name for name in (*PLACES, "follow", "predict", "break") if name in places)

    rows = (
        (f"`{action.shown}`", f"{action.title}{' `!`' if action.touches else ''}", where(action.where))
        for action in ACTIONS
    )
    return page("Keys of the terminal app", _ABOUT, table(("key", "what it does", "where"), rows))
