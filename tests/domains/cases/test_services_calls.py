"""Whom no mail reaches is telephoned by the department that handles her case."""

from datetime import datetime
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.mail import EmailMessage

from domains.cases.city import FIRE_OFFICE, FIRE_OFFICER, FOOD_OFFICE, WANG_MIN, Story, at
from domains.identity import cast
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import CallTask
from tongban.domains.identity import selectors as identity
from tongban.domains.messaging import selectors as inbox
from tongban.domains.messaging import services as messaging
from tongban.foundation.audit.models import Entry
from tongban.foundation.outbox.testing import drain

pytestmark = pytest.mark.django_db
BOTH = {FOOD_OFFICE, FIRE_OFFICE}


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every address of everybody; those that begin with `old` take no mail."""
    found: set[str] = {"old@example.com"}

    def send(mail: EmailMessage) -> int:
        if mail.to[0].startswith("old"):
            raise SMTPRecipientsRefused({mail.to[0]: (550, b"no such mailbox")})
        return 1

    def of_subject(_subject: UUID, *, at: datetime) -> list[str]:
        return sorted(found)

    monkeypatch.setattr(EmailMessage, "send", send)
    monkeypatch.setattr(identity, "email_addresses", of_subject)
    return found


def tell(subject: UUID, **changes: Any) -> UUID:
    """A message that has nothing to do with a case, unless the changes name one."""
    given = {
        "context": {"licence_name": "食品经营许可证", "number": "1.2.3", "status": "注销", "reason": "示例"},
        "at": at(3, 4),
        **changes,
    }
    return messaging.send("LICENCE_CHANGED", to_subject=subject, **given).id


def test_a_refused_message_is_a_task_of_the_office_whose_case_it_names(
    story: Story, firm: UUID, addresses: set[str]
) -> None:
    drain()
    CallTask.objects.all().delete()

    story.accept()
    drain()

    (call,) = selectors.list_calls({FOOD_OFFICE})
    assert (call.case_number, call.applicant_name) == (story.number, "示例小馆")
    assert call.title == inbox.inbox([firm])[0].title
    assert selectors.list_calls({FIRE_OFFICE}) == ()


def test_a_message_that_names_no_case_goes_to_the_newest_that_runs(
    story: Story, firm: UUID, addresses: set[str]
) -> None:
    drain()
    CallTask.objects.all().delete()

    tell(firm)
    drain()

    (call,) = selectors.list_calls(BOTH)
    assert call.title == inbox.inbox([firm])[0].title


def test_an_end_of_which_nobody_hears_is_told_by_telephone_too(
    story: Story, firm: UUID, addresses: set[str]
) -> None:
    drain()
    CallTask.objects.all().delete()

    story.note(
        services.refuse_acceptance(
            **story.names, reason="不属于本部门职权。", where_to_go="示例部门", actor=WANG_MIN, at=at(3, 3)
        )
    )
    drain()

    (call,) = selectors.list_calls(BOTH)
    assert call.case_number == story.number


def test_nobody_is_telephoned_without_a_case_or_when_another_address_took_the_mail(
    story: Story, firm: UUID, addresses: set[str]
) -> None:
    drain()
    CallTask.objects.all().delete()
    tell(cast.li_si().subject.id)
    addresses.add("new@example.com")
    tell(firm)
    drain()

    assert selectors.list_calls(BOTH) == ()


def test_two_refusals_of_one_message_are_one_task(story: Story, firm: UUID, addresses: set[str]) -> None:
    drain()
    CallTask.objects.all().delete()
    addresses.add("old-too@example.com")

    message = tell(firm, case_number=story.number)
    drain()
    again = services.plan_call(
        message_id=message, subject_id=firm, title="再来一次", case_number=story.number, at=at(3, 5)
    )

    assert not again
    assert CallTask.objects.get().message_id == message


def test_an_officer_of_the_office_closes_it_with_words(story: Story, firm: UUID, addresses: set[str]) -> None:
    drain()
    CallTask.objects.all().delete()
    tell(firm, case_number=story.number)
    drain()
    task = CallTask.objects.get()
    doing = {"call_id": task.id, "at": at(3, 5)}

    with pytest.raises(services.CaseNotFound):
        services.settle_call(**doing, note="已告知", actor=FIRE_OFFICER)
    with pytest.raises(services.CallNoteMissing):
        services.settle_call(**doing, note=" ", actor=WANG_MIN)
    number = services.settle_call(**doing, note="已告知张三本人", actor=WANG_MIN)
    with pytest.raises(services.CallSettled):
        services.settle_call(**doing, note="再打一次", actor=WANG_MIN)

    task.refresh_from_db()
    assert (number, task.note, task.settled_by_name) == (story.number, "已告知张三本人", "王敏")
    assert selectors.list_calls(BOTH) == ()
    entry = Entry.objects.get(action="CASE_CALL_SETTLED")
    assert (entry.case_number, entry.detail["message"]) == (story.number, str(task.message_id))


def test_who_stepped_aside_does_not_telephone(story: Story, firm: UUID, addresses: set[str]) -> None:
    tell(firm, case_number=story.number)
    drain()
    services.step_aside(**story.names, reason="近亲属", actor=WANG_MIN, at=at(3, 4))

    with pytest.raises(services.ConflictOfInterest):
        services.settle_call(
            call_id=CallTask.objects.latest("made_at").id, note="已告知", actor=WANG_MIN, at=at(3, 5)
        )


def test_a_call_nobody_planned_is_not_there(firm: UUID) -> None:
    with pytest.raises(services.CaseNotFound):
        services.settle_call(call_id=uuid4(), note="已告知", actor=WANG_MIN, at=at(3, 5))
