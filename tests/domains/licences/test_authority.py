from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import close_old_connections, transaction

from domains.identity import cast
from domains.identity.cast import Person
from domains.licences.library import load_types, request
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as people
from tongban.domains.identity.types import MandateKind, Subject
from tongban.domains.licences import models, rules, selectors, services, states
from tongban.domains.licences.services import authority
from tongban.domains.licences.types import (
    CaseGround,
    Consent,
    ConsentAsk,
    ConsentStatus,
    FetchOutcome,
    FetchRequest,
    Licence,
    UseKind,
)
from tongban.domains.messaging import selectors as messaging
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Actor, ActorKind

pytestmark = pytest.mark.django_db
LATER = cast.NOW + timedelta(days=1)
CASE = "CASE-7"


@pytest.fixture
def holder() -> Person:
    load_types()
    return cast.zhang_san()


@pytest.fixture
def licence(holder: Person) -> Licence:
    fields = {"name": "张三", "sex": "男", "household_address": "示例路1号"}
    return services.issue(
        request(holder.subject, licence_type="SFZ", issuer="GA", fields=fields), actor=PLATFORM, at=cast.NOW
    )


@pytest.fixture
def boss() -> Person:
    return cast.li_si()


@pytest.fixture
def hotel(boss: Person) -> Subject:
    entity = people.register_entity(name="示例酒店", number=cast.uscc(77), actor=PLATFORM, at=cast.NOW)
    people.grant_mandate(
        kind=MandateKind.LEGAL_REPRESENTATIVE,
        principal=entity.id,
        agent=boss.subject.id,
        basis="营业执照",
        actor=PLATFORM,
        at=cast.NOW,
    )
    return entity


@pytest.fixture
def hotelier(boss: Person, hotel: Subject) -> Actor:
    return identity.actor_for(boss.account_id, hotel.id, at=cast.NOW)


@pytest.fixture
def ask(holder: Person, hotelier: Actor) -> Callable[..., Consent]:
    def run(actor: Actor = hotelier, **changes: Any) -> Consent:
        values: dict[str, Any] = {
            "holder_id": holder.subject.id,
            "purpose": "入职登记",
            "scope": {"SFZ": ("name", "sex")},
            "is_once": False,
            "until": date(2026, 4, 1),
        }
        return services.ask_consent(ConsentAsk(**{**values, **changes}), actor=actor, at=cast.NOW)

    return run


def system(department: str = "SCJG") -> Actor:
    return Actor(
        ActorKind.DEPARTMENT_SYSTEM,
        None,
        "示例系统",
        department=department,
        departments=frozenset({department}),
    )


@pytest.fixture
def case_of_scjg(monkeypatch: pytest.MonkeyPatch, holder: Person) -> None:
    """One live case of SCJG about the holder, whose item's list names the identity card."""

    def ground(case_number: str, holder_id: UUID) -> CaseGround | None:
        if (case_number, holder_id) != (CASE, holder.subject.id):
            return None
        return CaseGround("SCJG", "示例市SCJG局", "示例许可", frozenset({"SFZ"}))

    monkeypatch.setattr(authority, "ground_of", ground)


def fetch(holder: Person, actor: Actor | None = None, **changes: Any) -> tuple[FetchOutcome, dict[str, str]]:
    values: dict[str, Any] = {
        "holder_id": holder.subject.id,
        "licence_type": "SFZ",
        "purpose": "示例许可",
        "case_number": CASE,
    }
    result = services.fetch_for_department(
        FetchRequest(**{**values, **changes}), actor=actor or system(), at=LATER
    )
    assert (result.licence is not None) == (result.outcome is FetchOutcome.FOUND)
    assert bool(result.message) == (result.licence is None)
    return result.outcome, dict(result.licence.fields) if result.licence else {}


