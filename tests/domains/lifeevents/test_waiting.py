"""What registers supply for a case: fetched, waited for, and at last, with an apology, asked of the applicant."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domains.lifeevents.city import FOOD, NEWBORN, NOW, PUDONG, City, authorise_mother
from domains.lifeevents.test_submission import begin, fill
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.models import CheckTask, HistoryEntry, WaivedMaterial
from tongban.domains.cases.rules.requesting import MustNotBeAsked
from tongban.domains.cases.rules.waiting import WAIT_DAYS
from tongban.domains.cases.types import (
    AssistanceOutcome,
    CheckKind,
    CheckOutcome,
    Status,
    SupplementItem,
    TimelineCase,
    WaivedState,
)
from tongban.domains.catalogue.types import Rule
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange import services as exchanging
from tongban.domains.exchange.services import registry
from tongban.domains.exchange.types import FindingKind, Outcome
from tongban.domains.lifeevents import services
from tongban.domains.messaging import selectors as messaging
from tongban.domains.messaging.types import Message
from tongban.domains.registers import selectors as registers
from tongban.foundation.outbox.testing import drain
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role

MANAGER, CREDIT = "m5", "m7"
"""食品安全管理人员考核信息, which FR-ENTITY supplies."""
FIRST_DAY_PAST = datetime.fromisoformat("2026-03-06T09:00:00+08:00")
"""Friday: the case came in on Monday and waited for three working days."""


class Broken:
    """A register that does not answer."""

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        raise exchanging.ProviderDown(f"no answer about {subject_id}")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Breaks the register of entities from the moment it is called."""
    return lambda: monkeypatch.setitem(registry._providers, "FR-ENTITY", Broken())


def submit(city: City, broken: Callable[[], None] | None = None) -> tuple[str, Actor]:
    """Handed in; a register that breaks does so after the form was filled."""
    draft, actor = begin(city)
    filled = fill(draft, actor)
    if broken is not None:
        broken()
    receipt = services.submit(filled.id, (), actor=actor, at=NOW)
    drain()
    return receipt.number, actor


def food_case(number: str, actor: Actor = PLATFORM) -> TimelineCase:
    (found,) = [one for one in cases.get_timeline(number, actor=actor).cases if FOOD in one.item_code]
    return found


def waived(number: str, code: str = MANAGER) -> WaivedMaterial:
    return WaivedMaterial.objects.get(case__number=number, code=code)


def inbox(actor: Actor) -> list[Message]:
    assert actor.acting_for is not None
    return messaging.inbox([actor.acting_for])


def officer(case: TimelineCase, *roles: Role) -> Actor:
    office = cases.get_dossier(case.number, actor=PLATFORM).department
    return Actor(
        ActorKind.OFFICER,
        UUID(int=7),
        "王敏",
        department=office,
        departments=frozenset({office}),
        roles=frozenset(roles or {Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER}),
    )


@pytest.mark.django_db
def test_what_registers_hold_lies_in_the_dossier_with_its_source_and_time(city: City) -> None:
    number, _actor = submit(city)

    case = food_case(number)
    dossier = cases.get_dossier(case.number, actor=PLATFORM)
    found = {one.code: one for one in dossier.waived}
    manager = found[MANAGER]
    assert (manager.rule, manager.state, manager.got_at) == (Rule.SHAREABLE, WaivedState.FETCHED, NOW)
    assert manager.source == "示例市市场监督管理局·经营主体登记信息"
    assert manager.values["name"] == "示例小馆"
    assert {one.state for code, one in found.items() if code not in (MANAGER, CREDIT)} == {
        WaivedState.SETTLED
    }
    assert found[CREDIT].values == {"is_dishonest": False, "in_abnormal_list": False}
    assert found["m1"].reference.startswith("1.2.156.3005.2.")


@pytest.mark.django_db
def test_the_applicant_sees_who_fetched_it_for_which_case(city: City) -> None:
    number, actor = submit(city)

    case = food_case(number)
    assert actor.acting_for is not None
    looks = [one for one in exchange.list_looks(actor.acting_for) if one.cause == case.number]
    assert {(one.resource, one.looked_by) for one in looks} == {
        ("FR-ENTITY", "浦东新区市场监管局（示例）"),
        ("FR-CREDIT", "浦东新区市场监管局（示例）"),
    }


