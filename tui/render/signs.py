"""THE table of signs: what stands for what. Each differs in shape; every one has a twin of plain ASCII."""

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Signs:
    """One alphabet. `right`/`left` pairs point where a message goes."""

    command_right: str = "▸"
    command_left: str = "◂"
    command_line: str = "━"
    event_right: str = "▹"
    event_left: str = "◃"
    event_line: str = "╌"
    times: str = "×"
    twice: str = "≡"
    yours: str = "◆"
    dead: str = "╳"
    retry: str = "↻"
    late: str = "»"
    unexpected: str = "!"
    stopped: str = "■"
    paused: str = "‖"
    right: str = "✓"
    wrong: str = "✗"
    open: str = "·"
    here: str = "●"
    helped: str = "◐"
    ghost: str = "◌"
    cursor: str = "›"
    past: str = "«"
    file: str = "¶"
    cut: str = "⋯"
    unknown: str = "–"
    more_below: str = "▼"
    unfolded: str = "▾"
    folded: str = "▸"
    escape: str = "␛"
    life: str = "│"
    life_command: str = "┝"
    life_command_end: str = "┥"
    life_command_cross: str = "┿"
    life_event: str = "├"
    life_event_end: str = "┤"
    life_event_cross: str = "┼"
    life_cut: str = "┊"
    in_mediator: str = "░"
    in_service: str = "█"
    not_yet: str = "▒"
    bar_done: str = "▓"
    bar_left: str = "░"
    ticks: str = "▁▂▃▄▅▆▇█"
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    frame_line: str = "─│┌┐└┘├┤┬┴┼"
    """Horizontal, vertical, four corners, four tees, cross."""
    double_line: str = "═║╔╗╚╝"


SIGNS: Final = Signs()
"""What renderers draw with, always: an ASCII terminal gets the finished rows through `flat`."""

_ASCII: Final = Signs(
    command_right=">", command_left="<", command_line="=", event_right="}", event_left="{", event_line="-",
    times="x", twice='"', yours="*", dead="D", retry="r", late="~", unexpected="!", stopped="#", paused="I",
    right="+", wrong="x", open=".", here="o", helped="%", ghost="?", cursor=">", past="<", file="F", cut=":",
    unknown="-", more_below="v", unfolded="v", folded=">", escape="E", life="|", life_command="|",
    life_command_end="|", life_command_cross="+", life_event="|", life_event_end="|", life_event_cross="+",
    life_cut=":", in_mediator=".", in_service="#", not_yet=":", bar_done="#", bar_left=".", ticks="12345678",
    spinner="|/-\\|/-\\|/", frame_line="-|+++++++++", double_line="##" + "####",
)  # fmt: skip
"""For terminals whose locale is not UTF-8, or that draw `━` two cells wide."""

_OTHERS: Final = {
    "…": "~", "→": ">", "⇄": "<", "⇆": "<", "−": "-", "≤": "<", "′": "'", "›": ">", "‹": "<", "↑": "^", "↓": "v",
    "─": "-", "⎵": "_", "▕": "|", "▏": "|", "└": "+", "“": '"', "”": '"',
}  # fmt: skip


def _twins() -> dict[int, str]:
    pairs = dict(_OTHERS)
    for field in fields(Signs):
        pairs.update(zip(getattr(SIGNS, field.name), getattr(_ASCII, field.name), strict=True))
    return {ord(sign): twin for sign, twin in pairs.items()}


_FLAT: Final = _twins()


def flat(text: str) -> str:
    """Return text for an ASCII terminal, cell for cell: known signs by their twins, others by `?`."""
    return text.translate(_FLAT).encode("ascii", "replace").decode()
