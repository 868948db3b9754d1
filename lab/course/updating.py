"""A new version of the course in mid-work: the newer starter goes into the learner's file, and nothing is lost.

The starter that the learner's file came from (base), the learner's file (mine) and the starter as it is shipped now
(theirs) are merged. Base moves forward only when that is done, so an update that was cut short is done again.
"""

import ast
import warnings
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from lab.course.desk import Backup, Desk
from lab.course.files import read_if_there, replace_seen, write_whole
from lab.course.merging import merge
from lab.course.starters import sum_of


class Change(StrEnum):
    """What an update did."""

    NOTHING = "nothing"  # the starter is the same, or there is no file to update
    REPLACED = "replaced"  # it was untouched, so it is the new starter
    MERGED = "merged"  # both changes are in it now; the backup has it as it was
    CONFLICT = "conflict"  # both changed the same lines: it stays as it is, and the new starter is beside it
    SETTLED = "settled"  # it has the changes already, or the learner deleted the starter beside it: it is as it was


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did to the learner's file, and where to look."""

    change: Change
    file: Path
    backup: Backup | None = None
    """With MERGED: the file as it was."""
    beside: Path | None = None
    """With CONFLICT: the new starter. Take over what you want from it, then delete it."""


def update(desk: Desk, theirs: bytes, now: datetime) -> Updated:
    """Bring the learner's file up to the starter `theirs`. Where both changed one line, it stays as it is."""
    take_along(desk)
    base, mine = read_if_there(desk.base), read_if_there(desk.file)
    if base is None or mine is None or sum_of(base) == sum_of(theirs):
        return Updated(Change.NOTHING, desk.file)
    if mine == base:
        replace_seen(desk.file, mine, theirs)
        return _done(desk, theirs, now, Change.REPLACED)
    merged = merge(base, mine, theirs)
    if merged == mine or _was_declined(desk, theirs):
        return _done(desk, theirs, now, Change.SETTLED)
    if merged is None or (desk.file.suffix == ".py" and _is_python(mine) and not _is_python(merged)):
        _offer(desk, theirs, now)
        return Updated(Change.CONFLICT, desk.file, beside=desk.beside)
    backup = desk.keep(desk.file, now)
    replace_seen(desk.file, mine, merged)
    return _done(desk, theirs, now, Change.MERGED, backup)


def take_along(desk: Desk) -> None:
    """Where the course gave the exercise's file another name, give it to the learner's file and its base, too."""
    if desk.base.exists() or desk.file.exists():
        return
    former = [base for base in desk.base.parent.glob("*") if desk.file.with_name(base.name).is_file()]
    if len(former) == 1:
        desk.file.with_name(former[0].name).rename(desk.file)
        former[0].rename(desk.base)


def clear(desk: Desk, now: datetime) -> None:
    """Take the starter beside the learner's file away, once it is settled; a copy goes to the backups."""
    if desk.beside.is_file():
        desk.keep(desk.beside, now)
        desk.beside.unlink()


def _done(desk: Desk, theirs: bytes, now: datetime, change: Change, backup: Backup | None = None) -> Updated:
    write_whole(desk.base, theirs)
    clear(desk, now)
    return Updated(change, desk.file, backup)


def _is_python(data: bytes) -> bool:
    """Say whether Python can read it. Lines that do not touch can still need one another."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(data)
    except (SyntaxError, ValueError):
        return False
    return True


def _was_declined(desk: Desk, theirs: bytes) -> bool:
    return not desk.beside.exists() and read_if_there(desk.offered) == theirs


def _offer(desk: Desk, theirs: bytes, now: datetime) -> None:
    """Put the new starter beside the learner's file. What the learner did in an older one is kept."""
    there = read_if_there(desk.beside)
    if there is None or read_if_there(desk.offered) != theirs:
        if there not in {None, theirs, read_if_there(desk.offered)}:
            desk.keep(desk.beside, now)
        write_whole(desk.beside, theirs)
        write_whole(desk.offered, theirs)
