"""The request id that follows one request through logs, audit, outbox and jobs."""

from contextvars import ContextVar
from uuid import uuid4

current_request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id() -> str:
    return uuid4().hex
