"""Registers are asked once a day and person, and again when there is a reason."""

from datetime import timedelta

import pytest

from domains.lifeevents.city import NEWBORN, NOW, PUDONG, RESTAURANT, City, authorise_mother
from tongban.domains.eforms import services as filling
from tongban.domains.eforms.types import Origin
from tongban.domains.exchange import services as exchanging
from tongban.domains.exchange.models import ExchangeLog
from tongban.domains.identity import selectors as identity_selectors
from tongban.domains.identity import services as identity
from tongban.domains.lifeevents import services
from tongban.domains.lifeevents.models import Gathering
from tongban.domains.lifeevents.types import Background
from tongban.domains.registers.models import Entity
from tongban.domains.registers.services.providers import LocalProvider
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Actor

ASKED_AGAIN = timedelta(days=1)


def gather(actor: Actor, code: str = RESTAURANT, after: timedelta = timedelta()) -> Background:
    return services.gather(code, division=PUDONG, actor=actor, at=NOW + after)


def rows() -> tuple[int, int]:
    """Look-ups in the log of the exchange and in the audit."""
    return ExchangeLog.objects.count(), Entry.objects.filter(action="LOOK_UP").count()


def test_a_page_after_the_first_asks_no_register(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    first = gather(actor)
    asked = rows()

    pages = [gather(actor, after=timedelta(hours=hours)) for hours in (0, 1, 23)]

    assert asked == (1, 1)
    assert rows() == asked
    assert pages == [first] * 3
    (known,) = first.known
    assert (known.value.as_of, known.value.resource) == (NOW, "FR-ENTITY")
    assert "经营主体登记信息" in known.value.source


def test_the_draft_keeps_what_the_pages_showed_with_its_source_and_date(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    gather(actor)

    later = NOW + timedelta(hours=2)
    draft = services.begin(RESTAURANT, PUDONG, {}, actor=actor, at=later)

    known = draft.known["entity.scope_has_catering"]
    assert (known.value, known.as_of) == (True, NOW)
    assert ExchangeLog.objects.filter(fields__contains=["scope_has_catering"]).count() == 1


def test_after_a_day_the_registers_are_asked_again(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    gather(actor)
    Entity.objects.update(scope_has_catering=False)

    kept = gather(actor, after=ASKED_AGAIN - timedelta(seconds=1))
    anew = gather(actor, after=ASKED_AGAIN)

    assert [one.value.value for one in (*kept.known, *anew.known)] == [True, False]
    assert rows() == (2, 2)


def test_on_demand_the_registers_are_asked_at_once(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    gather(actor)
    Entity.objects.update(scope_has_catering=False)

    services.gather_afresh(RESTAURANT, division=PUDONG, actor=actor, at=NOW)

    (known,) = gather(actor).known
    assert known.value.value is False
    assert Gathering.objects.count() == 1


def test_a_mandate_given_meanwhile_is_a_reason_to_ask_again(newborn_city: City) -> None:
    mother = newborn_city.actor("linxiao")
    gather(mother, NEWBORN)
    asked = ExchangeLog.objects.count()

    authorise_mother(newborn_city)
    gather(mother, NEWBORN)
    gather(mother, NEWBORN)

    assert ExchangeLog.objects.count() == 2 * asked


def test_what_one_person_was_told_is_nobody_elses(city: City) -> None:
    gather(city.actor("zhangsan", "xiaoguan"))

    gather(city.actor("lisi", "xiaoguan"))

    assert rows() == (2, 2)


def test_while_a_register_is_away_nothing_is_kept(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_fields: object) -> None:
        raise exchanging.ProviderDown("FR-ENTITY")

    actor = city.actor("zhangsan", "xiaoguan")
    with monkeypatch.context() as patched:
        patched.setattr(LocalProvider, "fetch", away)
        assert gather(actor).known == ()

    (known,) = gather(actor).known
    assert known.value.value is True


def test_what_was_gathered_is_deleted_after_a_day(city: City) -> None:
    gather(city.actor("zhangsan", "xiaoguan"))

    assert services.forget_gathered(at=NOW + timedelta(hours=23)) == 0
    assert services.forget_gathered(at=NOW + ASKED_AGAIN) == 1
    assert Gathering.objects.count() == 0


def test_a_draft_taken_up_after_a_day_says_what_the_registers_say_now(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    draft = services.begin(RESTAURANT, PUDONG, {}, actor=actor, at=NOW)
    typed = {"PREMISES.premises.name": "示例面馆", "ENTERPRISE.entity.address": "我改过的地址"}
    draft = filling.save_answers(draft.id, typed, revision=draft.revision, actor=actor, at=NOW)
    identity.rename_subject(subject_id=city.subjects["xiaoguan"], name="示例新馆", actor=PLATFORM, at=NOW)
    Entity.objects.update(scope_has_catering=False, address="登记的新址")
    tomorrow = NOW + ASKED_AGAIN

    resumed = services.bring_up_to_date(draft, actor=actor, at=tomorrow)

    name, premises = (resumed.answers[key] for key in ("ENTERPRISE.entity.name", "PREMISES.premises.name"))
    address = resumed.answers["ENTERPRISE.entity.address"]
    assert (name.value, name.origin, name.as_of) == ("示例新馆", Origin.PREFILLED, tomorrow)
    assert (premises.value, premises.origin) == ("示例面馆", Origin.TYPED)
    assert (address.value, address.prefilled_value) == ("我改过的地址", "登记的新址")
    assert (address.origin, address.as_of) == (Origin.CORRECTED, tomorrow)
    assert (resumed.known["entity.scope_has_catering"].value, resumed.facts["entity.scope_has_catering"]) == (
        False,
        False,
    )
    assert resumed.revision == draft.revision + 1
    assert resumed.expires_at == draft.expires_at


def test_a_draft_taken_up_within_the_day_asks_no_register(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    draft = services.begin(RESTAURANT, PUDONG, {}, actor=actor, at=NOW)
    asked = rows()

    resumed = services.bring_up_to_date(draft, actor=actor, at=NOW + ASKED_AGAIN - timedelta(seconds=1))

    assert resumed == draft
    assert rows() == asked


def test_a_draft_taken_up_when_nothing_has_changed_stays_open_on_other_pages(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    draft = services.begin(RESTAURANT, PUDONG, {}, actor=actor, at=NOW)

    resumed = services.bring_up_to_date(draft, actor=actor, at=NOW + ASKED_AGAIN)

    assert resumed.revision == draft.revision
    assert resumed.answers["ENTERPRISE.entity.name"].as_of == NOW + ASKED_AGAIN


def test_a_draft_taken_up_after_the_mandate_ended_learns_nothing(city: City) -> None:
    actor = city.actor("lisi", "xiaoguan")
    draft = services.begin(RESTAURANT, PUDONG, {}, actor=actor, at=NOW)
    (mandate,) = [
        one
        for one in identity_selectors.mandates_for(city.subjects["xiaoguan"])
        if one.agent.id == city.subjects["lisi"]
    ]
    identity.revoke_mandate(mandate_id=mandate.id, actor=PLATFORM, at=NOW)
    identity.rename_subject(subject_id=city.subjects["xiaoguan"], name="示例新馆", actor=PLATFORM, at=NOW)

    resumed = services.bring_up_to_date(draft, actor=actor, at=NOW + ASKED_AGAIN)

    assert resumed.answers["ENTERPRISE.entity.name"].value == "示例小馆"
