"""An officer's queue over a million cases: seeded by COPY, measured against COUNT and OFFSET.

Run as ``python -m bench.queue [--json] [--cases N]`` from the repository root; it makes a database of its own
beside the configured one and drops it afterwards.
"""

import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID

import django
from django.db import connection

from bench import figures
from bench.figures import Figure

CASES = 1_000_000
DEPARTMENTS = 40
ITEMS = 60
NAMES = ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴")
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OFFICER = UUID(int=7)
# Of a hundred cases: how many stand in each status.
SHARES = {
    "CLOSED": 62,
    "NOT_ACCEPTED": 3,
    "WITHDRAWN": 3,
    "TERMINATED": 2,
    "RECEIVED": 6,
    "SUPPLEMENTING": 3,
    "ACCEPTED": 10,
    "EXAMINED": 5,
    "SUSPENDED": 1,
    "GRANTED": 4,
    "REFUSED": 1,
}
NEVER_ACCEPTED = frozenset({"RECEIVED", "SUPPLEMENTING", "NOT_ACCEPTED", "WITHDRAWN", "TERMINATED"})
WITHOUT_LIMIT = frozenset({"CLOSED", "NOT_ACCEPTED", "WITHDRAWN", "TERMINATED", "SUPPLEMENTING", "REFUSED"})
TARGET_MS = 60.0
TARGET_SEED_S = 180.0

Row = tuple[object, ...]

APPLICATION_COLUMNS = (
    "id, number, applicant_id, applicant_name, purpose, title, division, channel, idempotency_key, "
    "body_sha256, received_at, received_by_id"
)
CASE_COLUMNS = (
    "id, number, application_id, basic_code, item_code, item_name, substance_version_id, "
    "procedure_version_id, situation, department, department_name, applicant_id, applicant_name, purpose, "
    "package_title, status, revision, assignee_id, assignee_name, received_at, accepted_on, "
    "is_deemed_accepted, ended_at, regime, statutory_days, extension_max, promised_days, limit_kind, due_on, "
    "amber_on, is_provisional, deferred_materials, uses_promise"
)


