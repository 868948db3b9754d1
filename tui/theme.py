"""Roles to colours: THE table of palettes. Code names roles; only this file names colours.

Colour is never the only sign, so a palette may also have none: then attributes alone tell things apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from rich.style import Style
from textual.theme import Theme

from tui.render.text import Look, Role


@dataclass(frozen=True, slots=True)
class Palette:
    """One way to show roles. `styles`: role → what Rich calls a style, without the ground."""

    name: str
    title: str
    dark: bool
    ground: str
    styles: Mapping[Role, str]

    def style(self, role: Role, look: Look = Look.PLAIN) -> Style:
        """Return the style of a role; made once."""
        return _style(self.name, role, look)


PALETTES: Final[Mapping[str, Palette]] = MappingProxyType(
    {
        palette.name: palette
        for palette in (
            Palette(
                "orderlab-dark", "dark", True, "#101418",  # noqa: FBT003
                {
                    Role.TEXT: "#E6E6E6", Role.COMMAND: "#FFB454", Role.EVENT: "#6CC7FF", Role.YOURS: "#C8A0FF",
                    Role.FAULT: "#FF7A85", Role.GOOD: "#8FDC8F", Role.QUIET: "#9AA4AE", Role.FRAME: "#66717D",
                    Role.GHOST: "italic #9AA4AE",
                },
            ),
            Palette(
                "orderlab-light", "light", False, "#FFFFFF",  # noqa: FBT003
                {
                    Role.TEXT: "#1A1A1A", Role.COMMAND: "#8A4B00", Role.EVENT: "#00558C", Role.YOURS: "#5B2BA8",
                    Role.FAULT: "#B00020", Role.GOOD: "#1B6B2C", Role.QUIET: "#57606A", Role.FRAME: "#7D8790",
                    Role.GHOST: "italic #57606A",
                },
            ),
            Palette(
                "orderlab-contrast", "high contrast", True, "#000000",  # noqa: FBT003
                {
                    Role.TEXT: "#FFFFFF", Role.COMMAND: "bold #FFD75F", Role.EVENT: "#AFE0FF",
                    Role.YOURS: "underline #E0CCFF", Role.FAULT: "bold reverse #FFC0C6", Role.GOOD: "#B6F5B6",
                    Role.QUIET: "#D0D0D0", Role.FRAME: "#C0C0C0", Role.GHOST: "italic #D0D0D0",
                },
            ),
            Palette(
                "orderlab-plain", "no colour", True, "#000000",  # noqa: FBT003
                {
                    Role.TEXT: "", Role.COMMAND: "bold", Role.EVENT: "", Role.YOURS: "underline",
                    Role.FAULT: "bold reverse", Role.GOOD: "", Role.QUIET: "dim", Role.FRAME: "dim",
                    Role.GHOST: "dim italic",
                },
            ),
        )
    }
)  # fmt: skip

DARK: Final = "orderlab-dark"
PLAIN: Final = "orderlab-plain"


@cache
def _style(name: str, role: Role, look: Look) -> Style:
    palette = PALETTES[name]
    style = Style.parse(f"{palette.styles[role]} on {palette.ground}".strip())
    if Look.STRONG in look:
        style += Style(bold=True)
    if Look.UNDERLINE in look:
        style += Style(underline=True)
    if Look.REVERSE in look:
        style += Style(reverse=not style.reverse)
    return style


def textual_theme(palette: Palette) -> Theme:
    """Return the palette as Textual wants it, for its own widgets: text fields, scroll bars, the command palette."""
    colour = {role: (text.split()[-1] if text else "#FFFFFF") for role, text in palette.styles.items()}
    colour = {role: text if text.startswith("#") else "#FFFFFF" for role, text in colour.items()}
    return Theme(
        name=palette.name,
        primary=colour[Role.EVENT],
        secondary=colour[Role.COMMAND],
        accent=colour[Role.YOURS],
        foreground=colour[Role.TEXT],
        background=palette.ground,
        surface=palette.ground,
        panel=palette.ground,
        success=colour[Role.GOOD],
        warning=colour[Role.COMMAND],
        error=colour[Role.FAULT],
        dark=palette.dark,
    )
