"""Two sides' logs beside each other: what a provider kept of our exchanges, and what we kept."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongban.domains.exchange import models
from tongban.domains.exchange.rules.evidence import CLOCK_LIMIT, OUR_CLIENT, disagreements
from tongban.domains.exchange.services.findings import report_finding
from tongban.domains.exchange.types import Comparison, DisagreementKind, FindingKind, LogLine
from tongban.kernel.actors import Actor


def compare(
    provider: str, theirs: Sequence[LogLine], *, reference: str, actor: Actor, at: datetime
) -> Comparison:
    """What a provider's log and ours do not agree on; each resource it is about gets a finding DISAGREES.

    Their log stands for the time from its first to its last line. `reference` names the log: compared again, it is one finding.
    """
    if not theirs:
        return Comparison(0, 0, _logged(provider).count(), ())
    first, last = min(line.at for line in theirs), max(line.at for line in theirs)
    known = {line.exchange_id for line in theirs}
    within = Q(
        recorded_at__gte=first - CLOCK_LIMIT, recorded_at__lte=last + CLOCK_LIMIT, is_logged_there=True
    )
    rows = models.ExchangeLog.objects.filter(resource__provider__code=provider).filter(
        within | Q(pk__in=known)
    )
    ours = [_line(row) for row in rows]
    told_at = {line.exchange_id: line.at for line in ours}
    all_found = disagreements(ours, theirs)
    # What we have after their last line, or just before their first, may stand in another file of their log.
    elsewhere = [
        one
        for one in all_found
        if one.kind is DisagreementKind.OURS_ONLY and not first <= told_at[one.exchange_id] <= last
    ]
    found = tuple(one for one in all_found if one not in elsewhere)
    for resource, count in sorted(Counter(one.resource for one in found).items()):
        if not models.Resource.objects.filter(code=resource, provider__code=provider).exists():
            continue
        report_finding(
            resource,
            FindingKind.DISAGREES,
            text=_("双方的查询留痕有 %(count)d 条不一致。请核对贵方日志并说明原因。") % {"count": count},
            actor=actor,
            at=at,
            reference=reference,
        )
    later = _logged(provider).filter(recorded_at__gt=last + CLOCK_LIMIT).count()
    later += sum(told_at[one.exchange_id] > last for one in elsewhere)
    return Comparison(len(ours), len(theirs), later, found)


def _logged(provider: str) -> QuerySet[models.ExchangeLog]:
    return models.ExchangeLog.objects.filter(resource__provider__code=provider, is_logged_there=True)


def _line(row: models.ExchangeLog) -> LogLine:
    return LogLine(
        exchange_id=row.pk,
        at=row.recorded_at,
        client=row.department or OUR_CLIENT,
        resource=row.resource_id,
        request_hash=bytes(row.request_hash),
        response_hash=bytes(row.response_hash),
        outcome=row.outcome,
    )
