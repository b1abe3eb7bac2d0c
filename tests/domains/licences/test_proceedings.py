"""Nothing is silently revoked: signal, notice, statement, hearing, decision."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from domains.identity import cast
from domains.licences.library import GROUND, TODAY, citizen, issue, officer
from tongban.domains.directory.types import Level
from tongban.domains.identity.types import Subject
from tongban.domains.licences import handlers, models, permissions, selectors, services, states
from tongban.domains.licences.events import LicenceChanged
from tongban.domains.licences.types import (
    LicenceAction,
    LicenceStatus,
    Notice,
    Proceeding,
    ProceedingAction,
    ProceedingStatus,
    SignalKind,
)
from tongban.domains.messaging import selectors as messaging
from tongban.kernel.actors import PLATFORM, Actor, Role
from tongban.kernel.national_calendar import national_calendar

pytestmark = pytest.mark.django_db
CALENDAR = national_calendar()
KEEPER = officer(Role.LICENCE_KEEPER, name="顾清源")
DECIDER = officer(Role.DECIDER, name="李明")
ANNUL = Notice(LicenceAction.ANNUL, "中华人民共和国行政许可法", "第六十九条第二款", "以不实承诺取得许可")
REVOKE = Notice(LicenceAction.REVOKE, "中华人民共和国食品安全法", "第一百二十三条", "情节严重")


def on(days: int) -> datetime:
    return cast.NOW + timedelta(days=days)


def begin(number: str, actor: Actor = KEEPER) -> Proceeding:
    return services.open_proceeding(
        number, signal=SignalKind.INSPECTION, text="现场没有专间", actor=actor, at=on(0)
    )


def notified(number: str, notice: Notice = ANNUL) -> UUID:
    one = begin(number)
    services.notify(one.id, notice, calendar=CALENDAR, actor=KEEPER, at=on(0))
    return one.id


def status_of(number: str) -> LicenceStatus:
    return selectors.get_by_number(number).status


def test_every_status_of_a_proceeding_can_be_reached_and_two_end_it() -> None:
    assert set(states.PROCEEDING_TRANSITIONS.values()) == set(ProceedingStatus)
    assert set(ProceedingStatus) - states.RUNNING == {ProceedingStatus.DECIDED, ProceedingStatus.DISMISSED}


def test_a_signal_changes_nothing_and_is_told_to_nobody(holder: Subject) -> None:
    number = issue(holder).number

    one = begin(number)

    assert (one.status, status_of(number)) == (ProceedingStatus.OPEN, LicenceStatus.VALID)
    assert messaging.inbox([holder.id]) == []
    assert selectors.proceedings_of_holders([holder.id]) == ()


def test_the_same_signal_opens_one_proceeding(holder: Subject) -> None:
    number = issue(holder).number
    told = {"signal": SignalKind.COMPLAINT, "text": "地址不符", "reference": "12345-1"}

    first, second = (
        services.open_proceeding(number, **told, actor=KEEPER, at=on(day))  # type: ignore[arg-type]  # by name
        for day in (0, 1)
    )

    assert first == second
    assert models.ProceedingStep.objects.count() == 1


def test_the_notice_reaches_the_holder_with_her_day(holder: Subject) -> None:
    number = issue(holder).number

    one = selectors.get_proceeding(notified(number))

    assert (one.status, one.answer_by) == (ProceedingStatus.NOTIFIED, date(2026, 3, 9))
    [message] = messaging.inbox([holder.id])
    assert "还没有作出决定" in message.body
    assert "2026年3月9日" in message.next_action
    assert status_of(number) is LicenceStatus.VALID


def test_nothing_is_decided_before_she_was_heard(holder: Subject) -> None:
    number = issue(holder).number
    one = notified(number)

    with pytest.raises(services.NotHeardYet):
        services.decide(one, reason="属实", actor=DECIDER, at=on(7))
    services.state_case(one, "专间已经建好", actor=citizen(holder), at=on(7))
    services.decide(one, reason="核实后仍不符合", actor=DECIDER, at=on(7))

    assert status_of(number) is LicenceStatus.ANNULLED
    entry = selectors.history(number)[-1]
    assert (entry.action, entry.proceeding) == (LicenceAction.ANNUL, one)
    assert entry.basis == "《中华人民共和国行政许可法》第六十九条第二款"


def test_silence_ends_her_time(holder: Subject) -> None:
    number = issue(holder).number
    one = notified(number)

    with pytest.raises(services.TooLate):
        services.state_case(one, "我有话说", actor=citizen(holder), at=on(8))
    services.decide(one, reason="属实", actor=DECIDER, at=on(8))

    assert status_of(number) is LicenceStatus.ANNULLED
    assert selectors.get_proceeding(one).statement == ""


def test_who_opened_it_does_not_decide_it(holder: Subject) -> None:
    number = issue(holder).number
    both = officer(Role.LICENCE_KEEPER, Role.DECIDER)
    one = services.open_proceeding(
        number, signal=SignalKind.INSPECTION, text="现场没有专间", actor=both, at=on(0)
    )
    services.notify(one.id, ANNUL, calendar=CALENDAR, actor=KEEPER, at=on(0))

    with pytest.raises(services.SamePerson):
        services.decide(one.id, reason="属实", actor=both, at=on(9))
    with pytest.raises(permissions.NotYours):
        services.decide(one.id, reason="属实", actor=KEEPER, at=on(9))

    assert status_of(number) is LicenceStatus.VALID
    with pytest.raises(IntegrityError, match="proceeding_decided_by_another"), transaction.atomic():
        models.Proceeding.objects.update(
            status=ProceedingStatus.DECIDED, decided_by_id=both.account_id, decision_reason="属实"
        )


def test_a_revocation_waits_for_the_hearing_she_asks_for(holder: Subject) -> None:
    number = issue(holder).number
    one = notified(number, REVOKE)
    services.state_case(one, "不同意", actor=citizen(holder), at=on(1))
    with pytest.raises(services.NotHeardYet):
        services.decide(one, reason="属实", actor=DECIDER, at=on(1))

    services.ask_for_hearing(one, actor=citizen(holder), at=on(2))
    hearing = {"place": "示例路1号", "calendar": CALENDAR, "actor": KEEPER, "at": on(3)}
    with pytest.raises(services.HearingTooSoon):
        services.announce_hearing(one, on=date(2026, 3, 13), **hearing)  # type: ignore[arg-type]  # by name
    services.announce_hearing(one, on=date(2026, 3, 16), **hearing)  # type: ignore[arg-type]  # by name
    with pytest.raises(states.IllegalStep):
        services.decide(one, reason="属实", actor=DECIDER, at=on(20))
    with pytest.raises(services.NotHeardYet):
        services.record_hearing(one, "笔录", actor=DECIDER, at=on(13))
    services.record_hearing(one, "笔录", actor=DECIDER, at=on(14))
    services.decide(one, reason="属实", actor=DECIDER, at=on(14), effective_on=date(2026, 3, 20))

    assert status_of(number) is LicenceStatus.VALID
    services.apply_planned(at=on(18))
    assert status_of(number) is LicenceStatus.REVOKED
    assert selectors.history(number)[-1].proceeding == one
    assert [step.action for step in selectors.course_of(one)] == [
        ProceedingAction.OPEN,
        ProceedingAction.NOTIFY,
        ProceedingAction.STATE,
        ProceedingAction.ASK_FOR_HEARING,
        ProceedingAction.ANNOUNCE_HEARING,
        ProceedingAction.RECORD_HEARING,
        ProceedingAction.DECIDE,
    ]


def test_no_hearing_where_the_law_names_none(holder: Subject) -> None:
    one = notified(issue(holder).number)

    with pytest.raises(services.NoHearingHere):
        services.ask_for_hearing(one, actor=citizen(holder), at=on(1))

    assert selectors.get_proceeding(one).status is ProceedingStatus.NOTIFIED


def test_a_stranger_and_another_department_find_nothing(holder: Subject) -> None:
    number = issue(holder).number
    one = notified(number)
    stranger = cast.zhang_san().subject

    with pytest.raises(selectors.ProceedingNotFound):
        services.state_case(one, "我有话说", actor=citizen(stranger), at=on(1))
    with pytest.raises(permissions.NotYours):
        services.drop(one, reason="x", actor=officer(Role.DECIDER, department="GA"), at=on(1))
    with pytest.raises(permissions.NotYours):
        services.open_proceeding(
            number, signal=SignalKind.OTHER, text="x", actor=officer(Role.EXAMINER), at=on(1)
        )

    assert models.ProceedingStep.objects.count() == 2


def test_heard_and_dropped_leaves_the_licence_as_it_is(holder: Subject) -> None:
    number = issue(holder).number
    one = notified(number)
    services.state_case(one, "专间在二楼，附照片", actor=citizen(holder), at=on(1))

    services.drop(one, reason="核实有专间", actor=DECIDER, at=on(1))

    assert (selectors.get_proceeding(one).status, status_of(number)) == (
        ProceedingStatus.DISMISSED,
        LicenceStatus.VALID,
    )
    assert "不作处理" in messaging.inbox([holder.id])[0].title


def test_a_suspension_by_proceeding_ends_by_the_keeper(holder: Subject) -> None:
    number = issue(holder).number
    suspend = Notice(LicenceAction.SUSPEND, "中华人民共和国食品安全法", "第一百二十六条", "限期整改")
    one = notified(number, suspend)
    services.decide(one, reason="属实", actor=DECIDER, at=on(9))
    assert selectors.find_valid(holder.id, "SPJYXKZ", TODAY) is None

    services.reinstate(number, ground=GROUND, actor=KEEPER, at=on(20))

    assert selectors.find_valid(holder.id, "SPJYXKZ", date(2026, 3, 22)) is not None


@pytest.mark.parametrize("lacking", ["law", "article", "facts"])
def test_a_notice_says_law_and_facts(holder: Subject, lacking: str) -> None:
    one = begin(issue(holder).number)
    words = {"law": "法", "article": "第一条", "facts": "事实", lacking: " "}

    with pytest.raises(services.GroundMissing):
        services.notify(
            one.id, Notice(LicenceAction.ANNUL, **words), calendar=CALENDAR, actor=KEEPER, at=on(0)
        )

    assert messaging.inbox([holder.id]) == []


def test_steps_are_never_rewritten_and_statements_lie_encrypted(holder: Subject) -> None:
    one = notified(issue(holder).number)
    services.state_case(one, "我母亲住院", actor=citizen(holder), at=on(1))

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        models.ProceedingStep.objects.update(actor_name="x")

    assert selectors.get_proceeding(one).statement == "我母亲住院"


def test_what_rests_on_a_lost_licence_is_looked_at_and_does_not_fall(holder: Subject) -> None:
    base = issue(holder, licence_type="YYZZ", fields={"name": "示例小馆", "uscc": cast.uscc(88)})
    food = issue(holder, case_number="CASE-2")
    tobacco = issue(
        holder, licence_type="YCLSXKZ", issuer="YCZM", case_number="CASE-3", fields={"name": "示例小馆"}
    )
    services.cancel(base.number, ground=GROUND, actor=PLATFORM, at=on(1))
    event = LicenceChanged(base.id, base.number, "YYZZ", holder.id, "SCJG", on(1), "CANCELLED", "")

    handlers.look_at_dependents(event, on(1))
    handlers.look_at_dependents(event, on(1))

    opened = models.Proceeding.objects.values_list("licence__number", "signal", "status")
    expected = (SignalKind.BASE_LICENCE, ProceedingStatus.OPEN)
    assert sorted(opened) == sorted((one.number, *expected) for one in (food, tobacco))
    assert {status_of(food.number), status_of(tobacco.number)} == {LicenceStatus.VALID}


def test_the_keeper_of_a_city_department_keeps_its_districts_licences(holder: Subject) -> None:
    office = cast.department("SCJG-310115", 900, guided_by="SCJG", division="310115", level=Level.COUNTY)
    number = issue(holder, issuer=office.code).number

    assert begin(number).issuer == office.code
