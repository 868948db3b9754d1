"""Runs one unit of the shop as this process: `python -m lab.shop.unit order`. Settings come from `LAB_…` variables."""

import asyncio
import importlib
import signal
import sys

import structlog
import uvicorn
from pydantic import ValidationError

from lab.errors import ExitCode, LabError, PartDoesNotLoad, WrongUsage
from lab.shop.parts import Parts, read_choices
from lab.shop.runtime import garbage
from lab.shop.runtime.blueprint import Blueprint
from lab.shop.runtime.log import configure
from lab.shop.runtime.service import Service, build_app, watch
from lab.shop.runtime.settings import Settings
from lab.shop.units import BY_NAME

_log = structlog.get_logger("orderlab")


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        faults = error.errors(include_url=False)
        said = ", ".join(f"LAB_{str(one['loc'][0]).upper()}={one['input']}: {one['msg']}" for one in faults)
        raise WrongUsage(f"A setting cannot be used: {said}.", "Set it to what it says, or take it away.") from error


async def serve(name: str) -> int:
    """Run the unit until it is told to end; return the exit code."""
    settings = _settings()
    blueprint: Blueprint = importlib.import_module(BY_NAME[name].blueprint).BLUEPRINT
    async with Service(blueprint, settings, Parts(settings.phase, read_choices(settings.choices))) as service:
        config = uvicorn.Config(
            build_app(service),
            host="127.0.0.1",
            port=settings.port,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)

        def stop(*_: object) -> None:
            server.should_exit = True

        # uvicorn, when it has ended, sends itself the signal that ended it once more, for whoever was there before it.
        # The default would end the process there and then, with the consumer, the producer and the database still open.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)

        garbage.settle()
        watching = asyncio.create_task(watch(service, stop))
        await server.serve()
        watching.cancel()
        return ExitCode.FAILED if service.failed.is_set() else ExitCode.OK


def main() -> None:
    """Run the unit named on the command line."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in BY_NAME:
        sys.exit(f"There is no unit {name!r}. The shop has: {', '.join(BY_NAME)}.")
    configure(name)
    try:
        sys.exit(asyncio.run(serve(name)))
    except LabError as error:
        part = (
            {"file": str(error.file), "line": error.line, "why": error.why}
            if isinstance(error, PartDoesNotLoad)
            else {}
        )
        # lab.readiness reads this line again
        _log.error("this unit cannot start", what=error.what, mend=error.mend, exit_code=int(error.exit_code), **part)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
