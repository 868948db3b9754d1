"""`lab summary`: a phase as it stands for the learner, written into a file to keep."""

from lab.cli.course_room import classroom
from lab.cli.output import tell
from lab.cli.say import as_json
from lab.course.saying import near
from lab.course.summary import sum_up
from lab.course.summary_page import keep


def summary(number: int | None, *, as_object: bool) -> None:
    """Write the page of a phase, and say what is in it. `number`: None for the phase that the learner is in."""
    with classroom() as room:
        of = sum_up(room, room.current().phase if number is None else number)
        file = keep(of, room.folder)
    if as_object:
        as_json({**of.as_object(), "file": str(file)})
        return
    built = ", ".join(one.exercise.id for one in of.built)
    tell(f"Phase {of.phase.number} · {of.phase.title}: {len(of.passed)} of {of.total} exercises passed")
    tell(f"  built      {len(of.built)} of {of.parts_in_all} pieces{f': {built}' if built else ''}")
    tell(f"  words      {len(of.words)} of {of.words_in_all}")
    if of.phase.breaks:
        tell(f"  breaks     {len(of.phase.breaks)} things that phase {of.phase.number + 1} mends")
    tell(f"  read it    {near(file)}      what you write below its last line stays")