@pytest.mark.django_db
def test_every_material_that_is_not_asked_for_names_its_rule(newborn_city: City) -> None:
    authorise_mother(newborn_city)
    actor = newborn_city.actor("linxiao")
    draft = services.begin(NEWBORN, PUDONG, {"child.born_in_city": True}, actor=actor, at=NOW)

    receipt = services.submit(fill(draft, actor).id, (), actor=actor, at=NOW)
    drain()

    (birth,) = cases.get_timeline(receipt.number, actor=PLATFORM).cases
    assert {(one.name, one.rule, one.state) for one in birth.waived} == {
        ("出生医学记录", Rule.SHAREABLE, WaivedState.FETCHED),
        ("出生医学证明首次签发登记表", Rule.FILLED_IN_FORM, WaivedState.SETTLED),
        ("母亲居民身份证", Rule.IN_LICENCE_LIBRARY, WaivedState.SETTLED),
        ("父亲居民身份证", Rule.IN_LICENCE_LIBRARY, WaivedState.SETTLED),
    }


@pytest.mark.django_db
def test_a_register_that_is_down_costs_the_applicant_nothing(city: City, broken: Callable[[], None]) -> None:
    number, actor = submit(city, broken)

    case = food_case(number, actor)
    (manager,) = [one for one in case.waived if one.code == MANAGER]
    assert (manager.state, str(manager.wait_until)) == (WaivedState.WAITING, "2026-03-05")
    assert (case.status, case.outstanding, case.supplement) == (Status.RECEIVED, (), ())
    assert [one.template for one in inbox(actor)] == ["APPLICATION_RECEIVED"]
    # It can be accepted: her own papers are complete, and no limit waits for the register.
    receipt = handling.accept_case(case_number=case.number, revision=1, actor=officer(case), at=NOW)
    assert receipt.status is Status.ACCEPTED


@pytest.mark.django_db
def test_the_data_are_taken_in_when_the_register_answers_again(
    city: City, broken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, actor = submit(city, broken)
    told = len(inbox(actor))
    monkeypatch.undo()
    later = NOW + timedelta(hours=5)

    assert handling.fetch_waiting(at=later) == (1, 0)
    assert handling.fetch_waiting(at=later) == (0, 0)
    drain()

    row = waived(food_case(number).number)
    assert (row.state, row.got_at) == (WaivedState.FETCHED, later)
    assert "示例小馆" in row.values
    assert len(inbox(actor)) == told


@pytest.mark.django_db
def test_at_the_limit_she_is_asked_with_an_apology_and_the_provider_has_to_answer(
    city: City, broken: Callable[[], None]
) -> None:
    number, actor = submit(city, broken)
    case = food_case(number)

    assert handling.fetch_waiting(at=FIRST_DAY_PAST - timedelta(days=1)) == (0, 0)
    assert handling.fetch_waiting(at=FIRST_DAY_PAST) == (0, 1)
    assert handling.fetch_waiting(at=FIRST_DAY_PAST) == (0, 0)
    drain()

    (task,) = food_case(number).outstanding
    assert (task.subject, task.kind, task.slot) == (
        "食品安全管理人员考核信息",
        CheckKind.MISSING_DATA,
        "MT-SPAQY:APPLICANT",
    )
    assert waived(case.number).state == WaivedState.FELL_BACK
    (message,) = [one for one in inbox(actor) if one.template == "MISSING_DATA_ASKED"]
    assert "很抱歉" in message.body
    last = food_case(number).history[-1]
    assert last.sentence.startswith("很抱歉，示例市市场监督管理局·经营主体登记信息3个工作日没有应答")
    (finding,) = exchange.list_findings(["SCJG"])
    assert (finding.kind, finding.reference) == (FindingKind.NO_ANSWER, case.number)
    assert WAIT_DAYS == 3


@pytest.mark.django_db
def test_what_a_register_failed_to_give_is_never_held_against_the_applicant(
    city: City, broken: Callable[[], None]
) -> None:
    number, actor = submit(city, broken)
    handling.fetch_waiting(at=FIRST_DAY_PAST)
    case = food_case(number)
    (task,) = case.outstanding
    late = FIRST_DAY_PAST + timedelta(days=40)

    handling.keep_limits(at=late)
    handling.settle_check(
        check_id=task.id, outcome=CheckOutcome.FAILED, note="没有交来", actor=officer(case), at=late
    )

    assert actor.acting_for is not None
    assert registers.is_trusted(actor.acting_for)
    assert CheckTask.objects.get(pk=task.id).overdue_at is None


@pytest.mark.django_db
def test_a_case_that_ended_waits_no_longer(city: City, broken: Callable[[], None]) -> None:
    number, actor = submit(city, broken)
    case = food_case(number)
    handling.withdraw(case_number=case.number, revision=1, reason="不办了", actor=actor, at=NOW)

    assert handling.fetch_waiting(at=FIRST_DAY_PAST) == (0, 0)
    assert exchange.list_findings(["SCJG"]) == ()
    assert not HistoryEntry.objects.filter(case__number=case.number, action="ASK_FOR_MISSING").exists()


def supplement(case: TimelineCase, target: str) -> Any:
    item = SupplementItem(target, "材料", "没有交", "请上传")
    return handling.request_supplement(
        case_number=case.number, revision=case.revision, items=[item], actor=officer(case), at=NOW
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("MT-YYZZ:ENTERPRISE", "电子证照库能够调取的证照，一律不需提交"),
        ("MT-SPAQY:APPLICANT", "能够通过数据共享取得的材料，一律不需提交"),
        ("MT-SPJYSQS:APPLICANT", "由表单自动生成的材料"),
    ],
)
def test_an_officer_cannot_ask_for_what_the_verdict_forbids(city: City, target: str, words: str) -> None:
    case = food_case(submit(city)[0])

    with pytest.raises(MustNotBeAsked) as refusal:
        supplement(case, target)

    assert words in refusal.value.sentence
    assert food_case(cases.find_application_of(case.number) or "").status is Status.RECEIVED


