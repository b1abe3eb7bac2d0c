"""个人信息保护: alarms are the privacy officer's, complaints go to who looked and to her."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest

from domains.cases.city import FIRE_OFFICE, RECEIVED_AT, Story
from sites.console.conftest import Desk
from tongban.domains.cases import services as cases
from tongban.domains.messaging import selectors as messaging
from tongban.domains.privacy import models, selectors, services
from tongban.domains.privacy.types import Complaint
from tongban.foundation import clock
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import Actor, ActorKind, Role

pytestmark = pytest.mark.django_db
HERE = "/console/privacy/"


@pytest.fixture
def officer(seat: Callable[..., Desk]) -> Desk:
    return seat("殷守静", Role.PRIVACY_OFFICER, office=FIRE_OFFICE)


@pytest.fixture
def steward(seat: Callable[..., Desk]) -> Desk:
    return seat("顾清源", Role.DATA_STEWARD)


@pytest.fixture
def complaint(story: Story, wang: Desk, firm: UUID) -> Complaint:
    """示例小馆 does not accept that 王敏 opened its dossier."""
    cases.open_dossier(story.number, actor=wang.actor, at=RECEIVED_AT)
    look = Entry.objects.get(action="DOSSIER_OPENED")
    owner = Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=uuid4(), acting_for=firm)
    return services.complain(look.pk, text="我没有办过这件事", actor=owner, at=RECEIVED_AT)


def page(desk: Desk, address: str = HERE) -> str:
    return unescape(desk.client.get(address).content.decode())


def test_the_department_answers_the_officer_reviews_and_the_person_is_told_both_times(
    officer: Desk, steward: Desk, complaint: Complaint, firm: UUID
) -> None:
    address = f"{HERE}complaints/{complaint.id}/"
    shown = page(steward, address)

    answered = steward.client.post(address, {"outcome": "justified", "words": "为了核对营业执照"})
    reviewed = officer.client.post(address, {"outcome": "wrong", "words": "没有必要打开"})

    assert "我没有办过这件事" in shown
    assert "1 件投诉没有办结" not in page(steward)
    assert (answered.status_code, reviewed.status_code) == (302, 302)
    kept = selectors.find_complaint(complaint.id, departments=None)
    assert kept is not None
    assert (kept.status, kept.outcome, kept.review_outcome) == ("REVIEWED", "JUSTIFIED", "WRONG")
    told = [
        one.title for one in messaging.inbox([firm], limit=10) if one.template == "LOOK_COMPLAINT_ANSWERED"
    ]
    assert sorted(told) == ["您的查看投诉有结果了：查看不当", "您的查看投诉有结果了：查看有正当理由"]
    assert Entry.objects.filter(action__in=["ANSWER_LOOK_COMPLAINT", "REVIEW_LOOK_COMPLAINT"]).count() == 2


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"outcome": "justified", "words": " "}, "请写明情况"),
        ({"words": "为了核对"}, "请选择查看有没有正当理由"),
    ],
)
def test_an_answer_without_a_finding_or_words_changes_nothing(
    steward: Desk, complaint: Complaint, posted: dict[str, str], sentence: str
) -> None:
    response = steward.client.post(f"{HERE}complaints/{complaint.id}/", posted)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert models.Complaint.objects.get().status == "FILED"
    assert not Entry.objects.filter(action="ANSWER_LOOK_COMPLAINT").exists()


def test_who_looked_does_not_answer_for_herself(seat: Callable[..., Desk], story: Story, firm: UUID) -> None:
    both = seat("钱一鸣", Role.DECIDER, Role.SUPERVISOR)
    cases.open_dossier(story.number, actor=both.actor, at=RECEIVED_AT)
    look = Entry.objects.get(action="DOSSIER_OPENED")
    owner = Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=uuid4(), acting_for=firm)
    made = services.complain(look.pk, text="为什么看", actor=owner, at=RECEIVED_AT)

    response = both.client.post(f"{HERE}complaints/{made.id}/", {"outcome": "justified", "words": "办案"})

    assert response.status_code == 422
    assert models.Complaint.objects.get().status == "FILED"


def test_another_departments_complaint_looks_like_none(
    seat: Callable[..., Desk], complaint: Complaint
) -> None:
    other = seat("赵强", Role.DATA_STEWARD, office=FIRE_OFFICE)

    assert complaint.ticket not in page(other)
    assert other.client.get(f"{HERE}complaints/{complaint.id}/").status_code == 404


def test_an_overdue_complaint_says_so(
    officer: Desk, complaint: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = page(officer)
    monkeypatch.setattr(clock, "now", lambda: RECEIVED_AT + timedelta(days=30))

    assert "1 件投诉没有办结，其中 0 件超期" in before
    assert "1 件投诉没有办结，其中 1 件超期" in page(officer)


def test_only_the_privacy_officer_sees_and_settles_alarms(officer: Desk, steward: Desk, firm: UUID) -> None:
    services.raise_other_subject(
        exchange_id=uuid4(),
        provider=FIRE_OFFICE,
        subject_id=firm,
        cause="1",
        happened_at=RECEIVED_AT,
        at=RECEIVED_AT,
    )
    alarm = models.Alarm.objects.get()
    address = f"{HERE}alarms/{alarm.pk}/"

    hidden = steward.client.get(address).status_code
    empty = officer.client.post(address, {"outcome": "wrong", "words": ""}).status_code
    settled = officer.client.post(address, {"outcome": "wrong", "words": "已通知部门更正"}).status_code
    again = officer.client.post(address, {"outcome": "justified", "words": "再来"}).status_code

    assert (hidden, empty, settled, again) == (404, 422, 302, 422)
    assert "接口返回了别人的记录" not in page(steward)
    alarm.refresh_from_db()
    assert (alarm.outcome, alarm.words) == ("WRONG", "已通知部门更正")
    assert [one.template for one in messaging.inbox([firm], limit=10)].count("LOOK_FOUND_WRONG") == 1
