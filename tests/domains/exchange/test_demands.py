"""A department asks, the provider decides within ten working days or cites the negative list, the data bureau settles disputes."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from domains.exchange.register import FOOD, ROW
from domains.identity import cast
from tongban.domains.exchange import models, rules, selectors, services, states
from tongban.domains.exchange.types import Demand, DemandAction, DemandStatus, NewDemand
from tongban.foundation.audit.models import Entry as AuditEntry
from tongban.kernel.actors import PLATFORM
from tongban.kernel.national_calendar import national_calendar

pytestmark = pytest.mark.django_db
GA, SCJG = frozenset({"GA"}), frozenset({"SCJG"})
LAW = "《中华人民共和国示例法》第十二条"


@pytest.fixture(autouse=True)
def city() -> None:
    cast.load_city()
    for number, code in enumerate(("GA", "SCJG", "DSJ"), start=1):
        cast.department(code, number)
    services.load_resources([ROW], actor=PLATFORM, at=cast.NOW)


def ask(**changes: Any) -> Demand:
    values: dict[str, Any] = {
        "resource": "T-PERSON",
        "wanted": "",
        "fields": ("name",),
        "purpose": "食品经营许可",
        "items": (FOOD,),
        "basis": "《食品经营许可和备案管理办法》第十二条",
        "valid_until": date(2027, 3, 1),
        "per_minute": 60,
        **changes,
    }
    return services.ask_for_data(NewDemand(**values), department="SCJG", actor=PLATFORM, at=cast.NOW)


def test_the_provider_has_ten_working_days() -> None:
    # 2 March 2026 is a Monday; no holiday lies in the two weeks after it.
    assert ask().due_on == date(2026, 3, 16)
    # The Spring Festival of 2026 is between, and two Saturdays that are worked for it.
    assert rules.decision_due(national_calendar(), date(2026, 2, 12)).due_on == date(2026, 3, 4)


def test_agreeing_gives_the_grant_that_was_asked_for() -> None:
    demand = ask()

    agreed = services.agree(demand.id, departments=GA, per_minute=30, actor=PLATFORM, at=cast.NOW)

    assert (agreed.status, agreed.decided_at) == (DemandStatus.GRANTED, cast.NOW)
    (line,) = selectors.list_grants(departments=SCJG, at=cast.NOW)
    assert (line.grant.resource, line.grant.fields, line.grant.items) == ("T-PERSON", ("name",), (FOOD,))
    assert (line.grant.per_minute, line.grant.purpose, line.calls) == (30, "食品经营许可", 0)
    assert line.grant.valid_to is not None
    assert line.grant.valid_to.isoformat() == "2027-03-01T16:00:00+00:00"
    assert [step.action for step in agreed.steps] == [DemandAction.ASK, DemandAction.GRANT]
    assert AuditEntry.objects.filter(action="DEMAND_GRANT").count() == 1


@pytest.mark.parametrize(
    ("reason", "basis", "refusal"),
    [
        ("", LAW, services.ReasonMissing),
        ("涉密", "", services.NegativeListMissing),
        ("涉密", "内部规定", services.NegativeListMissing),
        ("涉密", "《中华人民共和国示例法》", services.NegativeListMissing),
    ],
)
def test_a_refusal_needs_a_reason_and_an_entry_of_the_negative_list(
    reason: str, basis: str, refusal: type[Exception]
) -> None:
    demand = ask()

    with pytest.raises(refusal):
        services.refuse(
            demand.id, reason=reason, negative_basis=basis, departments=GA, actor=PLATFORM, at=cast.NOW
        )

    assert selectors.get_demand(demand.id) == demand


def test_a_refusal_without_its_law_cannot_be_stored() -> None:
    demand = ask()

    with pytest.raises(IntegrityError, match="demand_refused_cites_negative_list"), transaction.atomic():
        models.Demand.objects.filter(pk=demand.id).update(status=DemandStatus.REFUSED)


def test_the_data_bureau_settles_a_dispute_either_way() -> None:
    ordered, upheld = refused(), refused()
    for one in (ordered, upheld):
        services.dispute(one.id, reason="办事要用", departments=SCJG, actor=PLATFORM, at=cast.NOW)

    services.order(ordered.id, reason="属于有条件共享", actor=PLATFORM, at=cast.NOW)
    services.uphold(upheld.id, reason="确属负面清单", actor=PLATFORM, at=cast.NOW)

    assert selectors.get_demand(ordered.id).status is DemandStatus.GRANTED
    assert selectors.get_demand(upheld.id).status is DemandStatus.UPHELD
    assert models.Grant.objects.count() == 1


def refused() -> Demand:
    return services.refuse(
        ask().id, reason="涉密", negative_basis=LAW, departments=GA, actor=PLATFORM, at=cast.NOW
    )


def test_the_data_bureau_decides_in_the_providers_place_only_after_its_limit() -> None:
    demand = ask()
    last_day, day_after = cast.NOW + timedelta(days=14), cast.NOW + timedelta(days=15)
    assert not rules.is_overdue(demand, states.WAITING, date(2026, 3, 16))
    assert rules.is_overdue(demand, states.WAITING, date(2026, 3, 17))

    with pytest.raises(services.NotOverdue):
        services.order(demand.id, reason="超期", actor=PLATFORM, at=last_day)
    assert not models.Grant.objects.exists()

    done = services.order(demand.id, reason="超期未答复", actor=PLATFORM, at=day_after)
    assert done.status is DemandStatus.GRANTED


def test_what_is_in_no_catalogue_is_named_a_provider_then_supplied() -> None:
    demand = ask(resource="", wanted="电梯维保记录", fields=())
    assert (demand.provider, demand.resource) == ("", "")

    with pytest.raises(services.DemandNotFound):
        services.supply(demand.id, resource="T-PERSON", departments=GA, actor=PLATFORM, at=cast.NOW)
    later = cast.NOW + timedelta(days=7)
    named = services.name_provider(demand.id, department="GA", actor=PLATFORM, at=later)
    assert (named.provider, named.due_on) == ("GA", date(2026, 3, 23))
    with pytest.raises(services.FaultyDemand):
        services.agree(demand.id, departments=GA, per_minute=None, actor=PLATFORM, at=later)
    done = services.supply(demand.id, resource="T-PERSON", departments=GA, actor=PLATFORM, at=later)

    assert (done.status, done.resource) == (DemandStatus.SUPPLIED, "T-PERSON")
    assert not models.Grant.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": " "}, "purpose"),
        ({"items": ()}, "items"),
        ({"basis": ""}, "basis"),
        ({"fields": ()}, "fields"),
        ({"fields": ("salary",)}, "fields"),
        ({"resource": "", "wanted": " "}, "resource"),
        ({"valid_until": date(2026, 3, 2)}, "valid_until"),
    ],
)
def test_a_demand_that_lacks_something_is_not_entered(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(services.FaultyDemand) as faulty:
        ask(**changes)

    assert faulty.value.field == field
    assert not models.Demand.objects.exists()


def test_others_find_no_demand() -> None:
    demand = ask()
    acts: list[Callable[[], Any]] = [
        lambda: services.agree(demand.id, departments=SCJG, per_minute=None, actor=PLATFORM, at=cast.NOW),
        lambda: services.withdraw(demand.id, departments=GA, actor=PLATFORM, at=cast.NOW),
        lambda: services.refuse(
            demand.id, reason="x", negative_basis=LAW, departments=SCJG, actor=PLATFORM, at=cast.NOW
        ),
    ]

    for act in acts:
        with pytest.raises(services.DemandNotFound):
            act()

    assert selectors.get_demand(demand.id) == demand
    assert selectors.find_demand(demand.id, frozenset({"DSJ"})) is None
    assert selectors.find_demand(demand.id, None) == demand
    assert len(selectors.list_demands(GA)) == len(selectors.list_demands(SCJG)) == 1
    assert selectors.list_demands(frozenset({"DSJ"})) == ()


def test_what_is_decided_is_decided_once() -> None:
    demand = ask()
    services.agree(demand.id, departments=GA, per_minute=None, actor=PLATFORM, at=cast.NOW)

    with pytest.raises(states.DemandMoved):
        services.refuse(
            demand.id, reason="x", negative_basis=LAW, departments=GA, actor=PLATFORM, at=cast.NOW
        )

    assert selectors.get_demand(demand.id).status is DemandStatus.GRANTED


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_refused() -> None:
    demand = ask()
    outcomes: list[str] = []

    def agree() -> None:
        try:
            services.agree(demand.id, departments=GA, per_minute=None, actor=PLATFORM, at=cast.NOW)
            outcomes.append("granted")
        except states.DemandMoved:
            outcomes.append("moved")
        finally:
            connection.close()

    threads = [threading.Thread(target=agree) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)

    assert sorted(outcomes) == ["granted", "moved", "moved", "moved"]
    assert models.Grant.objects.count() == 1


@pytest.mark.parametrize("count", [2, 20])
def test_lists_cost_the_same_for_many(count: int, django_assert_max_num_queries: Any) -> None:
    for number in range(count):
        demand = ask(purpose=f"用途{number}")
        services.agree(demand.id, departments=GA, per_minute=None, actor=PLATFORM, at=cast.NOW)

    with django_assert_max_num_queries(1):
        assert len(selectors.list_demands(GA)) == count
    with django_assert_max_num_queries(3):
        assert len(selectors.list_grants(departments=GA, at=cast.NOW)) == count
