"""Every error as `application/problem+json` (RFC 9457): what is wrong, where, and never a stack trace."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from lab.shop.parts import Parts
from lab.shop.ports import DESCRIBE_FAULTS
from lab.shop.runtime.store import FAULTS, no_answer

PROBLEMS: Final[Mapping[int | str, dict[str, Any]]] = {
    "default": {
        "description": "What is wrong (RFC 9457)",
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status"],
                    "properties": {
                        "type": {"type": "string", "format": "uri-reference"},
                        "title": {"type": "string"},
                        "status": {"type": "integer", "minimum": 400, "maximum": 599},
                        "detail": {"type": "string"},
                        "errors": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["field", "detail"],
                                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
                            },
                        },
                    },
                }
            }
        },
    }
}
"""What every operation may answer beside its own: the OpenAPI of a unit says so for all of them."""

_log = structlog.get_logger("orderlab")


def problem(
    status: int,
    title: str,
    detail: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Build a problem+json answer. `errors`: one {"field", "detail"} for each field at fault."""
    content: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        content["detail"] = detail
    if errors:
        content["errors"] = list(errors)
    return JSONResponse(content, status, headers=headers, media_type="application/problem+json")


def install_problems(app: FastAPI, unit: str, parts: Parts) -> None:
    """Answer every error of this unit's app with a problem."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = error.errors()
        if any(fault["type"] == "json_invalid" for fault in faults):
            place = faults[0]["loc"][-1]
            return problem(400, "The body is not JSON.", f"{faults[0]['ctx']['error']}, at character {place}.")
        return problem(422, "The request does not fit.", errors=parts[DESCRIBE_FAULTS](faults))

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        title = HTTPStatus(error.status_code).phrase
        return problem(
            error.status_code, title, str(error.detail) if error.detail != title else "", headers=error.headers
        )

    @app.exception_handler(KafkaError)
    async def no_kafka(_: Request, error: KafkaError) -> JSONResponse:
        _log.error("Kafka did not take a message", why=repr(error))
        return problem(503, "Kafka does not answer.", "Try again in a moment.", headers={"Retry-After": "2"})

    async def no_database(request: Request, error: Exception) -> JSONResponse:
        if not no_answer(error):
            return await broken(request, error)
        why = error.orig if isinstance(error, DBAPIError) else error
        _log.error("the database did not take it", why=repr(why))
        return problem(503, "The database does not answer.", "Try again in a moment.", headers={"Retry-After": "2"})

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        _log.error("a request failed", path=request.url.path, exc_info=error)
        return problem(500, "The service is at fault.", f"Its log says why: uv run lab logs {unit}")

    for fault in FAULTS:
        app.add_exception_handler(fault, no_database)
