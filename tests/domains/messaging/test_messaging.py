import ssl
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains.identity import cast
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.domains.messaging import handlers, models, rules, selectors, services
from tongban.domains.messaging.events import MessageSent
from tongban.domains.messaging.types import Template
from tongban.foundation.outbox import testing
from tongban.foundation.outbox.registry import ReceiverUnreachable

CONTEXT = {
    "licence_name": "食品经营许可证",
    "number": "1.2.3",
    "status": "注销",
    "reason": "企业注销。",
}
LATER = cast.NOW + timedelta(hours=1)


def send(subject_id: Any, **changes: Any) -> Any:
    values = {"to_subject": subject_id, "context": CONTEXT, "at": cast.NOW, "case_number": "CASE-1"}
    return services.send("LICENCE_CHANGED", **{**values, **changes})


@pytest.mark.parametrize("template", selectors.templates().values(), ids=lambda template: template.code)
def test_a_template_fills_from_its_own_placeholders(template: Template) -> None:
    context = {name: f"<{name}>" for name in rules.placeholders(template)}

    filled = [rules.fill(text, context) for text in (template.title, template.body, template.next_action)]

    assert all(filled)
    assert not any("{" in text for text in filled)


def test_a_value_with_braces_is_put_in_as_it_is() -> None:
    assert (
        rules.fill("已受理：{item_name}", {"item_name": "{number.__class__}"}) == "已受理：{number.__class__}"
    )


@pytest.mark.django_db
def test_a_message_stands_in_the_inbox_in_the_words_it_was_sent_with() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()

    message = send(zhang.subject.id)

    assert selectors.inbox([zhang.subject.id]) == [message]
    assert message.title == "证照状态变更：食品经营许可证"
    assert message.body == "食品经营许可证（证照标识 1.2.3）的状态变为“注销”。企业注销。"
    assert selectors.unread_count([zhang.subject.id, li.subject.id]) == 1
    assert selectors.inbox([li.subject.id]) == []
    assert selectors.get_message(message.id, subject_ids=[zhang.subject.id]) == message
    with pytest.raises(selectors.MessageNotFound):
        selectors.get_message(message.id, subject_ids=[li.subject.id])


@pytest.mark.django_db
def test_an_incomplete_or_unknown_message_is_not_sent() -> None:
    zhang = cast.zhang_san()

    with pytest.raises(services.IncompleteMessage, match="number, reason, status"):
        send(zhang.subject.id, context={"licence_name": "证"})
    with pytest.raises(selectors.TemplateNotFound):
        services.send("NONE", to_subject=zhang.subject.id, context={}, at=cast.NOW)

    assert models.Message.objects.count() == 0


@pytest.mark.django_db
def test_reading_is_noted_once_and_only_for_its_reader() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    message = send(zhang.subject.id)

    assert not services.mark_read(message.id, subject_ids=[li.subject.id], at=LATER)
    assert services.mark_read(message.id, subject_ids=[zhang.subject.id], at=LATER)
    assert not services.mark_read(message.id, subject_ids=[zhang.subject.id], at=LATER + timedelta(hours=1))

    assert selectors.inbox([zhang.subject.id])[0].read_at == LATER
    assert selectors.unread_count([zhang.subject.id]) == 0


@pytest.mark.django_db
def test_e_mail_follows_from_the_outbox_once() -> None:
    zhang = cast.zhang_san()
    message = send(zhang.subject.id)
    assert mail.outbox == []

    testing.drain()
    handlers.mail_message(MessageSent(message.id, zhang.subject.id, cast.NOW), LATER)

    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["zhangsan@example.com"], "证照状态变更：食品经营许可证")
    assert f"/my/messages/{message.id}/" in str(sent.body)
    [receipt] = selectors.receipts(message.id)
    assert receipt.masked_address == "z***@example.com"


@pytest.mark.django_db
def test_a_mail_costs_three_reads_and_a_receipt() -> None:
    zhang = cast.zhang_san()
    first, second = send(zhang.subject.id), send(zhang.subject.id)
    services.mail(first.id, at=LATER)

    with CaptureQueriesContext(connection) as captured:
        taken = services.mail(second.id, at=LATER)

    assert taken == 1
    assert len(captured) == 4


def test_mails_share_the_certificates_that_may_vouch_for_the_server() -> None:
    first, second = (get_connection("tongban.domains.messaging.smtp.SmtpBackend") for _mail in range(2))

    assert first.ssl_context is second.ssl_context
    assert first.ssl_context.check_hostname
    assert first.ssl_context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.django_db
