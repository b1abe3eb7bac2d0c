"""Structured logs without personal data: one JSON object a line on stderr."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from tongban.foundation.requests import current_request_id

# Eighteen characters of a resident number or credit code, eleven digits of a mobile number, sixteen or more of a bank account.
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|1[3-9]\d{9}|\d{16,19})(?![0-9A-Za-z])"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    # PostgreSQL repeats the whole row or key of a statement it refuses.
    r"|(?<=DETAIL:  )[^\n]+"
)
_SECRET_KEY = re.compile("password|secret|token|cookie|authorization", re.IGNORECASE)
_MASK = "▇▇▇"


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]  # takes no argument at run time
    """Writes to what stderr is when a record comes, as `logging.lastResort` does."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _value: TextIO) -> None:
        """StreamHandler sets it once, to the same."""


def configure_logs(level: str) -> None:
    """One JSON object a line on stderr, Django's own records included."""
    shared: list[Any] = [
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # It tells of every task it registers, at every start of every process.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a person's number or address, wherever it got into a record, and whatever is called a secret."""
    return {key: _MASK if _SECRET_KEY.search(key) else masked(value) for key, value in event.items()}


def masked(value: Any) -> Any:
    """`value` as it may be written down; what is not plain data becomes its text first."""
    if isinstance(value, dict):
        return redact(None, "", {str(key): entry for key, entry in value.items()})
    if isinstance(value, list | tuple):
        return [masked(entry) for entry in value]
    if value is None or isinstance(value, bool | float):
        return value
    text = _PERSONAL.sub(_MASK, str(value))
    return value if text == str(value) and isinstance(value, int) else text


def _add_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = current_request_id.get()
    if request_id:
        event["request_id"] = request_id
    return event
