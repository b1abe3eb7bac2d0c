"""The privacy officer hears of alarms and complaints by e-mail."""

from datetime import datetime

from tongban.domains.exchange.events import AnotherPersonAnswered
from tongban.domains.messaging import services as messaging
from tongban.domains.privacy import services
from tongban.domains.privacy.events import AlarmsRaised, ComplaintFiled
from tongban.kernel.actors import Role

_TO = frozenset({Role.PRIVACY_OFFICER})


def raise_alarm(event: AnotherPersonAnswered, at: datetime) -> None:
    """Safe to run twice: one alarm for each exchange."""
    services.raise_other_subject(
        exchange_id=event.exchange_id,
        provider=event.provider,
        subject_id=event.subject_id,
        cause=event.cause,
        happened_at=event.at,
        at=at,
    )


def tell_of_alarms(event: AlarmsRaised, at: datetime) -> None:
    messaging.mail_officers("PRIVACY_ALARM", roles=_TO, context={"count": event.count}, at=at)


def tell_of_complaint(event: ComplaintFiled, at: datetime) -> None:
    messaging.mail_officers("PRIVACY_COMPLAINT", roles=_TO, context={"ticket": event.ticket}, at=at)