def test_a_step_that_asks_nothing_stands_in_the_inbox_only() -> None:
    zhang = cast.zhang_san()
    names = {"item_name": "食品经营许可", "case_number": "CASE-1", "department_name": "市场监管局"}

    services.send("CASE_CLOSED", to_subject=zhang.subject.id, context=names, at=cast.NOW)
    testing.drain()

    assert selectors.unread_count([zhang.subject.id]) == 1
    assert mail.outbox == []


@pytest.mark.django_db
def test_e_mail_that_fails_leaves_no_receipt_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    zhang = cast.zhang_san()
    message = send(zhang.subject.id)
    original = EmailMessage.send

    def broken(_message: EmailMessage) -> int:
        raise ConnectionRefusedError("mail server")

    monkeypatch.setattr(EmailMessage, "send", broken)
    with pytest.raises(ReceiverUnreachable):
        handlers.mail_message(MessageSent(message.id, zhang.subject.id, cast.NOW), LATER)
    assert selectors.receipts(message.id) == []

    monkeypatch.setattr(EmailMessage, "send", original)
    assert services.mail(message.id, at=LATER) == 1
    assert len(mail.outbox) == 1


def refusing(code: int) -> Any:
    def refuse(mail_to: EmailMessage) -> int:
        raise SMTPRecipientsRefused(dict.fromkeys(mail_to.to, (code, b"mailbox")))

    return refuse


@pytest.mark.django_db
def test_an_address_that_takes_no_mail_is_told_of_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    message = send(zhang.subject.id)
    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", refusing(550))
        handlers.mail_message(MessageSent(message.id, zhang.subject.id, cast.NOW), cast.NOW)
    assert selectors.refused_addresses([zhang.subject.id, li.subject.id]) == ["z***@example.com"]
    [receipt] = selectors.receipts(message.id)
    assert receipt.is_refused

    send(zhang.subject.id, at=LATER)
    handlers.mail_message(
        MessageSent(selectors.inbox([zhang.subject.id])[0].id, zhang.subject.id, LATER), LATER
    )

    assert selectors.refused_addresses([zhang.subject.id]) == []


@pytest.mark.django_db
def test_an_address_that_takes_no_mail_now_waits_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    zhang = cast.zhang_san()
    message = send(zhang.subject.id)
    monkeypatch.setattr(EmailMessage, "send", refusing(450))

    with pytest.raises(SMTPRecipientsRefused):
        handlers.mail_message(MessageSent(message.id, zhang.subject.id, cast.NOW), LATER)

    assert selectors.receipts(message.id) == []


@pytest.mark.django_db
def test_who_has_no_address_or_message_gets_no_e_mail() -> None:
    firm = cast.small_restaurant()
    message = send(firm.id)

    assert services.mail(message.id, at=LATER) == 0
    assert services.mail(uuid4(), at=LATER) == 0
    assert mail.outbox == []


@pytest.mark.django_db
def test_the_sandbox_keeps_what_it_should_send() -> None:
    backend = get_connection("tongban.domains.messaging.sandbox.SandboxBackend")

    EmailMessage("标题", "正文", to=["a@example.com"], connection=backend).send()

    [kept] = selectors.list_sandbox_mail()
    assert (kept.to, kept.subject, kept.body) == (("a@example.com",), "标题", "正文")
    assert mail.outbox == []


@pytest.mark.django_db
@pytest.mark.parametrize("count", [2, 20])
def test_the_inbox_costs_one_query_and_pages_by_id(count: int, django_assert_num_queries: Any) -> None:
    zhang = cast.zhang_san()
    sent = [send(zhang.subject.id) for _ in range(count)]

    with django_assert_num_queries(1):
        assert len(selectors.inbox([zhang.subject.id])) == count
    with django_assert_num_queries(1):
        page = selectors.inbox([zhang.subject.id], limit=1, before=sent[-1].id)
    assert page == [sent[-2]]


@pytest.mark.django_db
def test_both_sides_hear_of_a_revoked_mandate_and_the_agent_of_a_new_one() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    mandate = identity.grant_mandate(
        kind=MandateKind.AGENT,
        principal=zhang.subject.id,
        agent=li.subject.id,
        valid_to=cast.NOW + timedelta(days=30),
        basis="授权委托书",
        actor=zhang.actor,
        at=cast.NOW,
    )
    testing.drain()
    assert [message.body for message in selectors.inbox([li.subject.id])] == [
        "张三授权您代为办理，有效至2026年4月1日09:00。"
    ]

    identity.revoke_mandate(mandate_id=mandate.id, actor=zhang.actor, at=LATER)
    testing.drain()

    assert selectors.inbox([zhang.subject.id])[0].title == "授权已撤销"
    assert "2026年3月2日10:00" in selectors.inbox([li.subject.id])[0].body