@pytest.mark.django_db
def test_only_after_the_fetch_has_failed_may_it_be_asked_for(city: City, broken: Callable[[], None]) -> None:
    number, _actor = submit(city, broken)
    case = food_case(number)
    with pytest.raises(MustNotBeAsked):
        supplement(case, "MT-SPAQY:APPLICANT")
    WaivedMaterial.objects.filter(case__number=case.number, code=MANAGER).update(state="NOT_FOUND")

    receipt = supplement(case, "MT-SPAQY:APPLICANT")

    assert receipt.status is Status.SUPPLEMENTING


@pytest.mark.django_db
def test_an_officer_asks_for_what_no_register_has_and_only_once(
    city: City, broken: Callable[[], None]
) -> None:
    number, _actor = submit(city, broken)
    case = food_case(number)
    names = {"case_number": case.number, "material": MANAGER, "actor": officer(case), "at": NOW}
    with pytest.raises(MustNotBeAsked):
        handling.ask_for_missing(**names, revision=1)
    assert food_case(number).outstanding == ()
    WaivedMaterial.objects.filter(case__number=case.number, code=MANAGER).update(state="NOT_FOUND")

    receipt = handling.ask_for_missing(**names, revision=1)

    (task,) = food_case(number).outstanding
    assert task.subject == "食品安全管理人员考核信息"
    with pytest.raises(MustNotBeAsked):
        handling.ask_for_missing(**names, revision=receipt.revision)


@pytest.mark.django_db
def test_what_another_department_says_by_hand_is_an_exchange_with_evidence(
    city: City, broken: Callable[[], None]
) -> None:
    number, actor = submit(city, broken)
    case = food_case(number)
    handling.request_assistance(
        case_number=case.number,
        revision=1,
        to_department="SCJG",
        what="请核实食品安全管理人员考核情况",
        material=MANAGER,
        actor=officer(case),
        at=NOW,
    )
    (asked,) = cases.list_assistance_asked_of(["SCJG"], at=NOW)
    there = replace(officer(case), department="SCJG", departments=frozenset({"SCJG"}))

    handling.answer_assistance(
        asked.id, outcome=AssistanceOutcome.HELD, answer="考核合格", actor=there, at=NOW
    )

    row = waived(case.number)
    assert row.state == WaivedState.ASSISTED
    assert actor.acting_for is not None
    looks = [one for one in exchange.list_looks(actor.acting_for) if one.resource == "FR-ENTITY"]
    found = [one for one in looks if one.outcome is Outcome.FOUND and one.cause == case.number]
    assert [one.looked_by for one in found] == ["浦东新区市场监管局（示例）"]
    assert "正在向" in food_case(number).history[-2].sentence
