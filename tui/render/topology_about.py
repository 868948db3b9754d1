"""One unit or one edge of the topology in words: what stands beside it when it is opened."""

from collections.abc import Sequence
from typing import Final

from lab.shop.contracts import PARTITIONS, TOPICS
from lab.shop.contracts.credit import BROKEN, MINE
from lab.shop.contracts.topics import Role as TopicRole
from lab.shop.reads import READS as GROUP_READS
from lab.shop.units import BY_NAME
from lab.shop.wording import clean, pad
from tui.model.scene import Scene
from tui.model.shape import ANALYTICS, DEAD, READS, is_edge
from tui.render.dead_letters import COMMANDS, waiting
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row
from tui.render.topology_words import lag, short, stand_of, title

_LABEL: Final = 11
_MEGA: Final = 1_000_000
_TOPIC: Final = {topic.name: topic for topic in TOPICS}
_WIDE: Final = 60


def about(scene: Scene, place: str, width: int) -> Sequence[Row]:
    """Return rows about a unit or an edge, the most important first; long words wrap."""
    if place == DEAD:
        return _dead(scene, width)
    if place == READS:
        return _reads(scene, width)
    return _edge(scene, place, width) if is_edge(place) else _unit(scene, place, width)


def about_title(place: str) -> str:
    """Return the name that stands above."""
    if place == READS:
        return "every event, to Analytics"
    return "dead letters" if place == DEAD else place if is_edge(place) else title(place)


def _edge(scene: Scene, name: str, width: int) -> Sequence[Row]:
    topic = _TOPIC[name]
    command = topic.role is TopicRole.COMMAND_CHANNEL
    sign, role = (SIGNS.command_right, Role.COMMAND) if command else (SIGNS.event_right, Role.EVENT)
    owner = f"{title(topic.owner)}: group {topic.owner}"
    going = scene.going_on(name)
    rate = f", {short(going.per_second)}/s" if going.per_second else ""
    listening = [] if command else _fact("listening", f"{title(ANALYTICS)}: group {ANALYTICS}", width)
    waits = [_row("lag", row(lag(scene.lag(topic.owner), word=False)), " of that group")] if command else []
    carried = [row("  ", Span(f"{sign} {body.name}", role)) for body in topic.messages]
    return [
        row(" ", Span(f"{sign} {name}", role, Look.STRONG)),
        *_wrapped(topic.about, width),
        *_fact("from", title(topic.writer), width),
        *_fact("works on it", owner, width),
        *listening,
        *_fact("seen", f"{scene.count(name)}{rate}", width),
        *waits,
        *_ends(scene, name, width),
        *_fact("is", str(topic.role), width),
        *_carries(carried, width),
    ]


def _carries(carried: Sequence[Row], width: int) -> Sequence[Row]:
    one = _row("carries", *carried)
    return [one] if one.cells <= width else [row(Span(" carries", Role.QUIET)), *carried]


def _ends(scene: Scene, name: str, width: int) -> Sequence[Row]:
    ends = {part: str(end) for (topic, part), end in scene.beside.ends.items() if topic == name}
    numbers = range(max(PARTITIONS, *(part + 1 for part in ends), 0))
    said = ", ".join(f"part {part}: {ends.get(part, SIGNS.unknown)}" for part in numbers)
    return _fact("next offset", said, width)


def _reads(scene: Scene, width: int) -> Sequence[Row]:
    text = "Analytics reads every event, in a group of its own: nobody's work waits for it, and it is asked nothing."
    return [
        row(" ", Span(f"{SIGNS.event_right} every event", Role.EVENT, Look.STRONG)),
        *_wrapped(text, width),
        *_fact("seen", str(scene.count(READS)), width),
        _row("lag", row(lag(scene.lag(ANALYTICS), word=False)), f" of group {ANALYTICS}"),
        *_fact("topics", ", ".join(GROUP_READS[ANALYTICS]), width),
    ]


def _dead(scene: Scene, width: int) -> Sequence[Row]:
    count = sum(scene.beside.unreadable.values())
    return [
        *_wrapped(waiting(scene.look.parked).text, width),
        *(_wrapped(COMMANDS.strip(), width) if scene.look.parked else ()),
        *_wrapped(f"Records that nobody can read: {count}. d shows them.", width),
    ]


def _unit(scene: Scene, name: str, width: int) -> Sequence[Row]:
    found = scene.unit(name)
    why = clean(found.why, 200) if found is not None and found.why != found.state.value else ""
    reads, writes = GROUP_READS.get(name, ()), [topic.name for topic in TOPICS if topic.writer == name]
    rows = [
        _unit_head(scene, name),
        *(_wrapped(why, width) if why else ()),
        *(_fact("file", clean(found.file, 200), width) if found is not None and found.file else ()),
        _row("lag", row(lag(scene.lag(name), word=False)), f" of group {name}"),
    ]
    if port := scene.ports.get(name):
        rows += _fact("listens at", f"127.0.0.1:{port}", width)
    if found is not None:
        memory = f"{found.rss_bytes / _MEGA:.0f} MB" if found.rss_bytes else SIGNS.unknown
        rows += _fact("restarts", f"{found.restarts} by itself, memory {memory}", width)
    rows += _fact("reads", ", ".join(reads) if name not in {ANALYTICS, "mediator"} else "every event", width)
    rows += _fact("writes", ", ".join(writes) or "nothing", width)
    for origin, word in ((MINE, "yours"), (BROKEN, "broken")):
        parts = " ".join(sorted(exercise for exercise, whose in scene.parts(name).items() if whose == origin))
        if parts:
            rows.append(_row(word, row(Span(f"{SIGNS.yours} {parts}", Role.YOURS))))
    keys = "u starts it or lets it go on, S stops, P pauses, K kills it."
    return [*rows, *_wrapped(keys, width)] if name in BY_NAME else rows


def _unit_head(scene: Scene, name: str) -> Row:
    stand = stand_of(scene, name)
    word = Span(f"  {stand.sign} {stand.word}".replace("   ", "  "), stand.role)
    return row(" ", Span(title(name), look=Look.STRONG), word, Span(f"  {stand.beside}".rstrip(), Role.QUIET))


def _row(label: str, *said: Row | str) -> Row:
    made = row(Span(f" {pad(label, _LABEL)} ", Role.QUIET))
    for one in said:
        made = made + (row(one) if isinstance(one, str) else one)
    return made


def _fact(label: str, text: str, width: int) -> Sequence[Row]:
    room = max(8, width - _LABEL - 3)
    lines = _broken(text, room)
    return [_row(label if not number else "", line) for number, line in enumerate(lines)]


def _wrapped(text: str, width: int) -> Sequence[Row]:
    return [row(f" {line}") for line in _broken(text, max(8, width - 2))]


def _broken(text: str, room: int) -> Sequence[str]:
    """Break a text between words; a word that is too long is cut."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip() if lines[-1] else word
    return [clean(line, room) if len(line) > room else line for line in lines]