def test_a_department_fetches_for_its_live_case_and_the_holder_sees_it(
    holder: Person, licence: Licence, case_of_scjg: None
) -> None:
    outcome, fields = fetch(holder, fields=("name",))

    assert (outcome, fields) == (FetchOutcome.FOUND, {"name": "张三"})
    [use] = selectors.list_uses_of(licence.number)
    assert (use.kind, use.used_by, use.department) == (UseKind.FETCHED, "示例市SCJG局", "SCJG")
    assert (use.purpose, use.case_number, use.fields) == ("示例许可", CASE, ("name",))
    assert Entry.objects.get(action="FETCH_LICENCE").detail["outcome"] == "FOUND"


@pytest.mark.parametrize(
    ("changes", "actor", "outcome"),
    [
        ({"purpose": " "}, system(), FetchOutcome.NOT_ALLOWED),
        ({"case_number": ""}, system(), FetchOutcome.NOT_ALLOWED),
        ({"case_number": "CASE-8"}, system(), FetchOutcome.NOT_ALLOWED),
        ({"holder_id": None}, system(), FetchOutcome.NOT_ALLOWED),
        ({}, system("GA"), FetchOutcome.NOT_ALLOWED),
        ({"licence_type": "HKB"}, system(), FetchOutcome.NO_CONSENT),
    ],
)
def test_without_purpose_case_or_consent_nothing_comes_back_and_it_is_audited(
    holder: Person,
    licence: Licence,
    case_of_scjg: None,
    changes: dict[str, Any],
    actor: Actor,
    outcome: FetchOutcome,
) -> None:
    assert fetch(holder, actor, **changes) == (outcome, {})

    assert models.Use.objects.count() == 0
    assert Entry.objects.get(action="FETCH_LICENCE").detail == {"outcome": outcome.value, "fields": []}


def test_a_licence_that_is_not_there_or_does_not_hold_is_not_found(
    holder: Person, licence: Licence, case_of_scjg: None
) -> None:
    models.Licence.objects.filter(pk=licence.id).update(valid_to=date(2026, 3, 3))

    assert fetch(holder) == (FetchOutcome.NOT_FOUND, {})
    assert models.Use.objects.count() == 0


def test_a_field_its_type_does_not_have_is_the_callers_mistake(holder: Person, case_of_scjg: None) -> None:
    with pytest.raises(services.UnknownLicenceField):
        fetch(holder, fields=("horoscope",))


def test_a_department_goes_beyond_its_list_with_consent_for_that_purpose_only(
    holder: Person, licence: Licence, ask: Callable[..., Consent], monkeypatch: pytest.MonkeyPatch
) -> None:
    consent = ask(system("SCJG"))
    assert fetch(holder, purpose="入职登记", case_number="") == (FetchOutcome.NOT_ALLOWED, {})

    services.give_consent(consent.id, actor=holder.actor, at=cast.NOW)

    assert fetch(holder, purpose="入职登记", case_number="") == (
        FetchOutcome.FOUND,
        {"name": "张三", "sex": "男"},
    )
    assert fetch(holder, purpose="别的用途", case_number="")[0] is FetchOutcome.NOT_ALLOWED
    assert [use.kind for use in selectors.list_uses_of(licence.number)] == [UseKind.CONSENTED]


def test_the_holder_is_told_what_is_asked_and_the_asker_what_she_said(
    holder: Person, hotel: Subject, ask: Callable[..., Consent]
) -> None:
    consent = ask()

    [asked] = messaging.inbox([holder.subject.id])
    assert asked.body.startswith("示例酒店申请使用您的居民身份证，用途：入职登记。")
    services.refuse_consent(consent.id, actor=holder.actor, at=LATER)
    [answered] = messaging.inbox([hotel.id])
    assert "对方的答复是“不同意”" in answered.body


def test_a_firm_reads_with_consent_what_it_asked_for_and_nothing_else(
    holder: Person, licence: Licence, hotelier: Actor, ask: Callable[..., Consent]
) -> None:
    consent = ask()
    with pytest.raises(services.ConsentEnded):
        services.fetch_by_consent(consent.id, actor=hotelier, at=cast.NOW)
    services.give_consent(consent.id, actor=holder.actor, at=cast.NOW)

    [result] = services.fetch_by_consent(consent.id, actor=hotelier, at=LATER)

    assert result.licence is not None
    assert dict(result.licence.fields) == {"name": "张三", "sex": "男"}
    [use] = selectors.list_uses_of(licence.number)
    assert (use.used_by, use.purpose, use.fields) == ("示例酒店", "入职登记", ("name", "sex"))


