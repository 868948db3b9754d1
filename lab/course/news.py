"""What a learner must hear before going on: what an update of the course did, and that the wrong copy was edited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.course.catalog import Exercise
from lab.course.classroom import Classroom
from lab.course.saying import near
from lab.course.starters import edited_in_exercises
from lab.course.workspace import Change


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to be told. `wrong_copy`: the exercise whose copy in exercises/ was edited; it can be moved over."""

    text: str
    mend: str = ""
    wrong_copy: Exercise | None = None


def news(room: Classroom, at: Sequence[Exercise]) -> Iterator[Piece]:
    """Update the learner's files, and tell what came of it. `at`: whose wrong copies are told of. Raises LabError."""
    for exercise, updated in room.workspace.update_all(room.clock()):
        if updated.change is Change.CONFLICT:
            yield Piece(
                f"The course has a newer starter of {exercise.id}, and it differs where you wrote. Your file stays as "
                f"it is; the new one is beside it: {updated.beside}"
            )
        elif updated.change is not Change.SETTLED:
            kept = f" (as it was: {updated.backup.copy})" if updated.backup else ""
            yield Piece(f"The course has a newer starter of {exercise.id}: it is in your file now{kept}.")
    yield from wrong_copies(room, at)
    for notice in room.store.notices:
        yield Piece(notice)
    room.store.notices.clear()


def wrong_copies(room: Classroom, at: Sequence[Exercise]) -> Iterator[Piece]:
    """Tell of each of these exercises whose copy in exercises/ was edited: no check looks at that."""
    for exercise in edited_in_exercises(room.course):
        if exercise in at:
            yield Piece(
                f"{near(exercise.starter)} has been edited. The lab checks {near(room.workspace.file(exercise))}.",
                f"If it was you, move your edit over: uv run lab open {exercise.id} --take-over",
                exercise,
            )
