"""Limits kept right from facts: late workers, moved holidays, the calendar's end."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from domains.cases.city import FOOD, FOOD_OFFICE, WANG_MIN, Story, Submit, Uploads, at, new_case, typed
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import Case, LimitMark, Paper, Tally, TallyChange
from tongban.domains.cases.types import (
    CalendarChange,
    Light,
    LimitKind,
    PaperKind,
    QueueView,
    Status,
    SupplementItem,
)
from tongban.domains.identity import services as identity
from tongban.foundation.outbox.models import Message
from tongban.foundation.outbox.testing import drain
from tongban.kernel.actors import PLATFORM, Actor, Role


def marks(number: str) -> list[tuple[str, date]]:
    rows = LimitMark.objects.filter(case__number=number).order_by("since_on", "id")
    return list(rows.values_list("light", "since_on"))


def test_a_limit_is_warned_of_before_and_marked_after(story: Story) -> None:
    story.accept(at(3, 3))  # promise 17 March, amber from the 13th

    services.mark_limits(at=at(3, 12))
    assert marks(story.number) == []
    services.mark_limits(at=at(3, 13))
    services.mark_limits(at=at(3, 17, 23))
    assert marks(story.number) == [("AMBER", date(2026, 3, 13))]
    services.mark_limits(at=at(3, 18))

    assert marks(story.number) == [("AMBER", date(2026, 3, 13)), ("RED", date(2026, 3, 18))]


def test_a_worker_that_was_down_marks_with_the_day_it_began(story: Story) -> None:
    story.accept(at(3, 3))
    services.mark_limits(at=at(3, 16))

    warned, overdue = services.mark_limits(at=at(3, 21))
    again = services.mark_limits(at=at(3, 21))

    assert overdue == 1
    assert warned == 0
    assert again == (0, 0)
    assert marks(story.number)[-1] == ("RED", date(2026, 3, 18))


def test_a_moved_holiday_moves_every_open_limit(story: Story) -> None:
    story.accept(at(3, 3))

    changed = services.change_calendar(
        changes=(
            CalendarChange(date(2026, 3, 5), False, "示例放假"),
            CalendarChange(date(2026, 3, 7), True, "示例调休"),
            CalendarChange(date(2026, 3, 16), False, "示例放假"),
        ),
        actor=PLATFORM,
        at=at(3, 4),
    )

    assert changed == 2  # the other item is still due on the 9th, but amber a day later
    assert Case.objects.get(number=story.number).due_on == date(2026, 3, 18)
    reasons = {
        line.on: line.reason
        for line in selectors.get_clock(story.number, actor=WANG_MIN, at=at(3, 4)).promise_trace
    }
    assert reasons[date(2026, 3, 5)] == "法定节假日（示例放假）"
    assert reasons[date(2026, 3, 7)] == "调休上班（示例调休）"


def test_recomputing_what_is_right_changes_nothing(story: Story) -> None:
    story.accept(at(3, 3))

    assert services.recompute_open(at=at(3, 4)) == 0


def test_beyond_the_calendar_dates_are_provisional_and_not_printed(submit: Submit) -> None:
    end = selectors.get_calendar().last
    when = at(12, 28, year=end.year)
    story = Story(submit(new_case(FOOD)).cases[0].number)
    Case.objects.update(received_at=when)
    Case.objects.get().clock_events.update(at=when)

    story.accept(when)

    case = Case.objects.get()
    notice = Paper.objects.get(kind=PaperKind.ACCEPTANCE)
    assert case.is_provisional
    assert case.due_on > end
    assert notice.content["paragraphs"][1] == "法定办理期限：自受理之日起20个工作日内。"
    status = selectors.get_calendar_status(when)
    assert (status.reach.is_ending, status.provisional_cases) == (True, 1)


def test_a_new_years_plan_makes_provisional_dates_firm(submit: Submit) -> None:
    end = selectors.get_calendar().last
    when = at(12, 28, year=end.year)
    story = Story(submit(new_case(FOOD)).cases[0].number)
    Case.objects.get().clock_events.update(at=when)
    story.accept(when)
    before = Case.objects.get().due_on

    services.change_calendar(
        changes=(CalendarChange(end + timedelta(days=1), False, "元旦"),), actor=PLATFORM, at=when
    )

    case = Case.objects.get()
    assert case.is_provisional is False
    assert case.due_on > before


def test_counts_follow_every_change_before_and_after_folding(story: Story) -> None:
    story.accept(at(3, 3))

    before = selectors.queue_counts(actor=WANG_MIN, at=at(3, 4))
    services.fold_tallies()
    after = selectors.queue_counts(actor=WANG_MIN, at=at(3, 4))

    assert before == after
    assert (after[QueueView.TO_ACCEPT], after[QueueView.TO_EXAMINE], after[QueueView.OPEN]) == (0, 1, 1)
    assert TallyChange.objects.count() == 0
    assert sum(Tally.objects.values_list("count", flat=True)) == Case.objects.count()


def test_counts_agree_with_counting(submit: Submit) -> None:
    for nth in range(5):
        story = Story(submit(new_case(FOOD), key=str(nth)).cases[0].number)
        if nth >= 2:
            story.accept(at(3, 3))
        if nth >= 4:
            story.tick()
            story.examine()

    counts = selectors.queue_counts(actor=WANG_MIN, at=at(3, 18))

    assert counts[QueueView.TO_ACCEPT] == Case.objects.filter(status=Status.RECEIVED).count() == 2
    assert counts[QueueView.TO_EXAMINE] == 2
    assert counts[QueueView.TO_DECIDE] == 1
    assert counts[QueueView.OVERDUE] == 5
    assert counts[QueueView.DUE_SOON] == 0
    assert counts[QueueView.MINE] == 3


@pytest.mark.parametrize("statement", ["UPDATE cases_case SET revision = revision + 1", "SELECT 1"])
def test_a_change_that_moves_no_count_writes_none(story: Story, statement: str) -> None:
    services.fold_tallies()

    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert TallyChange.objects.count() == 0


def test_the_office_is_warned_when_a_supplements_day_has_passed(story: Story) -> None:
    item = SupplementItem("MT-m1:APPLICANT", "经营场所布局图", "没有标出洗消间。", "请补画后上传。")
    story.note(
        services.request_supplement(
            **story.names, items=(item,), actor=WANG_MIN, at=at(3, 4), answer_by=date(2026, 3, 20)
        )
    )

    services.keep_limits(at=at(3, 20, 23))
    assert marks(story.number) == []
    services.keep_limits(at=at(3, 25))
    services.keep_limits(at=at(3, 26))

    mark = LimitMark.objects.get(case__number=story.number)
    assert (mark.kind, mark.light) == (LimitKind.SUPPLEMENT, "AMBER")
    assert (mark.due_on, mark.since_on) == (date(2026, 3, 20), date(2026, 3, 21))
    told = Message.objects.filter(subscriber__endswith="/CaseLimitNoticed", payload__limit_kind="SUPPLEMENT")
    assert {one.payload["light"] for one in told} == {"AMBER"}
    (row,) = selectors.list_queue(actor=WANG_MIN, view=QueueView.SUPPLEMENTING, at=at(3, 26)).rows
    assert (row.light, row.due_on) == (Light.AMBER, None)
    counts = selectors.queue_counts(actor=WANG_MIN, at=at(3, 26))
    assert (counts[QueueView.OVERDUE], counts[QueueView.DUE_SOON]) == (0, 0)


def test_an_answer_in_time_warns_of_nothing(story: Story, zhang_san: Actor, uploads: Uploads) -> None:
    item = SupplementItem("PREMISES.shop.area_m2", "面积", "与证明不一致。", "请核对。")
    story.note(
        services.request_supplement(
            **story.names, items=(item,), actor=WANG_MIN, at=at(3, 4), answer_by=date(2026, 3, 20)
        )
    )

    services.answer_supplement(
        **story.names, answers={item.target: typed(130)}, attachments=(), actor=zhang_san, at=at(3, 20, 10)
    )
    services.mark_limits(at=at(3, 21))

    assert not LimitMark.objects.filter(case__number=story.number, kind=LimitKind.SUPPLEMENT).exists()


@pytest.mark.django_db
def test_editors_are_told_a_hundred_days_before_the_calendar_ends() -> None:
    last = selectors.get_calendar_reach(at(3, 2)).last_known
    instant = at(3, 2) + (last - date(2026, 3, 2))

    before = selectors.get_calendar_reach(instant - timedelta(days=100))
    told = selectors.get_calendar_reach(instant - timedelta(days=99))

    assert (before.days_left, before.is_ending) == (100, False)
    assert (told.days_left, told.is_ending) == (99, True)


@pytest.fixture
def operator(firm: UUID) -> str:
    """The e-mail address of whoever records holidays."""
    address = "operator@example.com"
    account = identity.open_account(
        username="operator",
        password="示例-Demo-2026",
        email=address,
        name="示例运维",
        actor=PLATFORM,
        at=at(3, 2),
    )
    identity.appoint_officer(
        account_id=account,
        department=FOOD_OFFICE,
        post="平台运行",
        roles=[Role.OPERATOR],
        actor=PLATFORM,
        at=at(3, 2),
    )
    return address


def test_the_job_tells_the_calendars_editors_once(operator: str, mailoutbox: list[EmailMessage]) -> None:
    last = selectors.get_calendar_reach(at(3, 2)).last_known
    instant = at(3, 2) + (last - date(2026, 3, 2))

    services.keep_limits(at=instant - timedelta(days=100))
    drain()
    before = len(mailoutbox)
    for days in (99, 98):
        services.keep_limits(at=instant - timedelta(days=days))
    drain()

    (mail,) = mailoutbox
    assert before == 0
    assert mail.to == [operator]
    assert f"{last.year}年12月31日" in mail.subject
    assert "还有 99 天" in mail.body
