"""台账: one place says how a system is connected, and the register is held against what is really there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from domains.exchange.register import ROW, ask
from domains.identity import cast
from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.selectors import interfaces
from tongban.domains.exchange.types import Grade, Interface, SystemKind, SystemState
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def doors(monkeypatch: pytest.MonkeyPatch) -> list[Interface]:
    """The interfaces that some door reports."""
    cast.load_city()
    cast.department("GA")
    cast.department("SCJG", 2)
    found: list[Interface] = []
    monkeypatch.setattr(interfaces, "_sources", [lambda: found])
    return found


def register(code: str, owner: str = "GA", grade: Grade | None = Grade.CONNECTED_BOTH_WAYS) -> None:
    services.register_system(
        code=code,
        name=f"{code}系统",
        kind=SystemKind.SYSTEM,
        owner=owner,
        contact="000-12345",
        grade=grade,
        actor=PLATFORM,
        at=cast.NOW,
    )


def client(system: str, last_call_at: datetime | None = None) -> Interface:
    return Interface("API", f"id-{system}", "客户端", "GA", system, True, last_call_at)


def test_the_grade_of_a_case_system_is_the_directorys_word() -> None:
    register("GA-YW", grade=None)
    assert selectors.get_system("GA-YW").grade is Grade.RUNS_HERE

    directory.save_department(
        cast.department("GA", connection=Connection.OWN_SYSTEM), actor=PLATFORM, at=cast.NOW
    )

    assert selectors.get_system("GA-YW").grade is Grade.CONNECTED_BOTH_WAYS


def test_a_case_system_with_a_grade_of_its_own_cannot_be_stored() -> None:
    register("GA-YW", grade=None)

    with pytest.raises(IntegrityError, match="system_grade_from_one_place"), transaction.atomic():
        models.System.objects.filter(code="GA-YW").update(grade="RUNS_HERE")


@pytest.mark.parametrize("changes", [{"contact": " "}, {"name": ""}, {"code": ""}, {"code": "GA-YW"}])
def test_a_system_needs_its_words_and_a_code_of_its_own(changes: dict[str, Any]) -> None:
    register("GA-YW")
    given: dict[str, Any] = {"code": "GA-2", "name": "系统", "contact": "000-12345", **changes}

    with pytest.raises(services.FaultySystem):
        services.register_system(
            **given,
            kind=SystemKind.SYSTEM,
            owner="GA",
            grade=Grade.RUNS_HERE,
            actor=PLATFORM,
            at=cast.NOW,
        )

    assert models.System.objects.count() == 1


def test_the_register_is_reconciled_with_what_is_there(doors: list[Interface]) -> None:
    register("GA-A")
    register("GA-B")
    doors += [client("GA-A"), client(""), client("GONE")]
    services.load_resources([ROW], actor=PLATFORM, at=cast.NOW)
    directory.save_department(
        cast.department("SCJG", 2, connection=Connection.OWN_SYSTEM), actor=PLATFORM, at=cast.NOW
    )

    found = selectors.reconcile(at=cast.NOW)

    assert [one.id for one in found.clients_without_system] == ["id-", "id-GONE"]
    assert found.resources_without_system == ("T-PERSON",)
    assert [one.code for one in found.systems_without_interface] == ["GA-B"]
    assert found.departments_without_system == ("SCJG",)


def test_a_system_whose_interfaces_were_not_called_in_30_days_is_idle(doors: list[Interface]) -> None:
    for code in ("GA-A", "GA-B", "GA-C"):
        register(code)
    register("GA-D", grade=Grade.LINKED_ONLY)
    recent, long_ago = cast.NOW - timedelta(days=29), cast.NOW - timedelta(days=31)
    doors += [client("GA-A", recent), client("GA-B", long_ago), client("GA-D")]

    idle = {line.system.code: line.is_idle for line in selectors.ledger(None, at=cast.NOW)}

    assert idle == {"GA-A": False, "GA-B": True, "GA-C": False, "GA-D": False}


def test_calls_of_its_resources_are_calls_of_the_system() -> None:
    register("GA-A")
    services.load_resources([ROW], actor=PLATFORM, at=cast.NOW)
    models.Resource.objects.update(system="GA-A")
    zhang = cast.zhang_san()
    (before,) = selectors.ledger(["GA"], at=cast.NOW)
    ask(zhang.subject.id, zhang.actor)

    (after,) = selectors.ledger(["GA"], at=cast.NOW)

    assert (before.calls, before.is_idle) == (0, True)
    assert (after.calls, after.is_idle, after.last_call_at) == (1, False, cast.NOW)
    assert selectors.ledger(["SCJG"], at=cast.NOW) == ()


@pytest.mark.parametrize("count", [2, 20])
def test_the_ledger_costs_the_same_for_many(count: int, django_assert_max_num_queries: Any) -> None:
    for number in range(count):
        register(f"GA-{number}")

    with django_assert_max_num_queries(3):
        assert len(selectors.ledger(None, at=cast.NOW)) == count


def test_only_its_owner_stops_a_system() -> None:
    register("GA-A")

    with pytest.raises(services.NotYourSystem):
        services.stop_system("GA-A", departments=frozenset({"SCJG"}), actor=PLATFORM, at=cast.NOW)
    assert selectors.get_system("GA-A").state is SystemState.IN_USE
    services.stop_system("GA-A", departments=frozenset({"GA"}), actor=PLATFORM, at=cast.NOW)

    assert selectors.get_system("GA-A").state is SystemState.STOPPED
