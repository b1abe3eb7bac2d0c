"""Check tasks, letters that did not arrive, the calendar, cover."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from domains.cases.city import FOOD, RECEIVED_AT, Story, Submit, at, new_case
from sites.console.conftest import Desk
from tongban.domains.cases import selectors as cases
from tongban.domains.cases.models import CallTask, Case
from tongban.domains.cases.types import CheckOutcome, Status
from tongban.domains.identity import selectors as identity
from tongban.domains.messaging import services as messaging
from tongban.foundation import clock
from tongban.foundation.outbox.models import Message
from tongban.kernel.actors import Role

pytestmark = pytest.mark.django_db


def absence(absentee: Desk, deputy: Desk) -> dict[str, str]:
    """From the second day on, for four days."""
    return {
        "absentee": str(absentee.account),
        "deputy": str(deputy.account),
        "first_day": "2026-03-03",
        "last_day": "2026-03-06",
        "reason": "出差",
    }


@pytest.fixture
def promised(submit: Submit) -> Story:
    story = Story(submit(new_case(FOOD, uses_promise=True)).cases[0].number).to_decide()
    story.grant()
    return story


def test_a_promise_is_checked_and_the_finding_kept(wang: Desk, promised: Story) -> None:
    (check,) = cases.get_dossier(promised.number, actor=wang.actor).checks
    shown = unescape(wang.client.get("/console/checks/").content.decode())

    response = wang.client.post(f"/console/checks/{check.id}/", {"outcome": "passed", "note": "属实"})

    (settled,) = cases.get_dossier(promised.number, actor=wang.actor).checks
    assert "告知承诺核查" in shown
    assert response["Location"] == f"/console/cases/{promised.number}/"
    assert (settled.outcome, settled.note) == (CheckOutcome.PASSED, "属实")


def test_a_failed_check_needs_words(wang: Desk, promised: Story) -> None:
    (check,) = cases.get_dossier(promised.number, actor=wang.actor).checks

    response = wang.client.post(f"/console/checks/{check.id}/", {"outcome": "failed", "note": " "})

    (left,) = cases.get_dossier(promised.number, actor=wang.actor).checks
    assert response.status_code == 422
    assert f'href="#note-check-{check.id}"' in response.content.decode()
    assert left.outcome is CheckOutcome.OPEN


def test_another_departments_check_is_not_there(zhao: Desk, wang: Desk, promised: Story) -> None:
    (check,) = cases.get_dossier(promised.number, actor=wang.actor).checks

    passed = zhao.client.post(f"/console/checks/{check.id}/", {"outcome": "passed"})
    faulty = zhao.client.post(f"/console/checks/{check.id}/", {"outcome": ""})

    assert passed.status_code == faulty.status_code == 404
    assert f"check-{check.id}" not in zhao.client.get("/console/checks/").content.decode()


@pytest.fixture
def refused(story: Story) -> CallTask:
    """A message about the food case that the applicant's address did not take."""
    case = Case.objects.get(number=story.number)
    message = messaging.send(
        "CHECK_DUE",
        to_subject=case.applicant_id,
        context={
            "item_name": case.item_name,
            "case_number": case.number,
            "due_on": "2026年3月9日",
            "materials": "示例",
        },
        at=RECEIVED_AT,
        case_number=case.number,
    )
    return CallTask.objects.create(case=case, message_id=message.id, title="请补交材料", made_at=RECEIVED_AT)


def test_whom_no_mail_reached_is_telephoned_and_it_is_kept_who_was_told(
    wang: Desk, refused: CallTask
) -> None:
    shown = unescape(wang.client.get("/console/checks/").content.decode())

    wordless = wang.client.post(f"/console/calls/{refused.id}/", {"note": " "})
    told = wang.client.post(f"/console/calls/{refused.id}/", {"note": "已告知张三本人"}, follow=True)
    again = wang.client.post(f"/console/calls/{refused.id}/", {"note": "又打一次"}, follow=True)

    assert "示例小馆：请补交材料" in shown
    assert refused.case.number in shown
    assert (wordless.status_code, told.status_code) == (422, 200)
    assert f'href="#note-call-{refused.id}"' in wordless.content.decode()
    assert "没有要打的电话。" in unescape(told.content.decode())
    assert "已经由同事办好" in unescape(again.content.decode())
    refused.refresh_from_db()
    assert (refused.note, refused.settled_by_id) == ("已告知张三本人", wang.account)


def test_another_departments_call_is_not_there(zhao: Desk, refused: CallTask) -> None:
    told = zhao.client.post(f"/console/calls/{refused.id}/", {"note": "已告知"})
    wordless = zhao.client.post(f"/console/calls/{refused.id}/", {"note": ""})

    assert told.status_code == wordless.status_code == 404
    assert f"call-{refused.id}" not in zhao.client.get("/console/checks/").content.decode()
    refused.refresh_from_db()
    assert refused.settled_at is None


