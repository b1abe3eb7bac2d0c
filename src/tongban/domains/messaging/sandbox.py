"""An e-mail backend that keeps what it should send, for demos and for cities without a mail server yet."""

from collections.abc import Sequence

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from tongban.domains.messaging import models
from tongban.foundation import clock


class SandboxBackend(BaseEmailBackend):
    """Keeps every e-mail in a table, from where a demo shows it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = models.SandboxMail.objects.bulk_create(
            models.SandboxMail(
                to=list(message.to), subject=str(message.subject), body=str(message.body), kept_at=clock.now()
            )
            for message in email_messages
        )
        return len(rows)
