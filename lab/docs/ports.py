"""docs/reference/ports.md: every port, what it promises, and what fills it in which phase."""

from lab.docs.markdown import code, page, table
from lab.docs.port_source import PortSource, read, token
from lab.shop.parts import PART_FILES, PASS_THROUGH, PartFile
from lab.shop.ports import ROWS

_ABOUT = """
A *port* is a place in the shop that a *part* fills: a function, or rows for the mediator's table. A part comes from an
exercise's solution, or from your own file. Where a phase has no part for a port, a named pass-through stands there,
which does the least that is honest. Why the ports are cut like this: [decision 1](../decisions/0001-the-port-list.md).
"""


def write() -> str:
    """Write the page."""
    rows = ((f"[{source.port}](#{source.port})", *fillers(source)) for source in read())
    sections = (_section(source) for source in read())
    return page("Ports", _ABOUT, table(("port", "phase 1", "phase 2"), rows), *sections)


def fillers(source: PortSource) -> tuple[str, str]:
    """Say what fills a port in phase 1 and in phase 2."""
    if token(source) == ROWS:
        return _rows(1), _rows(2)
    return _filler(source, 1), _filler(source, 2)


def _filler(source: PortSource, phase: int) -> str:
    port = token(source)
    parts = [part for part in PART_FILES if part.phase <= phase and port in part.fills]
    planned = source.then or (source.first if port in PASS_THROUGH else "")
    if phase > 1 and planned and all(part.exercise != planned for part in parts):
        return f"exercise `{planned}` (to come)"
    return _exercise(parts[-1]) if parts else f"pass-through `{PASS_THROUGH[port].__name__}`"


def _exercise(part: PartFile) -> str:
    return f"[{part.exercise}](../../solutions/{part.path})"


def _rows(phase: int) -> str:
    return ", ".join(_exercise(part) for part in PART_FILES if part.phase <= phase and ROWS in part.fills)


def _section(source: PortSource) -> str:
    first, then = fillers(source)
    filled = f"Phase 1: {first}. Phase 2: {then}." if first != then else f"Phases 1 and 2: {first}."
    return f"## {source.port}\n\n`{source.protocol}`. {filled}\n\n{code(source.signature, 'python')}\n\n{source.text}"
