"""Opens a file in the learner's editor: the app steps aside meanwhile, and goes on collecting."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from lab.course.editor import edit, editor_of
from lab.course.saying import near
from lab.errors import LabError
from tui.model.item import UnitLook

if TYPE_CHECKING:
    from tui.app import Orderlab


def place_of(text: str) -> tuple[Path, int | None]:
    """Return file and line of a `file:line`."""
    file, _, line = text.rpartition(":")
    return (Path(file), int(line)) if file and line.isdecimal() else (Path(text), None)


async def edit_broken_part(app: "Orderlab", units: Mapping[str, UnitLook], chosen: str = "") -> None:
    """Open the part that does not load: the chosen unit's, else the first that there is."""
    first = [units[chosen]] if chosen in units else []
    file = next((look.file for look in (*first, *units.values()) if look.file), "")
    if file:
        await edit_file(app, *place_of(file))
    else:
        app.notify("Every part loads. Your files: 3 opens Learn.", severity="warning")


async def edit_file(app: "Orderlab", file: Path, line: int | None = None) -> None:
    """Open the file, at this line where there is one; without an editor, or in a browser, say where it is."""
    try:
        command = editor_of(file, line)
    except LabError as error:
        app.trouble(error)
        return
    where = f"{near(file)}:{line}" if line else near(file)
    if app.is_web or not command:
        why = "" if command else "\nWith $VISUAL or $EDITOR set, e opens it."
        app.notify(f"Your file: {where}\nOpen it in your editor; every save is checked.{why}", timeout=10)
        return
    try:
        with app.suspend(), app.batch_update():  # nothing may be drawn over the editor
            await asyncio.to_thread(edit, command)
    except SuspendNotSupported:
        app.notify(f"Your file: {where}\nThis terminal cannot be lent to an editor.", timeout=10)
    except LabError as error:
        app.trouble(error)