def test_a_withdrawal_holds_at_the_next_request(
    holder: Person, licence: Licence, hotelier: Actor, ask: Callable[..., Consent]
) -> None:
    consent = ask()
    services.give_consent(consent.id, actor=holder.actor, at=cast.NOW)
    services.fetch_by_consent(consent.id, actor=hotelier, at=LATER)

    services.withdraw_consent(consent.id, actor=holder.actor, at=LATER)

    with pytest.raises(services.ConsentEnded):
        services.fetch_by_consent(consent.id, actor=hotelier, at=LATER)
    assert len(selectors.list_uses_of(licence.number)) == 1


def test_a_consent_ends_with_its_last_day(
    holder: Person, licence: Licence, hotelier: Actor, ask: Callable[..., Consent]
) -> None:
    consent = ask()
    services.give_consent(consent.id, actor=holder.actor, at=cast.NOW)

    services.fetch_by_consent(consent.id, actor=hotelier, at=consent.valid_to - timedelta(seconds=1))
    with pytest.raises(services.ConsentEnded):
        services.fetch_by_consent(consent.id, actor=hotelier, at=consent.valid_to)


def test_a_consent_for_once_is_used_up_by_the_first_reading(
    holder: Person, licence: Licence, hotelier: Actor, ask: Callable[..., Consent]
) -> None:
    consent = ask(is_once=True)
    services.give_consent(consent.id, actor=holder.actor, at=cast.NOW)

    services.fetch_by_consent(consent.id, actor=hotelier, at=LATER)

    assert selectors.get_consent(consent.id).status is ConsentStatus.USED_UP
    with pytest.raises(services.ConsentEnded):
        services.fetch_by_consent(consent.id, actor=hotelier, at=LATER)


