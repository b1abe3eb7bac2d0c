"""What a grant lets through, and by which rule the rest is refused."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from domains.exchange.register import FIELDS, FIRE, FOOD, ROW, FakeRegister, ask, grant
from domains.identity import cast
from tongban.domains.directory.types import Level
from tongban.domains.exchange import models, services
from tongban.domains.exchange.services import rates, registry
from tongban.domains.exchange.types import Grade, Outcome, Refusal, SystemKind
from tongban.kernel.actors import PLATFORM, Actor, ActorKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> FakeRegister:
    monkeypatch.setattr(registry, "_providers", {})
    monkeypatch.setattr(registry, "_default", [])
    monkeypatch.setattr(registry, "_cause_checks", [])
    fake = FakeRegister()
    services.register_provider("T-PERSON", fake)
    cast.load_city()
    cast.department("GA")
    cast.department("SCJG", 2)
    services.load_resources([ROW], actor=PLATFORM, at=cast.NOW)
    return fake


def refused(register: FakeRegister, subject: Any, actor: Actor, **changes: Any) -> Refusal | None:
    """By which rule; and nobody was asked, and the refusal stands in the log."""
    asked, logged = len(register.asked), models.ExchangeLog.objects.count()
    answer = ask(subject, actor, **changes)
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert answer.message
    assert not answer.values
    assert len(register.asked) == asked
    assert models.ExchangeLog.objects.count() == logged + 1
    return answer.refusal


def test_without_a_grant_a_conditional_resource_is_closed(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()

    assert refused(register, zhang.subject.id, wang) is Refusal.NO_GRANT


def test_only_granted_fields_are_asked_and_come_back_with_a_word_on_the_rest(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    register.rows[zhang.subject.id] = {"name": "张三", "sex": "1"}
    grant()

    answer = ask(zhang.subject.id, wang, fields=FIELDS)

    assert answer.outcome is Outcome.FOUND
    assert {field: value.value for field, value in answer.values.items()} == {"name": "张三"}
    assert answer.message == "授权不含这些内容，没有查询：sex。"
    assert register.asked == [("name",)]


def test_a_request_of_which_nothing_is_granted_is_refused(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    grant()

    assert refused(register, zhang.subject.id, wang, fields=("sex",)) is Refusal.NO_FIELD


def test_the_term_is_half_open_to_the_second(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    register.rows[zhang.subject.id] = {"name": "张三"}
    begin, end = cast.NOW, cast.NOW + timedelta(days=1)
    grant(valid_from=begin, valid_to=end)
    second = timedelta(seconds=1)

    assert refused(register, zhang.subject.id, wang, at=begin - second) is Refusal.NOT_YET
    assert ask(zhang.subject.id, wang, at=begin).outcome is Outcome.FOUND
    assert ask(zhang.subject.id, wang, at=end - second).outcome is Outcome.FOUND
    assert refused(register, zhang.subject.id, wang, at=end) is Refusal.ENDED
    assert refused(register, zhang.subject.id, wang, at=end + second) is Refusal.ENDED


def test_another_item_or_purpose_is_refused(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    register.rows[zhang.subject.id] = {"name": "张三"}
    grant(items=(FOOD, "OPEN_RESTAURANT"))

    assert ask(zhang.subject.id, wang, purpose="OPEN_RESTAURANT").outcome is Outcome.FOUND
    assert ask(zhang.subject.id, wang, purpose="食品经营许可", item="").outcome is Outcome.FOUND
    assert (
        refused(register, zhang.subject.id, wang, purpose="OPEN_RESTAURANT", item=FIRE) is Refusal.OTHER_ITEM
    )
    assert refused(register, zhang.subject.id, wang, purpose="统计分析") is Refusal.OTHER_PURPOSE
    assert refused(register, zhang.subject.id, wang, purpose=FIRE, item=FIRE) is Refusal.OTHER_PURPOSE


def test_a_grant_for_one_system_is_not_for_another(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    register.rows[zhang.subject.id] = {"name": "张三"}
    _system("SCJG-YW")
    grant(system="SCJG-YW")

    assert ask(zhang.subject.id, wang, system="SCJG-YW").outcome is Outcome.FOUND
    assert refused(register, zhang.subject.id, wang, system="SCJG-XX") is Refusal.OTHER_SYSTEM
    assert refused(register, zhang.subject.id, wang) is Refusal.OTHER_SYSTEM


def test_a_grant_to_the_city_department_covers_its_district_offices_only(register: FakeRegister) -> None:
    zhang = cast.zhang_san()
    register.rows[zhang.subject.id] = {"name": "张三"}
    cast.department("SCJG-310115", 3, division="310115", guided_by="SCJG", level=Level.COUNTY)
    grant()

    assert ask(zhang.subject.id, _system_of("SCJG-310115")).outcome is Outcome.FOUND
    assert refused(register, zhang.subject.id, _system_of("GA")) is Refusal.NO_GRANT


def test_over_the_rate_is_refused_until_the_next_minute(
    register: FakeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    register.rows[zhang.subject.id] = {"name": "张三"}
    grant(per_minute=2)
    now = [600.0]
    monkeypatch.setattr(rates.time, "time", lambda: now[0])

    answers = [ask(zhang.subject.id, wang).outcome for _call in range(2)]
    assert answers == [Outcome.FOUND, Outcome.FOUND]
    assert refused(register, zhang.subject.id, wang) is Refusal.OVER_RATE
    now[0] += 60

    assert ask(zhang.subject.id, wang).outcome is Outcome.FOUND


@pytest.mark.django_db(transaction=True)
def test_calls_of_all_connections_count_and_none_waits_for_another(register: FakeRegister) -> None:
    """One connection has counted and not ended its transaction: another counts at once, and knows of those that have ended."""
    found = grant(per_minute=100)
    assert found.id is not None
    counted: list[int] = []

    def count() -> None:
        assert found.id is not None
        counted.append(rates.count_use(found.id, 5))
        connection.close()

    from django.db import transaction

    with transaction.atomic():
        assert rates.count_use(found.id, 3) == 3
        threads = [threading.Thread(target=count) for _ in range(1)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(10)
    assert counted == [5]

    assert rates.count_use(found.id, 1) == 9


def test_ending_a_grant_ends_it_now_and_only_its_provider_can(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    register.rows[zhang.subject.id] = {"name": "张三"}
    found = grant()
    assert found.id is not None
    later = cast.NOW + timedelta(hours=1)

    with pytest.raises(services.NotYourResource):
        services.end_grant(found.id, reason="试", departments=frozenset({"SCJG"}), actor=wang, at=later)
    assert ask(zhang.subject.id, wang, at=later).outcome is Outcome.FOUND
    services.end_grant(found.id, reason="不再需要", departments=frozenset({"GA"}), actor=PLATFORM, at=later)

    assert refused(register, zhang.subject.id, wang, at=later) is Refusal.ENDED
    with pytest.raises(services.GrantNotFound):
        services.end_grant(found.id, reason="", departments=None, actor=PLATFORM, at=later)


def test_what_is_not_shared_cannot_be_granted(register: FakeRegister) -> None:
    closed = {**ROW, "sharing": "3", "basis": "《示例条例》第三条"}
    services.load_resources([closed], actor=PLATFORM, at=cast.NOW)

    with pytest.raises(services.FaultyResource):
        grant()

    assert not models.Grant.objects.exists()


@pytest.mark.parametrize("count", [2, 20])
def test_many_look_ups_of_a_department_cost_a_fixed_number_of_queries(
    register: FakeRegister, count: int, django_assert_max_num_queries: Any
) -> None:
    from domains.exchange.register import LookupRequest

    zhang, wang = cast.zhang_san(), cast.wang_min()
    grant(per_minute=1000)
    request = LookupRequest("T-PERSON", zhang.subject.id, ("name",), FOOD, "SQ1", FOOD)

    # resources, subjects, grants, rate, ways, savepoint and its release, log, audit
    with django_assert_max_num_queries(9):
        answers = services.look_up_many([request] * count, actor=wang, at=cast.NOW)

    assert len(answers) == count


def _system(code: str) -> None:
    services.register_system(
        code=code,
        name="业务系统（示例）",
        kind=SystemKind.SYSTEM,
        owner="SCJG",
        contact="000-12345",
        grade=Grade.CONNECTED_BOTH_WAYS,
        actor=PLATFORM,
        at=cast.NOW,
    )


def _system_of(department: str) -> Actor:
    return Actor(ActorKind.DEPARTMENT_SYSTEM, None, department, department=department)
