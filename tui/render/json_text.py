"""JSON in lines for people: what fits stands on one line, what does not is opened."""

import json


def laid_out(value: object, room: int, *, glued: bool = False) -> list[str]:
    """Return the value in lines of about `room` signs. `glued`: the outermost brackets take no lines of their own."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= room or not isinstance(value, dict | list) or not value:
        return [text]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    indent = " " if glued else "  "
    members = _members(value, room - 2)
    inner = [f"{indent}{line}" for line in (_packed(members, room - 1) if glued else members)]
    if glued:
        inner = [opening + inner[0][1:], *inner[1:]]
        return [*inner[:-1], inner[-1] + closing]
    return [opening, *inner, closing]


def _members(value: dict[str, object] | list[object], room: int) -> list[str]:
    if isinstance(value, dict):
        groups = [_named(name, member, room) for name, member in value.items()]
    else:
        groups = [laid_out(member, room, glued=True) for member in value]
    return [line + ("," if line is group[-1] and group is not groups[-1] else "") for group in groups for line in group]


def _packed(lines: list[str], room: int) -> list[str]:
    """Put short neighbours on one line."""
    packed: list[str] = []
    for line in lines:
        if packed and packed[-1].endswith(",") and not line.startswith(" ") and len(packed[-1]) + len(line) < room:
            packed[-1] += f" {line}"
        else:
            packed.append(line)
    return packed


def _named(name: str, member: object, room: int) -> list[str]:
    head = f"{json.dumps(name, ensure_ascii=False)}: "
    lines = laid_out(member, room - len(head))
    if len(lines) == 1:
        return [head + lines[0]]
    opened = laid_out(member, room)
    if len(opened) == 1:
        return [head.rstrip(), f"  {opened[0]}"]
    *middle, last = opened[1:-1]
    return [head + opened[0], *middle, last + opened[-1]]
