"""Puts the classroom together: the course, the learner's workspace, and the shop that runs on this machine."""

from collections.abc import Mapping

from lab.course.catalog import Exercise, Need
from lab.course.classroom import Classroom, Live
from lab.engines.base import Progress
from lab.errors import LabError, NotRunning
from lab.running import is_running


class RunningShop:
    """The shop of this checkout, if it runs."""

    def put(self, exercise: Exercise) -> Live:
        """Start the units that use the part anew, with the lines that are chosen now."""
        from lab.live import put_into_shop  # noqa: PLC0415  it brings the engines along

        try:
            done = put_into_shop(exercise.id, _unheard)
        except NotRunning:
            return Live(what="The shop is not running now; it will run your lines when it does.", mend="uv run lab up")
        except LabError as error:
            return Live(what=error.what, mend=error.mend)
        return Live(done.units, done.seconds)

    def env(self, exercise: Exercise) -> Mapping[str, str]:
        """Return the addresses that this exercise's check needs, where they are known."""
        shop = is_running() if Need.KAFKA in exercise.needs else None
        return {"LAB_KAFKA": shop.kafka} if shop else {}


def classroom() -> Classroom:
    """Return the classroom of this checkout."""
    return Classroom(shop=RunningShop())


def _unheard(_: Progress) -> None:
    pass
