"""Keys, the command palette's lines and the help page: made from the one table of actions."""

from textual.binding import Binding, BindingType

from tui.actions import actions_of


def bindings_of(place: str) -> list[BindingType]:
    """Return the keys of a screen. None of them stands in a footer of Textual's: the bar is our own."""
    return [
        Binding(key, f"screen.{action.id}", action.title, show=False)
        for action in actions_of(place)
        for key in action.keys
    ]