def test_a_dead_letter_is_shown_with_its_reason_and_sent_again(seat: Callable[..., Desk], wang: Desk) -> None:
    operator = seat("示例运维", Role.OPERATOR)
    letter = Message.objects.create(
        subscriber="webhooks/CaseMoved",
        queue="webhooks/SCJG",
        payload={},
        is_dead=True,
        attempts=12,
        reason="对方拒收",
    )
    shown = operator.client.get("/console/letters/").content.decode()

    foreign = wang.client.post(f"/console/letters/{letter.pk}/retry/")
    operator.client.post(f"/console/letters/{letter.pk}/retry/")

    letter.refresh_from_db()
    assert "对方拒收" in shown
    assert foreign.status_code == 404
    assert (letter.is_dead, letter.attempts) == (False, 0)
    assert operator.client.post(f"/console/letters/{letter.pk}/retry/").status_code == 404


def test_a_moved_holiday_moves_the_limits(seat: Callable[..., Desk], wang: Desk, story: Story) -> None:
    operator = seat("示例运维", Role.OPERATOR)
    before = cases.get_dossier(story.number, actor=wang.actor).due
    assert before is not None

    response = operator.client.post(
        "/console/calendar/", {"on": "2026-03-04", "works": "no", "name": "示例调整"}, follow=True
    )

    after = cases.get_dossier(story.number, actor=wang.actor).due
    assert after is not None
    assert before.due_on is not None
    assert after.due_on is not None
    assert after.due_on > before.due_on
    assert "重算了 2 件" in response.content.decode()
    assert "示例调整" in response.content.decode()


def test_only_the_operator_changes_the_calendar(wang: Desk) -> None:
    shown = wang.client.get("/console/calendar/")
    refused = wang.client.post("/console/calendar/", {"on": "2026-03-04", "works": "no", "name": "示例"})

    assert shown.status_code == 200
    assert '<form action="/console/calendar/"' not in shown.content.decode()
    assert refused.status_code == 404
    assert cases.list_calendar_changes() == ()


def test_a_faulty_day_is_said(seat: Callable[..., Desk]) -> None:
    operator = seat("示例运维", Role.OPERATOR)

    response = operator.client.post("/console/calendar/", {"on": "下周", "works": "no", "name": "示例"})

    assert response.status_code == 422
    assert cases.list_calendar_changes() == ()


def test_a_colleague_covers_for_an_absent_one(
    wang: Desk, qian: Desk, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    qian.client.post("/console/cover/", absence(qian, wang))
    monkeypatch.setattr(clock, "now", lambda: at(3, 4))

    assert Role.DECIDER in identity.actor_for(wang.account, at=at(3, 4)).roles
    assert Role.DECIDER not in identity.actor_for(wang.account, at=at(3, 7)).roles
    assert "钱一鸣" in wang.client.get("/console/cover/").content.decode()


def test_who_covers_decides_in_the_place_of_the_absent_one(
    wang: Desk, qian: Desk, seat: Callable[..., Desk], story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = seat("李明", Role.ACCEPTOR)
    story.to_decide()
    address = f"/console/cases/{story.number}/acts/terminate/"
    decision = {"revision": story.revision, "reason": "申请的场所已灭失。"}
    qian.client.post("/console/cover/", absence(qian, li))

    before = li.client.post(address, decision)
    monkeypatch.setattr(clock, "now", lambda: at(3, 4))
    li.client.post(address, decision)

    dossier = cases.get_dossier(story.number, actor=wang.actor)
    assert before.status_code == 404
    assert dossier.status is Status.TERMINATED
    assert dossier.history[-1].actor_name == "李明"


def test_nobody_records_the_absence_of_another_without_being_head(wang: Desk, qian: Desk) -> None:
    response = wang.client.post("/console/cover/", absence(qian, wang))

    assert response.status_code == 422
    assert Role.DECIDER not in identity.actor_for(wang.account, at=at(3, 4)).roles


def test_covering_for_oneself_is_refused(qian: Desk) -> None:
    response = qian.client.post("/console/cover/", absence(qian, qian))

    assert response.status_code == 422
    assert "代班人不能是本人" in response.content.decode()


def test_whoever_records_holidays_reads_on_every_page_that_the_calendar_ends(
    seat: Callable[..., Desk], wang: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = seat("示例运维", Role.OPERATOR)
    last = cases.get_calendar_reach(at(3, 2)).last_known
    pages = [(operator, "/console/letters/"), (operator, "/console/cover/"), (wang, "/console/cover/")]

    def told() -> list[bool]:
        return ["请录入下一年的放假安排" in desk.client.get(page).content.decode() for desk, page in pages]

    before = told()
    monkeypatch.setattr(clock, "now", lambda: at(3, 2) + (last - at(3, 2).date()) - timedelta(days=50))

    assert before == [False, False, False]
    assert told() == [True, True, False]
    assert "还有 50 天就用完了" in operator.client.get("/console/calendar/").content.decode()