def case_rows(total: int) -> Iterator[Row]:
    """The cases, one an application; department 0 holds a quarter of all."""
    chance = random.Random(36904)  # noqa: S311  the same city every time
    statuses = [status for status, share in SHARES.items() for _ in range(share)]
    for nth in range(total):
        status = statuses[chance.randrange(len(statuses))]
        department = 0 if chance.random() < 0.25 else chance.randrange(1, DEPARTMENTS)
        item = chance.randrange(ITEMS)
        due_on = date.max if status in WITHOUT_LIMIT else TODAY + timedelta(days=chance.randrange(-5, 25))
        amber_on = date.max if due_on == date.max else due_on - timedelta(days=2)
        is_mine = department == 0 and chance.random() < 0.004
        applicant = UUID(int=(3 << 96) + nth // 3)
        yield (
            case_id(nth),
            f"91350100M000100Y434{310131000000 + item}20260302{nth:07d}",
            application_id(nth),
            str(310131000000 + item),
            f"91350100M000100Y434{310131000000 + item}",
            f"示例事项{item}",
            UUID(int=item + 1),
            UUID(int=item + 1),
            None,
            f"D{department:02d}",
            f"示例部门{department}",
            applicant,
            f"{NAMES[nth % 10]}示例{nth % 1000}",
            "OPEN_RESTAURANT" if nth % 4 else "NEWBORN",
            "开办餐饮店" if nth % 4 else "新生儿出生",
            status,
            3,
            OFFICER if is_mine else None,
            "王敏" if is_mine else "",
            NOW - timedelta(minutes=total - nth),
            None if status in NEVER_ACCEPTED else TODAY - timedelta(days=3),
            False,
            None,
            "SINGLE",
            20,
            10,
            10,
            "" if due_on == date.max else "PROMISE",
            due_on,
            amber_on,
            False,
            [],
            False,
        )


def application_rows(total: int) -> Iterator[Row]:
    for nth in range(total):
        yield (
            application_id(nth),
            f"SQ20260302{nth:07d}",
            UUID(int=(3 << 96) + nth // 3),
            f"{NAMES[nth % 10]}示例{nth % 1000}",
            "OPEN_RESTAURANT",
            "开办餐饮店",
            "310115",
            "ONLINE",
            f"bench-{nth}",
            "0" * 64,
            NOW - timedelta(minutes=total - nth),
            None,
        )


def case_id(nth: int) -> UUID:
    return UUID(int=(1 << 120) + nth)


def application_id(nth: int) -> UUID:
    return UUID(int=(2 << 120) + nth)


def seed(total: int) -> float:
    """Seconds to write cases and applications by COPY, with indexes, triggers and statistics."""
    started = time.perf_counter()
    _copy("cases_application", APPLICATION_COLUMNS, application_rows(total))
    _copy("cases_case", CASE_COLUMNS, case_rows(total))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_application")
        cursor.execute("VACUUM ANALYZE cases_case")
    return time.perf_counter() - started


def seed_rows(total: int, cases: Iterable[Row]) -> None:
    """Only these cases, with the applications of the first `total`; for another benchmark."""
    _copy("cases_application", APPLICATION_COLUMNS, application_rows(total))
    _copy("cases_case", CASE_COLUMNS, cases)


def _copy(table: str, columns: str, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def measure_queue(rounds: int = 30) -> tuple[float, int]:
    """p95 in milliseconds of a page with its counts over views, filters and depths; queries a page."""
    from django.test.utils import CaptureQueriesContext

    from tongban.domains.cases import selectors
    from tongban.domains.cases.types import QueueFilters, QueueView
    from tongban.kernel.actors import Actor, ActorKind, Role

    officer = Actor(
        ActorKind.OFFICER,
        OFFICER,
        "王敏",
        department="D00",
        departments=frozenset({"D00"}),
        roles=frozenset({Role.EXAMINER}),
    )
    cover = Actor(ActorKind.OFFICER, OFFICER, "王敏", department="D00", departments=frozenset({"D00", "D01"}))
    narrowings = (
        QueueFilters(),
        QueueFilters(basic_code="310131000007"),
        QueueFilters(purpose="NEWBORN"),
        QueueFilters(unassigned_only=True),
        QueueFilters(text="王示例7"),
        QueueFilters(text="SQ202603020000123"),
    )
    pages: list[Callable[[], object]] = []
    for view in QueueView:
        for filters in narrowings:
            pages.extend(_page(actor, view, filters) for actor in (officer, cover))
    deep = _deep_cursor(selectors, officer)
    pages.append(
        lambda: (
            selectors.queue_counts(actor=officer, at=NOW),
            selectors.list_queue(actor=officer, view=QueueView.OPEN, cursor=deep, at=NOW),
        )
    )
    for page in pages:
        page()
    times = [figures.milliseconds(page) for _round in range(rounds) for page in pages]
    with CaptureQueriesContext(connection) as queries:
        pages[0]()
    return figures.p95(times), len(queries)


def _page(actor, view, filters) -> Callable[[], object]:  # type: ignore[no-untyped-def]  # types load after Django
    from tongban.domains.cases import selectors

    def page() -> object:
        return (
            selectors.queue_counts(actor=actor, at=NOW),
            selectors.list_queue(actor=actor, view=view, filters=filters, at=NOW),
        )

    return page


def _deep_cursor(selectors, officer) -> str | None:  # type: ignore[no-untyped-def]  # types load after Django
    from tongban.domains.cases.types import QueueView

    cursor = None
    for _page in range(20):
        cursor = selectors.list_queue(
            actor=officer, view=QueueView.OPEN, cursor=cursor, at=NOW, limit=500
        ).next_cursor
    return cursor


def measure_baseline(rounds: int = 3) -> float:
    """p95 of the same page done plainly: a COUNT for each view and LIMIT with OFFSET, on the same table."""
    from tongban.domains.cases.models import Case
    from tongban.domains.cases.states import OPEN

    def plain(offset: int) -> object:
        own = Case.objects.filter(department="D00")
        still_open = own.filter(status__in=sorted(OPEN))
        counts = [own.filter(status=status).count() for status in SHARES]
        counts.append(still_open.filter(due_on__lt=TODAY).count())
        counts.append(still_open.filter(due_on__gte=TODAY, amber_on__lte=TODAY).count())
        return counts, list(still_open.order_by("due_on", "id").values()[offset : offset + 50])

    times: list[float] = []
    for _round in range(rounds):
        times.extend(figures.milliseconds(partial(plain, offset)) for offset in (0, 5_000, 50_000))
    return figures.p95(times)


def measure(cases: int = CASES) -> list[Figure]:
    """The figures of the queue, in the form of ``script/bench --json``."""
    from tongban.domains.cases import services

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        seconds = seed(cases)
        services.fold_tallies()
        ours, queries = measure_queue()
        plain = measure_baseline()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    sys.stderr.write(f"queue: {queries} queries a page\n")
    return [
        figures.at_most(f"seed {cases:,} cases by COPY", seconds, "s", TARGET_SEED_S),
        figures.at_most(
            f"officer's queue with counts, {cases:,} cases, p95", ours, "ms", TARGET_MS, baseline=plain
        ),
    ]


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure, scale="cases")
