"""Loads a learner's file: compiled from its source each time, and every fault in it named with file and line."""

import linecache
import sys
import traceback
from pathlib import Path
from types import CodeType, ModuleType

from lab.errors import PartDoesNotLoad


def load_file(file: Path, name: str) -> ModuleType:
    """Run a part's source and return it as a module. Bytecode caches are not used: they miss a second save in a second.

    Raises PartDoesNotLoad with file and line, for whatever the file does.
    """
    code = _compile(file)
    module = ModuleType(name)
    module.__file__ = str(file)
    sys.modules[name] = module  # pydantic and dataclasses look their own module up by name
    linecache.checkcache(str(file))
    try:
        exec(code, module.__dict__)  # noqa: S102  running the learner's file is what the lab is for
    except BaseException as error:  # a learner's file may do anything, also call sys.exit()
        if isinstance(error, KeyboardInterrupt):
            raise
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        line = (lines[-1] if lines else 1) or 1
        raise _fault(
            file,
            line,
            f"{type(error).__name__}: {said_by(error)}",
            "The file stops there while it is loaded, before any of its functions is called.",
        ) from error
    return module


def said_by(error: BaseException) -> str:
    """Return an error's own text. A learner's error may have a `__str__` that fails: never raises."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  whatever it is, there is no text
        return "(an error whose text cannot be made: its __str__ fails)"


def _compile(file: Path) -> CodeType:
    try:
        source = file.read_text(encoding="utf-8-sig")  # an editor of Windows may begin the file with a mark of its own
        if "\0" in source:
            raise _nul(file, source) from ValueError("NUL")
        return compile(source, str(file), "exec", dont_inherit=True)
    except OSError as error:
        why = f"{file} cannot be read: {error.strerror}."
        raise PartDoesNotLoad(why, "Put it back, or choose the solution.", file=file, why=why) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _fault(
            file,
            line,
            f"it is not UTF-8 text: byte {error.object[error.start]:#04x}.",
            "Save it as UTF-8: every editor can, in its settings or under “Save with encoding”.",
        ) from error
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise _fault(
            file,
            line,
            f"Python cannot read it: {error.args[0]}.",
            f"Look at line {line} and the one before it: a bracket, a quote, a colon?",
        ) from error


def _nul(file: Path, source: str) -> PartDoesNotLoad:
    line = source.count("\n", 0, source.index("\0")) + 1
    mend = "Delete the characters there that no editor shows as text, or save the file anew as UTF-8."
    return _fault(file, line, "it has a NUL byte.", mend)


def _fault(file: Path, line: int, why: str, mend: str) -> PartDoesNotLoad:
    return PartDoesNotLoad(f"{file}, line {line}: {why}", mend, file=file, line=line, why=why)
