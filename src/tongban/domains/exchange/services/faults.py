"""What a provider's answer was refused for becomes a finding of its own, and where it was another person's, an alarm."""

from datetime import datetime

import structlog
from django.utils.translation import gettext as _

from tongban.domains.exchange.events import AnotherPersonAnswered
from tongban.domains.exchange.services.findings import report_finding
from tongban.domains.exchange.types import Exchanged, FindingKind, Resource
from tongban.foundation.outbox import services as outbox
from tongban.foundation.telemetry import OTHER_SUBJECTS
from tongban.kernel.actors import PLATFORM

log = structlog.get_logger(__name__)
_REFERENCE = "GATEWAY"
"""A fault that goes on is one finding until it is answered."""


def report(exchanged: Exchanged, resource: Resource, *, at: datetime) -> None:
    """Tell the provider, in the transaction of the evidence."""
    assert exchanged.fault is not None
    is_anothers = exchanged.fault is FindingKind.OTHER_SUBJECT
    text = (
        _("接口返回了别人的记录，平台没有采用。交换编号：%(exchange)s。")
        if is_anothers
        else _("接口的应答不符合登记的结构，平台没有采用。交换编号：%(exchange)s。")
    )
    report_finding(
        resource.code,
        exchanged.fault,
        text=text % {"exchange": exchanged.exchange.id},
        actor=PLATFORM,
        at=at,
        reference=_REFERENCE,
    )
    if not is_anothers:
        return
    OTHER_SUBJECTS.labels(resource.provider).inc()
    log.error("exchange.other_subject", resource=resource.code, exchange=str(exchanged.exchange.id))
    outbox.publish(
        AnotherPersonAnswered(
            exchange_id=exchanged.exchange.id,
            resource=resource.code,
            provider=resource.provider,
            subject_id=exchanged.request.subject_id,
            cause=exchanged.request.cause,
            at=at,
        ),
        queue=resource.provider,
    )
