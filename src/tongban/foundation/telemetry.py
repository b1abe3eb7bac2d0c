"""Metrics and health."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from tongban.foundation.outbox import services as outbox

REQUESTS = Histogram("tongban_request_seconds", "Time to answer, by route", ["route", "method", "status"])
SUBMISSIONS = Counter("tongban_submissions_total", "Applications received", ["purpose"])
OUTBOX_BACKLOG = Gauge("tongban_outbox_backlog", "Messages not yet delivered")
METRICS_TYPE = CONTENT_TYPE_LATEST


def metrics() -> bytes:
    """The metrics page's text."""
    OUTBOX_BACKLOG.set(outbox.backlog())
    return generate_latest()


def readiness() -> tuple[str, ...]:
    """Why this process cannot serve; empty when it can."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return (f"database: {type(error).__name__}",)
    return (f"{len(pending)} migrations pending",) if pending else ()
