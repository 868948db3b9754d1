"""THE table of actions: what can be done, by which key, on which screens.

Bindings, the bar at the bottom, the command palette and the help page are all read from here; one letter has one
meaning everywhere. An action `x` is carried out by the method `action_x` of a screen, or of the app.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PLACES: Final = ("start", "shop", "learn", "logs", "health", "journal")
"""The six screens, by the keys 1 to 6."""
EVERYWHERE: Final = frozenset({*PLACES, "follow", "predict", "break"})
TIMED: Final = frozenset({"shop", "follow", "logs", "health", "journal", "break"})
"""Screens whose panes follow the time cursor."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. `keys` are Textual's names; `shown` is what stands on the key.

    word: in the bar; empty: not in it. rank: what stands in the bar first; the highest leaves first.
    touches: it acts on the running stack, so in the past it first asks whether now is meant.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    title: str
    word: str = ""
    where: frozenset[str] = EVERYWHERE
    rank: int = 50
    touches: bool = False


def _on(*places: str) -> frozenset[str]:
    return frozenset(places)


_SHOP: Final = _on("shop", "follow")
_UNITS: Final = _on("start", "shop", "health")

ACTIONS: Final[tuple[Action, ...]] = (
    Action("go('start')", ("1",), "1", "Start: the machine, the engine, the units"),
    Action("go('shop')", ("2",), "2", "Shop: every message as it moves"),
    Action("go('learn')", ("3",), "3", "Learn: lessons, checks, hints"),
    Action("go('logs')", ("4",), "4", "Logs: what the units write"),
    Action("go('health')", ("5",), "5", "Health: rates, answers, lag"),
    Action("go('journal')", ("6",), "6", "Journal: recordings, and where the view stands in time"),
    Action("place_order", ("o",), "o", "Place an order", "order", _on("start", "shop", "follow", "learn", "logs",
           "health"), 1, touches=True),
    Action("place_many", ("O",), "O", "Place many orders: a count, a rate, a scenario", "many", _on("shop", "follow"),
           20, touches=True),
    Action("follow", ("f",), "f", "Follow this order, or show all again", "follow", _on("shop", "follow", "logs"), 2),
    Action("inspect", ("i",), "i", "Open or close the inspector", "inspect", _SHOP, 3),
    Action("break_it", ("b",), "b", "Break it: a fault, with your prediction first", "break it", _SHOP | _on("health",
           "break"), 4, touches=True),
    Action("partitions", ("p",), "p", "Partitions and lag", "partitions", _on("shop", "health"), 5),
    Action("dead_letters", ("d",), "d", "Dead letters", "dead letters", _on("shop", "health"), 22),
    Action("filter", ("slash",), "/", "Filter", "filter", _on("shop", "logs"), 6),
    Action("level", ("v",), "v", "How serious a line must be to be shown", "how serious", _on("logs"), 7),
    Action("copy", ("y",), "y", "Copy what is selected", "", _on("shop", "follow", "logs", "learn"), 60),
    Action("zoom", ("z",), "z", "Enlarge this pane, or give the others their room back", "zoom", _on("shop", "learn"),
           21),
    Action("expected", ("x",), "x", "Show or hide the steps that are expected", "expected steps", _on("follow"), 7),
    Action("waterfall", ("w",), "w", "The waterfall alone, or with the sequence", "waterfall", _on("follow"), 8),
    Action("start_unit", ("u",), "u", "Start this unit, or let it go on", "start it", _UNITS | _on("follow"), 10,
           touches=True),
    Action("stop_unit", ("S",), "S", "Stop this unit", "stop", _UNITS, 30, touches=True),
    Action("pause_unit", ("P",), "P", "Pause this unit: it keeps its connections and does not answer", "pause",
           _UNITS, 31, touches=True),
    Action("kill_unit", ("K",), "K", "Kill this unit, as a power cut would", "kill", _UNITS, 32, touches=True),
    Action("restart_unit", ("R",), "R", "Restart this unit", "restart", _on("start"), 33, touches=True),
    Action("check", ("c",), "c", "Check my file now", "check", _on("learn", "predict"), 1),
    Action("hint", ("h",), "h", "The next hint", "hint", _on("learn", "predict"), 2),
    Action("edit", ("e",), "e", "Open my file in the editor", "edit", _on("learn", "predict", "follow", "shop",
           "start", "health"), 3),
    Action("raw", ("r",), "r", "As it was stored, or printed", "raw", _on("learn", "shop", "follow"), 23),
    Action("example", ("a",), "a", "Run the worked example", "example", _on("learn"), 24),
    Action("lesson", ("l",), "l", "The lesson", "lesson", _on("learn", "predict"), 5),
    Action("tree", ("t",), "t", "All exercises", "tree", _on("learn"), 6),
    Action("solution", ("s",), "s", "Compare with the solution", "solution", _on("learn"), 7),
    Action("next", ("n",), "n", "Go on to the next exercise", "next", _on("learn", "predict"), 8),
    Action("who_runs", ("m",), "m", "Choose who runs this part: mine, the solution, the broken one", "who runs",
           _on("learn"), 25),
    Action("pause_view", ("space",), "space", "Stop the view, or let it go on; collecting never stops", "", TIMED),
    Action("step(-1)", ("comma",), ",", "One message back", "", TIMED),
    Action("step(1)", ("full_stop",), ".", "One message on", "", TIMED),
    Action("step_order(-1)", ("less_than_sign",), "<", "One order back", "", TIMED),
    Action("step_order(1)", ("greater_than_sign",), ">", "One order on", "", TIMED),
    Action("speed(-1)", ("minus",), "-", "Play slower", "", TIMED),
    Action("speed(1)", ("plus",), "+", "Play faster", "", TIMED),
    Action("go_live", ("g",), "g", "Back to now; of a file: to its end", "", TIMED),
    Action("keep_journal", ("J",), "J", "Keep the journal under a name", "keep", TIMED, 40),
    Action("explain", ("question_mark",), "?", "Explain this screen", "explain", EVERYWHERE, 0),
    Action("back", ("escape",), "esc", "Back", "back", EVERYWHERE - frozenset(PLACES), 0),
    Action("leave", ("q",), "q", "Quit; it asks whether the shop stays open", "quit", frozenset(PLACES), 45),
)  # fmt: skip


def actions_of(place: str) -> Sequence[Action]:
    """Return what can be done on a screen."""
    return [action for action in ACTIONS if place in action.where]


def bar_of(place: str, greyed: frozenset[str] = frozenset()) -> Sequence[Action]:
    """Return what stands in the bar, the first first."""
    shown = [action for action in actions_of(place) if action.word and action.id not in greyed]
    return sorted(shown, key=lambda action: action.rank)
