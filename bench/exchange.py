"""Calls through the gateway with evidence, against the provider's read alone.

Run as ``python -m bench.exchange [--json] [--seconds N]`` from the repository root; it makes a database of its own beside the configured
one and drops it afterwards. A department's system asks for a person of an open case, under a grant, from the register that the platform
holds: permission, the open case, the read, both hashes, the record and the audit entry. As many processes as cores ask at once.
"""

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import cycle, islice
from multiprocessing import get_context
from uuid import UUID

import django
from django.db import connection, connections

from bench import figures, queue
from bench.figures import Figure

SECONDS = 8
PEOPLE = 300
TARGET_PER_S, TARGET_MS = 600.0, 40.0
WARM_UP = 50
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PURPOSE, DEPARTMENT, RESOURCE = "OPEN_RESTAURANT", "D00", "RK-PERSON"
FIELDS = ("name", "sex", "birth_date", "household_address")

Call = Callable[[UUID, str], object]


def seed() -> list[tuple[UUID, str]]:
    """People of the register, each the applicant of an open case: their ids and the cases' numbers."""
    from tongban.domains.directory import services as directory
    from tongban.domains.directory.types import Connection, Department, Level
    from tongban.domains.exchange import services as exchange
    from tongban.domains.exchange.types import Grant
    from tongban.domains.identity import services as identity
    from tongban.domains.registers import services as registers
    from tongban.domains.registers.types import PersonRecord
    from tongban.kernel.actors import PLATFORM
    from tongban.kernel.identifiers.resident_id import check_character
    from tongban.kernel.identifiers.uscc import compose_uscc

    directory.load_divisions(local="3101", actor=PLATFORM, at=NOW)
    for serial, code in enumerate((DEPARTMENT, "GA"), start=1):
        office = Department(
            code=code,
            name=f"示例部门{serial}",
            short_name=code,
            uscc=compose_uscc("11", "310000", f"{serial:08d}"),
            division="3101",
            level=Level.CITY,
            guided_by=None,
            connection=Connection.OWN_SYSTEM,
            phone="000-0000001",
            complaint_phone="000-0000002",
            address="示例路1号",
            reconsideration_body="示例市人民政府",
            court="示例市人民法院",
        )
        directory.save_department(office, actor=PLATFORM, at=NOW)
    row = {"code": RESOURCE, "name": "人口基本信息", "provider": "GA", "sharing": "2", "fields": list(FIELDS)}
    exchange.load_resources([row], actor=PLATFORM, at=NOW)
    exchange.grant_access(
        Grant(RESOURCE, DEPARTMENT, FIELDS, PURPOSE, NOW, None, per_minute=None), actor=PLATFORM, at=NOW
    )
    people = []
    for nth in range(PEOPLE):
        body = f"31010118900101{nth:03d}"
        person = identity.register_person(
            name=f"示例{nth}", number=body + check_character(body), actor=PLATFORM, at=NOW
        )
        record = PersonRecord(person.id, "1", date(1890, 1, 1), "汉族", f"示例路{nth}号")
        registers.save_person(record, actor=PLATFORM, at=NOW)
        people.append(person.id)
    return list(zip(people, _open_cases(people), strict=True))


def _open_cases(applicants: Sequence[UUID]) -> list[str]:
    """An accepted case for each, written as the benchmark of the queue writes them."""
    made = [row for row in queue.case_rows(20 * PEOPLE) if row[15] == "ACCEPTED"][: len(applicants)]
    rows = [(*row[:11], applicant, *row[12:]) for row, applicant in zip(made, applicants, strict=True)]
    queue.seed_rows(20 * PEOPLE, rows)
    return [str(row[1]) for row in rows]


def through_the_gateway() -> Call:
    from tongban.domains.exchange import services
    from tongban.domains.exchange.types import LookupRequest, Outcome
    from tongban.kernel.actors import Actor, ActorKind

    actor = Actor(
        ActorKind.DEPARTMENT_SYSTEM,
        None,
        "示例系统",
        department=DEPARTMENT,
        departments=frozenset({DEPARTMENT}),
    )

    def call(person: UUID, case: str) -> None:
        request = LookupRequest(RESOURCE, person, FIELDS, PURPOSE, case)
        result = services.look_up(request, actor=actor, at=NOW)
        assert result.outcome is Outcome.FOUND, result

    return call


def direct() -> Call:
    from tongban.domains.registers.services.providers import PROVIDERS

    provider = PROVIDERS[RESOURCE]
    return lambda person, _case: provider.fetch(subject_id=person, fields=FIELDS)


def measure_calls(
    make: Callable[[], Call], asked: Sequence[tuple[UUID, str]], seconds: float
) -> tuple[float, list[float]]:
    """Calls a second of all processes together, and what each took in ms."""
    processes = os.cpu_count() or 1
    connections.close_all()
    context = get_context("fork")
    with context.Pool(processes) as pool:
        given = [(make, asked[nth::processes], seconds) for nth in range(processes)]
        found = pool.starmap(_run, given)
    times = [one for each in found for one in each]
    return len(times) / seconds, times


def _run(make: Callable[[], Call], asked: Sequence[tuple[UUID, str]], seconds: float) -> list[float]:
    call = make()
    for person, case in islice(cycle(asked), WARM_UP):
        call(person, case)
    times = []
    ends = time.perf_counter() + seconds
    for person, case in cycle(asked):
        began = time.perf_counter()
        if began >= ends:
            return times
        call(person, case)
        times.append((time.perf_counter() - began) * 1000)
    return times


def measure(seconds: int = SECONDS) -> list[Figure]:
    """The figures of the gateway, in the form of ``script/bench --json``."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        asked = seed()
        plain, plain_times = measure_calls(direct, asked, seconds / 2)
        ours, times = measure_calls(through_the_gateway, asked, seconds)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    name = "exchange calls with evidence, local register"
    rate = figures.figure(
        name,
        ours,
        "per s",
        TARGET_PER_S,
        met=ours >= TARGET_PER_S,
        baseline=plain,
        ratio=ours / plain,
        digits=0,
    )
    p95, plain_p95 = figures.p95(times), figures.p95(plain_times)
    return [rate, figures.at_most(f"{name}, p95", p95, "ms", TARGET_MS, baseline=plain_p95)]


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure, scale="seconds")
