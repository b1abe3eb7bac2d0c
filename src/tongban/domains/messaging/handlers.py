"""E-mail follows each message that reached an inbox; who is authorised, or no longer, is told; and what came of an objection."""

from datetime import datetime
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from tongban.domains.identity import selectors as identity
from tongban.domains.identity.events import MandateGranted, MandateRevoked
from tongban.domains.messaging import rules, services
from tongban.domains.messaging.events import MessageSent
from tongban.domains.registers import selectors as registers
from tongban.domains.registers.events import ObjectionDecided
from tongban.domains.registers.types import ObjectionStatus
from tongban.foundation.outbox.registry import ReceiverUnreachable


def mail_message(event: MessageSent, at: datetime) -> None:
    """Runs outside a transaction; a mail server that does not answer pauses this queue, nothing is lost.

    One address that does not take mail now waits alone.
    """
    try:
        services.mail(event.message_id, at=at)
    except (SMTPRecipientsRefused, SMTPDataError):
        raise
    except (OSError, SMTPException) as error:
        raise ReceiverUnreachable(f"mail server: {type(error).__name__}") from error


def tell_authorised(event: MandateGranted, at: datetime) -> None:
    principal = identity.get_subject(event.principal_id)
    services.send(
        "MANDATE_GRANTED",
        to_subject=event.agent_id,
        context={"principal_name": principal.name, "term": rules.term_text(event.valid_to)},
        at=at,
    )


def tell_revoked(event: MandateRevoked, at: datetime) -> None:
    """Both sides: the one who did it has a confirmation, the other the news."""
    context = {
        "principal_name": identity.get_subject(event.principal_id).name,
        "agent_name": identity.get_subject(event.agent_id).name,
        "revoked_at": rules.chinese_instant(event.at),
    }
    for subject_id in (event.principal_id, event.agent_id):
        services.send("MANDATE_REVOKED", to_subject=subject_id, context=context, at=at)


def tell_decided(event: ObjectionDecided, at: datetime) -> None:
    objection = registers.get_objection(event.objection_id)
    is_corrected = objection.status is ObjectionStatus.CORRECTED
    services.send(
        "OBJECTION_DECIDED",
        to_subject=objection.subject_id,
        context={
            "resource_name": objection.resource_name,
            "label": objection.label,
            "provider_name": objection.provider_name,
            "outcome": "已经更正" if is_corrected else "登记无误，没有更正",
            "answer": objection.answer,
        },
        at=at,
    )
