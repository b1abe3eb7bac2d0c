"""Sending and reading messages."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.identity import selectors as identity
from tongban.domains.messaging import models, rules, selectors
from tongban.domains.messaging.events import MailRefused, MessageSent
from tongban.domains.messaging.types import Channel, Message, Template
from tongban.foundation import crypto, rows
from tongban.foundation.outbox import services as outbox
from tongban.foundation.prepared import prepared
from tongban.kernel.actors import Role
from tongban.kernel.errors import TongbanError

QUEUE = "messaging"
REFUSED_FOR_GOOD = 500
TITLE_LENGTH = 200


class IncompleteMessage(TongbanError):
    """The context lacks a value that the template names."""

    code: ClassVar[str] = "INCOMPLETE_MESSAGE"
    default_sentence: ClassVar[str] = gettext_noop("消息没有发出：缺少要填写的内容。")


@transaction.atomic
def send(
    template: str,
    *,
    to_subject: UUID,
    context: Mapping[str, object],
    at: datetime,
    case_number: str = "",
) -> Message:
    """Put a message in a subject's inbox; e-mail follows from the outbox, if the subject has an address.

    Raises `selectors.TemplateNotFound`, `IncompleteMessage`.
    """
    words = _words(template, context)
    row = models.Message(
        template=template,
        to_subject_id=to_subject,
        title=words.title[:TITLE_LENGTH],
        body=words.body,
        next_action=words.next_action,
        case_number=case_number,
        sent_at=at,
    )
    sent = MessageSent(message_id=row.pk, to_subject=to_subject, at=at)
    rows.insert([row], outbox.rows_for([(sent, QUEUE)] if words.is_mailed else []))
    return selectors.as_message(row)


def mail_officers(
    template: str, *, roles: Collection[Role], context: Mapping[str, object], at: datetime
) -> int:
    """Send a notice to every officer in post with one of the roles, who has no inbox; how many addresses.

    Raises `selectors.TemplateNotFound`, `IncompleteMessage`.
    """
    addresses = identity.officer_addresses(roles, at=at)
    for address in addresses:
        mail_officer(template, address=address, context=context)
    return len(addresses)


def mail_officer(template: str, *, address: str, context: Mapping[str, object]) -> None:
    """Send a notice to one officer, who has no inbox; raises `selectors.TemplateNotFound`, `IncompleteMessage`."""
    words = _words(template, context)
    EmailMessage(subject=words.title, body=f"{words.body}\n\n{words.next_action}\n", to=[address]).send()


def _words(template: str, context: Mapping[str, object]) -> Template:
    """The template with the values of the context in their places."""
    words = selectors.get_template(template)
    missing = rules.missing_names(words, context)
    if missing:
        raise IncompleteMessage(f"{template} lacks {', '.join(missing)}")
    return replace(
        words,
        title=rules.fill(words.title, context),
        body=rules.fill(words.body, context),
        next_action=rules.fill(words.next_action, context),
    )


def mark_read(message_id: UUID, *, subject_ids: Iterable[UUID], at: datetime) -> bool:
    """Note that one of its readers opened a message; False when it is not theirs or was read before."""
    rows = models.Message.objects.filter(
        pk=message_id, to_subject_id__in=set(subject_ids), read_at__isnull=True, sent_at__lte=at
    )
    return bool(rows.update(read_at=at))


def mail(message_id: UUID, *, at: datetime) -> int:
    """Send a message to its subject's e-mail addresses that have not had it yet; how many took it.

    Safe to run twice: a receipt that is there already means that the address has had it, or refused it for good.
    """
    sent = 0
    for row in _messages(message_id):
        known = {bytes(receipt.address_hash) for receipt in _answered(message_id)}
        for address in identity.email_addresses(row.to_subject_id, at=at):
            address_hash = crypto.lookup_hash(f"email:{address}")
            if address_hash not in known:
                sent += _mail_once(row, address, address_hash, at)
    return sent


@prepared
def _messages(message_id: UUID) -> QuerySet[models.Message]:
    return models.Message.objects.filter(pk=message_id)


@prepared
def _answered(message_id: UUID) -> QuerySet[models.Receipt]:
    return models.Receipt.objects.filter(message_id=message_id, channel=Channel.EMAIL.value)


def _mail_once(row: models.Message, address: str, address_hash: bytes, at: datetime) -> bool:
    """Send, then keep the receipt: no transaction waits for a mail server, and a crash in between sends twice."""
    body = _("%(body)s\n\n%(next)s\n查看详情：%(url)s\n（本邮件由系统发出，请勿回复。）") % {
        "body": row.body,
        "next": row.next_action,
        "url": f"{settings.PUBLIC_URL}/my/messages/{row.pk}/",
    }
    is_taken = _is_taken(EmailMessage(subject=row.title, body=body, to=[address]))
    receipt = models.Receipt(
        message=row,
        channel=Channel.EMAIL,
        address_hash=address_hash,
        masked_address=rules.mask_address(address),
        delivered_at=at,
        is_refused=not is_taken,
    )
    refused = MailRefused(row.pk, row.to_subject_id, row.title, row.case_number, at)
    rows.insert([receipt], outbox.rows_for([] if is_taken else [(refused, QUEUE)]))
    return is_taken


def _is_taken(mail: EmailMessage) -> bool:
    """Send; False when the server says for good (RFC 5321 §4.2.1: 5yz) that it does not take this mail."""
    try:
        mail.send()
    except SMTPRecipientsRefused as refused:
        if all(code >= REFUSED_FOR_GOOD for code, _words in refused.recipients.values()):
            return False
        raise
    except SMTPDataError as refused:
        if refused.smtp_code >= REFUSED_FOR_GOOD:
            return False
        raise
    return True
