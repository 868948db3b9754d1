"""One unit's box: its frame, its title with signs, and the key that helps."""

from tui.model.item import AT_REST
from tui.model.scene import Scene
from tui.render.canvas import Canvas
from tui.render.panes import Box
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row
from tui.render.topology_words import stand_of, title, yours


def draw_box(
    canvas: Canvas, box: Box, heading: Row, role: Role, *, signs: str = SIGNS.frame_line, chosen: bool = False
) -> None:
    """Draw a frame with a heading. signs: horizontal, vertical, four corners. chosen: the keyboard is on it."""
    line, side, top_left, top_right, low_left, low_right = list(signs)[:6]
    canvas.put(box.x, box.y, top_left + line * (box.width - 2) + top_right, role)
    for y in range(box.y + 1, box.y + box.height - 1):
        canvas.put(box.x, y, side, role)
        canvas.put(box.x + box.width - 1, y, side, role)
    canvas.put(box.x, box.y + box.height - 1, low_left + line * (box.width - 2) + low_right, role)
    canvas.put_row(box.x + 1, box.y, heading.reversed() if chosen else heading)
    if chosen:
        at = box.x + 1 if str(heading).startswith(" ") else box.x
        canvas.put(at, box.y, SIGNS.cursor, Role.TEXT, Look.REVERSE)


def box_title(scene: Scene, unit: str, room: int) -> Row:
    """Return sign, name and mark of a unit, with as many blanks as there is room for."""
    stand, mark = stand_of(scene, unit), yours(scene, unit)
    sign = row(Span(stand.sign, stand.role)) if stand.sign and stand.sign != "?" else Row()
    name = row(Span(title(unit), stand.role if sign.spans else Role.TEXT, Look.STRONG))
    words = [one for one in (sign, name, mark) if one.spans]
    spaced = words[0]
    for one in words[1:]:
        spaced = spaced + row(" ") + one
    close = Row(tuple(span for one in words for span in one.spans))
    fitting = (made for made in (row(" ") + spaced + row(" "), spaced) if made.cells <= room)
    return next(fitting, close.fitted(min(close.cells, room)))


def help_of(scene: Scene, unit: str) -> Row:
    """Return which key helps a unit that does not work; empty where none is needed."""
    found = scene.unit(unit)
    if found is not None and scene.fresh and not scene.recorded:
        if found.file:
            return row(Span("e opens it", look=Look.STRONG))
        if found.state in AT_REST:
            return row(Span("u starts it", look=Look.STRONG))
    return Row()


def frame_role(scene: Scene, unit: str) -> Role:
    """Return how a unit's frame is drawn."""
    return Role.FAULT if scene.is_down(unit) else Role.FRAME
