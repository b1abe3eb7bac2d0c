from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from domains.identity import cast
from tongban.domains.identity import models, selectors, services
from tongban.domains.identity.types import Mandate, MandateKind
from tongban.kernel.actors import PLATFORM, Actor

pytestmark = pytest.mark.django_db
LATER = cast.NOW + timedelta(days=1)


def authorise(
    principal: Any, agent: Any, *, actor: Actor, at: datetime = cast.NOW, **changes: Any
) -> Mandate:
    values = {
        "kind": MandateKind.AGENT,
        "principal": principal.id,
        "agent": agent.id,
        "scope": ["NEWBORN"],
        "valid_to": cast.NOW + timedelta(days=30),
        "basis": "授权委托书",
    }
    return services.grant_mandate(**{**values, **changes}, actor=actor, at=at)


def test_the_agent_may_act_within_scope_and_term() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()

    authorise(zhang.subject, li.subject, actor=zhang.actor)

    def may(scope: str, at: datetime) -> bool:
        return selectors.has_authorisation(zhang.subject.id, li.subject.id, scope, at)

    assert may("NEWBORN", cast.NOW)
    assert not may("OPEN_RESTAURANT", cast.NOW)
    assert not may("NEWBORN", cast.NOW - timedelta(seconds=1))
    assert not may("NEWBORN", cast.NOW + timedelta(days=30))
    assert not selectors.has_authorisation(li.subject.id, zhang.subject.id, "NEWBORN", cast.NOW)
    assert selectors.has_authorisation(li.subject.id, li.subject.id, "NEWBORN", cast.NOW)


def test_a_revocation_takes_effect_at_the_next_request() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    mandate = authorise(zhang.subject, li.subject, actor=zhang.actor)
    assert selectors.actor_for(li.account_id, zhang.subject.id, at=LATER).acting_for == zhang.subject.id

    services.revoke_mandate(mandate_id=mandate.id, actor=zhang.actor, at=LATER)

    with pytest.raises(selectors.NotAuthorised):
        selectors.actor_for(li.account_id, zhang.subject.id, at=LATER)
    assert [subject.name for subject in selectors.subjects_for(li.account_id, at=LATER)] == ["李四"]


def test_revoking_twice_keeps_the_first_instant() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    mandate = authorise(zhang.subject, li.subject, actor=zhang.actor)

    first = services.revoke_mandate(mandate_id=mandate.id, actor=zhang.actor, at=LATER)
    second = services.revoke_mandate(mandate_id=mandate.id, actor=li.actor, at=LATER + timedelta(days=1))

    assert first.revoked_at == second.revoked_at == LATER


def test_nobody_revokes_what_the_law_gives() -> None:
    mother = cast.zhang_san()
    cast.newborn(mother.subject.id)
    mandate = models.Mandate.objects.get()

    with pytest.raises(services.FaultyMandate) as refused:
        services.revoke_mandate(mandate_id=mandate.pk, actor=mother.actor, at=LATER)

    assert "监护人" in refused.value.sentence
    mandate.refresh_from_db()
    assert mandate.revoked_at is None


def test_a_stranger_can_neither_revoke_nor_learn_of_a_mandate() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    mandate = authorise(zhang.subject, li.subject, actor=zhang.actor)
    stranger = cast.person("王五", 5, "wangwu")

    with pytest.raises(services.MandateNotFound):
        services.revoke_mandate(mandate_id=mandate.id, actor=stranger.actor, at=LATER)

    assert models.Mandate.objects.get().revoked_at is None


def test_nobody_grants_in_anothers_name() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()

    with pytest.raises(services.MandateNotFound):
        authorise(zhang.subject, li.subject, actor=li.actor)

    assert models.Mandate.objects.count() == 0


def test_a_legal_representative_authorises_for_the_firm_an_agent_does_not() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    stranger = cast.person("王五", 5, "wangwu")
    firm = cast.small_restaurant(zhang)
    authorise(firm, li.subject, actor=zhang.actor, scope=[])

    with pytest.raises(services.MandateNotFound):
        authorise(firm, stranger.subject, actor=li.actor)

    assert [subject.name for subject in selectors.subjects_for(li.account_id, at=cast.NOW)] == [
        "李四",
        "示例小馆",
    ]
    assert models.Mandate.objects.filter(kind=MandateKind.AGENT).count() == 1


@pytest.mark.parametrize("changes", [{"valid_to": None}, {"valid_to": cast.NOW - timedelta(days=1)}])
def test_a_faulty_mandate_is_refused_and_not_kept(changes: dict[str, Any]) -> None:
    zhang, li = cast.zhang_san(), cast.li_si()

    with pytest.raises(services.FaultyMandate):
        authorise(zhang.subject, li.subject, actor=zhang.actor, **changes)
    with pytest.raises(services.FaultyMandate):
        authorise(zhang.subject, zhang.subject, actor=zhang.actor)

    assert models.Mandate.objects.count() == 0


def test_the_table_refuses_an_agent_without_an_end() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()

    with pytest.raises(IntegrityError, match="mandate_of_an_agent_ends"), transaction.atomic():
        models.Mandate.objects.create(
            kind=MandateKind.AGENT,
            principal_id=zhang.subject.id,
            agent_id=li.subject.id,
            valid_from=cast.NOW,
            basis="",
        )


def test_both_sides_see_their_mandates() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    mandate = authorise(zhang.subject, li.subject, actor=zhang.actor)

    assert selectors.mandates_for(zhang.subject.id) == [mandate]
    assert selectors.mandates_for(li.subject.id) == [mandate]
    assert mandate.principal.masked_number == zhang.subject.masked_number


@pytest.mark.parametrize("count", [2, 20])
def test_in_whose_name_one_may_act_costs_two_queries(count: int, django_assert_num_queries: Any) -> None:
    li = cast.li_si()
    for number in range(count):
        principal = services.register_person(
            name=f"委托人{number:02}", number=cast.resident_number(100 + number), actor=PLATFORM, at=cast.NOW
        )
        authorise(principal, li.subject, actor=PLATFORM)

    with django_assert_num_queries(2):
        assert len(selectors.subjects_for(li.account_id, at=cast.NOW)) == count + 1
    with django_assert_num_queries(1):
        assert len(selectors.mandates_for(li.subject.id)) == count


def test_messages_to_a_firm_reach_its_legal_representative_only() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    firm = cast.small_restaurant(zhang)
    authorise(firm, li.subject, actor=zhang.actor)

    assert selectors.email_addresses(firm.id, at=cast.NOW) == ["zhangsan@example.com"]
    assert selectors.email_addresses(li.subject.id, at=cast.NOW) == ["lisi@example.com"]