def test_a_consent_for_once_is_not_used_up_by_finding_nothing(
    holder: Person, hotelier: Actor, ask: Callable[..., Consent]
) -> None:
    consent = ask(is_once=True)
    services.give_consent(consent.id, actor=holder.actor, at=cast.NOW)

    [result] = services.fetch_by_consent(consent.id, actor=hotelier, at=LATER)

    assert result.outcome is FetchOutcome.NOT_FOUND
    assert selectors.get_consent(consent.id).status is ConsentStatus.GIVEN


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": " "}, "purpose"),
        ({"purpose": "字" * 201}, "purpose"),
        ({"scope": {}}, "scope"),
        ({"scope": {"NONE": ("name",)}}, "scope"),
        ({"scope": {"SFZ": ()}}, "scope"),
        ({"scope": {"SFZ": ("horoscope",)}}, "scope"),
        ({"until": date(2026, 3, 1)}, "until"),
        ({"until": date(2027, 3, 3)}, "until"),
    ],
)
def test_a_faulty_ask_reaches_nobody(
    holder: Person, ask: Callable[..., Consent], changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(services.FaultyConsent) as refused:
        ask(**changes)

    assert refused.value.field == field
    assert models.Consent.objects.count() == 0
    assert messaging.inbox([holder.subject.id]) == []


def test_one_open_ask_a_holder_and_firm(ask: Callable[..., Consent]) -> None:
    ask()

    with pytest.raises(services.ConsentAlreadyAsked):
        ask(purpose="另一个用途")

    assert models.Consent.objects.count() == 1


def test_a_person_does_not_ask_and_a_firm_does_not_ask_itself(
    boss: Person, hotel: Subject, ask: Callable[..., Consent]
) -> None:
    with pytest.raises(services.FaultyConsent):
        ask(boss.actor)
    with pytest.raises(services.FaultyConsent):
        ask(holder_id=hotel.id)

    assert models.Consent.objects.count() == 0


def test_only_the_holders_side_answers_and_only_the_asker_reads(
    holder: Person, boss: Person, licence: Licence, hotelier: Actor, ask: Callable[..., Consent]
) -> None:
    consent = ask()

    with pytest.raises(services.ConsentNotFound):
        services.give_consent(consent.id, actor=hotelier, at=LATER)
    services.give_consent(consent.id, actor=holder.actor, at=LATER)
    with pytest.raises(services.ConsentNotFound):
        services.fetch_by_consent(consent.id, actor=system("SCJG"), at=LATER)

    assert selectors.list_uses_of(licence.number) == ()


def test_an_answer_is_given_once(holder: Person, ask: Callable[..., Consent]) -> None:
    consent = ask()
    services.refuse_consent(consent.id, actor=holder.actor, at=LATER)

    for verb in (services.give_consent, services.refuse_consent, services.withdraw_consent):
        with pytest.raises(states.IllegalConsentStep):
            verb(consent.id, actor=holder.actor, at=LATER)

    assert selectors.get_consent(consent.id).status is ConsentStatus.REFUSED


def test_a_parent_answers_for_her_child_until_it_is_of_age(
    holder: Person, ask: Callable[..., Consent]
) -> None:
    child = people.register_newborn(
        name="示例宝",
        birth_date=date(2026, 2, 20),
        mother=holder.subject.id,
        father=None,
        actor=PLATFORM,
        at=cast.NOW,
    )
    consent = ask(holder_id=child.id)
    of_age = cast.NOW + timedelta(days=19 * 365)

    with pytest.raises(services.ConsentNotFound):
        services.give_consent(consent.id, actor=holder.actor, at=of_age)
    assert services.give_consent(consent.id, actor=holder.actor, at=LATER).decided_by == "张三"


def test_a_ground_ends_where_the_case_is_anothers() -> None:
    ground = CaseGround("GA", "示例市GA局", "示例许可", frozenset({"SFZ"}))

    def judge(**changes: Any) -> FetchOutcome | None:
        values: dict[str, Any] = {
            "purpose": "示例许可",
            "ground": ground,
            "departments": {"GA"},
            "licence_type": "SFZ",
            "consented": False,
        }
        return rules.refusal_of(**{**values, **changes})

    assert judge() is None
    assert judge(departments={"SCJG"}) is FetchOutcome.NOT_ALLOWED
    assert judge(licence_type="HKB") is FetchOutcome.NO_CONSENT
    assert judge(licence_type="HKB", consented=True) is None
    assert judge(ground=replace(ground, licence_types=frozenset())) is FetchOutcome.NO_CONSENT


def test_the_lists_cost_three_queries_for_two_as_for_twenty(
    holder: Person, ask: Callable[..., Consent], django_assert_num_queries: Any
) -> None:
    for _count in range(20):
        services.refuse_consent(ask().id, actor=holder.actor, at=LATER)

    with django_assert_num_queries(3):
        assert len(selectors.list_consents_of([holder.subject.id], limit=2)) == 2
    with django_assert_num_queries(3):
        assert len(selectors.list_consents_of([holder.subject.id])) == 20


@pytest.mark.django_db(transaction=True)
def test_of_eight_readings_at_once_one_uses_up_the_consent(
    holder: Person, licence: Licence, hotelier: Actor, ask: Callable[..., Consent]
) -> None:
    consent = ask(is_once=True)
    services.give_consent(consent.id, actor=holder.actor, at=cast.NOW)

    def read(_number: int) -> bool:
        try:
            services.fetch_by_consent(consent.id, actor=hotelier, at=LATER)
        except services.ConsentEnded:
            return False
        finally:
            close_old_connections()
            transaction.get_connection().close()
        return True

    with ThreadPoolExecutor(8) as pool:
        won = sum(pool.map(read, range(8)))

    assert won == 1
    assert len(selectors.list_uses_of(licence.number)) == 1
