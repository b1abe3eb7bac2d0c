from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from domains.identity import cast
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.services import registry
from tongban.domains.exchange.types import LookupRequest, LookupResult, Outcome
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Actor

pytestmark = pytest.mark.django_db
FIELDS = ("name", "sex")
ROW = {"code": "T-PERSON", "name": "人口信息", "provider": "GA", "sharing": "2", "fields": list(FIELDS)}


class FakeRegister:
    """A register we own: answers from memory, or is down."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Mapping[str, object]] = {}
        self.is_down = False
        self.asked = 0

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        self.asked += 1
        if self.is_down:
            raise services.ProviderDown(f"no answer about {subject_id}")
        return self.rows.get(subject_id)


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


def ask(subject_id: UUID, actor: Actor, **changes: Any) -> LookupResult:
    values = {
        "resource": "T-PERSON",
        "subject_id": subject_id,
        "fields": FIELDS,
        "purpose": "NEWBORN",
        "cause": "draft-1",
    }
    return services.look_up(LookupRequest(**{**values, **changes}), actor=actor, at=cast.NOW)


def test_a_value_is_found_with_its_source_and_instant(register: FakeRegister) -> None:
    zhang = cast.zhang_san()
    register.rows[zhang.subject.id] = {"name": "张三", "sex": "1", "secret": "x"}

    result = ask(zhang.subject.id, zhang.actor)

    assert result.outcome is Outcome.FOUND
    assert {field: value.value for field, value in result.values.items()} == {"name": "张三", "sex": "1"}
    assert result.values["name"].source == "示例市GA局·人口信息"
    assert result.values["name"].as_of == cast.NOW


def test_not_found_not_allowed_and_down_are_three_answers(register: FakeRegister) -> None:
    zhang, li = cast.zhang_san(), cast.li_si()

    missing = ask(zhang.subject.id, zhang.actor)
    forbidden = ask(zhang.subject.id, li.actor)
    register.is_down = True
    down = ask(zhang.subject.id, zhang.actor)

    assert [answer.outcome for answer in (missing, forbidden, down)] == [
        Outcome.NOT_FOUND,
        Outcome.NOT_ALLOWED,
        Outcome.UNAVAILABLE,
    ]
    assert len({answer.message for answer in (missing, forbidden, down)}) == 3
    assert register.asked == 2


def test_every_answer_leaves_its_evidence_without_values(register: FakeRegister) -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    register.rows[zhang.subject.id] = {"name": "张三", "sex": "1"}

    ask(zhang.subject.id, zhang.actor)
    ask(zhang.subject.id, li.actor)

    entries = Entry.objects.filter(action="LOOK_UP").order_by("id")
    assert [(entry.subject_id, entry.detail["outcome"]) for entry in entries] == [
        (zhang.subject.id, "FOUND"),
        (zhang.subject.id, "NOT_ALLOWED"),
    ]
    found, refused = models.ExchangeLog.objects.order_by("serial")
    assert [entry.detail["exchange"] for entry in entries] == [str(found.id), str(refused.id)]
    assert [len(one) for one in (found.request_hash, found.response_hash)] == [32, 32]
    assert [len(one) for one in (refused.request_hash, refused.response_hash)] == [32, 0]
    assert "张三" not in repr([(entry.detail, vars(found)) for entry in entries])


def test_without_a_cause_nothing_is_asked(register: FakeRegister) -> None:
    zhang = cast.zhang_san()
    register.rows[zhang.subject.id] = {"name": "张三"}

    answer = ask(zhang.subject.id, zhang.actor, cause=" ")

    assert answer.outcome is Outcome.NOT_ALLOWED
    assert register.asked == 0


def test_a_mandate_opens_the_principals_data_for_its_purpose_only(register: FakeRegister) -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    register.rows[zhang.subject.id] = {"name": "张三"}
    identity.grant_mandate(
        kind=MandateKind.SPOUSE_AUTHORISATION,
        principal=zhang.subject.id,
        agent=li.subject.id,
        scope=["NEWBORN"],
        valid_to=cast.NOW + timedelta(days=30),
        basis="授权书",
        actor=zhang.actor,
        at=cast.NOW,
    )

    assert ask(zhang.subject.id, li.actor).outcome is Outcome.FOUND
    assert ask(zhang.subject.id, li.actor, purpose="OPEN_RESTAURANT").outcome is Outcome.NOT_ALLOWED


def test_an_officer_looks_only_for_live_business(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    register.rows[zhang.subject.id] = {"name": "张三"}
    services.load_resources([{**ROW, "sharing": "1"}], actor=PLATFORM, at=cast.NOW)
    services.register_cause_check(lambda *, cause, subject_id: cause == "live")

    assert ask(zhang.subject.id, wang, cause="live").outcome is Outcome.FOUND
    assert ask(zhang.subject.id, wang, cause="closed").outcome is Outcome.NOT_ALLOWED
    assert ask(zhang.subject.id, zhang.actor, cause="draft").outcome is Outcome.FOUND


def test_what_is_not_shared_is_shared_with_nobody(register: FakeRegister) -> None:
    zhang = cast.zhang_san()
    closed = {**ROW, "sharing": "3", "basis": "《示例条例》第三条"}
    services.load_resources([closed], actor=PLATFORM, at=cast.NOW)

    assert ask(zhang.subject.id, PLATFORM).outcome is Outcome.NOT_ALLOWED


def test_a_resource_that_is_switched_off_is_unavailable(register: FakeRegister) -> None:
    zhang = cast.zhang_san()
    assert selectors.live_resources() == {"T-PERSON"}

    services.set_live("T-PERSON", is_live=False, actor=PLATFORM, at=cast.NOW)

    assert selectors.live_resources() == frozenset()
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.UNAVAILABLE
    assert register.asked == 0


def test_a_resource_without_a_provider_is_unavailable_unless_there_is_a_default(
    register: FakeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhang = cast.zhang_san()
    register.rows[zhang.subject.id] = {"name": "张三"}
    monkeypatch.setattr(registry, "_providers", {})
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.UNAVAILABLE

    services.register_default_provider(lambda _code: register)

    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.FOUND


def test_an_unknown_field_is_the_callers_mistake(register: FakeRegister) -> None:
    zhang = cast.zhang_san()

    with pytest.raises(services.UnknownField):
        ask(zhang.subject.id, zhang.actor, fields=("salary",))

    assert models.ExchangeLog.objects.count() == 0


def test_the_person_sees_who_looked(register: FakeRegister) -> None:
    zhang, wang = cast.zhang_san(), cast.wang_min()
    ask(zhang.subject.id, zhang.actor)
    ask(zhang.subject.id, wang)

    looks = selectors.list_looks(zhang.subject.id)

    assert [(look.looked_by, look.outcome) for look in looks] == [
        ("示例市SCJG局", Outcome.NOT_ALLOWED),
        ("本人或代办人", Outcome.NOT_FOUND),
    ]


def test_an_answer_without_a_cause_cannot_be_logged(register: FakeRegister) -> None:
    zhang = cast.zhang_san()

    with pytest.raises(IntegrityError, match="exchange_log_answer_has_cause"), transaction.atomic():
        models.ExchangeLog.objects.create(
            at=cast.NOW,
            resource_id="T-PERSON",
            subject_id=zhang.subject.id,
            fields=["name"],
            purpose="",
            cause="",
            outcome="FOUND",
            actor_kind="PLATFORM",
        )


@pytest.mark.parametrize(
    "changes", [{"sharing": "9"}, {"fields": []}, {"provider": None}, {"name": None, "fields": None}]
)
def test_a_faulty_catalogue_is_refused_whole(register: FakeRegister, changes: dict[str, Any]) -> None:
    good = {**ROW, "code": "T-OTHER"}

    with pytest.raises(Exception, match=r"T-PERSON|department") as refused:
        services.load_resources([good, {**ROW, **changes}], actor=PLATFORM, at=cast.NOW)

    assert refused.type.__name__ in ("FaultyResource", "DepartmentNotFound")
    assert models.Resource.objects.count() == 1


@pytest.mark.parametrize("count", [2, 20])
def test_many_look_ups_cost_the_queries_of_one(
    register: FakeRegister, count: int, django_assert_max_num_queries: Any
) -> None:
    zhang = cast.zhang_san()
    request = LookupRequest("T-PERSON", zhang.subject.id, FIELDS, "NEWBORN", "draft-1")

    # savepoint and its release, resources, subjects, mandates, ways, log, audit
    with django_assert_max_num_queries(8):
        answers = services.look_up_many([request] * count, actor=zhang.actor, at=cast.NOW)

    assert len(answers) == count
