"""Logs without personal data, metrics, health, traces."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from tongban.foundation.requests import current_request_id

REQUESTS = Histogram("tongban_request_seconds", "Time to answer, by route", ["route", "method", "status"])
SUBMISSIONS = Counter("tongban_submissions_total", "Applications received", ["purpose"])
OUTBOX_BACKLOG = Gauge("tongban_outbox_backlog", "Messages not yet delivered")
METRICS_TYPE = CONTENT_TYPE_LATEST

# Eighteen characters of a resident number or credit code, eleven digits of a mobile number, sixteen or more of a bank account.
_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|1[3-9]\d{9}|\d{16,19})(?![0-9A-Za-z])")


def configure_logs(level: str) -> None:
    """One JSON object a line on stderr, Django's own records included."""
    shared: list[Any] = [
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
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


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a person's number, wherever it got into a record."""
    return {key: _redacted(value) for key, value in event.items()}


def metrics() -> bytes:
    """The metrics page's text."""
    from tongban.foundation.outbox import services as outbox

    OUTBOX_BACKLOG.set(outbox.backlog())
    return generate_latest()


def readiness() -> tuple[str, ...]:
    """Why this process cannot serve; empty when it can."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return (f"database: {type(error).__name__}",)
    return (f"{len(pending)} migrations pending",) if pending else ()


def configure_traces(endpoint: str) -> None:
    """Send traces of requests and statements to an OTLP endpoint."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "tongban"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    PsycopgInstrumentor().instrument()


def _add_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = current_request_id.get()
    if request_id:
        event["request_id"] = request_id
    return event


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return _PERSONAL.sub("▇▇▇", value)
    if isinstance(value, dict):
        return {key: _redacted(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(entry) for entry in value]
    return value
