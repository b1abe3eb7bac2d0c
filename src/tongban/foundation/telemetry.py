"""Metrics and health."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)
REQUESTS = Histogram("tongban_request_seconds", "Time to answer, by route", ["route", "method", "status"])
PROVIDERS = Histogram(
    "tongban_provider_seconds", "Time of a look-up in a department's system", ["provider", "outcome"]
)
OTHER_SUBJECTS = Counter("tongban_other_subject", "Answers about another person, refused", ["provider"])
PRIVACY_ALARMS = Counter(
    "tongban_privacy_alarms", "Looks without a live case, and answers about another person", ["kind"]
)
EVIDENCE_REFUSED = Counter("tongban_evidence_refused", "Look-ups whose evidence the database refused")
METRICS_TYPE = CONTENT_TYPE_LATEST
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of prometheus_client: a folder in which the processes of one server add up what they count."""
_QUEUES = (
    ("tongban_outbox_backlog", "Messages not yet delivered", "FROM outbox_message WHERE NOT is_dead"),
    ("tongban_outbox_dead_letters", "Messages given up", "FROM outbox_message WHERE is_dead"),
    (
        "tongban_audit_unsealed",
        "Audit entries not yet chained",
        "FROM audit_entry WHERE id > (SELECT coalesce(max(entry_id), 0) FROM audit_link)",
    ),
    ("tongban_jobs_waiting", "Jobs to do", "FROM procrastinate_jobs WHERE status = 'todo'"),
    ("tongban_jobs_failed", "Jobs that failed", "FROM procrastinate_jobs WHERE status = 'failed'"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that a domain reads of itself."""

    name: str
    words: str
    value: float


_readings: list[Callable[[], tuple[Reading, ...]]] = []
_notices: list[Callable[[], str | None]] = []


def watch(read: Callable[[], tuple[Reading, ...]], notice: Callable[[], str | None]) -> None:
    """Let a domain show its readings among the metrics and say beside readiness what it cannot do at present; from `apps.ready`."""
    _readings.append(read)
    _notices.append(notice)


class _Queues(Collector):
    """What waits in the database, counted when asked: the same from every process; without a database, only that it is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        counts = _count_queues()
        yield GaugeMetricFamily("tongban_database_up", "Whether the database answers", value=bool(counts))
        for (name, words, _rows), count in zip(_QUEUES, counts, strict=False):
            yield GaugeMetricFamily(name, words, value=count)
        for one in _read() if counts else ():
            yield GaugeMetricFamily(one.name, one.words, value=one.value)


def _read() -> list[Reading]:
    try:
        return [one for read in _readings for one in read()]
    except Error as error:
        log.warning("metrics.without_readings", error=type(error).__name__)
        return []


def _count_queues() -> list[int]:
    """The counts in the order of `_QUEUES`; none when the database does not answer."""
    counts = []
    try:
        with connection.cursor() as cursor:
            for _name, _words, rows in _QUEUES:
                cursor.execute(f"SELECT count(*) {rows}")
                counts.append(cursor.fetchone()[0])
    except Error as error:
        log.warning("metrics.without_database", error=type(error).__name__)
        return []
    return counts


def metrics() -> bytes:
    """The metrics page's text: requests of all processes of this server, and what waits in the database."""
    queues = CollectorRegistry()
    queues.register(_Queues())
    counted = REGISTRY
    if SHARED_FOLDER in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library has no types
    return generate_latest(counted) + generate_latest(queues)


def readiness() -> tuple[str, ...]:
    """Why this process cannot serve; empty when it can."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return (f"database: {type(error).__name__}",)
    return (f"{len(pending)} migrations pending",) if pending else ()


def notices() -> tuple[str, ...]:
    """What cannot be done at present although this process serves; nothing when the database is away, which readiness says."""
    try:
        found = [notice() for notice in _notices]
    except Error:
        return ()
    return tuple(one for one in found if one)
