"""The command palette (ctrl+p): every action of the screen, from the one table, and how the app looks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import actions_of
from tui.screens.base import LabScreen
from tui.theme import PALETTES

if TYPE_CHECKING:
    from tui.app import Orderlab


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette."""

    text: str
    help: str
    run: Callable[[], object]


def entries(app: "Orderlab", screen: LabScreen) -> Iterator[Entry]:
    """Return all lines for a screen: what its keys do, what else it offers, and how the app looks."""
    for action in actions_of(screen.PLACE):
        run = f"screen.{action.id}"
        yield Entry(action.title, f"key {action.shown}", lambda run=run: app.run_action(run, default_namespace=screen))  # type: ignore[misc]
    for text, note, deed in screen.deeds():
        yield Entry(text, note, deed)
    yield from _looks(app)


def _looks(app: "Orderlab") -> Iterator[Entry]:
    for name, palette in PALETTES.items():
        mark = "in use" if app.theme == name else "LAB_THEME keeps it"
        yield Entry(f"Colours: {palette.title}", mark, lambda name=name: _set_theme(app, name))  # type: ignore[misc]
    motion, signs = ("off" if app.motion else "on"), ("off" if app.ascii_only else "on")
    yield Entry(f"Motion: {motion}", "LAB_MOTION keeps it", lambda: _switch(app, "motion"))
    yield Entry(f"ASCII signs only: {signs}", "LAB_ASCII keeps it", lambda: _switch(app, "ascii_only"))


def _set_theme(app: "Orderlab", name: str) -> None:
    app.theme = name
    _draw_anew(app)


def _switch(app: "Orderlab", name: str) -> None:
    setattr(app, name, not getattr(app, name))
    _draw_anew(app)


def _draw_anew(app: "Orderlab") -> None:
    """Draw every widget of the screen: rows have their styles and signs in them."""
    for widget in app.screen.query("*"):
        widget.refresh()
    app.has_news()


class LabCommands(Provider):
    """Searches and lists the lines."""

    def _entries(self) -> Iterator[Entry]:
        if isinstance(self.screen, LabScreen):
            yield from entries(cast("Orderlab", self.app), self.screen)

    async def discover(self) -> Hits:
        """List all of them."""
        for entry in self._entries():
            yield DiscoveryHit(entry.text, entry.run, entry.text, entry.help)

    async def search(self, query: str) -> Hits:
        """List those that fit what was typed, the best first."""
        matcher = self.matcher(query)
        for entry in self._entries():
            score = matcher.match(entry.text)
            if score > 0:
                yield Hit(score, matcher.highlight(entry.text), entry.run, entry.text, entry.help)
